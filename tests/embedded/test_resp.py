import asyncio
from pathlib import Path

import pytest

from tasuki.embedded import running
from tasuki.embedded.resp import NoAnswerError, RefusedError, ask, until_closed


@pytest.fixture
def socket(data_dir):
    with running(data_dir):
        yield data_dir / "store.sock"


async def test_every_kind_of_reply(socket):
    assert await ask(socket, "SET", "greeting", "good day\r\n ünïcode") == "OK"
    assert await ask(socket, "GET", "greeting") == "good day\r\n ünïcode"
    assert await ask(socket, "GET", "nothing") is None
    assert await ask(socket, "STRLEN", "nothing") == 0
    assert await ask(socket, "EVAL", "return {1, 'two', {3}}", "0") == [1, "two", [3]]
    with pytest.raises(RefusedError, match=r"^ERR unknown command"):
        await ask(socket, "NOSUCH")


async def test_nobody_there(tmp_path):
    with pytest.raises(NoAnswerError, match="No such file"):
        await ask(tmp_path / "none.sock", "PING")
    await until_closed(tmp_path / "none.sock")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"", "0 bytes read"),
        (b"$5\r\nhal", "3 bytes read on a total of 7"),
        (b"HTTP/1.1 400 Bad Request\r\n", "not a store: it answered 'HTTP"),
        (b":one\r\n", "invalid literal"),
    ],
    ids=["closed", "cut short", "another protocol", "nonsense"],
)
async def test_something_else_is_there(data_dir, answer, says):
    async def serve(reader, writer):
        await reader.readuntil(b"PING\r\n")
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    data_dir.mkdir()
    async with await asyncio.start_unix_server(serve, data_dir / "odd.sock"):
        with pytest.raises(NoAnswerError, match=says):
            await ask(data_dir / "odd.sock", "PING")


async def test_silence_is_limited(data_dir):
    hold = asyncio.Event()

    async def serve(reader, writer):
        await hold.wait()
        writer.close()

    data_dir.mkdir()
    async with await asyncio.start_unix_server(serve, data_dir / "mute.sock"):
        with pytest.raises(NoAnswerError, match=r"no answer within 0\.05 s"):
            await ask(data_dir / "mute.sock", "PING", timeout=0.05)
        hold.set()


async def test_a_connection_is_held_until_the_server_closes_it(socket: Path):
    watch = asyncio.create_task(until_closed(socket))
    while "cmd=NULL" not in str(await ask(socket, "CLIENT", "LIST")):
        await asyncio.sleep(0)
    assert not watch.done()
    await ask(socket, "CLIENT", "KILL", "SKIPME", "yes")
    await asyncio.wait_for(watch, 5)
    assert socket.exists()
