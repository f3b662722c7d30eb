"""A store that is named by its URL is judged once it can be, and waited for until then."""

import asyncio
import logging

import pytest

from tasuki.cli.services.named_store import NamedStore
from tasuki.model.errors import StoreUnsafeError
from tasuki.store.store import Store
from tests.store.fake import FakeStore, text
from tests.support import eventually

LOADING = text("valkey_version:9.1.2\r\nloading:1\r\naof_enabled:0\r\n")
UNSAFE = text("valkey_version:9.1.2\r\naof_enabled:0\r\n")
SAFE = text("valkey_version:9.1.2\r\naof_enabled:1\r\n")
REPLICA = text("valkey_version:9.1.2\r\nrole:slave\r\naof_enabled:0\r\n")
NO_CONFIG = b"-NOPERM no permission\r\n"


@pytest.mark.parametrize(
    "first",
    [LOADING, REPLICA, b"-NOAUTH Authentication required.\r\n", b"-NOPERM no\r\n"],
    ids=["loading", "replica", "password", "permission"],
)
async def test_what_may_pass_is_waited_for_and_judged_then(
    first: bytes, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "tasuki.cli")
    fake = FakeStore(INFO=first, CONFIG=NO_CONFIG)
    async with fake.serving() as url:
        store = Store(url)
        named = NamedStore(store, allow_unsafe=False)
        await named.start()
        assert "waiting for the store: " in caplog.text
        watch = asyncio.create_task(named.run())
        await eventually(lambda: fake.seen.count("INFO") >= 2)
        assert not watch.done()
        fake.say(INFO=UNSAFE)
        with pytest.raises(StoreUnsafeError, match="CONFIG SET appendonly yes"):
            await watch
        await store.close()


async def test_a_store_that_was_found_safe_is_left_alone(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "tasuki.cli")
    fake = FakeStore(INFO=LOADING, CONFIG=NO_CONFIG)
    async with fake.serving() as url:
        store = Store(url)
        named = NamedStore(store, allow_unsafe=False)
        await named.start()
        watch = asyncio.create_task(named.run())
        await eventually(lambda: fake.seen.count("INFO") >= 2)
        fake.say(INFO=SAFE)
        await eventually(lambda: "the store works again" in caplog.text)
        fake.say(INFO=UNSAFE)
        await asyncio.wait({watch}, timeout=1.5)
        assert not watch.done()
        watch.cancel()
        await store.close()
