"""Runs chosen measurements, each on a fresh store with fresh sides."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks import ledger, protocol
from benchmarks.bench import Bench
from benchmarks.catalogue import MEASUREMENTS, SIDES
from benchmarks.environments import Environments, Missing
from benchmarks.harness import Rounds
from benchmarks.ledger import Ledger
from benchmarks.results import Comparison
from benchmarks.sides import Side, SideError
from benchmarks.sizes import Sizes
from benchmarks.store import Fsync, Setup, Store

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the file in it is made by tempfile
_REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class Run:
    """One run of the benchmarks: what it is asked to do, and what it found out so far."""

    sizes: Sizes
    fsync: Fsync
    environments: Environments
    progress: Callable[[str], None]
    comparisons: list[Comparison] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)

    def measure(self, names: Iterable[str]) -> None:
        for name in names:
            self.progress(f"{name}: starting")
            with self._bench(name) as bench:
                found = MEASUREMENTS[name].run(bench)
            if bench.store.setup is Setup.TCP:
                found = [replace(each, measurement=f"{each.measurement}, TCP") for each in found]
            self.comparisons += found

    @contextmanager
    def _bench(self, name: str) -> Iterator[Bench]:
        """The ledger lies in memory where that exists: its writes must not wake the disk."""
        rounds = Rounds(
            self.sizes.rounds, lambda what: self.progress(f"{name}: {what}"), self.failures
        )
        with ExitStack() as stack:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
            memory = _SHARED_MEMORY if _SHARED_MEMORY.is_dir() else directory
            shelf = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=memory))
            )
            store = stack.enter_context(Store(directory, self.fsync, MEASUREMENTS[name].setup))
            self.versions["store"] = store.version
            book = Ledger.create(shelf / "ledger", self.sizes.deep)
            environment = {
                protocol.STORE_ENVIRONMENT: store.url,
                ledger.ENVIRONMENT: str(book.path),
                "NODE_PATH": str(self.environments.modules),
                "PYTHONPATH": os.pathsep.join(
                    filter(None, (str(_REPOSITORY), os.environ.get("PYTHONPATH")))
                ),
            }
            sides = self._sides(stack, MEASUREMENTS[name].sides, directory, environment)
            yield Bench(self.sizes, store, book, sides, rounds)

    def _sides(
        self, stack: ExitStack, names: Iterable[str], directory: Path, environment: dict[str, str]
    ) -> dict[str, Side]:
        """Those that start. What keeps another from starting is told once."""
        started: dict[str, Side] = {}
        for name in names:
            try:
                command = self.environments.command(SIDES[name])
                side = stack.enter_context(
                    Side(name, command, environment, directory / f"{name}.log")
                )
            except Missing as reason:
                _note(self.skipped, f"{name}: {reason}")
            except SideError as error:
                _note(self.failures, str(error))
            else:
                started[name] = side
                self.versions |= side.hello.versions
        return started


def _note(notes: list[str], text: str) -> None:
    if text not in notes:
        notes.append(text)
