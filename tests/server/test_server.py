"""The server as a service, and what clients do to it on the wire."""

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from tasuki.model.errors import SettingsError
from tasuki.server import Server, ServerOptions
from tasuki.server.http import protocol
from tasuki.store.store import Store
from tests.server.raw import ask, connect, parse
from tests.server.support import Hand, submit
from tests.support import eventually

LIVE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
POST = b"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


# ----------------------------------------------------------------------------- lifecycle


async def test_it_reports_its_real_port_and_can_be_started_again(store: Store) -> None:
    server = Server(ServerOptions(port=0), store)
    with pytest.raises(RuntimeError, match="not started"):
        server.url  # noqa: B018
    await server.start()
    url = server.url
    port = int(url.rpartition(":")[2])
    assert port > 0
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{url}/health/live")).status_code == 200
        await server.stop()
        with pytest.raises(httpx.ConnectError):
            await http.get(f"{url}/health/live")
    # The port is free at once, although connections to it have just been closed.
    again = Server(ServerOptions(port=port), store)
    await again.start()
    assert again.url == url
    await again.stop()


async def test_run_ends_when_it_has_been_stopped(store: Store) -> None:
    server = Server(ServerOptions(port=0), store)
    await server.start()
    running = asyncio.create_task(server.run())
    await server.stop()
    await asyncio.wait_for(running, 5)


async def test_cancelling_run_does_not_stop_it(server: Server, wire: httpx.AsyncClient) -> None:
    running = asyncio.create_task(server.run())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await wire.get("/health/live")).status_code == 200


async def test_stopping_twice_or_before_the_start_does_nothing(store: Store) -> None:
    server = Server(ServerOptions(port=0), store)
    await server.stop()
    await server.start()
    await server.stop()
    await server.stop()


async def test_nothing_is_left_behind(store: Store) -> None:
    before = asyncio.all_tasks()
    server = Server(ServerOptions(port=0), store)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url) as http:
        await submit(http)
        await http.get("/api/v1/jobs/1?wait=0.01")
    await server.stop()
    assert asyncio.all_tasks() == before


async def test_a_busy_port_says_what_to_do(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as caught:
            await Server(ServerOptions(port=port), store).start()
    assert caught.value.field == "port"
    assert str(port) in str(caught.value)
    assert "another port" in str(caught.value)


async def test_an_address_of_another_machine_says_so(store: Store) -> None:
    with pytest.raises(SettingsError, match="not an address of this machine"):
        await Server(ServerOptions(host="192.0.2.1", port=0, insecure=True), store).start()


async def test_a_name_that_is_no_address_says_so(store: Store) -> None:
    with pytest.raises(SettingsError, match="not known here"):
        await Server(ServerOptions(host="no..name", port=0, insecure=True), store).start()


async def test_ipv6_is_served(store: Store) -> None:
    server = Server(ServerOptions(host="::1", port=0), store)
    try:
        await server.start()
    except SettingsError:
        pytest.skip("this machine has no IPv6")
    async with httpx.AsyncClient() as http:
        assert server.url.startswith("http://[::1]:")
        assert (await http.get(f"{server.url}/health/live")).status_code == 200
    await server.stop()


async def test_it_does_the_periodic_work(server: Server, wire: httpx.AsyncClient) -> None:
    """A job whose time has come is moved without any runner."""
    id = await submit(wire, expires=0.05)

    async def has_expired() -> bool:
        job = (await wire.get(f"/api/v1/jobs/{id}")).json()
        return job["state"] == "cancelled" and job["reason"] == "expired"

    await eventually(has_expired)


async def test_stopping_answers_those_who_wait(server: Server, wire: httpx.AsyncClient) -> None:
    id = await submit(wire)
    waiting = asyncio.create_task(wire.get(f"/api/v1/jobs/{id}?wait=60", timeout=30))
    await eventually(lambda: server.busy == 1)
    await asyncio.wait_for(server.stop(), 4)
    response = await waiting
    assert (response.status_code, response.json()["state"]) == (200, "waiting")


async def test_stopping_waits_for_answers_on_their_way(server: Server, store: Store) -> None:
    reader, writer = await connect(server)
    writer.write(POST + b'Content-Length: 13\r\n\r\n{"type": ')
    await eventually(lambda: server.busy == 1)
    stopping = asyncio.create_task(server.stop())
    writer.write(b'"a"}')
    assert parse(await reader.read()).status == 201
    await stopping
    writer.close()
    assert len((await store.listing().page()).jobs) == 1


# ---------------------------------------------------------------------- on the wire


@pytest.fixture
async def line(
    server: Server,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await connect(server)
    yield reader, writer
    writer.close()


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nA\x00b: c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n",
        POST + b'Content-Length: 13\r\nTransfer-Encoding: chunked\r\n\r\n{"type": "a"}',
        POST + b'Content-Length: 13\r\nContent-Length: 14\r\n\r\n{"type": "a"}',
        POST + b'Content-Length: -1\r\n\r\n{"type": "a"}',
        POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_refused_and_the_connection_closed(
    server: Server, store: Store, request_: bytes
) -> None:
    answer = await ask(server, request_)
    assert 400 <= answer.status < 500
    assert answer.headers["connection"] == "close"
    assert (await store.listing().page()).jobs == []


async def test_an_answer_is_never_taken_for_that_of_another_request(
    server: Server, wire: httpx.AsyncClient
) -> None:
    id = await submit(wire)
    wait = f"GET /api/v1/jobs/{id}?wait=30 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    reader, writer = await connect(server)
    writer.write(wait + b"NONSENSE\r\n\r\n")
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_large_headers_are_refused(server: Server) -> None:
    for request in (
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-Number: one\r\n" * 10_000 + b"\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ):
        answer = await ask(server, request)
        assert answer.status == 431
        assert answer.as_response().json()["code"] == "headers_too_large"


async def test_usual_headers_are_fine(server: Server) -> None:
    cookie = b"Cookie: " + b"c" * 30_000 + b"\r\n"
    answer = await ask(server, LAST.replace(b"Connection", cookie + b"Connection"))
    assert answer.status == 200


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHo", LIVE + b"GET "])
async def test_headers_that_do_not_come_are_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(protocol, "HEADERS_SECONDS", 0.05)
    answer = await ask(server, sent)
    if sent.startswith(LIVE):
        assert answer.status == 200
        answer = parse(answer.rest)
    assert answer.status == 408


async def test_slow_clients_do_not_slow_down_others(
    server: Server, wire: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [await connect(server) for _ in range(200)]
    for _, writer in lines:
        writer.write(b"GET / HTTP/1.1\r\n")
    clock = asyncio.get_running_loop().time
    slowest = 0.0
    for _ in range(50):
        for _, writer in lines[:20]:
            writer.write(b"X")
        before = clock()
        assert (await wire.get("/health/live")).status_code == 200
        slowest = max(slowest, clock() - before)
    assert slowest < 0.5
    for _, writer in lines:
        writer.close()


async def test_a_connection_is_used_again(
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    reader, writer = line
    for _ in range(3):
        writer.write(LIVE)
        assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200 OK")


async def test_requests_may_be_sent_ahead(server: Server) -> None:
    answer = await ask(server, LIVE + POST + b'Content-Length: 13\r\n\r\n{"type": "a"}' + LAST)
    statuses = [answer.status]
    while answer.rest:
        answer = parse(answer.rest)
        statuses.append(answer.status)
    assert statuses == [200, 201, 200]


async def test_who_leaves_while_waiting_is_forgotten(
    server: Server, wire: httpx.AsyncClient
) -> None:
    id = await submit(wire)
    for _ in range(10):
        _, writer = await connect(server)
        writer.write(f"GET /api/v1/jobs/{id}?wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await eventually(lambda: server.busy == 1)
        writer.close()
        await eventually(lambda: server.busy == 0)


async def test_many_submissions_at_once_are_all_made(
    server: Server, wire: httpx.AsyncClient, store: Store
) -> None:
    responses = await asyncio.gather(
        *(wire.post("/api/v1/jobs", json={"type": "a", "data": n}) for n in range(100))
    )
    ids = [response.json()["id"] for response in responses]
    assert sorted(ids) == list(range(1, 101))
    for n, id in enumerate(ids):
        assert (await wire.get(f"/api/v1/jobs/{id}")).json()["data"] == n
    hand = Hand(store)
    [claimed] = await hand.claim("a", each=200)
    assert len(claimed.ids) == 100
    await hand.complete()
    await hand.leave()


async def test_the_same_key_fifty_times_at_once_makes_one_job(wire: httpx.AsyncClient) -> None:
    responses = await asyncio.gather(
        *(
            wire.post("/api/v1/jobs", json={"type": "a"}, headers={"Idempotency-Key": "k"})
            for _ in range(50)
        )
    )
    assert {response.text for response in responses} == {'{"id":1,"state":"waiting"}'}
    assert len((await wire.get("/api/v1/jobs")).json()["jobs"]) == 1
