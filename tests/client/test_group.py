"""Threads that share a blocking client: their submissions share calls of the store."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import TypeAlias

import pytest

from tasuki import InvalidError, StoreUnavailableError
from tasuki.client import submission
from tasuki.client.blocking.by_hand import drive
from tasuki.client.blocking.group import Group
from tasuki.model.job import NewJob
from tasuki.store.link.blocking_connection import BlockingConnection
from tasuki.store.store import Store
from tests.proxy import Proxy
from tests.support import eventually_sync

Threads: TypeAlias = ThreadPoolExecutor


@pytest.fixture
def group(proxy: Proxy, namespace: str) -> Iterator[Group]:
    """A group behind the proxy, with its connection made."""
    store = Store(
        proxy.url, namespace=namespace, connect=partial(BlockingConnection, closing=Event())
    )
    group = Group(store.producer())
    enqueue(group)
    proxy.requests.clear()
    yield group
    drive(store.close())


@pytest.fixture
def threads() -> Iterator[Threads]:
    with ThreadPoolExecutor(10) as threads:
        yield threads


def enqueue(group: Group, type: str = "email", idempotency_key: str | None = None) -> int:
    [id] = drive(group.submit(submission((NewJob(type=type),), idempotency_key)))
    return id


def calls(proxy: Proxy) -> int:
    return b"".join(proxy.requests).count(b"tasuki_enqueue_")


def held(
    group: Group, proxy: Proxy, threads: Threads, *others: Callable[[Group], int]
) -> list[Future[int]]:
    """Submissions of others, while the call of a first one is held back on its way."""
    proxy.black_hole()
    answers = [threads.submit(enqueue, group)]
    eventually_sync(lambda: group.busy)
    answers += [threads.submit(other, group) for other in others]
    eventually_sync(lambda: len(group) == len(others))
    return answers


def test_those_that_come_during_a_call_share_the_next_one(
    group: Group, proxy: Proxy, threads: Threads
):
    answers = held(group, proxy, threads, *[enqueue] * 7)
    proxy.pass_on()
    assert len({answer.result(5) for answer in answers}) == 8
    assert calls(proxy) == 2


def test_one_that_is_refused_does_not_disturb_the_others(
    group: Group, proxy: Proxy, threads: Threads
):
    enqueue(group, idempotency_key="k")
    answers = held(
        group, proxy, threads, enqueue, partial(enqueue, type="text", idempotency_key="k")
    )
    proxy.pass_on()
    assert answers[1].result(5) > 0
    with pytest.raises(InvalidError, match="used before"):
        answers[2].result(5)


def test_that_the_store_is_away_is_told_to_all_in_time(
    group: Group, proxy: Proxy, threads: Threads
):
    began = time.monotonic()
    for answer in held(group, proxy, threads, *[enqueue] * 5):
        with pytest.raises(StoreUnavailableError):
            answer.result(10)
    assert time.monotonic() - began < 5
    proxy.pass_on()
    assert enqueue(group) > 0


def test_closing_lets_them_come_to_their_end(group: Group, proxy: Proxy, threads: Threads):
    answers = held(group, proxy, threads, *[enqueue] * 3)
    closing = threads.submit(lambda: drive(group.close()))
    eventually_sync(lambda: len(group) == 4)
    assert not closing.done()
    proxy.pass_on()
    closing.result(5)
    assert len({answer.result(5) for answer in answers}) == 4


def test_ctrl_c_while_waiting_for_the_call_of_another(group: Group, proxy: Proxy, threads: Threads):
    [first] = held(group, proxy, threads)

    def interrupt() -> None:
        eventually_sync(lambda: len(group) == 1)
        os.kill(os.getpid(), signal.SIGINT)

    interrupting = threads.submit(interrupt)
    with pytest.raises(KeyboardInterrupt):
        enqueue(group)
    interrupting.result(5)
    proxy.pass_on()
    assert first.result(5) > 0
    assert enqueue(group) > 0


def test_ctrl_c_while_leading_has_another_one_lead(group: Group, proxy: Proxy, threads: Threads):
    others: list[Future[int]] = []

    def interrupt() -> None:
        eventually_sync(lambda: group.busy)
        others.append(threads.submit(enqueue, group))
        eventually_sync(lambda: len(group) == 1)
        os.kill(os.getpid(), signal.SIGINT)

    proxy.black_hole()
    interrupting = threads.submit(interrupt)
    with pytest.raises(KeyboardInterrupt):
        enqueue(group)
    interrupting.result(5)
    proxy.pass_on()
    assert others[0].result(5) > 0
    assert enqueue(group) > 0
