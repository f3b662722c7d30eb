import asyncio
import gc
import inspect
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tasuki import (
    BlockingClient,
    Client,
    InvalidError,
    JobFailedError,
    JobNotFoundError,
    StoreUnavailableError,
    WaitTimeoutError,
    connect_sync,
)
from tasuki.model.job import JobInfo
from tasuki.model.state import State
from tests.support import Plain, eventually_sync


def test_every_method_of_the_client_is_there():
    def methods(kind: type) -> set[str]:
        return {name for name, _ in inspect.getmembers(kind) if not name.startswith("_")}

    assert methods(Client) == methods(BlockingClient) - {"open", "run", "each"}


@pytest.mark.parametrize("name", ["enqueue", "enqueue_many", "wait", "counts"])
def test_a_method_is_described_as_in_the_client(name: str):
    ours, theirs = getattr(BlockingClient, name), getattr(Client, name)
    assert inspect.signature(ours) == inspect.signature(theirs)
    assert ours.__doc__ == theirs.__doc__
    assert not inspect.iscoroutinefunction(ours)


def test_does_what_the_client_does(blocking: BlockingClient):
    id = blocking.enqueue("email", {"to": "a"}, delay=60)
    assert blocking.get(id).state is State.SCHEDULED
    assert blocking.cancel(id) is State.CANCELLED
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


def names(plain: Plain) -> list[str]:
    return [client["name"] for client in plain.client_list()]


def test_closing_ends_its_connections_and_refuses_what_comes_later(
    store_url: str, namespace: str, plain: Plain
):
    threads, connections = set(threading.enumerate()), names(plain)
    client = connect_sync(store_url, namespace=namespace)
    client.enqueue("email")
    assert set(threading.enumerate()) == threads
    assert len(names(plain)) > len(connections)
    client.close()
    client.close()
    eventually_sync(lambda: len(names(plain)) == len(connections))
    with pytest.raises(InvalidError, match="closed"):
        client.enqueue("email")


def test_who_forgets_it_frees_its_connections(store_url: str, namespace: str, plain: Plain):
    before = len(names(plain))
    client = connect_sync(store_url, namespace=namespace)
    client.enqueue("email")
    client.counts()
    del client
    gc.collect()
    eventually_sync(lambda: len(names(plain)) == before)


def test_threads_that_wait_hold_nobody_up(blocking: BlockingClient):
    ids = blocking.enqueue_many([{"type": "email"}] * 6)
    with ThreadPoolExecutor(6) as threads:
        waits = [threads.submit(blocking.wait, id) for id in ids]
        for id in ids:
            blocking.enqueue("text")
            blocking.cancel(id)
        assert {wait.result(10).state for wait in waits} == {State.CANCELLED}


def test_a_wait_sees_what_happens_by_its_events(blocking: BlockingClient, plain: Plain):
    id = blocking.enqueue("email")
    with ThreadPoolExecutor(1) as threads:
        waits = threads.submit(blocking.result, id, 10)
        eventually_sync(lambda: "tasuki-feed" in names(plain))
        blocking.cancel(id)
        with pytest.raises(JobFailedError, match="was cancelled"):
            waits.result(5)


def test_it_works_in_a_thread_that_runs_an_event_loop(blocking: BlockingClient):
    async def main() -> int:
        return blocking.enqueue("email")

    assert blocking.get(asyncio.run(main())).type == "email"


def test_a_job_that_is_removed_is_not_waited_for_any_longer(blocking: BlockingClient, plain: Plain):
    id = blocking.enqueue("email")
    with ThreadPoolExecutor(1) as threads:
        waits = threads.submit(blocking.wait, id)
        eventually_sync(lambda: "tasuki-feed" in names(plain))
        blocking.remove(id)
        with pytest.raises(JobNotFoundError):
            waits.result(5)


def test_what_a_client_gives_one_by_one_comes_so(blocking: BlockingClient):
    ids = blocking.enqueue_many([{"type": "email"}] * 3)

    async def infos(client: Client) -> AsyncIterator[JobInfo]:
        for id in ids:
            yield await client.get(id)

    assert [info.id for info in blocking.each(infos)] == ids
    for info in blocking.each(infos):  # who stops in between gives back what it had
        assert info.id == ids[0]
        break
    assert blocking.counts()["email"]["waiting"] == 3


def test_what_needs_an_event_loop_is_refused(blocking: BlockingClient):
    async def sleeps(client: Client) -> None:
        await asyncio.sleep(1)

    with pytest.raises(RuntimeError, match="event loop"):
        blocking.run(sleeps)
    assert blocking.enqueue("email") > 0


def test_who_waits_in_another_thread_is_told_when_it_closes(
    store_url: str, namespace: str, plain: Plain
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
