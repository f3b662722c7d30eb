import asyncio
import inspect
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import valkey

from tasuki import (
    BlockingClient,
    Client,
    InvalidError,
    JobNotFoundError,
    StoreUnavailableError,
    WaitTimeoutError,
    connect_sync,
)
from tasuki.client.loop_thread import LoopThread
from tasuki.model.state import State
from tests.support import eventually_sync


def test_every_method_of_the_client_is_there():
    def methods(kind: type) -> set[str]:
        return {name for name, _ in inspect.getmembers(kind) if not name.startswith("_")}

    assert methods(Client) == methods(BlockingClient) - {"open", "run"}


@pytest.mark.parametrize("name", ["enqueue", "enqueue_many", "wait", "counts"])
def test_a_method_is_described_as_in_the_client(name: str):
    ours, theirs = getattr(BlockingClient, name), getattr(Client, name)
    assert inspect.signature(ours) == inspect.signature(theirs)
    assert ours.__doc__ == theirs.__doc__
    assert not inspect.iscoroutinefunction(ours)


def test_does_what_the_client_does(blocking: BlockingClient):
    id = blocking.enqueue("email", {"to": "a"}, delay=60)
    assert blocking.get(id).state is State.SCHEDULED
    assert blocking.cancel(id) is State.SCHEDULED
    assert blocking.wait(id).state is State.CANCELLED
    assert len(blocking.enqueue_many([{"type": "email"}] * 3)) == 3
    assert blocking.counts()["email"]["waiting"] == 3
    with pytest.raises(WaitTimeoutError):
        blocking.wait(blocking.enqueue("email"), 0.01)
    with pytest.raises(JobNotFoundError):
        blocking.get(4711)


def test_threads_share_it(blocking: BlockingClient):
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda n: blocking.enqueue("email", n), range(200)))
    assert len(set(ids)) == 200
    assert blocking.counts()["email"]["waiting"] == 200


def test_closing_ends_its_thread_and_refuses_what_comes_later(store_url: str, namespace: str):
    before = set(threading.enumerate())
    client = connect_sync(store_url, namespace=namespace)
    client.enqueue("email")
    assert {thread.name for thread in set(threading.enumerate()) - before} == {"tasuki-client"}
    client.close()
    client.close()
    assert set(threading.enumerate()) == before
    with pytest.raises(InvalidError, match="closed"):
        client.enqueue("email")


def test_who_waits_in_another_thread_is_told_when_it_closes(
    store_url: str, namespace: str, plain: valkey.Valkey
):
    client = connect_sync(store_url, namespace=namespace)
    id = client.enqueue("email")
    with ThreadPoolExecutor(1) as threads:
        waits = threads.submit(client.wait, id)
        eventually_sync(lambda: "tasuki-feed" in str(plain.client_list()))
        client.close()
        with pytest.raises(StoreUnavailableError, match="client was closed"):
            waits.result(5)


FORGETS = """
import sys, tasuki
client = tasuki.connect_sync(sys.argv[1], namespace=sys.argv[2])
client.enqueue("email")
"""


def test_a_program_that_forgets_to_close_ends_all_the_same(store_url: str, namespace: str):
    with _python(FORGETS, store_url, namespace) as process:
        out, err = process.communicate(timeout=10)
    assert (out, err, process.returncode) == ("", "", 0)


INTERRUPTED = """
import sys, tasuki
with tasuki.connect_sync(sys.argv[1], namespace=sys.argv[2]) as client:
    id = client.enqueue("email")
    try:
        print("waits", flush=True)
        client.wait(id)
    except KeyboardInterrupt:
        print("interrupted", client.get(id).state, flush=True)
"""


def test_ctrl_c_ends_a_wait_and_the_client_goes_on(store_url: str, namespace: str):
    with _python(INTERRUPTED, store_url, namespace) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert (out, err, process.returncode) == ("interrupted waiting\n", "", 0)


def _main_thread_waits() -> bool:
    # That is its documented name, underscore and all.
    frames = sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return frames[threading.main_thread().ident or 0].f_code.co_name == "wait"


def test_what_is_interrupted_is_cancelled():
    cancelled = threading.Event()

    async def interrupted() -> None:
        while not _main_thread_waits():
            await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGINT)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    thread = LoopThread()
    with pytest.raises(KeyboardInterrupt):
        thread.run(interrupted())
    assert cancelled.wait(5)
    thread.stop()


FORKS = """
import os, sys, tasuki
client = tasuki.connect_sync(sys.argv[1], namespace=sys.argv[2])
client.enqueue("email", "before")

def fork(child):
    pid = os.fork()
    if not pid:
        child()
        sys.exit(0)
    assert os.waitpid(pid, 0)[1] == 0

fork(lambda: client.enqueue("email", "in a child"))
fork(lambda: None)
client.enqueue("email", "after")
print(client.counts()["email"]["waiting"])
client.close()
"""


def test_a_forked_child_connects_anew_and_leaves_the_parent_alone(store_url: str, namespace: str):
    with _python(FORKS, store_url, namespace) as process:
        out, err = process.communicate(timeout=10)
    assert (out, err, process.returncode) == ("3\n", "", 0)


def _python(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
