"""What a place is to the attempts that run there."""

from collections.abc import Awaitable, Coroutine
from typing import Any, Protocol, TypeVar

from tasuki.model.outcome import Outcome

H = TypeVar("H")


class Run(Protocol):
    """An attempt, as a place sees it."""

    def steps(self) -> Coroutine[Any, Any, None]:
        """All that there is to do, up to `deliver`."""
        ...

    def end(self, outcome: Outcome) -> None:
        """It is over, and its slot is free. To be called in the loop."""
        ...


class Place(Protocol[H]):
    """Runs the steps of attempts. What `start` gives is the place's hold on the attempt."""

    into_loop: Awaitable[None] | None
    """What steps must await before they await anything else; None if they may do so at once."""

    def start(self, run: Run) -> H:
        """Begin to run the steps."""
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

    def close(self) -> None:
        """Let go of what is idle. What is still busy ends with the process."""
        ...
