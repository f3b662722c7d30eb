"""Connections are bounded: the idlest go, those at work stay, and the log says so once."""

import asyncio
import logging
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tasuki.model.errors import SettingsError
from tasuki.server import Server, ServerOptions
from tasuki.server.http.connections import RESERVED_FILES, Connections, default_connections
from tasuki.server.http.tally import Tally
from tests.server.raw import connect, parse
from tests.server.support import check_problem
from tests.support import eventually

LIVE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
STREAM = b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
SECONDS = 5


class Line:
    """A kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def say(self, text: bytes) -> None:
        self._writer.write(text)

    async def ask(self) -> int:
        """The status of an answer."""
        self._writer.write(LIVE)
        head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), SECONDS)
        answer = parse(head)
        await self._reader.readexactly(int(answer.headers["content-length"]))
        return answer.status

    async def follow(self) -> None:
        """Begin to read events, which does not end."""
        self._writer.write(STREAM)
        assert b" 200 " in await asyncio.wait_for(self._reader.readline(), SECONDS)

    async def is_closed(self) -> bool:
        """Whether the server closes it in time."""
        await asyncio.wait_for(self._reader.read(), SECONDS)
        return True

    async def last_words(self) -> bytes:
        return await asyncio.wait_for(self._reader.read(), SECONDS)

    def close(self) -> None:
        self._writer.close()


@pytest.fixture
def options() -> ServerOptions:
    return ServerOptions(port=0, connections=3)


@asynccontextmanager
async def lines(server: Server, count: int) -> AsyncIterator[list[Line]]:
    made = [Line(*await connect(server)) for _ in range(count)]
    yield made
    for line in made:
        line.close()


async def test_the_idlest_connection_goes_for_a_new_one(
    server: Server, caplog: pytest.LogCaptureFixture
):
    async with lines(server, 3) as (first, second, third), lines(server, 2) as late:
        # The second and the late ones were opened before, and have not said anything yet.
        await asyncio.gather(*(line.is_closed() for line in (first, second)))
        assert await third.ask() == 200
        for line in late:
            assert await line.ask() == 200
        assert await third.ask() == 200
        async with lines(server, 1) as (newest,):
            assert await newest.ask() == 200
            assert await late[0].is_closed()
            assert await third.ask() == 200
    assert caplog.text.count("all 3 connections are in use") == 1


async def test_connections_at_work_stay_and_a_new_one_is_refused(server: Server):
    async with lines(server, 3) as busy:
        for line in busy:
            await line.follow()
        async with lines(server, 1) as (late,):
            answer = parse(await late.last_words())
            check_problem(answer.as_response(), 503, "overloaded")
        busy[0].close()
        await eventually(lambda: server.busy == 2)
        async with lines(server, 1) as (late,):
            assert await late.ask() == 200


async def test_many_more_than_there_may_be_are_served_in_turn(server: Server):
    kept: list[Line] = []
    for _ in range(50):
        kept.append(Line(*await connect(server)))
        assert await kept[-1].ask() == 200
    for line in kept:
        line.close()


def test_the_default_leaves_files_for_everything_else():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 200), hard))
        assert 8 <= default_connections() < 200 - RESERVED_FILES
        assert default_connections(1_000) == 8
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_no_connection_at_all_is_refused():
    with pytest.raises(SettingsError, match="connections: must be a whole number from 1"):
        ServerOptions(connections=0)


class Nothing:
    def let_go(self) -> None:
        return


def test_it_is_told_once_a_minute(caplog: pytest.LogCaptureFixture):
    now = 0.0
    known = Connections(1, lambda: now)
    for _ in range(10):
        assert known.take(Nothing())
    assert len(caplog.records) == 1
    now = 61.0
    known.take(Nothing())
    assert "(10 so far)" in caplog.records[-1].getMessage()


async def test_what_is_no_request_is_told_once_and_counted(
    server: Server, caplog: pytest.LogCaptureFixture
):
    for _ in range(20):
        async with lines(server, 1) as (line,):
            line.say(b"no request\r\n\r\n")
            assert b" 400 " in await line.last_words()
    assert [record.getMessage() for record in caplog.records] == [
        "refused what is no proper request (malformed: 1)"
    ]
    await server.stop()
    assert caplog.records[-1].getMessage() == "refused what is no proper request (malformed: 19)"


async def test_a_tally_tells_the_rest_after_a_while(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING, "tasuki.server")
    tally = Tally(seconds=0.05)
    for code in ("malformed", "slow", "slow"):
        tally.note(code)
    await eventually(lambda: len(caplog.records) == 2)
    assert caplog.records[1].getMessage().endswith("(slow: 2)")
    await asyncio.sleep(0)
    tally.close()
    assert len(caplog.records) == 2
