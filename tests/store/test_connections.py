"""Both ways in which calls travel, on the same tests."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import pytest

from tasuki.client.blocking.by_hand import drive
from tasuki.model.errors import (
    InvalidError,
    StoreError,
    StoreRefusedError,
    StoreUnavailableError,
)
from tasuki.store.address import Address
from tasuki.store.keys import Keyspace
from tasuki.store.link.async_connection import AsyncConnection
from tasuki.store.link.blocking_connection import BlockingConnection
from tasuki.store.link.connection import Connect
from tasuki.store.link.link import Link
from tests.store.fake import FakeStore

T = TypeVar("T")


async def in_the_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    return await coroutine


async def in_a_thread(coroutine: Coroutine[Any, Any, T]) -> T:
    return await asyncio.to_thread(drive, coroutine)


WAYS: list[tuple[Connect, Callable[[Coroutine[Any, Any, Any]], Coroutine[Any, Any, Any]]]] = [
    (AsyncConnection, in_the_loop),
    (partial(BlockingConnection, closing=Event()), in_a_thread),
]


@pytest.fixture(params=WAYS, ids=["asyncio", "blocking"])
def way(request: pytest.FixtureRequest) -> Any:
    return request.param


async def ping(way: Any, url: str, seconds: float = 5) -> object:
    connect, run = way
    link = Link(Address(url), Keyspace.of("fake"), "test", connect)
    try:
        return await run(link.command("PING", seconds=seconds))
    finally:
        await run(link.close())


async def test_a_plain_store(way: Any, store_url: str):
    assert await ping(way, store_url) == b"PONG"


async def test_a_store_over_tcp(way: Any):
    server = await asyncio.start_server(FakeStore(b"+PONG\r\n").serve, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        assert await ping(way, f"valkey://127.0.0.1:{port}/2") == b"PONG"
    finally:
        server.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=store", "-keyout", "key.pem", "-out", "certificate.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return folder / "certificate.pem", folder / "key.pem"


async def test_a_store_over_tls(way: Any, certificate: tuple[Path, Path]):
    async with FakeStore(b"+PONG\r\n").serving_securely(*certificate) as url:
        assert await ping(way, f"{url}?ssl_ca_certs={certificate[0]}") == b"PONG"
        assert await ping(way, f"{url}?ssl_cert_reqs=none") == b"PONG"


async def test_a_certificate_that_nobody_vouches_for(way: Any, certificate: tuple[Path, Path]):
    async with FakeStore(b"+PONG\r\n").serving_securely(*certificate) as url:
        with pytest.raises(StoreUnavailableError, match=r"(?i)certificate"):
            await ping(way, url)


@pytest.mark.parametrize(
    "option", ["ssl_ca_certs=/nowhere", "ssl_cert_reqs=maybe", "ssl_ciphers=none-such"]
)
async def test_tls_options_that_cannot_be_used_are_told(way: Any, option: str):
    with pytest.raises(InvalidError):
        await ping(way, f"rediss://127.0.0.1:1?{option}")


async def test_one_who_is_refused_is_told(way: Any):
    async with FakeStore(AUTH=b"-WRONGPASS invalid username-password pair\r\n").serving() as url:
        with pytest.raises(StoreRefusedError):
            await ping(way, f"{url}?username=ada&password=secret")


async def test_silence_ends_in_time(way: Any):
    async with FakeStore(None).serving() as url:
        with pytest.raises(StoreUnavailableError, match=r"within 0.2 s"):
            await ping(way, url, seconds=0.2)


async def test_what_is_no_store_is_told(way: Any):
    async with FakeStore(b"HTTP/1.1 400 Bad Request\r\n").serving() as url:
        with pytest.raises(StoreError, match="no store"):
            await ping(way, url)


async def test_an_answer_that_nobody_asked_for_is_never_that_of_a_call():
    async with FakeStore(b"+PONG\r\n+STRAY\r\n").serving() as url:
        link = Link(Address(url), Keyspace.of("fake"), "test")
        for _ in range(3):
            assert await link.command("PING") == b"PONG"
            await asyncio.sleep(0)
        await link.close()
