import asyncio
import random
import resource
import shutil
import subprocess
from pathlib import Path

import pytest

from tasuki.embedded import (
    Binary,
    Converting,
    DataDamagedError,
    DataVersionError,
    EmbeddedError,
    EmbeddedStore,
    RewriteFailedError,
    Rewriting,
    Version,
    find_binary,
)
from tests.embedded.support import Events, config, tell

# The real server, taken for another one: what matters is what is decided before it starts.
REDIS = Binary(find_binary().path, "redis", Version(8, 2, 1))
OLDER = Binary(find_binary().path, "valkey", Version(9, 1, 1))


@pytest.fixture
async def kept(data_dir: Path) -> Path:
    """A directory with some data, in the append-only file and in its base, and no server."""
    async with EmbeddedStore(data_dir):
        await tell(data_dir, "SET", "base", "1")
        await tell(data_dir, "BGREWRITEAOF")
        while "aof_rewrite_in_progress:1" in str(await tell(data_dir, "INFO", "persistence")):
            await asyncio.sleep(0.01)
        await tell(data_dir, "SET", "first", "1")
        await tell(data_dir, "SET", "last", "1")
    return data_dir


@pytest.fixture
async def snapshot_only(data_dir: Path) -> Path:
    """A directory that holds a snapshot and nothing else, as a plain server leaves it."""
    async with EmbeddedStore(data_dir):
        await tell(data_dir, "EVAL", "for i = 1, 1000 do redis.call('SET', i, i) end", "0")
        await tell(data_dir, "HSET", "hash", "field", "value")
        await tell(data_dir, "SET", "fleeting", "1", "EX", "1000")
        await tell(data_dir, "SAVE")
    shutil.rmtree(data_dir / "appendonlydir")
    (data_dir / "store.version").unlink()
    return data_dir


def part(directory: Path, kind: str) -> Path:
    [found] = (directory / "appendonlydir").glob(f"appendonly.aof.*.{kind}.*")
    return found


def overwrite(path: Path, data: bytes, *, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def contents(directory: Path) -> dict[str, bytes]:
    files = [*directory.glob("dump.rdb"), *directory.glob("appendonlydir/*")]
    return {path.name: path.read_bytes() for path in files}


async def refused(directory: Path, *, binary: Binary | None = None) -> EmbeddedError:
    """Start, which must fail and leave every byte of data as it is."""
    before = contents(directory)
    with pytest.raises(EmbeddedError) as caught:
        await EmbeddedStore(directory, binary=binary).start()
    assert contents(directory) == before
    return caught.value


async def test_what_was_cut_off_in_the_middle_of_a_write_is_dropped_and_the_rest_kept(kept):
    incr = part(kept, "incr")
    with incr.open("r+b") as file:
        file.truncate(incr.stat().st_size - 5)
    async with EmbeddedStore(kept):
        assert await tell(kept, "MGET", "base", "first", "last") == ["1", "1", None]
        assert await tell(kept, "SET", "later", "1") == "OK"
    async with EmbeddedStore(kept):
        assert await tell(kept, "MGET", "base", "first", "later") == ["1", "1", "1"]


async def test_damage_in_the_middle_is_refused_with_a_command_that_works(kept):
    overwrite(part(kept, "incr"), bytes(16), at=40)
    error = await refused(kept)
    assert isinstance(error, DataDamagedError)
    assert error.code == "data_damaged"
    text = str(error)
    assert "exit code 1" in text
    assert "valkey-check-aof" in text
    assert "discards EVERYTHING after the damage" in text
    assert f"the end of {kept}/store.log" in text

    lines = text.splitlines()
    look = lines[lines.index(next(line for line in lines if "see what is wrong" in line)) + 1]
    seen = subprocess.run(look, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
    assert "is not valid" in seen.stdout + seen.stderr


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda kept: (kept / "appendonlydir/appendonly.aof.manifest").unlink(), "is gone"),
        (lambda kept: part(kept, "base").unlink(), "not complete"),
        (lambda kept: part(kept, "incr").unlink(), "not complete"),
        (
            lambda kept: (kept / "appendonlydir/appendonly.aof.manifest").write_text("file what\n"),
            "not complete",
        ),
        (lambda kept: overwrite(part(kept, "base"), b"!", at=90), "base of the append-only"),
    ],
    ids=["no list", "no base", "no increment", "odd list", "bad base"],
)
async def test_incomplete_data_is_refused_and_never_taken_for_none(kept, damage, says):
    damage(kept)
    error = await refused(kept)
    assert isinstance(error, DataDamagedError)
    assert says in str(error)


async def test_a_lost_list_is_noticed_in_a_directory_that_tasuki_did_not_make(kept):
    (kept / "store.version").unlink()
    (kept / "appendonlydir/appendonly.aof.manifest").unlink()
    assert isinstance(await refused(kept), DataDamagedError)


async def test_data_in_a_newer_format_is_refused_with_the_servers_words(kept):
    overwrite(part(kept, "base"), b"VALKEY999", at=0)
    error = await refused(kept)
    assert isinstance(error, DataVersionError)
    assert error.code == "data_of_another_version"
    assert "Can't handle RDB format version 999" in str(error)


async def test_a_server_older_than_the_one_that_wrote_the_data_is_refused(kept):
    binary = find_binary()
    major, minor, patch = binary.version
    assert (kept / "store.version").read_text() == f"{binary}\n"

    (kept / "store.version").write_text(f"valkey {major}.{minor + 1}.0\n")
    error = await refused(kept)
    assert isinstance(error, DataVersionError)
    assert f"was written by valkey {major}.{minor + 1}.0, and {binary.path} is" in str(error)
    assert f"use valkey {major}.{minor + 1} or newer" in str(error)

    (kept / "store.version").write_text(f"valkey {major}.{minor}.{patch + 1}\n")
    async with EmbeddedStore(kept):
        assert await tell(kept, "GET", "last") == "1"
    assert (kept / "store.version").read_text() == f"{binary}\n"


async def test_a_newer_writer_does_not_matter_once_its_data_is_gone(kept):
    (kept / "store.version").write_text("valkey 99.0.0\n")
    shutil.rmtree(kept / "appendonlydir")
    async with EmbeddedStore(kept):
        assert await tell(kept, "DBSIZE") == 0


async def test_redis_is_kept_from_an_append_only_file_that_it_would_call_damaged(kept):
    (kept / "store.version").unlink()
    error = await refused(kept, binary=REDIS)
    assert isinstance(error, DataVersionError)
    assert "in a format of Valkey's own" in str(error)


async def test_redis_is_kept_from_a_snapshot_of_valkeys_own(snapshot_only):
    assert isinstance(await refused(snapshot_only, binary=REDIS), DataVersionError)


async def test_redis_starts_where_there_is_no_data(data_dir):
    async with EmbeddedStore(data_dir, binary=REDIS):
        assert (data_dir / "store.version").read_text() == "redis 8.2.1\n"


async def test_a_directory_with_only_a_snapshot_keeps_all_its_data(snapshot_only):
    events, others = Events(), Events()
    store = EmbeddedStore(snapshot_only, on_event=events)
    attaching = EmbeddedStore(snapshot_only, on_event=others, patience=2)
    await asyncio.gather(store.start(), attaching.start())
    assert (events + others).count(Converting()) == 1
    assert await tell(snapshot_only, "DBSIZE") == 1002
    assert await tell(snapshot_only, "GET", "1000") == "1000"
    assert await tell(snapshot_only, "HGET", "hash", "field") == "value"
    ttl = await tell(snapshot_only, "TTL", "fleeting")
    assert isinstance(ttl, int)
    assert 0 < ttl <= 1000
    assert await config(snapshot_only, "appendonly") == "yes"
    await tell(snapshot_only, "SET", "later", "1")
    await store.stop()
    await attaching.stop()

    events.clear()
    async with EmbeddedStore(snapshot_only, on_event=events):
        assert await tell(snapshot_only, "DBSIZE") == 1003
    assert events.names() == ["Started", "Stopped"]
    left = {path.name for path in snapshot_only.iterdir()}
    assert not left & {"conversion", "conversion.conf", "conv.sock"}


async def test_nobody_can_write_before_a_snapshot_is_converted(snapshot_only):
    seen: list[bool] = []
    store = EmbeddedStore(
        snapshot_only, on_event=lambda _: seen.append((snapshot_only / "store.sock").exists())
    )
    async with store:
        assert seen == [False, True]


async def test_a_conversion_that_was_cut_short_is_done_again(snapshot_only):
    # As a crash in its middle leaves it: an append-only file that is whole, but not in its place.
    (snapshot_only / "conversion").mkdir()
    (snapshot_only / "conversion" / "appendonly.aof.1.base.rdb").write_bytes(b"REDIS")
    (snapshot_only / "conversion" / "appendonly.aof.manifest").write_text("half")
    (snapshot_only / "appendonlydir").mkdir()
    async with EmbeddedStore(snapshot_only):
        assert await tell(snapshot_only, "DBSIZE") == 1002


async def test_a_damaged_base_beside_a_snapshot_leaves_a_way_back(kept):
    async with EmbeddedStore(kept):
        await tell(kept, "SAVE")
        await tell(kept, "SET", "after", "1")
    overwrite(part(kept, "base"), b"!", at=90)
    error = await refused(kept)
    advice = f"move {kept}/appendonlydir away to go back to the older state in {kept}/dump.rdb"
    assert advice in str(error)
    shutil.rmtree(kept / "appendonlydir")
    async with EmbeddedStore(kept):
        assert await tell(kept, "MGET", "base", "last", "after") == ["1", "1", None]


@pytest.mark.parametrize(
    ("magic", "error", "says"),
    [
        (b"VALKEY999", DataVersionError, "Can't handle RDB format version 999"),
        (b"NONSENSE!", DataDamagedError, "dump.rdb is damaged"),
    ],
    ids=["newer", "damaged"],
)
async def test_a_snapshot_that_cannot_be_read_is_refused(snapshot_only, magic, error, says):
    overwrite(snapshot_only / "dump.rdb", magic, at=0)
    refusal = await refused(snapshot_only)
    assert isinstance(refusal, error)
    assert says in str(refusal)


async def test_a_server_that_may_lose_writes_after_a_crash_rewrites_its_file_first(kept):
    (kept / "store.version").unlink()
    before = part(kept, "base").name
    events = Events()
    async with EmbeddedStore(kept, binary=OLDER, on_event=events):
        assert events.names() == ["Rewriting", "Started"]
        assert "as valkey 9.1.1 needs" in str(events.of(Rewriting)[0])
        assert part(kept, "base").name != before
        assert await tell(kept, "MGET", "base", "first", "last") == ["1", "1", "1"]


async def test_a_rewrite_that_fails_stops_the_start(data_dir):
    async with EmbeddedStore(data_dir):
        await tell(data_dir, "SET", "large", random.randbytes(200_000).hex())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # As on a full disk: the server inherits a limit that its new file would exceed.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(RewriteFailedError, match="a full disk, most often"):
            await EmbeddedStore(data_dir, binary=OLDER).start()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    async with EmbeddedStore(data_dir):
        assert await tell(data_dir, "STRLEN", "large") == 400_000


async def test_a_rewrite_that_is_not_possible_stops_the_start(kept):
    forbidden = {"rename-command": 'BGREWRITEAOF ""'}
    with pytest.raises(RewriteFailedError, match="unknown command 'BGREWRITEAOF'") as caught:
        await EmbeddedStore(kept, binary=OLDER, extra=forbidden).start()
    assert f"the end of {kept}/store.log" in str(caught.value)
    async with EmbeddedStore(kept) as store:
        assert store.owned
