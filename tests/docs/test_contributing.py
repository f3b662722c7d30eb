"""What CONTRIBUTING says of a new thing is enough."""

import re
import subprocess
import sys
from pathlib import Path
from shutil import copytree

ROOT = Path(__file__).parents[2]

OPTION = """
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

SETTING = """
import os
from pathlib import Path
import msgspec, pytest
from tasuki.cli.entry import main
from tasuki.cli.services.launch import runner_config
from tasuki.cli.settings.resolve import resolve
from tasuki.model.errors import SettingsError
from tasuki.workers.process.protocol import RunnerConfig

os.environ["TASUKI_WORKER_NAP"] = "5m"
found = resolve([], os.environ, Path.cwd())
assert found.places == {"worker.nap": "TASUKI_WORKER_NAP"}
config = runner_config(found.settings, "unix:///nowhere", "jobs.py")
told = msgspec.json.decode(msgspec.json.encode(config), type=RunnerConfig)
assert told.worker.nap == 300
with pytest.raises(SettingsError, match="TASUKI_WORKER_NAP: must be from 1s to 1h, not '2h'"):
    resolve([], {"TASUKI_WORKER_NAP": "2h"}, Path.cwd())
with pytest.raises(SystemExit):
    main(["settings"])
"""


def follow(example: str, probe: str, directory: Path, page: str, before: str) -> str:
    """Put an example of CONTRIBUTING into a copy of Tasuki and have a look: what that printed."""
    found = re.search(rf"^    {example}: .*$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert found
    copytree(ROOT / "src" / "tasuki", directory / "tasuki")
    file = directory / "tasuki" / "model" / page
    text = file.read_text().replace("import Lines", "import Line, Lines")
    file.write_text(text.replace(before, f"\n{found[0]}{before}"))
    done = subprocess.run(
        [sys.executable, "-c", probe],
        env={"PYTHONPATH": str(directory)},
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_option_that_is_declared_as_it_says_is_known_everywhere(tmp_path: Path):
    follow("note", OPTION, tmp_path, "options.py", "\n\n\nclass Options(")


def test_a_setting_that_is_declared_as_it_says_is_read_and_reaches_its_part(tmp_path: Path):
    before = "\n\n    def __post_init__("
    shown = follow("nap", SETTING, tmp_path, "settings/worker.py", before)
    assert re.search(r'^nap = "5m" +# TASUKI_WORKER_NAP$', shown, re.MULTILINE)
