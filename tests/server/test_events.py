"""The stream of events."""

import asyncio
import contextlib

import httpx
import pytest
import valkey

from tasuki.server import Server
from tasuki.server.api import events
from tasuki.server.events.frames import Batch
from tasuki.server.events.subscriber import Subscriber
from tasuki.store.store import Store
from tests.server.own_store import OwnStore
from tests.server.raw import connect
from tests.server.sse import Seen, Stream, listen
from tests.server.support import Hand, blocked_readers, check_problem, submit
from tests.support import eventually


async def test_a_job_is_followed_through_its_life(wire: httpx.AsyncClient, store: Store) -> None:
    async with listen(wire) as stream:
        assert stream.response.headers["content-type"] == "text/event-stream"
        id = await submit(wire)
        hand = Hand(store)
        await hand.claim("email")
        await hand.note('{"done":1,"total":2}')
        await hand.complete()
        await hand.leave()
        seen = await stream.take(4)
        assert [event.what for event in seen] == ["waiting", "active", "progress", "completed"]
        assert all(event.data == {"type": "email", "ids": [id]} for event in seen)
        assert len({event.position for event in seen}) == 4


async def test_types_and_removals_are_told(wire: httpx.AsyncClient) -> None:
    async with listen(wire) as stream:
        id = await submit(wire, type="a/b", delay=60)
        await wire.post("/api/v1/types/a%2Fb/pause")
        await wire.post("/api/v1/types/a%2Fb/resume")
        await wire.delete(f"/api/v1/jobs/{id}")
        seen = [(event.what, event.data["ids"]) for event in await stream.take(4)]
        assert seen == [("scheduled", [id]), ("paused", []), ("resumed", []), ("removed", [id])]


async def test_a_stream_can_be_limited_to_types(wire: httpx.AsyncClient) -> None:
    async with listen(wire, "?type=b&type=c") as stream:
        await wire.post("/api/v1/jobs", json=[{"type": "a"}, {"type": "b"}, {"type": "a"}])
        await submit(wire, type="c")
        seen = await stream.take(2)
        assert [event.data for event in seen] == [
            {"type": "b", "ids": [2]},
            {"type": "c", "ids": [4]},
        ]


async def test_who_comes_back_misses_nothing(wire: httpx.AsyncClient) -> None:
    async with listen(wire) as stream:
        await submit(wire)
        last = await stream.next()
    missed = [await submit(wire, type=f"t{n}") for n in range(300)]
    async with listen(wire, after=last.position) as stream:
        live = await submit(wire, type="live")
        seen = await stream.take(301)
        assert [event.data["ids"] for event in seen] == [[id] for id in [*missed, live]]


async def test_coming_back_while_much_happens_leaves_no_gap(wire: httpx.AsyncClient) -> None:
    async with listen(wire) as stream:
        await submit(wire)
        position = (await stream.next()).position
    stop = asyncio.Event()
    made: list[int] = []

    async def busy() -> None:
        while not stop.is_set():
            made.append(await submit(wire))

    work = asyncio.create_task(busy())
    seen: list[int] = []
    for _ in range(8):
        async with listen(wire, after=position) as stream:
            for event in await stream.take(20):
                seen += event.data["ids"]
                position = event.position
    stop.set()
    await work
    assert seen == made[: len(seen)]


async def test_one_stream_of_events_that_share_a_position_is_sent_again_whole(
    wire: httpx.AsyncClient,
) -> None:
    """Cut off between two events of one call, a client starts before the first."""
    async with listen(wire) as stream:
        await submit(wire)
        before = await stream.next()
        await wire.post("/api/v1/jobs", json=[{"type": "a"}, {"type": "b"}])
        first, second = await stream.take(2)
        assert first.position == before.position
        assert second.position > before.position
    async with listen(wire, after=first.position) as stream:
        types = {event.data["type"] for event in await stream.take(2)}
        assert types == {"a", "b"}


async def test_events_that_are_not_kept_any_more_are_a_reset(
    wire: httpx.AsyncClient, plain: valkey.Valkey, namespace: str
) -> None:
    async with listen(wire) as stream:
        await submit(wire)
        last = await stream.next()
    await submit(wire)
    await submit(wire)
    plain.xtrim(f"{{{namespace}:0}}:events", maxlen=1, approximate=False)
    async with listen(wire, after=last.position) as stream:
        reset = await stream.next()
        assert reset.what == "reset"
        assert "kept" in reset.data["reason"]
        id = await submit(wire)
        assert (await stream.next()).data["ids"] == [id]
    # From the position of the reset on nothing is missing.
    async with listen(wire, after=reset.position) as stream:
        assert (await stream.next()).data["ids"] == [id]


async def test_a_position_from_the_future_is_a_reset(wire: httpx.AsyncClient) -> None:
    await submit(wire)
    async with listen(wire, after="99999999999999-0") as stream:
        assert (await stream.next()).what == "reset"


@pytest.mark.parametrize("position", ["x", "1", "1-", "-1", "1-1-1", "", "1-" + "9" * 30])
async def test_what_is_no_position_is_refused(wire: httpx.AsyncClient, position: str) -> None:
    response = await wire.get("/api/v1/events", headers={"Last-Event-ID": position})
    check_problem(response, 422, "invalid", "Last-Event-ID")


async def test_an_unknown_filter_is_refused(wire: httpx.AsyncClient) -> None:
    check_problem(await wire.get("/api/v1/events?typ=a"), 422, "invalid", "typ")


async def test_a_quiet_stream_has_a_heartbeat_that_moves_on(
    wire: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.02)
    async with listen(wire) as stream, listen(wire, "?type=other") as filtered:
        await submit(wire)
        position = (await stream.next()).position
        with contextlib.suppress(TimeoutError):
            await filtered.next(seconds=0.5)
        assert filtered.comments.count(": heartbeat") >= 2
        # Nothing was for this stream, and still it need not start from the beginning again.
        assert filtered.position == position


async def test_all_streams_share_one_reader(wire: httpx.AsyncClient, plain: valkey.Valkey) -> None:
    async with listen(wire) as one, listen(wire) as two, listen(wire) as three:
        id = await submit(wire)
        for stream in (one, two, three):
            assert (await stream.next()).data["ids"] == [id]
        await eventually(lambda: blocked_readers(plain) == 1)


async def test_nobody_reads_when_nobody_listens(
    wire: httpx.AsyncClient, plain: valkey.Valkey
) -> None:
    async with listen(wire), listen(wire):
        await eventually(lambda: blocked_readers(plain) == 1)
    await eventually(lambda: blocked_readers(plain) == 0)
    async with listen(wire) as stream:
        id = await submit(wire)
        assert (await stream.next()).data["ids"] == [id]


async def test_streams_end_when_the_server_stops(server: Server, wire: httpx.AsyncClient) -> None:
    async with listen(wire) as stream:
        stopping = asyncio.create_task(server.stop())
        with pytest.raises(StopAsyncIteration):
            await stream.next()
        await asyncio.wait_for(stopping, 3)


async def test_who_leaves_is_forgotten(server: Server, wire: httpx.AsyncClient) -> None:
    for _ in range(10):
        async with listen(wire):
            assert server.busy == 1
        await eventually(lambda: server.busy == 0)


async def test_head_opens_no_stream(server: Server, wire: httpx.AsyncClient) -> None:
    response = await wire.head("/api/v1/events")
    assert response.headers["content-type"] == "text/event-stream"
    await eventually(lambda: server.busy == 0)


# ------------------------------------------------------------------------ slow clients


async def test_a_client_that_does_not_read_is_dropped_and_disturbs_nobody(
    server: Server, wire: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "STUCK_SECONDS", 0.2)
    reader, writer = await connect(server)
    writer.write(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b": tasuki\n\n")
    writer.transport.pause_reading()  # pyright: ignore[reportAttributeAccessIssue]
    many = [{"type": f"{n:0200}"} for n in range(1_000)]
    async with listen(wire, f"?type={many[0]['type']}") as stream:
        await eventually(lambda: server.busy == 2)
        sent = 0
        while server.busy > 1:
            await wire.post("/api/v1/jobs", json=many)
            sent += 1
            assert (await stream.next()).data["ids"] == [sent * 1_000 - 999]
            assert sent < 200
    writer.close()


async def test_a_slow_client_gets_a_reset_and_is_let_go() -> None:
    slow = Subscriber(frozenset(), "0-0", most=100)
    for n in range(1, 1_000):
        slow.offer(Batch(f"{n}-0", [("a", b"event: waiting\ndata: {}\n")]))
    text = await slow.next(1)
    assert text is not None
    assert len(text) < 100
    assert text.startswith(b"event: reset\n")
    assert b"too slowly" in text
    assert await slow.next(1) is None


# ------------------------------------------------------------------------- store trouble


async def test_streams_go_on_when_the_store_is_back(
    own_server: httpx.AsyncClient, own: OwnStore
) -> None:
    async with listen(own_server) as stream:
        await submit(own_server)
        await stream.next()
        own.kill()
        check_problem(await own_server.get("/api/v1/types"), 503, "store_unavailable")
        own.start()
        id = await submit(own_server)
        assert await _next_of(stream, id)


async def test_a_store_that_comes_back_empty_is_a_reset(
    own_server: httpx.AsyncClient, own: OwnStore
) -> None:
    async with listen(own_server) as stream:
        await submit(own_server)
        await stream.next()
        own.command("FLUSHALL")
        own.kill()
        own.start()
        assert (await stream.next()).what == "reset"
        await submit(own_server)
        assert (await stream.next()).what == "waiting"


async def test_no_stream_is_opened_while_the_store_is_away(
    own_server: httpx.AsyncClient, own: OwnStore
) -> None:
    own.kill()
    response = await own_server.get("/api/v1/events")
    check_problem(response, 503, "store_unavailable")
    assert response.headers["retry-after"] == "1"


async def _next_of(stream: Stream, id: int) -> Seen:
    while True:
        seen = await stream.next()
        if id in seen.data.get("ids", ()):
            return seen
