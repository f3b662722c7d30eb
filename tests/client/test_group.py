"""Threads that share a blocking client: their submissions share calls of the store."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tasuki import BlockingClient, InvalidError, StoreUnavailableError, connect_sync
from tests.proxy import Proxy
from tests.support import Plain, eventually_sync


@pytest.fixture
def far(proxy: Proxy, namespace: str) -> Iterator[BlockingClient]:
    """A client behind the proxy, with its connections made."""
    with connect_sync(proxy.url, namespace=namespace) as client:
        client.enqueue("email")
        client.counts()
        proxy.requests.clear()
        yield client


def calls(proxy: Proxy) -> int:
    return b"".join(proxy.requests).count(b"tasuki_enqueue_")


def gathered(client: BlockingClient) -> int:
    """How many threads wait for a call that is under way."""
    group = client._pool._group  # noqa: SLF001 - only the threads themselves know that they wait  # pyright: ignore
    return len(group._gathered)  # noqa: SLF001 - the same


def held(
    client: BlockingClient,
    proxy: Proxy,
    threads: ThreadPoolExecutor,
    submit: list[Callable[[], int]],
) -> list[Future[int]]:
    """Submissions of threads while the call of the first one is held back on its way."""
    proxy.black_hole()
    first = threads.submit(client.enqueue, "email", "first")
    eventually_sync(lambda: client._pool._group._leader is not None)  # noqa: SLF001
    others = [threads.submit(each) for each in submit]
    eventually_sync(lambda: gathered(client) == len(others))
    return [first, *others]


def test_those_that_come_during_a_call_share_the_next_one(far: BlockingClient, proxy: Proxy):
    with ThreadPoolExecutor(8) as threads:
        answers = held(far, proxy, threads, [lambda: far.enqueue("email")] * 7)
        proxy.pass_on()
        assert len({answer.result(5) for answer in answers}) == 8
    assert calls(proxy) == 2


def test_one_that_is_refused_does_not_disturb_the_others(
    far: BlockingClient, proxy: Proxy, plain: Plain
):
    far.enqueue("email", key="k")
    with ThreadPoolExecutor(8) as threads:
        answers = held(
            far,
            proxy,
            threads,
            [lambda: far.enqueue("email"), lambda: far.enqueue("text", key="k")],
        )
        proxy.pass_on()
        assert answers[1].result(5) > 0
        with pytest.raises(InvalidError, match="used before"):
            answers[2].result(5)


def test_a_store_that_is_away_is_told_to_all_in_time(far: BlockingClient, proxy: Proxy):
    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        answers = held(far, proxy, threads, [lambda: far.enqueue("email")] * 5)
        for answer in answers:
            with pytest.raises(StoreUnavailableError):
                answer.result(10)
        assert time.monotonic() - began < 5
        proxy.pass_on()
        assert far.enqueue("email") > 0


def test_closing_lets_them_come_to_their_end(far: BlockingClient, proxy: Proxy):
    with ThreadPoolExecutor(8) as threads:
        answers = held(far, proxy, threads, [lambda: far.enqueue("email")] * 3)
        closing = threads.submit(far.close)
        eventually_sync(lambda: far._closed)  # noqa: SLF001 - who closes is waiting by then
        proxy.pass_on()
        assert len({answer.result(5) for answer in answers}) == 4
        closing.result(5)


@pytest.mark.parametrize("leads", [True, False])
def test_ctrl_c_leaves_the_others_with_an_answer(far: BlockingClient, proxy: Proxy, leads: bool):
    """Whether the thread that is interrupted makes the call, or waits for that of another."""
    with ThreadPoolExecutor(8) as threads:
        others: list[Future[int]] = []

        def interrupt() -> None:
            if leads:
                eventually_sync(lambda: far._pool._group._leader is not None)  # noqa: SLF001
                others.append(threads.submit(far.enqueue, "email"))
            eventually_sync(lambda: gathered(far) == 1)
            os.kill(os.getpid(), signal.SIGINT)

        if leads:
            proxy.black_hole()
        else:
            others += held(far, proxy, threads, [])
        interrupting = threads.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            far.enqueue("email")
        interrupting.result(5)
        proxy.pass_on()
        assert others[0].result(5) > 0
        assert far.enqueue("email") > 0
    assert threading.active_count() >= 1
