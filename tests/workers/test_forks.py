"""Children of a runner take neither its signals nor its place."""

import subprocess
import sys

PROGRAM = """
import asyncio, os, signal, sys
from tasuki.workers.attempt.forks import end_stray_child, free_children

async def main():
    heard = []
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, heard.append, number)
    free_children()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        for _ in range(20):
            child = os.fork()
            if not child:
                try:
                    signal.pause()
                finally:
                    os._exit(1)
            os.kill(child, number)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            assert code == -number, (number, code)
    child = os.fork()
    end_stray_child()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    await asyncio.sleep(0)
    assert heard == []
    os.kill(os.getpid(), signal.SIGTERM)
    while not heard:
        await asyncio.sleep(0.001)

asyncio.run(main())
"""


def test_children_end_by_signals_and_the_runner_hears_of_none():
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], timeout=30, check=False, capture_output=True
    )
    assert ended.returncode == 0, ended.stderr.decode()
