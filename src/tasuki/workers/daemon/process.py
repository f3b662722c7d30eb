"""A runner's process, seen from the supervisor."""

import asyncio
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from tasuki.workers.attempt.blackbox import BlackBox
from tasuki.workers.daemon.ending import Ending, Kill
from tasuki.workers.daemon.pipe import MessagePipe
from tasuki.workers.process.protocol import (
    BLACKBOX_VARIABLE,
    HURRY,
    PIPE_VARIABLE,
    STOP,
    Message,
    RunnerConfig,
)

MOST_IDENTITIES = 10


class Launcher:
    """Starts runners that are all alike. `environment` is added to the supervisor's own."""

    def __init__(
        self,
        command: Sequence[str],
        config: RunnerConfig,
        environment: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = command
        self._config = msgspec.json.encode(config) + b"\n"
        self._environment = environment
        self._clock = clock

    async def launch(self) -> "RunnerProcess":
        """Start a runner.

        Raises:
            OSError: the system cannot start a process.
        """
        runner = RunnerProcess(self._clock, BlackBox.create())
        # The pipe takes the whole line at once, so it is there before the runner is.
        reading, lifeline = os.pipe()
        try:
            os.write(lifeline, self._config)
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=reading,
                pass_fds=(runner.pipe.writing, runner.box.fd),
                env={
                    **os.environ,
                    **self._environment,
                    PIPE_VARIABLE: str(runner.pipe.writing),
                    BLACKBOX_VARIABLE: str(runner.box.fd),
                },
                # Ctrl-C goes to the terminal's whole session. It must reach the supervisor only,
                # because a runner cannot know by a signal whose will that is.
                start_new_session=True,
            )
        except BaseException:
            os.close(lifeline)
            runner.pipe.abandon()
            runner.box.close()
            raise
        finally:
            os.close(reading)
        runner.begin(process, lifeline)
        return runner


class RunnerProcess:
    """One life of a runner: what it has said and done, and the orders that reach it."""

    def __init__(self, clock: Callable[[], float], box: BlackBox) -> None:
        self._clock = clock
        self.pipe = MessagePipe(self._hear)
        self.box = box
        self.identities: deque[str] = deque(maxlen=MOST_IDENTITIES)
        """Under which it may hold jobs; the last one is the current one."""
        self.busy_until = 0.0
        """The monotonic time by which its jobs should be over; 0 if that is not known."""
        self.was_loaded = False
        """Whether it has come so far that its app was loaded."""
        self.left = asyncio.Event()
        """It has left the store, and holds nothing any more."""
        self.retired = asyncio.Event()
        """Another runner is to take its place, for this `reason`."""
        self.reason = ""
        self.is_ending = False
        """Whether it ends already, though nobody here has told it to."""
        self.on_suspects: Callable[[int], None] = _ignore
        self._heard = 0.0
        self._asked = self._ended = False
        self._released = 0
        self._killed: Kill | None = None
        self._blamed = ""
        self._failure = ""

    def begin(self, process: asyncio.subprocess.Process, lifeline: int) -> None:
        """Take charge of the process. It ends by itself when `lifeline` is closed."""
        self._process = process
        self._lifeline = lifeline
        self.pipe.open()

    @property
    def pid(self) -> int:
        """Its process id, which is that of its process group, too."""
        return self._process.pid

    @property
    def is_busy(self) -> bool:
        """Whether it runs a job."""
        return not self._ended and bool(self.box.begun())

    @property
    def was_asked(self) -> bool:
        """Whether it has been told to end."""
        return self._asked

    @property
    def silence(self) -> float:
        """Seconds since it was last heard of; 0 before it has an identity."""
        return self._clock() - self._heard if self.identities else 0.0

    @property
    def overtime(self) -> float:
        """Seconds for which its jobs should have been over; 0 if they may still run."""
        return max(0.0, self._clock() - self.busy_until) if self.busy_until else 0.0

    @property
    def is_suspended(self) -> bool:
        """Whether it has been stopped, as by SIGSTOP. Only Linux tells."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return False
        # The name comes before the state, in brackets, and may hold brackets and spaces.
        return stat.rpartition(")")[2].split()[0] == "T"

    async def wait(self) -> Ending:
        """Wait until it has ended. To be called once."""
        code = await self._process.wait()
        self.pipe.close()
        os.close(self._lifeline)
        begun = self.box.begun()
        self._ended = True
        self.box.close()
        left = self.left.is_set()
        if code != 0 or not left or self._released:
            # Its jobs run again soon; what they have started must not go on beside that.
            self._signal_group(signal.SIGKILL)
        return Ending(
            code=code,
            asked=self._asked,
            left=left,
            killed=self._killed,
            failure=self._failure,
            begun=(self._blamed,) if self._blamed else tuple(begun),
        )

    def terminate(self) -> None:
        """Ask it to end; the second time, to end at once."""
        order, self._asked = (HURRY if self._asked else STOP), True
        with suppress(OSError):
            os.write(self._lifeline, order)
        with suppress(ProcessLookupError):
            # One that was suspended would not hear of it.
            self._process.send_signal(signal.SIGCONT)

    def kill(self, why: Kill) -> None:
        """End it and all processes of its group now."""
        self._killed = why
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _hear(self, message: Message) -> None:
        self._heard = self._clock()
        match message.kind:
            case "identity":
                self.identities.append(message.identity)
                self.was_loaded = True
                self.busy_until = 0.0
            case "beat":
                self.busy_until = message.busy_until
            case "suspects":
                self.on_suspects(message.count)
            case "retire" | "ending":
                self.is_ending = message.kind == "ending"
                self.reason = message.text
                self.retired.set()
            case "blocked":
                self._blamed = message.ref
                self.kill("overtime")
            case "left":
                self._released = message.count
                if self.identities:
                    self.identities.pop()
                self.left.set()
            case "failed":
                self._failure = message.text


def _ignore(_: int) -> None: ...
