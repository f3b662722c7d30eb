"""Runs chosen measurements, each on a fresh store with fresh sides."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import ledger, protocol
from benchmarks.bench import Bench
from benchmarks.catalogue import MEASUREMENTS, MODULES, PEERS
from benchmarks.harness import Rounds
from benchmarks.ledger import Ledger
from benchmarks.results import Comparison
from benchmarks.sides import Side, SideError
from benchmarks.sizes import Sizes
from benchmarks.store import Fsync, Store

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the file in it is made by tempfile
_REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class Run:
    """One run of the benchmarks: what it is asked to do, and what it found out so far."""

    sizes: Sizes
    fsync: Fsync
    python: str
    peers_python: str
    progress: Callable[[str], None]
    comparisons: list[Comparison] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)

    def measure(self, names: Iterable[str]) -> None:
        for name in names:
            self.progress(f"{name}: starting")
            with self._bench(name) as bench:
                self.comparisons += MEASUREMENTS[name].run(bench)

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
            store = stack.enter_context(Store(directory, self.fsync))
            self.versions["store"] = store.version
            book = Ledger.create(shelf / "ledger", self.sizes.deep)
            environment = {
                protocol.STORE_ENVIRONMENT: str(store.socket),
                ledger.ENVIRONMENT: str(book.path),
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
            python = self.peers_python if name in PEERS else self.python
            side = Side(name, python, MODULES[name], environment, directory / f"{name}.log")
            try:
                started[name] = stack.enter_context(side)
            except SideError as error:
                if str(error) not in self.failures:
                    self.failures.append(str(error))
                continue
            self.versions |= side.hello.versions
        return started


def find_peers_python(given: str | None) -> str:
    """The peers' Python: as given, or that of `.venv-peers` in the repository."""
    python = given or str(_REPOSITORY / ".venv-peers" / "bin" / "python")
    if shutil.which(python) is None:
        raise SystemExit(
            f"There is no Python at {python}. Make an environment for the peers first:\n"
            f"  python -m venv {_REPOSITORY / '.venv-peers'}\n"
            f"  {_REPOSITORY / '.venv-peers' / 'bin' / 'pip'} install"
            " -r benchmarks/peers/requirements.txt\n"
            "or name one with --peers-python."
        )
    return python
