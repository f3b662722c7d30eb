"""Which jobs a runner has room for, and when to look for them. Pure: times are passed in.

A type claims at most half of its room at once: so while one half of the jobs runs, the exchange for
the other half is under way, and the store and the runner work at the same time.

Jobs of a type that are short are claimed ahead of its slots, so that the fixed cost of an exchange
is shared by many of them.
"""

from collections.abc import Mapping

LONGEST_WAIT = 5.0
"""A lost ring of the doorbell costs at most so many seconds."""
MOST_HELD = 100
"""So many jobs share the cost of an exchange well: who has as many slots claims nothing ahead."""
AHEAD_SECONDS = 0.02
"""How long what is claimed ahead should take to run. Longer jobs are not claimed ahead."""
LEARNING = 20
"""So many jobs of a type are seen before any is claimed ahead."""
WEIGHT = 1 / 16
"""How much the newest run time says of the next ones."""

Demand = list[tuple[str, int]]
"""How many jobs of each type are asked for."""


class TypeSlots:
    """The slots of one type, and how long its jobs take. `held` counts those that wait in line."""

    __slots__ = ("_mean", "_seen", "_stalled", "held", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.held = 0
        self._seen = 0
        self._mean = 0.0
        self._stalled = False

    @property
    def ahead(self) -> int:
        """How many jobs may be held that have not begun, beyond those that fill the slots."""
        if self._stalled or self._seen < LEARNING or self._mean >= AHEAD_SECONDS:
            return 0
        room = max(0, MOST_HELD - self.number)
        return int(min(room, self.number * AHEAD_SECONDS / max(self._mean, 1e-6)))

    @property
    def demand(self) -> int:
        """How many jobs to ask for."""
        room = self.number + self.ahead
        return min(room - self.held, (room + 1) // 2)

    def learn(self, seconds: float) -> None:
        """A job of the type ran so long."""
        self._seen += 1
        self._stalled = False
        self._mean += (seconds - self._mean) * max(WEIGHT, 1 / self._seen)

    def stall(self) -> None:
        """Claim nothing ahead until the next job has ended: those that run now are slow ones."""
        self._stalled = True


class Slots:
    """The room of a runner: what is free, what was asked for in vain, and when to look again."""

    begins_at_once = False
    """Whether what was claimed must begin before the next exchange goes out."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self.types = {type: TypeSlots(number) for type, number in numbers.items()}
        self._dry = set[str]()
        self._rung = set[str]()
        self._rang = False
        self._due: float | None = None
        self._look_at = 0.0

    def demand(self) -> Demand:
        """What there is room for."""
        return [
            (type, wanted) for type, slots in self.types.items() if (wanted := slots.demand) > 0
        ]

    def should_look(self, demand: Demand, now: float) -> bool:
        """Whether to ask the store for that now."""
        if any(type not in self._dry for type, _ in demand):
            return True
        if not demand:
            return bool(self._rung)
        return now >= self._look_at or (self._due is not None and now >= self._due)

    def look_at(self, demand: Demand, now: float) -> float:
        """When to ask again, if nothing happens until then."""
        if not demand:
            return now + LONGEST_WAIT
        return self._look_at if self._due is None else min(self._look_at, self._due)

    def idle_types(self) -> list[str]:
        """The types with a free slot, whose doorbells are to be heard.

        To claim ahead is no reason to take the token of a job that another runner may begin.
        """
        return [type for type, slots in self.types.items() if slots.held < slots.number]

    def ring(self, type: str) -> None:
        """The doorbell of a type rang; '' when it was the runner's own."""
        if type:
            self._rung.add(type)
        self._rang = True
        self._look_at = 0.0
        self._dry.clear()

    def take_rung(self) -> list[str]:
        """The types whose doorbells rang since the last time: the store is told that they did."""
        rung = list(self._rung)
        self._rung.clear()
        self._rang = False
        return rung

    def book(
        self, granted: Mapping[str, int], demand: Demand, next_due: float | None, now: float
    ) -> None:
        """So many jobs came for a demand, and hold slots from now on, though they have not begun.

        `next_due` is when there may be more, if that is known.
        """
        for type, number in granted.items():
            self.types[type].held += number
        self._due = next_due
        # A doorbell that rang while the call was under way may be for what came after the reply.
        if not self._rang:
            self._look_at = now + LONGEST_WAIT
            self._dry = {type for type, wanted in demand if granted.get(type, 0) < wanted}

    def leave(self, type: str, seconds: float | None) -> None:
        """A job is not held any more. It ran so long; None if it never began."""
        slots = self.types[type]
        slots.held -= 1
        if seconds is not None:
            slots.learn(seconds)

    def stall(self, type: str) -> None:
        """What was claimed ahead of this type had to be given back."""
        self.types[type].stall()

    def is_over(self, now: float, *, busy: bool) -> bool:
        """Whether the runner is not needed any more."""
        del now, busy
        return False


class ApartSlots(Slots):
    """The room of a runner that runs suspects: one job at a time, as long as there are any."""

    WAIT = 0.2
    """How often it looks for the next one."""
    LONGEST = 3.0
    """How long it looks in vain before it ends."""

    begins_at_once = True

    def __init__(self, numbers: Mapping[str, int], now: float) -> None:
        super().__init__(numbers)
        self._busy_at = now

    def demand(self) -> Demand:
        """One job of any type, if none runs."""
        if any(slots.held for slots in self.types.values()):
            return []
        return [(type, 1) for type in self.types]

    def idle_types(self) -> list[str]:
        """None: it must not take the tokens of others' jobs."""
        return []

    def book(
        self, granted: Mapping[str, int], demand: Demand, next_due: float | None, now: float
    ) -> None:
        """The same, but it looks more often."""
        super().book(granted, demand, next_due, now)
        self._look_at = min(self._look_at, now + self.WAIT)

    def is_over(self, now: float, *, busy: bool) -> bool:
        """Whether there have been no suspects for a while."""
        if busy:
            self._busy_at = now
        return now - self._busy_at > self.LONGEST
