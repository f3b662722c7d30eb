"""The ledger, and that what runs on Node.js writes the same one."""

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from benchmarks import ledger, peers
from benchmarks.ledger import Ledger
from benchmarks.payload import payload

_NODE = shutil.which("node")


@pytest.fixture
def book(tmp_path: Path) -> Ledger:
    return Ledger.create(tmp_path / "ledger", slots=20)


def test_it_counts_the_jobs_that_have_started(book: Ledger) -> None:
    for n in (0, 3, 15):
        book.start(n)
    assert book.started(20) == 3
    assert book.started(10) == 2


@pytest.mark.skipif(_NODE is None, reason="there is no `node` on PATH")
def test_node_marks_the_same_slots_by_the_same_clock(book: Ledger) -> None:
    book.start(5)
    before = time.monotonic_ns()
    answer = _node(
        "ledger.call(3); ledger.start(3); return [ledger.hasStarted(5), ledger.hasStarted(6)]", book
    )
    after = time.monotonic_ns()
    assert answer == [True, False]
    assert book.started(20) == 2
    assert 0 < book.delays(20)[0] < (after - before) / 1e9
    assert before < book.starts(20)[1] < after


@pytest.mark.skipif(_NODE is None, reason="there is no `node` on PATH")
def test_node_carries_the_same_payload(book: Ledger) -> None:
    assert _node("return [0, 9, 12345].map(payload)", book) == [payload(n) for n in (0, 9, 12345)]


def _node(body: str, book: Ledger) -> object:
    """What a function with the modules of the peers returns."""
    assert _NODE is not None
    modules = Path(peers.__path__[0]) / "node"
    program = (
        f"const ledger = require({str(modules / 'ledger')!r});"
        f"const {{ payload }} = require({str(modules / 'payload')!r});"
        f"console.log(JSON.stringify((() => {{ {body} }})()))"
    )
    done = subprocess.run(
        [_NODE, "-e", program],
        env={ledger.ENVIRONMENT: str(book.path)},
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)
