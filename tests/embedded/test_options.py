from pathlib import Path

import pytest

from tasuki.embedded import EmbeddedStore, StoreExitedError, StoreOptionError
from tasuki.embedded.memory import default_maxmemory
from tests.embedded.support import config, tell


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"fsync": "sometimes"}, "fsync is 'sometimes'; use one of always, everysec, no"),
        ({"maxmemory": 512}, r"maxmemory is 512 bytes; the store needs at least 8388608 \(8 MiB\)"),
        ({"maxmemory": -1}, "maxmemory is -1 bytes"),
        ({"extra": {"appendonly": "no"}}, "'appendonly' is Tasuki's own"),
        ({"extra": {"Maxmemory-Policy": "allkeys-lru"}}, "'Maxmemory-Policy' is Tasuki's own"),
        ({"extra": {"save": "3600 1\nport 6379"}}, "'save' must be one line"),
        ({"extra": {"save\n": "x"}}, "must be one line"),
        ({"extra": {"": "x"}}, "'' must be one line"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value[:20],
)
def test_options_that_make_no_sense_are_refused_at_once(options, says):
    with pytest.raises(StoreOptionError, match=says) as caught:
        EmbeddedStore(Path("anywhere"), **options)
    assert caught.value.code == "bad_store_option"


async def test_the_server_runs_as_configured(data_dir):
    async with EmbeddedStore(
        data_dir, fsync="everysec", maxmemory=64 * 2**20, extra={"maxclients": "77"}
    ) as store:
        expected = {
            "port": "0",
            "unixsocketperm": "700",
            "enable-debug-command": "no",
            "enable-protected-configs": "no",
            "enable-module-command": "no",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "no-appendfsync-on-rewrite": "no",
            "aof-load-truncated": "yes",
            "save": "3600 1",
            "stop-writes-on-bgsave-error": "yes",
            "maxmemory": str(64 * 2**20),
            "maxmemory-policy": "noeviction",
            "busy-reply-threshold": "1000",
            "dir": str(data_dir),
            "maxclients": "77",
        }
        assert {name: await config(data_dir, name) for name in expected} == expected
        assert store.fsync == "everysec"


async def test_the_default_is_to_lose_nothing(data_dir):
    async with EmbeddedStore(data_dir) as store:
        assert await config(data_dir, "appendfsync") == store.fsync == "always"
        assert await config(data_dir, "maxmemory") == str(default_maxmemory())


async def test_any_name_will_do_for_the_directory(data_dir):
    odd = data_dir.parent / 'it\'s "odd" \\x41 #%é\n'
    async with EmbeddedStore(odd) as store:
        assert await tell(odd, "PING") == "PONG"
        assert store.url.endswith("/it%27s%20%22odd%22%20%5Cx41%20%23%25%C3%A9%0A/store.sock")


async def test_a_server_that_rejects_its_configuration_is_quoted(data_dir):
    with pytest.raises(StoreExitedError) as caught:
        await EmbeddedStore(data_dir, extra={"no-such-option": "1"}).start()
    assert "exit code 1" in str(caught.value)
    assert "no-such-option" in str(caught.value)
