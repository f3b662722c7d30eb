"""What runs the sides: this Python, that of the Python peers, and Node.js for its own."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_HERE = Path(__file__).resolve().parent
_PEERS = _HERE.parent / ".venv-peers"

Kind = Literal["ours", "peers", "node"]


class Missing(Exception):
    """An environment is not there; the message says what is missing, and how to get it."""


@dataclass(frozen=True, slots=True)
class Program:
    """What runs as a side: a Python module or a file for Node.js, and its arguments."""

    kind: Kind
    name: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Environments:
    """The interpreters. `peers` is a Python, `modules` the `node_modules` of the peers."""

    ours: str
    peers: str
    modules: Path

    def command(self, program: Program) -> list[str]:
        """The command of a side. Raises Missing where there is nothing to run it with."""
        if program.kind == "node":
            return [self._node(), str(_HERE / program.name), *program.arguments]
        python = self.peers if program.kind == "peers" else self.ours
        return [python, "-m", program.name, *program.arguments]

    def _node(self) -> str:
        node = shutil.which("node")
        if node is None:
            raise Missing("there is no `node` on PATH (Node.js 20 or newer)")
        if not self.modules.is_dir():
            raise Missing("its packages are not installed: `make bench` does that")
        return node


def find_environments(ours: str, peers: str | None) -> Environments:
    """The peers' Python is as given, or that of `.venv-peers` in the repository."""
    python = peers or str(_PEERS / "bin" / "python")
    if shutil.which(python) is None:
        raise SystemExit(
            f"There is no Python at {python}. Make an environment for the peers first:\n"
            f"  python -m venv {_PEERS}\n"
            f"  {_PEERS / 'bin' / 'pip'} install -r benchmarks/peers/requirements.txt\n"
            "or name one with --peers-python."
        )
    return Environments(ours, python, _PEERS / "node" / "node_modules")
