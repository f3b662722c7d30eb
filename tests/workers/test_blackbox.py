"""The black box: what a runner was doing is known after its death."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tasuki.wire.ids import encode_id
from tasuki.workers.attempt.blackbox import CELL, FIRST_CELLS, BlackBox


@pytest.fixture
def box() -> Iterator[BlackBox]:
    box = BlackBox.create()
    yield box
    box.close()


def test_what_has_begun_and_not_ended_is_known(box: BlackBox):
    first, second = box.begin("G1234567"), box.begin("A7")
    assert sorted(box.begun()) == ["A7", "G1234567"]
    box.end(first)
    assert box.begun() == ["A7"]
    # A short ref leaves nothing of the longer one that was in its cell.
    third = box.begin("B42")
    assert third == first
    assert sorted(box.begun()) == ["A7", "B42"]
    box.end(second)
    box.end(third)
    assert box.begun() == []


def test_every_ref_fits():
    assert len(encode_id(2**63 - 1)) < CELL


def test_it_grows(box: BlackBox):
    refs = [f"D{number}" for number in range(3 * FIRST_CELLS)]
    slots = [box.begin(ref) for ref in refs]
    assert len(set(slots)) == len(refs)
    assert sorted(box.begun()) == sorted(refs)
    for slot in slots:
        box.end(slot)
    assert box.begun() == []


def test_threads_share_it(box: BlackBox):
    together = threading.Barrier(8)

    def work(name: int) -> list[int]:
        together.wait()
        for number in range(500):
            box.end(box.begin(f"D{name}{number}"))
        return [box.begin(f"E{name}{number}") for number in range(FIRST_CELLS // 4)]

    with ThreadPoolExecutor(8) as pool:
        slots = [slot for part in pool.map(work, range(8)) for slot in part]
    assert len(set(slots)) == len(slots) == 2 * FIRST_CELLS
    assert len(set(box.begun())) == 2 * FIRST_CELLS


RUNNER = """
import os, signal, sys
from tasuki.workers.attempt.blackbox import BlackBox
box = BlackBox.open(int(sys.argv[1]))
for number in range(2000):
    box.begin(f"D{number}")
if os.fork() == 0:
    box.end(0)
    box.begin("A1")
    os._exit(0)
os.wait()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_outlives_the_process_that_wrote_it_and_its_children_do_not_write_to_it(box: BlackBox):
    code = subprocess.call([sys.executable, "-c", RUNNER, str(box.fd)], pass_fds=(box.fd,))
    assert code == -signal.SIGKILL
    assert sorted(box.begun()) == sorted(f"D{number}" for number in range(2_000))


def test_programs_that_a_runner_starts_do_not_have_it(box: BlackBox):
    assert not os.get_inheritable(box.fd)
