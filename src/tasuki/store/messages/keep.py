"""How finished jobs are kept, in the one shape in which scripts hear of it."""

import msgspec

from tasuki.model.retention import Retention
from tasuki.model.state import FINISHED, State


class KeepRule(msgspec.Struct, frozen=True):
    """For how many milliseconds, how many of each type, and how many bytes over all types."""

    age: int
    most: int
    bytes: int


KeepRules = dict[State, KeepRule]
"""The rule for each state in which a job can end."""


def keep_of(retention: Retention) -> KeepRules:
    """The rules that a retention consists of.

    >>> keep_of(Retention())[State.COMPLETED]
    KeepRule(age=3600000, most=10000, bytes=1073741824)
    """
    rules = {state: retention.of(state) for state in FINISHED}
    return {
        state: KeepRule(round(rule.age * 1_000), rule.count, rule.bytes)
        for state, rule in rules.items()
    }
