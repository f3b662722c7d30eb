"""What processes take: processor time and memory, with that of all that descend from them."""

import os
import subprocess
import sys
import time

from benchmarks import usage
from tests.support import eventually_sync

_FAMILY = 'sh -c "cat; true"; true'
"""Two shells and a program, which ends with its input."""


def test_a_tree_holds_children_of_children_and_forgets_them_when_they_end() -> None:
    with subprocess.Popen(["sh", "-c", _FAMILY], stdin=subprocess.PIPE) as process:
        eventually_sync(lambda: len(usage.tree(process.pid)) == 3, 20)
        assert usage.tree(process.pid)[0] == process.pid
        process.communicate()
    assert usage.tree(process.pid) == [process.pid]
    assert usage.cpu_seconds([process.pid]) == 0


def test_processor_time_is_that_of_the_process() -> None:
    before, began = usage.cpu_seconds([os.getpid()]), time.process_time()
    while time.process_time() < began + 0.2:
        pass
    spent = usage.cpu_seconds([os.getpid()]) - before
    assert 0.15 < spent < time.process_time() - began + 0.05


def test_processor_time_of_children_that_ended_counts() -> None:
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    before = usage.cpu_seconds([os.getpid()])
    subprocess.run([sys.executable, "-c", burn], check=True)
    assert usage.cpu_seconds([os.getpid()]) - before > 0.15


def test_memory_is_bytes_and_the_sum_of_all() -> None:
    alone = usage.pss_bytes([os.getpid()])
    assert 2**20 < alone < 2**31
    assert usage.pss_bytes([os.getpid(), os.getpid()]) > 1.5 * alone
