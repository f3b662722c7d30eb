import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from tasuki.model.errors import (
    InvalidError,
    LayoutError,
    LeaseLostError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreRefusedError,
    StoreUnavailableError,
    TasukiError,
)
from tasuki.store.address import Address
from tasuki.store.keys import Keyspace
from tasuki.store.link.link import Link
from tasuki.store.link.scripts import script
from tasuki.store.store import Store
from tests.store.factory import enqueue, runner
from tests.store.fake import FakeStore
from tests.support import Plain, eventually

REPLIES: list[tuple[str, type[TasukiError]]] = [
    ("OOM command not allowed when used memory > 'maxmemory'.", StoreFullError),
    ("READONLY You can't write against a read only replica.", StoreReadOnlyError),
    ("MISCONF Errors writing to the AOF file: No space left on device", StoreReadOnlyError),
    ("NOREPLICAS Not enough good replicas to write.", StoreReadOnlyError),
    ("LOADING Valkey is loading the dataset in memory", StoreUnavailableError),
    ("BUSY Valkey is busy running a script.", StoreUnavailableError),
    ("UNKILLABLE The busy script was sent by a master instance", StoreUnavailableError),
    ("MASTERDOWN Link with MASTER is down", StoreUnavailableError),
    ("CLUSTERDOWN The cluster is down", StoreUnavailableError),
    ("TRYAGAIN Multiple keys request during rehashing of slot", StoreUnavailableError),
    ("UNBLOCKED force unblock from blocking operation", StoreUnavailableError),
    ("ERR max number of clients reached", StoreUnavailableError),
    ("NOAUTH Authentication required.", StoreRefusedError),
    ("WRONGPASS invalid username-password pair or user is disabled.", StoreRefusedError),
    ("NOPERM this user has no permissions to run the 'evalsha' command", StoreRefusedError),
    ("NOPERM this user has no permissions to run the 'fcall' command", StoreRefusedError),
    ("ERR user_script:5: attempt to index a nil value", StoreError),
    ("LAYOUT the namespace has layout 0", LayoutError),
    ("LEASE_LOST the lease of runner x ran out", LeaseLostError),
]


async def answers_to(url: str, seconds: float = 1.5) -> object:
    link = Link(Address(url), Keyspace.of("fake"), "test")
    try:
        return await link.run("runners", b"", seconds=seconds)
    finally:
        await link.close()


@pytest.mark.parametrize(("reply", "error"), REPLIES, ids=str)
async def test_each_refusal_of_the_store_is_the_right_error(reply: str, error: type[TasukiError]):
    async with FakeStore(f"-{reply}\r\n".encode()).serving() as url:
        with pytest.raises(error) as refused:
            await answers_to(url)
    assert refused.type is error
    assert reply.split(" ", 1)[1][:15] in str(refused.value)


@pytest.mark.parametrize(("reply", "error"), REPLIES, ids=str)
async def test_so_it_is_while_the_connection_is_made(reply: str, error: type[TasukiError]):
    """A store that is loading, or full of clients, refuses the very first word."""
    async with FakeStore(CLIENT=f"-{reply}\r\n".encode()).serving() as url:
        with pytest.raises(TasukiError) as refused:
            await answers_to(url)
    assert refused.type is error


async def test_a_store_that_does_not_answer_is_unavailable_in_time():
    async with FakeStore(None).serving() as url:
        began = time.monotonic()
        with pytest.raises(StoreUnavailableError, match=r"did not answer within 0.2 s"):
            await answers_to(url, seconds=0.2)
        assert 0.15 < time.monotonic() - began < 1


async def test_so_is_one_that_does_not_even_greet():
    async with FakeStore(CLIENT=None).serving() as url:
        with pytest.raises(StoreUnavailableError, match="did not answer"):
            await answers_to(url, seconds=0.2)


@pytest.mark.parametrize("url", ["unix:///nowhere/s", "valkey://127.0.0.1:1"], ids=str)
async def test_a_store_that_is_not_there_is_unavailable_at_once(url: str):
    began = time.monotonic()
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        await answers_to(url)
    assert time.monotonic() - began < 1


async def test_a_reply_that_is_no_protocol_is_an_error_of_the_store():
    async with FakeStore(b"HTTP/1.1 400 Bad Request\r\n").serving() as url:
        with pytest.raises(StoreError):
            await answers_to(url)


def forget(plain: Plain) -> None:
    """Have the store forget all scripts, in both forms."""
    plain.script_flush("SYNC")
    plain.function_flush("SYNC")


def calls_of(plain: Plain, *commands: str) -> list[int]:
    found = plain.info("commandstats")
    return [found.get(f"cmdstat_{command}", {}).get("calls", 0) for command in commands]


async def run_three_times(link: Link) -> None:
    for _ in range(3):
        await link.run("runners", b"\x82\xa6layout\xa12\xa6writes\xc2")


@pytest.fixture
def without_functions(plain: Plain) -> Iterator[None]:
    """Nobody may call functions, or load any. The store knows no script."""
    forget(plain)
    plain.execute_command("ACL", "SETUSER", "default", "-fcall", "-function")
    yield
    plain.execute_command("ACL", "SETUSER", "default", "+fcall", "+function")


async def test_a_script_that_the_store_has_forgotten_is_sent_again(store: Store, plain: Plain):
    assert await enqueue(store) == 1
    forget(plain)
    assert await enqueue(store) == 2
    someone = await runner(store)
    forget(plain)
    assert len(await someone.claim(n=2)) == 2


async def test_a_script_is_loaded_once_as_a_function(store: Store, plain: Plain):
    forget(plain)
    before = calls_of(plain, "function|load", "fcall", "evalsha")
    await run_three_times(store.link("test"))
    after = calls_of(plain, "function|load", "fcall", "evalsha")
    # The first call is the one that tells that it is not there.
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 4, 0]


async def test_a_function_that_another_one_loads_at_the_same_time(store: Store, plain: Plain):
    forget(plain)
    await asyncio.gather(*(run_three_times(store.link(f"test-{n}")) for n in range(5)))
    assert script("runners").function in str(plain.function_list())


@pytest.mark.usefixtures("without_functions")
async def test_where_functions_are_not_allowed_it_is_called_as_a_script(store: Store, plain: Plain):
    before = calls_of(plain, "script|load", "evalsha")
    await run_three_times(store.link("test"))
    after = calls_of(plain, "script|load", "evalsha")
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 3]
    assert await enqueue(store) == 1


async def test_a_full_store_that_takes_no_library_runs_it_as_a_script(store: Store, plain: Plain):
    someone = await runner(store)
    await enqueue(store)
    forget(plain)
    [before], most = calls_of(plain, "evalsha"), plain.config_get("maxmemory")["maxmemory"]
    plain.config_set("maxmemory", "1mb")
    try:
        assert len(await someone.claim(n=1)) == 1
    finally:
        plain.config_set("maxmemory", most)
    # The first call is the one that tells that it is not there.
    assert calls_of(plain, "evalsha") == [before + 2]


async def test_a_link_connects_again_after_its_connection_was_cut(store: Store, plain: Plain):
    link = store.link("test")
    plain.client_kill_filter(_id=await link.command("CLIENT", "ID"))
    with pytest.raises(StoreUnavailableError):
        await link.command("PING")
    assert await link.command("PING") in {b"PONG", "PONG"}


async def test_an_error_reply_does_not_cost_the_connection(store: Store):
    link = store.link("test")
    number = await link.command("CLIENT", "ID")
    with pytest.raises(StoreError):
        await link.command("NO", "SUCH", "COMMAND")
    assert await link.command("CLIENT", "ID") == number


async def test_replies_never_go_to_the_wrong_call(store: Store):
    """Cancelled calls leave replies behind; a later call must not take them for its own."""
    link = store.link("test")
    matched = 0

    async def echo(n: int) -> None:
        nonlocal matched
        assert await link.command("ECHO", n) == str(n).encode()
        matched += 1

    for start in range(0, 1_000, 20):
        tasks = [asyncio.create_task(echo(start + n)) for n in range(20)]
        for position, task in enumerate(tasks):
            if position % 3 == 0:
                await asyncio.sleep(0)
                task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} <= {type(None), asyncio.CancelledError}
    assert matched >= 600


async def test_so_it_is_with_calls_that_take_too_long(store: Store, plain: Plain):
    link = store.link("test")
    for n in range(10):
        with pytest.raises(StoreUnavailableError):
            await link.command("BLPOP", f"{store.keyspace.base}none", 0, seconds=0.01)
        assert await link.command("ECHO", n) == str(n).encode()
    await eventually(lambda: plain.info("clients")["blocked_clients"] == 0)


async def test_callers_of_one_link_take_turns(store: Store):
    link = store.link("test")
    replies = await asyncio.gather(*(link.command("ECHO", n) for n in range(200)))
    assert replies == [str(n).encode() for n in range(200)]


async def test_connections_say_who_they_are(store: Store, plain: Plain):
    await store.link("pump").command("PING")
    assert "tasuki-pump" in {client["name"] for client in plain.client_list()}


@pytest.fixture
async def closed(store_url: str, namespace: str) -> AsyncIterator[Store]:
    store = Store(store_url, namespace=namespace)
    yield store
    await store.close()


async def test_a_closed_store_has_no_connections_left(closed: Store, plain: Plain):
    names = [f"{closed.keyspace.namespace}-{n}" for n in range(3)]
    for name in names:
        await closed.link(name).command("PING")
    await closed.shared.command("PING")
    await closed.close()

    def open_connections() -> set[str]:
        return {client["name"] for client in plain.client_list()} & {f"tasuki-{n}" for n in names}

    await eventually(lambda: not open_connections())


class TestAddress:
    @pytest.mark.parametrize(
        "url",
        [
            "unix:///tmp/s",
            "valkey://localhost",
            "valkey://localhost:6379/3",
            "redis://user:secret@host:1/0",
            "rediss://:secret@host",
            "valkeys://host",
        ],
        ids=str,
    )
    def test_a_password_is_never_printed(self, url: str):
        address = Address(url)
        assert "secret" not in f"{address} {address!r}"
        assert "secret" in url or str(address) == url

    @pytest.mark.parametrize(
        "url",
        ["", "localhost", "http://localhost", "valkey://host:port", "valkey://host:99999"],
        ids=repr,
    )
    def test_what_is_no_address_is_refused(self, url: str):
        with pytest.raises(InvalidError) as refused:
            Address(url)
        assert refused.value.field == "url"


async def test_a_password_that_the_store_does_not_have_any_more_keeps_nobody_out(
    store_url: str, namespace: str
):
    """As while a password is being changed: it is taken away first."""
    store = Store(f"{store_url}?password=old", namespace=namespace)
    try:
        assert await store.shared.command("PING") == b"PONG"
    finally:
        await store.close()
