"""Start-up refuses a store in which jobs could be lost, and says what to change."""

import asyncio

import pytest

from tasuki.model.errors import StoreReadOnlyError, StoreUnavailableError, StoreUnsafeError
from tasuki.store.store import Store
from tests.store.fake import FakeStore, text, texts
from tests.support import eventually

GOOD = {
    "valkey_version": "9.1.2",
    "redis_version": "7.2.4",
    "maxmemory_policy": "noeviction",
    "aof_enabled": "1",
    "aof_last_write_status": "ok",
}
PRIVATE = {"protected-mode": "yes", "requirepass": "", "port": "0", "bind": "127.0.0.1"}


def store_with(info: dict[str, str], config: dict[str, str] | None = None) -> FakeStore:
    lines = "".join(f"{name}:{value}\r\n" for name, value in (GOOD | info).items())
    pairs = [word for pair in (PRIVATE | (config or {})).items() for word in pair]
    return FakeStore(INFO=text("# Server\r\n" + lines), CONFIG=texts(*pairs))


async def check(fake: FakeStore, *, allow_unsafe: bool = False) -> dict[str, str]:
    async with fake.serving() as url:
        store = Store(url)
        try:
            return await store.check(allow_unsafe=allow_unsafe)
        finally:
            await store.close()


async def test_the_embedded_store_is_safe(store: Store):
    info = await store.check()
    assert info["aof_enabled"] == "1"


SAFE: list[tuple[dict[str, str], dict[str, str]]] = [
    ({}, {}),
    ({"valkey_version": "7.2.0"}, {}),
    ({}, {"port": "6379", "bind": "127.0.0.1 -::1", "protected-mode": "no"}),
    ({}, {"port": "6379", "bind": "*", "protected-mode": "yes"}),
    ({}, {"port": "6379", "bind": "*", "protected-mode": "no", "requirepass": "secret"}),
]
UNSAFE: list[tuple[dict[str, str], dict[str, str], str]] = [
    ({"maxmemory_policy": "allkeys-lru"}, {}, "CONFIG SET maxmemory-policy noeviction"),
    ({"maxmemory_policy": "volatile-ttl"}, {}, "CONFIG SET maxmemory-policy noeviction"),
    ({"aof_enabled": "0"}, {}, "CONFIG SET appendonly yes"),
    ({"aof_last_write_status": "err"}, {}, "look at its disk"),
    ({}, {"port": "6379", "bind": "*", "protected-mode": "no"}, "CONFIG SET requirepass"),
    ({}, {"port": "6379", "bind": "0.0.0.0", "protected-mode": "no"}, "requirepass"),
    ({}, {"port": "6379", "bind": "", "protected-mode": "no"}, "requirepass"),
    ({}, {"port": "6379", "bind": "127.0.0.1 10.0.0.1", "protected-mode": "no"}, "requirepass"),
]


@pytest.mark.parametrize(("info", "config"), SAFE, ids=repr)
async def test_a_safe_store_passes(info: dict[str, str], config: dict[str, str]):
    assert await check(store_with(info, config)) == GOOD | info


@pytest.mark.parametrize(("info", "config", "advice"), UNSAFE, ids=repr)
async def test_an_unsafe_store_is_refused_with_advice(
    info: dict[str, str], config: dict[str, str], advice: str
):
    with pytest.raises(StoreUnsafeError) as refused:
        await check(store_with(info, config))
    assert advice in str(refused.value)
    await check(store_with(info, config), allow_unsafe=True)


@pytest.mark.parametrize("version", ["6.2.14", "2.8.0", "0.1"])
async def test_a_store_that_is_too_old_is_refused_even_for_a_test(version: str):
    fake = FakeStore(INFO=text(f"redis_version:{version}\r\n"))
    with pytest.raises(StoreUnsafeError, match=f"version {version}; Tasuki needs"):
        await check(fake, allow_unsafe=True)


async def test_all_problems_are_named_at_once():
    with pytest.raises(StoreUnsafeError) as refused:
        await check(store_with({"maxmemory_policy": "allkeys-lru", "aof_enabled": "0"}))
    assert str(refused.value).count("\n- ") == 2


async def test_a_store_that_hides_its_settings_passes():
    """Hosted stores allow no CONFIG."""
    lines = "".join(f"{name}:{value}\r\n" for name, value in GOOD.items())
    await check(FakeStore(INFO=text(lines), CONFIG=b"-NOPERM no permission\r\n"))


async def test_a_store_that_is_loading_is_unavailable_not_unsafe():
    with pytest.raises(StoreUnavailableError):
        await check(FakeStore(INFO=b"-LOADING Valkey is loading the dataset in memory\r\n"))


@pytest.mark.parametrize("allow_unsafe", [False, True], ids=["strict", "for a test"])
async def test_a_store_that_reads_its_log_is_not_judged(allow_unsafe: bool):
    """It answers INFO meanwhile, and says that it keeps no log."""
    fake = store_with({"loading": "1", "loading_eta_seconds": "7", "aof_enabled": "0"})
    with pytest.raises(StoreUnavailableError, match="is loading its data"):
        await check(fake, allow_unsafe=allow_unsafe)


async def test_a_replica_is_judged_once_it_takes_writes():
    """It turns its log off while it takes over the data of its primary."""
    fake = store_with({"role": "slave", "aof_enabled": "0"})
    with pytest.raises(StoreReadOnlyError, match="is a replica"):
        await check(fake)
    await check(store_with({"role": "slave"}))


async def test_one_look_condemns_nobody():
    """As when its log is made anew by switching it off and on."""
    fake = store_with({"aof_enabled": "0"})
    good = "".join(f"{name}:{value}\r\n" for name, value in GOOD.items())
    async with fake.serving() as url:
        store = Store(url)
        checking = asyncio.create_task(store.check())
        await eventually(lambda: fake.seen.count("CONFIG"))
        fake.say(INFO=text(good))
        assert (await checking)["aof_enabled"] == "1"
        await store.close()
