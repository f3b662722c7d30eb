"""The store of the benchmarks in its two setups."""

from pathlib import Path

import pytest
from valkey import Valkey

from benchmarks.store import Setup, Store
from tests.support import Plain


@pytest.mark.parametrize(
    ("setup", "scheme", "log"),
    [(Setup.DURABLE, "unix://", "yes"), (Setup.TCP, "redis://127.0.0.1:", "no")],
    ids=["durable", "tcp"],
)
def test_a_setup_says_how_it_is_reached_and_what_is_on_disk(
    tmp_path: Path, setup: Setup, scheme: str, log: str
) -> None:
    with Store(tmp_path, "always", setup) as store, _client(store) as client:
        assert store.url.startswith(scheme)
        assert client.config_get("appendonly") == {"appendonly": log}
        assert (tmp_path / "appendonlydir").exists() == (log == "yes")


def test_time_in_scripts_is_that_of_scripts_and_functions_alone(tmp_path: Path) -> None:
    library = "#!lua name=bench\nserver.register_function('answer', function() return 1 end)"
    with Store(tmp_path, "no", Setup.TCP) as store, _client(store) as client:
        client.function_load(library)
        before = store.script_time()
        client.set("plain", 1)
        assert store.script_time() == before
        client.eval("return 1", 0)
        client.fcall("answer", 0)
        spent = store.script_time() - before
    assert spent.calls == 2
    assert 0 < spent.seconds < 1


def _client(store: Store) -> Plain:
    return Valkey.from_url(store.url, decode_responses=True)
