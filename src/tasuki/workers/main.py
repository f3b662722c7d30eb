"""The runner process: `python -m tasuki.workers.main`, started by the supervisor."""

import gc
import logging
import os
from functools import partial

import msgspec

from tasuki.model.errors import AppError, LayoutError, StoreUnsafeError
from tasuki.store.store import Store
from tasuki.telemetry.logs import configure
from tasuki.telemetry.outage import OutageLog
from tasuki.workers.app.load import load_app
from tasuki.workers.attempt.blackbox import BlackBox
from tasuki.workers.attempt.forks import end_stray_child, free_children
from tasuki.workers.process.channel import Channel
from tasuki.workers.process.exit import LINGER_SECONDS, end_now, end_within, leave_process
from tasuki.workers.process.lifeline import Lifeline
from tasuki.workers.process.protocol import (
    BLACKBOX_VARIABLE,
    EXIT_APP,
    EXIT_FAILED,
    EXIT_OK,
    EXIT_UNSAFE,
    PIPE_VARIABLE,
    TEARDOWN_SECONDS,
    RunnerConfig,
)
from tasuki.workers.process.steady import run_steadily
from tasuki.workers.process.stopper import Stopper
from tasuki.workers.registry import Registry
from tasuki.workers.runner.runner import Runner

log = logging.getLogger("tasuki.runner")


class Process:
    """A runner as a process: what it was started with, from the first line on.

    The lifeline is taken up before anything of the user's is loaded.
    """

    def __init__(self, config: RunnerConfig, channel: Channel, box: BlackBox, orders: int) -> None:
        self._config = config
        self._channel = channel
        self._box = box
        self._lifeline = Lifeline(orders, config.pulse, channel.pulse)

    def run(self) -> int:
        """Load the app, serve, and give the exit code."""
        self._lifeline.start()
        try:
            registry = load_app(self._config.app).registry()
            end_stray_child()
            # What is loaded now stays: the garbage collector need not look through it ever again.
            gc.collect()
            gc.freeze()
            run_steadily(self._serve(registry))
        except AppError as error:
            self._channel.failed(str(error))
            return EXIT_APP
        except (StoreUnsafeError, LayoutError) as error:
            self._channel.failed(str(error))
            return EXIT_UNSAFE
        except BaseException:
            # Left to the interpreter, it would wait for the app's threads, perhaps for ever.
            log.exception("this runner has failed")
            return EXIT_FAILED
        return EXIT_OK

    async def _serve(self, registry: Registry) -> None:
        """Run the workers until told to end, or until the supervisor is gone.

        Raises:
            StoreUnsafeError: the store could lose jobs.
            LayoutError: it was written by another version of Tasuki.
            Exception: what a worker's `setup` raised.
        """
        config = self._config
        store = Store(config.url, namespace=config.namespace)
        runner = Runner(
            store,
            registry,
            config.worker,
            watcher=self._channel,
            box=self._box,
        )
        stopper = Stopper(runner, self._channel, config.worker.grace)

        async def work() -> None:
            await _until_usable(store, config)
            await runner.run()

        try:
            with self._lifeline.taken_by(stopper.obey):
                await stopper.run(work())
        finally:
            await store.close()
        if stopper.alone and self._channel.released:
            # Its jobs run again soon; what they have started must not go on beside that.
            end_now(EXIT_OK, group=True)
        # The loop waits for its threads when it closes.
        end_within(LINGER_SECONDS, EXIT_OK, "ended without waiting any longer")


def _bound_teardown() -> None:
    end_within(TEARDOWN_SECONDS, EXIT_OK, "the teardown of its workers did not end in time")


async def _until_usable(store: Store, config: RunnerConfig) -> None:
    """Wait for the store, as in mid-life: whatever may pass is said, and waited for."""
    await OutageLog(log).outlast(partial(store.check, allow_unsafe=config.allow_unsafe))


def main() -> int:
    """Read the configuration, run, and give the exit code."""
    pipe = os.environ.pop(PIPE_VARIABLE, "")
    box = os.environ.pop(BLACKBOX_VARIABLE, "")
    config = msgspec.json.decode(_first_line(), type=RunnerConfig)
    orders = _take_standard_input()
    free_children()
    configure(config.log.level, config.log.format)
    return Process(
        config,
        Channel(int(pipe) if pipe else None, _bound_teardown),
        BlackBox.open(int(box)) if box else BlackBox.create(),
        orders,
    ).run()


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            break
        line += byte
    return line


def _take_standard_input() -> int:
    """Move standard input out of the way of jobs, and of programs that they start.

    They find an empty one in its place; the lifeline would keep them waiting for ever.
    """
    lifeline = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return lifeline


if __name__ == "__main__":
    leave_process(main())
