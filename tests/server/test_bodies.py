"""Limits and formats of bodies."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from tasuki.server import Server, ServerOptions
from tasuki.server.http import protocol
from tests.server.support import check_problem, count_jobs

LIMIT = 2_000
JSON = {"content-type": "application/json"}
FITTING = b'{"type": "a"}'.ljust(LIMIT)
TOO_LARGE = b'{"type": "a"}'.ljust(LIMIT + 1)


@pytest.fixture
def options() -> ServerOptions:
    return ServerOptions(port=0, body_limit=LIMIT)


async def chunked(text: bytes, size: int = 500) -> AsyncIterator[bytes]:
    for start in range(0, len(text), size):
        yield text[start : start + size]


@pytest.mark.parametrize("path", ["/api/v1/jobs", "/job"])
async def test_a_body_of_the_limit_is_taken(wire: httpx.AsyncClient, path: str) -> None:
    for content in (FITTING, chunked(FITTING)):
        response = await wire.post(path, content=content, headers=JSON)
        assert response.is_success
    assert await count_jobs(wire) == 2


async def test_one_byte_more_is_refused(wire: httpx.AsyncClient) -> None:
    for content in (TOO_LARGE, chunked(TOO_LARGE)):
        response = await wire.post("/api/v1/jobs", content=content, headers=JSON)
        assert str(LIMIT) in check_problem(response, 413, "too_large")["detail"]
    assert await count_jobs(wire) == 0


async def test_kue_refuses_it_too(wire: httpx.AsyncClient) -> None:
    for content in (TOO_LARGE, chunked(TOO_LARGE)):
        response = await wire.post("/job", content=content, headers=JSON)
        assert (response.status_code, list(response.json())) == (413, ["error"])
    assert await count_jobs(wire) == 0


@pytest.mark.parametrize("announced", [True, False])
async def test_the_rest_of_a_huge_body_is_not_read(server: Server, announced: bool) -> None:
    reader, writer = await connect(server)
    length = b"Content-Length: 1000000000" if announced else b"Transfer-Encoding: chunked"
    writer.write(
        b"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/json\r\n" + length + b"\r\n\r\n"
    )
    if not announced:
        writer.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in head.lower()
    assert b"too_large" in await reader.read()
    writer.close()


async def test_a_client_that_sends_all_before_it_reads_gets_the_answer(server: Server) -> None:
    reader, writer = await connect(server)
    length = 3_000_000
    writer.write(
        b"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % length
    )
    writer.write(b"x" * length)
    await writer.drain()
    assert (await reader.read()).startswith(b"HTTP/1.1 413 ")
    writer.close()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
@pytest.mark.parametrize("path", ["/api/v1/jobs", "/job"])
async def test_compressed_bodies_are_refused(
    http: httpx.AsyncClient, path: str, encoding: str
) -> None:
    response = await http.post(
        path,
        content=gzip.compress(b'{"type": "a"}'),
        headers=JSON | {"content-encoding": encoding},
    )
    assert response.status_code == 415
    assert encoding in response.text
    assert await count_jobs(http) == 0


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/vnd.api+json",
        "application/jsonx",
        "application/json; charset=latin-1",
    ],
)
async def test_what_is_not_announced_as_json_is_refused(
    http: httpx.AsyncClient, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    response = await http.post("/api/v1/jobs", content=b'{"type": "a"}', headers=headers)
    check_problem(response, 415, "media_type")
    assert await count_jobs(http) == 0


@pytest.mark.parametrize(
    "content_type", ["APPLICATION/JSON", "application/json; charset=UTF-8", "application/json ;x=y"]
)
async def test_json_is_recognised(http: httpx.AsyncClient, content_type: str) -> None:
    response = await http.post(
        "/api/v1/jobs", content=b'{"type": "a"}', headers={"content-type": content_type}
    )
    assert response.status_code == 201


async def test_a_body_that_does_not_come_is_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.05)
    reader, writer = await connect(server)
    writer.write(
        b"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b'Content-Length: 100\r\n\r\n{"type": '
    )
    answer = await asyncio.wait_for(reader.read(), 5)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"body" in answer
    writer.close()


async def test_a_body_that_comes_piece_by_piece_is_waited_for(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.5)
    reader, writer = await connect(server)
    writer.write(
        b"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\nContent-Length: 13\r\n\r\n"
    )
    for piece in (b'{"ty', b'pe"', b': "a', b'"}'):
        writer.write(piece)
        await writer.drain()
        # Each piece is taken on its own before the next one is sent.
        await asyncio.sleep(0)
    assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 201 ")
    writer.close()


async def test_a_client_that_leaves_in_the_middle_makes_no_job(
    server: Server, wire: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        _, writer = await connect(server)
        writer.write(
            b"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b'Content-Length: 13\r\n\r\n{"type": "a"'
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    assert await count_jobs(wire) == 0
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def connect(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    return await asyncio.open_connection(host, int(port))
