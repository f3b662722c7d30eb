"""Services that run together."""

import asyncio
from collections.abc import Callable

import pytest

from tasuki.cli.services.services import Part, Signals, serve
from tasuki.model.errors import TasukiError
from tests.support import eventually


class Diary(list[str]):
    """What happened, in order."""


class Thing:
    """A service that writes down what is done with it. `steps` run in place of its own."""

    def __init__(self, name: str, diary: Diary, **steps: Callable[[], object]) -> None:
        self.part = Part(f"the {name}", self)
        self._name = name
        self._diary = diary
        self._steps = steps
        self.over = asyncio.Event()

    async def start(self) -> None:
        await self._do("start")

    async def run(self) -> None:
        await self.over.wait()
        await self._do("end")

    async def stop(self) -> None:
        await self._do("stop")

    async def _do(self, what: str) -> None:
        self._diary.append(f"{what} {self._name}")
        if what in self._steps:
            result = self._steps[what]()
            if asyncio.iscoroutine(result):
                await result


class Worker(Thing):
    """One that has to be told twice."""

    def __init__(self, name: str, diary: Diary) -> None:
        self._released = asyncio.Event()
        super().__init__(name, diary, stop=self._released.wait)

    async def stop_now(self) -> None:
        self._diary.append(f"stop {self._name} now")
        self._released.set()


def fail() -> None:
    raise TasukiError("it broke")


async def nothing() -> None:
    return


@pytest.fixture
def diary() -> Diary:
    return Diary()


async def test_parts_start_in_order_and_stop_in_reverse(diary: Diary):
    signals = Signals()
    parts = [Thing(name, diary).part for name in ("store", "server", "daemon")]

    async def when_up() -> None:
        diary.append("up")
        signals.stop.set()

    await serve(parts, signals, when_up)
    assert diary == [
        *("start store", "start server", "start daemon", "up"),
        *("stop daemon", "stop server", "stop store"),
    ]


async def test_when_one_cannot_start_those_before_it_are_stopped(diary: Diary):
    parts = [
        Thing("store", diary).part,
        Thing("server", diary, start=fail).part,
        Thing("daemon", diary).part,
    ]
    with pytest.raises(TasukiError, match="it broke"):
        await serve(parts, Signals(), nothing)
    assert diary == ["start store", "start server", "stop store"]


async def test_when_one_fails_all_are_stopped_and_its_error_is_told(diary: Diary):
    store, daemon = Thing("store", diary), Thing("daemon", diary, end=fail)
    daemon.over.set()
    with pytest.raises(TasukiError, match="it broke"):
        await serve([store.part, daemon.part], Signals(), nothing)
    assert diary[-2:] == ["stop daemon", "stop store"]


async def test_when_one_ends_by_itself_all_are_stopped(diary: Diary):
    store, server = Thing("store", diary), Thing("server", diary)
    server.over.set()
    with pytest.raises(TasukiError, match="the server has ended by itself"):
        await serve([store.part, server.part], Signals(), nothing)
    assert diary[-2:] == ["stop server", "stop store"]


async def test_when_one_cannot_stop_the_others_are_stopped_all_the_same(diary: Diary):
    signals = Signals()
    parts = [Thing("store", diary).part, Thing("server", diary, stop=fail).part]
    serving = asyncio.create_task(serve(parts, signals, nothing))
    await eventually(lambda: "start server" in diary)
    signals.stop.set()
    with pytest.raises(TasukiError, match="it broke"):
        await serving
    assert diary[-2:] == ["stop server", "stop store"]


async def test_an_order_to_stop_ends_the_start(diary: Diary):
    signals = Signals()
    slow = Thing("server", diary, start=asyncio.Event().wait)
    parts = [Thing("store", diary).part, slow.part, Thing("daemon", diary).part]
    serving = asyncio.create_task(serve(parts, signals, nothing))
    await eventually(lambda: "start server" in diary)
    signals.stop.set()
    await serving
    assert diary == ["start store", "start server", "stop store"]


async def test_a_second_order_does_not_wait_for_running_jobs(diary: Diary):
    signals = Signals()
    parts = [Thing("store", diary).part, Worker("daemon", diary).part]
    serving = asyncio.create_task(serve(parts, signals, nothing))
    await eventually(lambda: "start daemon" in diary)
    signals.stop.set()
    await eventually(lambda: "stop daemon" in diary)
    assert not serving.done()
    signals.hurry.set()
    await serving
    assert diary[-3:] == ["stop daemon", "stop daemon now", "stop store"]
