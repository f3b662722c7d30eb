"""What must be true of a namespace after every script, checked from the bare keys.

Nothing of the store's own code is used, so that a mistake in it cannot hide itself here.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.support import Plain

KNOWN = frozenset(
    [
        "layout",
        "seq",
        "jobs",
        "data",
        "tries",
        "ends",
        "results",
        "before",
        "progress",
        "logged",
        "due",
        "expires",
        "runners",
        "types",
        "paused",
        "suspects",
        "claimed",
        "counts",
        "stats",
        "events",
        "clock",
        "ripe",
        "keeps",
        "live",
        "idle",
        "terms",
        "weights",
        "bytes",
    ]
)
KNOWN_FAMILIES = frozenset(
    [
        "log",
        "wait",
        "apart",
        "lease",
        "done",
        "kept",
        "heavy",
        "runner",
        "cancel",
        "ring",
        "bell",
        "minute",
        "ten",
        "sender",
        "key",
    ]
)
FINISHED = ("done:", "kept:")
OF_TYPES = ("wait:", "apart:", *FINISHED)
MOST_MS = 30 * 86_400_000
"""For how long the rules keep a job in tests, at most."""
PASSING = frozenset(["minute", "ten", "sender", "key", "ring"])
"""Families whose keys must go away by themselves."""


class Keys:
    """All keys of a namespace, read once. Names are without their common start."""

    def __init__(self, client: Plain, namespace: str) -> None:
        start = f"{{{namespace}:0}}:"
        self._client = client
        self._start = start
        self.names = sorted(
            key.removeprefix(start) for key in client.scan_iter(match=f"{start}*", count=1_000)
        )

    def family(self, name: str) -> Iterator[tuple[str, str]]:
        """The keys `NAME:...`, as pairs of what follows the colon and the whole name."""
        for key in self.names:
            if key.startswith(f"{name}:"):
                yield key[len(name) + 1 :], key

    def hash(self, name: str) -> dict[str, str]:
        return self._client.hgetall(self._start + name)

    def zset(self, name: str) -> dict[str, float]:
        return dict(self._client.zrange(self._start + name, 0, -1, withscores=True))

    def set(self, name: str) -> set[str]:
        return self._client.smembers(self._start + name)

    def list(self, name: str) -> list[str]:
        return self._client.lrange(self._start + name, 0, -1)

    def text(self, name: str) -> str | None:
        return self._client.get(self._start + name)

    def ttl(self, name: str) -> int:
        return self._client.ttl(self._start + name)


def snapshot(client: Plain, namespace: str, *, without: tuple[str, ...] = ()) -> Any:
    """The content of all keys, but for those whose name starts with one of `without`."""
    keys = Keys(client, namespace)
    start = f"{{{namespace}:0}}:"
    read = {
        "hash": keys.hash,
        "zset": keys.zset,
        "set": keys.set,
        "list": keys.list,
        "string": keys.text,
        "stream": lambda name: client.xrange(start + name),
    }
    return {
        name: read[client.type(start + name)](name)
        for name in keys.names
        if not name.startswith(without or ("\0",))
    }


def broken(client: Plain, namespace: str) -> list[str]:
    """Everything that is wrong with a namespace, in words."""
    keys = Keys(client, namespace)
    jobs = {id: record.split("\n", 1)[0].split(" ", 3) for id, record in keys.hash("jobs").items()}
    places = _places(keys)
    return [
        *_misplaced(jobs, places),
        *_ends(keys, places),
        *_counts(keys, jobs, places),
        *_side_data(keys, jobs, places),
        *_waiting(keys, jobs, places),
        *_lists(keys),
        *_finished_lists(keys),
        *_runners(keys),
        *_names(keys),
        *_sequence(keys, jobs),
    ]


Places = dict[str, list[tuple[str, float]]]
Jobs = dict[str, list[str]]


def _places(keys: Keys) -> Places:
    places: Places = {}
    for name in keys.names:
        if name == "due" or name.startswith((*OF_TYPES, "lease:")):
            for id, score in keys.zset(name).items():
                places.setdefault(id, []).append((name, score))
    return places


def _misplaced(jobs: Jobs, places: Places) -> Iterator[str]:
    for id in jobs.keys() - places.keys():
        yield f"{id} stands nowhere"
    for id, found in places.items():
        names = [name for name, _ in found]
        if id not in jobs:
            yield f"{id} stands in {names} without a record"
        elif len(names) > 1:
            yield f"{id} stands in {names} at once"
        elif names[0].startswith(OF_TYPES) and not names[0].endswith(":" + jobs[id][3]):
            yield f"{id} is of type {jobs[id][3]} and stands in {names[0]}"


def _ends(keys: Keys, places: Places) -> Iterator[str]:
    ends = {id: end.split(" ", 2) for id, end in keys.hash("ends").items()}
    done = {
        id: (name.split(":")[1], score)
        for id, [(name, score), *_] in places.items()
        if name.startswith(FINISHED)
    }
    own = {id for id, [(name, _), *_] in places.items() if name.startswith("kept:")}
    for id in own ^ keys.zset("keeps").keys():
        yield f"{id} has a time of its own and stands with others, or the other way round"
    for id in ends.keys() ^ done.keys():
        yield f"{id} has an end and is not done, or the other way round"
    for id in ends.keys() & done.keys():
        state, finished, _ = ends[id]
        if state != done[id][0]:
            yield f"{id} ended as {state} and stands in {done[id][0]}"
        if done[id][1] != float(finished):
            yield f"{id} ended at {finished} and stands at {done[id][1]}"
    for id, moment in keys.zset("keeps").items():
        if id in done and moment < done[id][1]:
            yield f"{id} is pruned before it ended"


def _counts(keys: Keys, jobs: Jobs, places: Places) -> Iterator[str]:
    real: Counter[str] = Counter()
    for id, [(name, _), *_] in places.items():
        if id in jobs and (name == "due" or name.startswith("lease:")):
            real[f"{'scheduled' if name == 'due' else 'active'}:{jobs[id][3]}"] += 1
    counted = {field: int(value) for field, value in keys.hash("counts").items()}
    for field in counted.keys() | real.keys():
        if counted.get(field, 0) != real[field]:
            yield f"counts say {counted.get(field, 0)} {field}, there are {real[field]}"


def _side_data(keys: Keys, jobs: Jobs, places: Places) -> Iterator[str]:
    finished = {id for id, [(name, _), *_] in places.items() if name.startswith(FINISHED)}
    for name in ("data", "tries", "ends", "results", "before", "progress", "logged"):
        for id in keys.hash(name).keys() - jobs.keys():
            yield f"{name} of {id}, which has no record"
    for id in keys.zset("expires").keys() - jobs.keys():
        yield f"{id} expires and has no record"
    for name, ids in (("expires", keys.zset("expires").keys()), ("tries", keys.hash("tries"))):
        for id in finished & set(ids):
            yield f"{id} has ended and is still in {name}"
    data = {id for id, text in keys.hash("jobs").items() if text.split("\n", 2)[2][0] == "@"}
    if data != keys.hash("data").keys():
        yield f"large data are there of {keys.hash('data').keys()} and should be of {data}"
    results = {
        id
        for id, text in keys.hash("ends").items()
        if text.startswith("completed ") and text.partition("\n")[2].startswith("@")
    }
    if results != keys.hash("results").keys():
        yield f"large results are there of {keys.hash('results').keys()}, should be of {results}"
    lengths = {id: len(keys.list(key)) for id, key in keys.family("log")}
    written = {id: int(number) for id, number in keys.hash("logged").items()}
    if lengths.keys() != written.keys() or any(lengths[id] > written[id] for id in lengths):
        yield f"logged says {written}, the logs are {lengths}"


def _waiting(keys: Keys, jobs: Jobs, places: Places) -> Iterator[str]:
    expires = keys.zset("expires")
    for id, [(name, score), *_] in places.items():
        if id not in jobs:
            continue
        if name.startswith("wait:") and score != float(jobs[id][2]):
            yield f"{id} has priority {jobs[id][2]} and waits at {score}"
        if name.startswith("apart:") and name.partition(":")[2] not in keys.set("suspects"):
            yield f"{id} waits apart, and nobody knows that its type has suspects"
        if name.startswith(("wait:", "apart:", "due")):
            moment = float(jobs[id][1])
            if moment and expires.get(id) != moment:
                yield f"{id} should expire at {moment}, not at {expires.get(id)}"


def _lists(keys: Keys) -> Iterator[str]:
    weights = {id: text.split(" ") for id, text in keys.hash("weights").items()}
    sums: Counter[str] = Counter()
    for state, size in weights.values():
        sums[state] += int(size)
    if dict(sums) != {state: int(n) for state, n in keys.hash("bytes").items()}:
        yield f"bytes say {keys.hash('bytes')}, the jobs have {dict(sums)}"
    heavy = {id: state for state, key in keys.family("heavy") for id in keys.zset(key)}
    if heavy != {id: state for id, (state, _) in weights.items()}:
        yield f"heavy jobs are {heavy}, and {weights} have weights"
    for id in weights.keys() - keys.hash("ends").keys():
        yield f"{id} has a weight and no end"
    live = keys.set("live")
    for type, key in keys.family("wait"):
        if type not in live:
            yield f"{key} has jobs and is not in the list of types with work"


def _finished_lists(keys: Keys) -> Iterator[str]:
    ripe = keys.zset("ripe")
    for member, key in keys.family("done"):
        first = min(keys.zset(key).values())
        if ripe.get(member, float("inf")) > first + MOST_MS:
            yield f"{key} is not pruned in time"
    for member, key in keys.family("kept"):
        if member not in ripe:
            yield f"{key} is in no list"


def _runners(keys: Keys) -> Iterator[str]:
    runners = keys.zset("runners").keys()
    for family in ("runner", "lease", "cancel", "ring"):
        for runner, key in keys.family(family):
            if runner not in runners:
                yield f"{key} is of a runner that is not there"
    for runner, key in keys.family("cancel"):
        strays = keys.set(key) - keys.zset(f"lease:{runner}").keys()
        if strays:
            yield f"{runner} is told to stop {strays}, which it does not hold"


def _names(keys: Keys) -> Iterator[str]:
    for name in keys.names:
        family = name.partition(":")[0]
        if name not in KNOWN and (family not in KNOWN_FAMILIES or ":" not in name):
            yield f"{name} is no key that Tasuki knows"
        if family in PASSING and keys.ttl(name) < 0:
            yield f"{name} stays for ever"
    for _, key in keys.family("bell"):
        if len(keys.list(key)) > 1:
            yield f"{key} has more than one token"


def _sequence(keys: Keys, jobs: Jobs) -> Iterator[str]:
    largest = max((int(id[1:]) for id in jobs), default=0)
    if largest > int(keys.text("seq") or 0):
        yield f"the last id is {keys.text('seq')}, and there is a job {largest}"
