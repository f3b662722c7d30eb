"""An event loop that nothing but its main task ends."""

import asyncio
import logging

import pytest

from tasuki.workers.process.steady import run_steadily


async def leave() -> None:
    raise SystemExit(3)


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("way", ["task", "callback", "stop"])
def test_the_loop_goes_on_whatever_a_job_does(way: str, caplog: pytest.LogCaptureFixture):
    went_on = False

    async def main() -> None:
        nonlocal went_on
        loop = asyncio.get_running_loop()
        match way:
            case "task":
                task = asyncio.create_task(leave())
                await asyncio.wait([task])
                assert isinstance(task.exception(), SystemExit)
            case "callback":
                loop.call_soon(interrupt)
            case _:
                loop.stop()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        went_on = True

    with caplog.at_level(logging.ERROR):
        run_steadily(main())
    assert went_on
    assert "goes on" in caplog.text


def test_what_the_main_task_raises_ends_it():
    async def main() -> None:
        raise ValueError("no app")

    with pytest.raises(ValueError, match="no app"):
        run_steadily(main())
    with pytest.raises(SystemExit):
        run_steadily(leave())
