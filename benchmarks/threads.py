"""Calls from many threads at once, with the standard library only: peers import it too."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def seconds_of_calls(call: Callable[[int], object], *, threads: int, count: int) -> float:
    """Seconds for the calls `call(0)` to `call(count - 1)`, one after another in each thread.

    The clock starts when each thread has made one call more, so that all are connected. What a
    call raises is raised here.
    """
    ready = Barrier(threads + 1)

    def run(number: int) -> None:
        try:
            call(number)
        finally:
            ready.wait()  # also after an error, or the others would wait for ever
        for n in range(number, count, threads):
            call(n)

    with ThreadPoolExecutor(threads) as pool:
        ends = [pool.submit(run, number) for number in range(threads)]
        ready.wait()
        before = time.perf_counter()
        for end in ends:
            end.result()
        return time.perf_counter() - before
