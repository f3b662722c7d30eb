"""The names of all keys of a namespace.

    layout          version of this layout
    seq             last number given out as a job id
    jobs            hash   id -> record
    data            hash   id -> data that are too large for a record
    results         hash   id -> result that is too large for an end
    tries           hash   id -> attempts made, crashes, last error; from the first failure on
    ends            hash   id -> how the job ended
    before          hash   id -> how the job ended before a person had it run again
    progress        hash   id -> progress as JSON
    logged, log:ID  hash   id -> how many lines it ever logged; list of those that are kept
    wait:TYPE       zset   waiting, score = priority
    apart:TYPE      zset   waiting for a runner that runs them apart; score = 0 for those that
                           never crashed, otherwise 1,001 less their crashes
    suspects        set    types that have jobs in `apart:TYPE`
    due             zset   scheduled, score = due time in ms
    expires         zset   score = time in ms at which a job that does not run is cancelled
    lease:RUNNER    zset   active, score = stamp of the claim in µs
    done:STATE:TYPE zset   finished, score = time in ms at which the job has ended
    kept:STATE:TYPE zset   the same for those that are kept for a time of their own
    keeps           zset   those jobs, score = time in ms at which they are pruned
    ripe            zset   STATE:TYPE, score = at most the time in ms when its first one is pruned;
                           infinite when all have a time of their own
    weights         hash   id -> state and bytes of a finished job with large data or a large result
    heavy:STATE     zset   those jobs, score = time in ms at which they ended
    bytes           hash   state -> the sum of their bytes
    runners         zset   score = end of the lease in ms (0: being reaped)
    runner:RUNNER   hash   host, pid, load; number, stamp and losses of the last exchange
    cancel:RUNNER   set    active jobs that the runner is told to stop
    ring:RUNNER     list   doorbell of one runner
    bell:TYPE       list   doorbell of a type, at most one token
    types           hash   type -> options of its worker
    terms           hash   types -> how many there may be, STATE -> how long its jobs are
                           kept in ms, if a server has said so
    live            set    types that may have waiting jobs
    idle            hash   type without jobs -> since when in ms, and how many it had had by then
    paused          set    types that are not claimed
    claimed         hash   type -> time in ms at which jobs of it were last claimed
    counts          hash   active:TYPE and scheduled:TYPE -> how many
    stats           hash   EVENT:TYPE -> how many since the beginning
    minute:N        hash   the same, and run times, for a minute since 1970; no TYPE: the rest
    ten:N           hash   the same, for ten minutes
    events          stream what happened, one entry for each script call
    clock           hash   last steady time, its offset, end of the grace period; how far upkeep is
    probe           string time in ms of a write that only proves that writes are taken
    sender:ID       string number and reply of a producer's last enqueue
    key:HASH        string ids of a submission with an idempotency key

All share the hash tag `{namespace:0}`, so a namespace is in one slot of a cluster.
"""

from typing import NamedTuple

from tasuki.model.values.names import check_namespace

LAYOUT = "2"


class Keyspace(NamedTuple):
    """The keys of a namespace. Only `base` is sent; scripts add the rest."""

    namespace: str

    @classmethod
    def of(cls, namespace: str) -> "Keyspace":
        """The key space of a namespace.

        Raises:
            InvalidError: for a namespace with other than letters, digits, `_`, `.` and `-`.
        """
        check_namespace(namespace)
        return cls(namespace)

    @property
    def base(self) -> str:
        """What every key starts with."""
        return f"{{{self.namespace}:0}}:"

    def key(self, name: str) -> str:
        """The full name of a key."""
        return self.base + name
