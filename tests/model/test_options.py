"""Options follow from their declarations."""

import re
import subprocess
import sys
from inspect import signature
from pathlib import Path
from shutil import copytree

from tasuki import Client
from tasuki.model.job import JobInfo, NewJob
from tasuki.model.options import options_of

ROOT = Path(__file__).parents[2]

PROBE = """
import json
from datetime import UTC, datetime
import msgspec, pytest
from tasuki.cli.commands.enqueue import enqueue
from tasuki.cli.terminal.jobview import details
from tasuki.model.errors import InvalidError
from tasuki.model.job import NewJob
from tasuki.server.api.described import described_body
from tasuki.server.api.submission import decode_jobs
from tasuki.store.looks.view import Row, WorkerOptions, job_info
from tasuki.wire.record import encode_tail

with pytest.raises(InvalidError, match="note: must be at most 200"):
    NewJob(type="a", note="x" * 201)
[job], _ = decode_jobs(b'{"type": "a", "note": "mind the gap"}')
row = Row("waiting", "wait:a", "0", "1 0 " + encode_tail(job)[0], "", "", "")
info = job_info("A1", row, WorkerOptions())
assert info.note == "mind the gap"
assert b'"note":"mind the gap"' in msgspec.json.encode(info)
assert any("note" in line and "mind the gap" in line for line in details(info, datetime.now(UTC)))
assert any("--note" in flag.opts for flag in enqueue.params)
_, found = msgspec.json.schema_components([described_body(NewJob)])
assert "what people should know of it" in json.dumps(found["NewJob"]["properties"]["note"])
"""


def test_an_option_that_is_declared_as_contributing_says_is_known_everywhere(tmp_path: Path):
    found = re.search(r"^    note: .*$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert found
    copytree(ROOT / "src" / "tasuki", tmp_path / "tasuki")
    page = tmp_path / "tasuki" / "model" / "options.py"
    text = page.read_text().replace("import Lines", "import Line, Lines")
    page.write_text(text.replace("\n\n\nclass Options(", f"\n{found[0]}\n\n\nclass Options("))
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_enqueue_takes_every_option_and_says_so():
    former = {"key", "at"}
    arguments = set(signature(Client.enqueue).parameters) - {"self", "idempotency_key"} - former
    assert arguments == {option.name for option in options_of(NewJob)}


def test_people_see_every_option():
    when = {"delay"}  # which is a time, once the job is there
    assert set(NewJob.__struct_fields__) - when <= set(JobInfo.__struct_fields__)
