"""What the first process of a container does, tried in one that only believes to be the first."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.support import eventually_sync

# A process that adopts the orphans below it, as the first of a container does.
PROGRAM = """
import ctypes, os, signal, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
from tasuki.cli.services.first_process import stand_back
stand_back(1)
{}
"""


@contextmanager
def running(body: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(body)], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("body", "code"),
    [("sys.exit(7)", 7), ("os.kill(os.getpid(), signal.SIGKILL)", 128 + signal.SIGKILL)],
    ids=["code", "signal"],
)
def test_it_ends_as_the_program_does(body: str, code: int):
    with running(body) as process:
        assert process.wait(10) == code


def test_signals_are_passed_on():
    body = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(5)); print('up', flush=True)"
    with running(body + "; signal.pause()") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.terminate()
        assert process.wait(10) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt orphans")
def test_orphans_are_buried_and_the_program_asks_for_its_own_children():
    body = (
        "subprocess.run(['sh', '-c', 'sleep 0.1 & exit 0'])\n"
        "own = subprocess.run(['sh', '-c', 'exit 3']).returncode\n"
        "print(own, flush=True); signal.pause()"
    )
    with running(body) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "3\n"
        first = psutil.Process(process.pid)
        eventually_sync(lambda: len(first.children()) == 1)
        process.terminate()
        assert process.wait(10) == 128 + signal.SIGTERM
