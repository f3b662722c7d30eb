"""What became of the jobs that a person has steered."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tasuki.cli.terminal.output import print_json, remark, say
from tasuki.model.errors import StateError, TasukiError
from tasuki.model.state import State, Verb

if TYPE_CHECKING:
    from tasuki.client.steering import Outcome

MOST_LINES = 20
"""So many jobs are never too many for a line each."""

OUTCOMES: Mapping[Verb, tuple[str, str]] = {
    Verb.PROMOTE: ("waits to run", "wait to run"),
    Verb.RETRY: ("waits to run again", "wait to run again"),
    Verb.CANCEL: ("cancelled", "cancelled"),
    Verb.UPDATE: ("updated", "updated"),
    Verb.REMOVE: ("removed", "removed"),
}
TOLD = ("is told to stop", "are told to stop")


class Steered:
    """Gathers outcomes and prints them: a line for each job, or in short how many, and of what."""

    def __init__(self, verb: Verb, *, short: bool) -> None:
        self._verb = verb
        self._short = short
        self._done: dict[int, State | None] = {}
        self.refused: dict[int, TasukiError] = {}

    def add(self, outcomes: "Mapping[int, Outcome]") -> None:
        """Take what became of some jobs."""
        for id, outcome in outcomes.items():
            if isinstance(outcome, TasukiError):
                self.refused[id] = outcome
            else:
                self._done[id] = outcome

    def report(self, *, as_json: bool) -> None:
        """Print it all."""
        if as_json:
            self._report_json()
        elif self._short and len(self._done) + len(self.refused) > MOST_LINES:
            self._report_numbers()
        else:
            self._report_lines()

    def _report_json(self) -> None:
        print_json(
            {
                "done": [{"id": id, "state": state} for id, state in self._done.items()],
                "refused": [
                    {"id": id, "code": error.code, "message": str(error)}
                    for id, error in self.refused.items()
                ],
            }
        )

    def _report_lines(self) -> None:
        for id, state in self._done.items():
            say(f"job {id} {self._outcome(state)[0]}")
        for error in self.refused.values():
            remark(f"tasuki: {error}")

    def _report_numbers(self) -> None:
        done = list(self._done.values())
        for state in dict.fromkeys(done):
            say(counted(done.count(state), self._outcome(state)))
        groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for id, error in self.refused.items():
            state = f"{error.state}: cannot {error.verb}" if isinstance(error, StateError) else ""
            groups[(f"is {state} it", f"are {state} them") if state else _GONE].append(id)
        for words, ids in groups.items():
            remark(f"tasuki: {counted(len(ids), words)}, such as job {ids[0]}")

    def _outcome(self, state: State | None) -> tuple[str, str]:
        return TOLD if state is State.ACTIVE else OUTCOMES[self._verb]


_GONE = ("is not there", "are not there")


def counted(number: int, words: tuple[str, str]) -> str:
    """So many jobs, with what became of them in singular and plural.

    >>> counted(2, ("is told to stop", "are told to stop"))
    '2 jobs are told to stop'
    """
    return f"1 job {words[0]}" if number == 1 else f"{number:,} jobs {words[1]}"
