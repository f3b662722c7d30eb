"""Where the steps of attempts run, and wait for a slot."""

from collections.abc import Awaitable, Coroutine
from typing import Any, Protocol, TypeVar

from tasuki.model.outcome import Outcome

H = TypeVar("H")


class Run(Protocol):
    """An attempt, as a place sees it. `started` is when it was claimed, until it begins."""

    started: float

    @property
    def type(self) -> str:
        """The type of its job."""
        ...

    def steps(self) -> Coroutine[Any, Any, None]:
        """All that there is to do, up to `deliver`."""
        ...

    def end(self, outcome: Outcome) -> None:
        """It is over, and its slot is free. To be called in the loop."""
        ...

    def give_back(self) -> bool:
        """Have the job released untouched, if it still waits in line. Gives whether it did."""
        ...


class Place(Protocol[H]):
    """Runs the steps of the attempts of one type, in so many slots; the others wait in line.

    What `start` gives is the place's hold on the attempt.
    """

    into_loop: Awaitable[None] | None
    """What steps must await before they await anything else; None if they may do so at once."""

    def start(self, run: Run) -> H:
        """Run the steps as soon as a slot is free and all that came before have begun."""
        ...

    def waiting(self) -> list[Run]:
        """Those in line, the first one first."""
        ...

    def withdraw(self, hold: H) -> bool:
        """Take the attempt out of the line, so that it never begins; False if it has begun."""
        ...

    def deliver(self, run: Run, outcome: Outcome) -> None:
        """The steps have come to their outcome, so the attempt is to end, in the loop."""
        ...

    def interrupt(self, hold: H) -> None:
        """Make the steps stop, as far as that is possible here."""
        ...

    def stack(self, hold: H) -> str:
        """Where the steps are, as text."""
        ...
