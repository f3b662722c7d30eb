"""Every broken shape that can be thought of, to be planted in a namespace that is in use."""

from collections.abc import Callable
from typing import NamedTuple

from tasuki.model.state import State
from tasuki.store.findings import Trouble
from tasuki.store.store import Store
from tests.store.factory import (
    FAR,
    Runner,
    cancelled,
    completed,
    enqueue,
    enqueue_many,
    failed,
    new_job,
    noted,
    retried,
    runner,
)
from tests.support import Plain


async def in_use(store: Store) -> Runner:
    """Jobs of type `a`, one in every state, and one of type `b` in backoff. Gives their runner.

    1 waiting, 2 scheduled, 3 active, 4 completed, 5 failed, 6 cancelled, 7 scheduled, 8 completed
    and kept for a time of its own.
    """
    someone = await runner(store)
    await enqueue(store, "a", priority=9, expires=FAR)
    await enqueue(store, "a", delay=FAR)
    await enqueue_many(store, [new_job("a") for _ in range(4)])
    _, done, broke, stopped = await someone.claim("a", 4)
    await someone.settle(noted(done, progress="1", lines=["x", "y"]))
    await someone.settle(completed(done))
    await someone.settle(failed(broke))
    await someone.settle(cancelled(stopped))
    await enqueue(store, "b")
    await someone.settle(retried(*await someone.claim("b")))
    await enqueue(store, "a", priority=-1)
    await someone.settle(completed(*await someone.claim("a"), keep=FAR))
    await store.operator().cancel([3])
    return someone


class Keys:
    """The keys of the namespace, by hand."""

    def __init__(self, plain: Plain, base: str, runner: str) -> None:
        self._plain = plain
        self._base = base
        self.lease = f"lease:{runner}"
        self.runner = runner

    def do(self, command: str, name: str, *words: str | float) -> None:
        """Send a command about a key; the name is without its common start."""
        self._plain.execute_command(command, self._base + name, *words)

    def rename(self, name: str, other: str) -> None:
        self._plain.rename(self._base + name, self._base + other)


class Shape(NamedTuple):
    """A broken shape: how it comes about, how it is called, and where the jobs are afterwards.

    `found` holds kinds of trouble, each with the number of the job or the place.
    """

    name: str
    plant: Callable[[Keys], None]
    found: set[tuple[Trouble, int | str]]
    after: dict[int, State | None]


T = Trouble
COUNTS = (T.COUNTS, "")
W, S, A = State.WAITING, State.SCHEDULED, State.ACTIVE
D, F, C = State.COMPLETED, State.FAILED, State.CANCELLED
END = "completed 1 - 0 1 0 -\nnull"
JUNK = "not a record"


def _do(command: str, name: str, *words: str | float) -> Callable[[Keys], None]:
    return lambda keys: keys.do(command, name, *words)


def _all(*steps: Callable[[Keys], None]) -> Callable[[Keys], None]:
    def plant(keys: Keys) -> None:
        for step in steps:
            step(keys)

    return plant


SHAPES = [
    Shape("waiting, in no set", _do("ZREM", "wait:a", "A1"), {(T.NOWHERE, 1)}, {1: W}),
    Shape("scheduled, in no set", _do("ZREM", "due", "A2"), {(T.NOWHERE, 2), COUNTS}, {2: W}),
    Shape(
        "active, in no set",
        lambda keys: keys.do("ZREM", keys.lease, "A3"),
        {(T.NOWHERE, 3), (T.ORPHAN, 3), COUNTS},
        {3: W},
    ),
    Shape("finished, in no set", _do("ZREM", "done:completed:a", "A4"), {(T.NOWHERE, 4)}, {4: D}),
    Shape("waiting and scheduled", _do("ZADD", "due", 9e15, "A1"), {(T.TWICE, 1), COUNTS}, {1: W}),
    Shape("active and waiting", _do("ZADD", "wait:a", 0, "A3"), {(T.TWICE, 3)}, {3: A}),
    Shape("active and scheduled", _do("ZADD", "due", 0, "A3"), {(T.TWICE, 3), COUNTS}, {3: A}),
    Shape("finished and waiting", _do("ZADD", "wait:a", 0, "A5"), {(T.TWICE, 5)}, {5: F}),
    Shape(
        "finished and active",
        lambda keys: keys.do("ZADD", keys.lease, 9, "A5"),
        {(T.TWICE, 5), COUNTS},
        {5: F},
    ),
    Shape("finished in two ways", _do("ZADD", "done:failed:a", 9, "A4"), {(T.TWICE, 4)}, {4: D}),
    Shape(
        "waiting and finished without an end",
        _do("ZADD", "done:failed:a", 9e15, "A1"),
        {(T.TWICE, 1)},
        {1: W},
    ),
    Shape(
        "waiting under another type",
        _all(_do("ZREM", "wait:a", "A1"), _do("ZADD", "wait:b", 0, "A1")),
        {(T.NOWHERE, 1), (T.MISPLACED, 1)},
        {1: W},
    ),
    Shape(
        "waiting under another type as well",
        _do("ZADD", "wait:b", 0, "A1"),
        {(T.MISPLACED, 1)},
        {1: W},
    ),
    Shape(
        "finished under another type",
        _do("ZADD", "done:failed:b", 9, "A5"),
        {(T.MISPLACED, 5)},
        {5: F},
    ),
    Shape(
        "finished in another way than its end says",
        _all(_do("ZREM", "done:completed:a", "A4"), _do("ZADD", "done:failed:a", 9, "A4")),
        {(T.MISPLACED, 4)},
        {4: D},
    ),
    Shape(
        "kept for its own time, in no set",
        _do("ZREM", "kept:completed:a", "A8"),
        {(T.NOWHERE, 8)},
        {8: D},
    ),
    Shape(
        "kept for a time that is not known",
        _do("ZREM", "keeps", "A8"),
        {(T.MISPLACED, 8)},
        {8: D},
    ),
    Shape(
        "kept by the rule and for its own time",
        _do("ZADD", "done:completed:a", 9, "A8"),
        {(T.TWICE, 8)},
        {8: D},
    ),
    Shape(
        "kept by the rule with a time of its own",
        _do("ZADD", "keeps", 9e15, "A4"),
        {(T.MISPLACED, 4)},
        {4: D},
    ),
    Shape(
        "kept under another type",
        _all(_do("ZREM", "kept:completed:a", "A8"), _do("ZADD", "kept:completed:b", 9, "A8")),
        {(T.NOWHERE, 8), (T.MISPLACED, 8)},
        {8: D},
    ),
    Shape(
        "kept without a record",
        _do("HDEL", "jobs", "A8"),
        {(T.NO_RECORD, 8), (T.ORPHAN, 8)},
        {8: None},
    ),
    Shape("a time to go of no job", _do("ZADD", "keeps", 9e15, "B99"), {(T.ORPHAN, 99)}, {}),
    Shape("waiting with a time to go", _do("ZADD", "keeps", 9e15, "A1"), {(T.ORPHAN, 1)}, {1: W}),
    Shape("active with a time to go", _do("ZADD", "keeps", 9e15, "A3"), {(T.ORPHAN, 3)}, {3: A}),
    Shape(
        "waiting without a record",
        _do("HDEL", "jobs", "A1"),
        {(T.NO_RECORD, 1), (T.ORPHAN, 1)},
        {1: None},
    ),
    Shape(
        "scheduled without a record",
        _do("HDEL", "jobs", "A2"),
        {(T.NO_RECORD, 2), COUNTS},
        {2: None},
    ),
    Shape(
        "active without a record", _do("HDEL", "jobs", "A3"), {(T.NO_RECORD, 3), COUNTS}, {3: None}
    ),
    Shape(
        "finished without a record",
        _do("HDEL", "jobs", "A4"),
        {(T.NO_RECORD, 4), (T.ORPHAN, 4)},
        {4: None},
    ),
    Shape(
        "in backoff without a record",
        _do("HDEL", "jobs", "A7"),
        {(T.NO_RECORD, 7), (T.ORPHAN, 7), COUNTS},
        {7: None},
    ),
    Shape(
        "a member that is no id", _do("ZADD", "wait:a", 0, "hello"), {(T.NO_RECORD, "wait:a")}, {}
    ),
    Shape("completed without an end", _do("HDEL", "ends", "A4"), {(T.NO_END, 4)}, {4: D}),
    Shape("failed without an end", _do("HDEL", "ends", "A5"), {(T.NO_END, 5)}, {5: F}),
    Shape("cancelled without an end", _do("HDEL", "ends", "A6"), {(T.NO_END, 6)}, {6: C}),
    Shape("waiting with an end", _do("HSET", "ends", "A1", END), {(T.STRAY_END, 1)}, {1: W}),
    Shape("scheduled with an end", _do("HSET", "ends", "A2", END), {(T.STRAY_END, 2)}, {2: S}),
    Shape("active with an end", _do("HSET", "ends", "A3", END), {(T.STRAY_END, 3)}, {3: A}),
    Shape(
        "held by a runner that never was",
        lambda keys: keys.rename(keys.lease, "lease:ghost"),
        {(T.UNKNOWN_RUNNER, 3), (T.ORPHAN, "runner:ghost"), (T.ORPHAN, 3), COUNTS},
        {3: W},
    ),
    Shape(
        "held by a runner that is not registered any more",
        lambda keys: keys.do("ZREM", "runners", keys.runner),
        {(T.UNKNOWN_RUNNER, 3), (T.ORPHAN, "runner:"), COUNTS},
        {3: W},
    ),
    Shape(
        "held by nobody as well",
        _do("ZADD", "lease:ghost", 9, "A1"),
        {(T.UNKNOWN_RUNNER, 1), (T.TWICE, 1), (T.ORPHAN, "runner:ghost")},
        {1: W},
    ),
    Shape(
        "a runner that left something behind",
        _do("HSET", "runner:x", "pid", "1"),
        {(T.ORPHAN, "runner:x")},
        {},
    ),
    Shape(
        "an unreaped runner",
        lambda keys: keys.do("ZADD", "runners", 1, keys.runner),
        {(T.UNREAPED, "")},
        {3: C},
    ),
    Shape("counters that are off", _do("HSET", "counts", "active:a", 7), {COUNTS}, {}),
    Shape("counters that are gone", _do("DEL", "counts"), {COUNTS}, {}),
    Shape("a counter of nothing", _do("HSET", "counts", "scheduled:x", 3), {COUNTS}, {}),
    Shape("tries of no job", _do("HSET", "tries", "B99", "1 0\n"), {(T.ORPHAN, 99)}, {}),
    Shape(
        "tries of a job that has ended",
        _do("HSET", "tries", "A5", "1 0\n"),
        {(T.ORPHAN, 5)},
        {5: F},
    ),
    Shape("an end of no job", _do("HSET", "ends", "B99", END), {(T.ORPHAN, 99)}, {}),
    Shape("an end before of no job", _do("HSET", "before", "B99", END), {(T.ORPHAN, 99)}, {}),
    Shape("progress of no job", _do("HSET", "progress", "B99", "1"), {(T.ORPHAN, 99)}, {}),
    Shape("a time to expire of no job", _do("ZADD", "expires", 9e15, "B99"), {(T.ORPHAN, 99)}, {}),
    Shape(
        "a time to expire of a job that has ended",
        _do("ZADD", "expires", 9e15, "A5"),
        {(T.ORPHAN, 5)},
        {5: F},
    ),
    Shape("a log of no job", _do("RPUSH", "log:B99", "line"), {(T.ORPHAN, 99)}, {}),
    Shape("a log that is not counted", _do("HDEL", "logged", "A4"), {(T.ORPHAN, 4)}, {4: D}),
    Shape("a count of a log of no job", _do("HSET", "logged", "B99", 1), {(T.ORPHAN, 99)}, {}),
    Shape(
        "told to stop what is not held",
        lambda keys: keys.do("SADD", f"cancel:{keys.runner}", "A1"),
        {(T.ORPHAN, 1)},
        {1: W, 3: A},
    ),
    Shape("never to expire", _do("ZREM", "expires", "A1"), {(T.NO_EXPIRY, 1)}, {1: W}),
    Shape("a silent doorbell", _do("DEL", "bell:a"), {(T.NO_BELL, "a")}, {}),
    Shape("a type in no list", _do("HDEL", "types", "a"), {(T.UNKNOWN_TYPE, "a")}, {}),
    Shape("ids that will be given out again", _do("SET", "seq", 2), {(T.SEQUENCE, 8)}, {}),
    Shape(
        "a waiting record that cannot be read",
        _do("HSET", "jobs", "A1", JUNK),
        {(T.UNREADABLE, 1)},
        {1: None},
    ),
    Shape(
        "a scheduled one", _do("HSET", "jobs", "A2", JUNK), {(T.UNREADABLE, 2), COUNTS}, {2: None}
    ),
    Shape("an active one", _do("HSET", "jobs", "A3", JUNK), {(T.UNREADABLE, 3), COUNTS}, {3: None}),
    Shape("a finished one", _do("HSET", "jobs", "A4", JUNK), {(T.UNREADABLE, 4)}, {4: None}),
]
