"""Runs the real `tasuki`, as a person does."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

from click.testing import CliRunner

from tasuki.cli import main
from tests.support import eventually_sync

# Ctrl-C reaches only those whose session the terminal belongs to.
_LOG_IN = (
    "import os, sys; os.login_tty(0); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)

COMMAND = (sys.executable, "-m", "tasuki")


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def ok(self) -> Self:
        assert self.code == 0, self
        assert self.err == "", self
        return self


@dataclass
class Program:
    """`tasuki` in a directory, with no settings but those of `variables`."""

    cwd: Path
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("TASUKI_", "NO_COLOR"))}
        # Narrow defaults of a terminal must not change what is compared.
        return clean | {"COLUMNS": "200", "TERM": "xterm-256color"} | dict(self.variables)

    def __call__(self, *arguments: str, stdin: str | bytes = "", code: int | None = None) -> Result:
        """Run a command in this process, which is quick."""
        hidden = {name: None for name in os.environ if name.startswith("TASUKI_")}
        with chdir(self.cwd):
            done = CliRunner().invoke(
                main, arguments, input=stdin, env=hidden | dict(self.variables)
            )
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return self._checked(Result(done.exit_code, done.stdout, done.stderr), code)

    def process(self, *arguments: str, stdin: str = "", code: int | None = None) -> Result:
        """Run a command in a process of its own, as a person does."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.cwd,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        result = Result(done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in result.err or "app.py" in result.err, result
        return self._checked(result, code)

    @staticmethod
    def _checked(result: Result, code: int | None) -> Result:
        assert code is None or result.code == code, result
        return result

    def having(self, **variables: str) -> "Program":
        """The same with more in its environment: `url=...` is TASUKI_URL."""
        return self.with_variables(**{f"TASUKI_{k.upper()}": v for k, v in variables.items()})

    def with_variables(self, **variables: str) -> "Program":
        """The same with more in its environment."""
        return Program(self.cwd, {**self.variables, **variables})

    @contextmanager
    def running(self, *arguments: str, before: Sequence[str] = ()) -> Iterator["Running"]:
        """A command that goes on until it is stopped; it is killed at the end if need be.

        `before` is what it is run by, such as `nohup`.
        """
        process = subprocess.Popen(
            [*before, *COMMAND, *arguments],
            cwd=self.cwd,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running = Running(process)
        try:
            yield running
        finally:
            running.end()

    @contextmanager
    def on_terminal(self, *arguments: str) -> Iterator["Terminal"]:
        """A command whose input and output are a terminal."""
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", _LOG_IN, *COMMAND[1:], *arguments],
            cwd=self.cwd,
            env=self.environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)
        terminal = Terminal(process, master)
        try:
            yield terminal
        finally:
            terminal.end()


class Running:
    """A process whose output is read as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.lines: list[str] = []
        self._reading = Event()
        self._reading.set()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def text(self) -> str:
        return "".join(self.lines)

    @contextmanager
    def unread(self) -> Iterator[None]:
        """Read nothing of what it says for a while."""
        self._reading.clear()
        try:
            yield
        finally:
            self._reading.set()

    def says(self, text: str, seconds: float = 15) -> None:
        """Wait until it has said this."""
        eventually_sync(lambda: text in self.text or self._ended(text), seconds)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float = 15) -> int:
        """Wait for its end, and give its exit code."""
        code = self._process.wait(seconds)
        self._reader.join(5)
        return code

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.wait()

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _ended(self, text: str) -> bool:
        assert self._process.poll() is None, f"it ended without saying {text!r}: {self.text}"
        return False

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in iter(self._process.stdout.readline, ""):
            self.lines.append(line)
            self._reading.wait()


class Terminal:
    """The other side of a terminal."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self._process = process
        self._master: int | None = master
        self.text = ""

    def says(self, text: str, seconds: float = 15) -> None:
        """Wait until this is on the screen."""
        deadline = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < deadline, self.text
            assert self._read() or text in self.text, f"it ended: {self.text}"

    def types(self, keys: bytes) -> None:
        assert self._master is not None
        os.write(self._master, keys)

    def hang_up(self) -> None:
        """Close it, as its window is closed; the shell in it passes that on."""
        assert self._master is not None
        os.close(self._master)
        self._master = None
        self._process.send_signal(signal.SIGHUP)

    def wait(self) -> int:
        """Read to its end, and give its exit code."""
        while self._read():
            pass
        return self._process.wait(10)

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(10)
        if self._master is not None:
            os.close(self._master)

    def _read(self) -> bool:
        if self._master is None:
            return False
        ready, _, _ = select.select([self._master], [], [], 0.1)
        if not ready:
            return True
        try:
            piece = os.read(self._master, 65_536)
        except OSError:
            return False
        self.text += piece.decode(errors="replace")
        return bool(piece)
