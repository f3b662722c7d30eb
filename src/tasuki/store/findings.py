"""What can be wrong with the keys of a namespace, and the words for it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Trouble(StrEnum):
    """One way in which a namespace is not as the scripts leave it."""

    LAYOUT = "layout"
    SEQUENCE = "sequence"
    UNREADABLE = "unreadable"
    NO_RECORD = "no_record"
    NOWHERE = "nowhere"
    TWICE = "twice"
    MISPLACED = "misplaced"
    UNKNOWN_RUNNER = "unknown_runner"
    NO_END = "no_end"
    STRAY_END = "stray_end"
    NO_EXPIRY = "no_expiry"
    ORPHAN = "orphan"
    UNKNOWN_TYPE = "unknown_type"
    UNREAPED = "unreaped"
    NO_BELL = "no_bell"
    COUNTS = "counts"


class Finding(NamedTuple):
    """Something that is wrong. `text` says what, and what a repair does about it.

    `ids` are the jobs it is about, if any, and `members` the same as they stand in the store.
    `place` is the key, type or runner it is about.
    """

    kind: Trouble
    ids: tuple[int, ...]
    text: str
    place: str = ""
    members: tuple[str, ...] = ()


_TEXTS = {
    Trouble.UNREADABLE: "{jobs}: the record cannot be read; it is deleted",
    Trouble.NO_RECORD: "{jobs} in {place}: there is no record of it; it is dropped",
    Trouble.NOWHERE: "{jobs}: in no queue, so it would never run; it is put back to waiting,"
    " or with the finished jobs if it has ended",
    Trouble.TWICE: "{jobs}: in two places at once; it stays in the one that counts",
    Trouble.MISPLACED: "{jobs} in {place}: it belongs elsewhere, and is moved there",
    Trouble.UNKNOWN_RUNNER: "{jobs} in {place}: held by a runner that is not there, so it would"
    " stay active for ever; it is put back to waiting",
    Trouble.NO_END: "{jobs}: finished, and how is not known; that is written down",
    Trouble.STRAY_END: "{jobs}: not finished, and yet there is an end of it; that is deleted",
    Trouble.NO_EXPIRY: "{jobs}: it should expire and would not; it will",
    Trouble.ORPHAN: "{jobs} in {place}: left over; it is deleted",
    Trouble.UNKNOWN_TYPE: "type {place}: has jobs and is in no list; it is added",
    Trouble.UNREAPED: "runner {place}: its lease is over and nobody takes its jobs back (is any"
    " server or worker running?); they are taken back",
    Trouble.NO_BELL: "type {place}: work waits and the doorbell is silent (harmless: runners look"
    " by themselves every few seconds); it is rung",
}
_SHOWN = 10


def finding(kind: Trouble, place: str = "", members: Sequence[str] = ()) -> Finding:
    """A finding with its text."""
    ids = tuple(int(member[1:]) for member in members if member[1:].isdecimal())
    text = _TEXTS[kind].format(jobs=_jobs(members), place=place)
    return Finding(kind, ids, text, place, tuple(members))


def runner_left_over(runner: str) -> Finding:
    """What is left of a runner that is gone."""
    text = f"runner {runner}: it is gone, and something of it is left over; that is deleted"
    return Finding(Trouble.ORPHAN, (), text, f"runner:{runner}")


def wrong_counts(wrong: Sequence[str]) -> Finding:
    """Counters that are off; `wrong` says which."""
    text = f"counters are off: {', '.join(wrong[:_SHOWN])}; they are set right"
    return Finding(Trouble.COUNTS, (), text)


def low_sequence(last: int, largest: int) -> Finding:
    """Ids that exist would be given out again."""
    text = f"the next id would be {last + 1}, and there is a job {largest}; ids go on behind it"
    return Finding(Trouble.SEQUENCE, (largest,), text)


def _jobs(members: Sequence[str]) -> str:
    shown = [member[1:] if member[1:].isdecimal() else repr(member) for member in members[:_SHOWN]]
    more = f" and {len(members) - _SHOWN} more" if len(members) > _SHOWN else ""
    return f"{'jobs' if len(members) > 1 else 'job'} {', '.join(shown)}{more}"
