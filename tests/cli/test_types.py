"""Types, runners and counters."""

import asyncio
import subprocess
import sys

from tasuki.store.store import Store
from tests.cli.conftest import Site
from tests.cli.program import Program
from tests.support import eventually_sync


def counts(tasuki: Program, type: str) -> dict[str, object]:
    [found] = [t for t in tasuki("types", "--json").ok().json["types"] if t["type"] == type]
    return found


def test_a_type_appears_with_its_first_job(tasuki: Program):
    assert tasuki("types").err.startswith("no types yet: ")
    assert tasuki("types", "--json").ok().json == {"types": []}
    tasuki("enqueue", "email").ok()
    heading, row = (line.split() for line in tasuki("types").ok().out.splitlines())
    assert " ".join(heading) == "TYPE WAITING SCHEDULED ACTIVE COMPLETED FAILED CANCELLED"
    assert row == ["email", "1", "0", "0", "0", "0", "0"]


def test_pause_and_resume(tasuki: Program):
    tasuki("enqueue", "email").ok()
    assert tasuki("pause", "email").ok().out == "email is paused: 1 job waits\n"
    assert counts(tasuki, "email")["paused"] is True
    assert "paused" in tasuki("types").ok().out
    assert tasuki("pause", "email", "--json").ok().json["paused"] is True
    assert tasuki("resume", "email").ok().out == "email is resumed: 1 job waits\n"
    assert counts(tasuki, "email")["paused"] is False
    assert tasuki("resume", "email", "--json").ok().json["waiting"] == 1


def test_a_type_that_cannot_be(tasuki: Program):
    assert tasuki("pause", "", code=2).err == "tasuki: type: must not be empty\n"


def test_no_runners(tasuki: Program):
    hint = "no runners: start some with `tasuki up APP` or `tasuki worker APP`\n"
    assert tasuki("runners").err == hint
    assert tasuki("runners", "--json").ok().json == {"runners": []}


def test_runners(site: Site):
    heading, row = site.tasuki("runners").ok().out.splitlines()
    heads = ["RUNNER", "HOST", "PID", "ACTIVE", "SLOTS", "STUCK", "LEASE", "TYPES"]
    assert heading.split() == heads
    assert row.endswith("add, fall, hold")
    [runner] = site.tasuki("runners", "--json").ok().json["runners"]
    assert row.startswith(runner["id"])


async def test_runners_that_are_stuck_or_stopping(tasuki: Program, store: Store):
    lease = store.lease()
    await lease.register({"types": "email", "slots": "10"}, [("email", "")])
    await lease.heartbeat({"stuck": "3", "stopping": "1"})
    shown = await asyncio.to_thread(tasuki, "runners")
    assert shown.ok().out.splitlines()[1].split()[3:7:2] == ["0", "3"]
    assert "  stopping  " in shown.out


def test_nothing_happened(tasuki: Program):
    assert tasuki("stats", "--minutes", "5").err == "nothing happened in the last 5 min\n"


def test_stats(site: Site):
    site.tasuki("enqueue", "add", '{"numbers": [1]}', "--wait").ok()
    for options in ([], ["--total"], ["--minutes", "5"]):
        shown = site.tasuki("stats", *options).ok().out
        assert shown.split()[:4] == ["TYPE", "ENQUEUED", "COMPLETED", "FAILED"]
        assert "\nadd " in shown
        assert "Fsync is always: a job is on disk before its id is given out." in shown
    found = site.tasuki("stats", "--json", "--minutes", "2").ok().json
    assert len(found["minutes"]) == 2
    assert found["totals"]["add"]["completed"] >= 1


def test_a_job_is_done_and_its_result_printed(site: Site):
    numbers = '{"numbers": [1, 2, 4]}'
    assert site.tasuki("enqueue", "add", numbers, "--wait").ok().out == "7\n"
    whole = site.tasuki("enqueue", "--wait", "30", "add", numbers, "--json").ok().json
    assert (whole["state"], whole["result"]) == ("completed", 7)
    log = site.tasuki("log", str(whole["id"])).ok()
    assert log.out == "adding [1, 2, 4]\n"
    shown = site.tasuki("show", str(whole["id"])).ok().out
    assert "result\n    7\n" in shown
    assert f"1 line: tasuki log {whole['id']}" in shown


def test_a_job_that_fails_fails_the_command(site: Site):
    result = site.tasuki("enqueue", "fall", "--wait", code=1)
    assert result.out == ""
    assert result.err.endswith(" failed: ValueError: it \\x1b[31mfell\n")
    whole = site.tasuki("enqueue", "fall", "--wait", "--json", code=1).json
    assert whole["error"]["type"] == "ValueError"
    shown = site.tasuki("show", str(whole["id"])).ok().out
    assert "failed (error)" in shown
    assert "Traceback (most recent call last):" in shown
    assert "\x1b" not in shown


def test_an_active_job_is_told_to_stop(site: Site):
    id = site.tasuki("enqueue", "hold").ok().out.strip()

    def state() -> str:
        return site.tasuki("show", id, "--json").ok().json["state"]

    eventually_sync(lambda: state() == "active")
    assert site.tasuki("rm", id, code=1).err == f"tasuki: job {id} is active: cannot remove it\n"
    assert site.tasuki("cancel", id).ok().out == f"job {id} is told to stop\n"
    eventually_sync(lambda: state() == "cancelled")


def test_ctrl_c_ends_the_wait_and_not_the_job(site: Site):
    with site.tasuki.on_terminal("enqueue", "idle", "--wait") as terminal:
        terminal.says("no runner handles idle yet; waiting for one")
        terminal.types(b"\x03")
        assert terminal.wait() == 130
    assert "Traceback" not in terminal.text
    assert counts(site.tasuki, "idle")["waiting"] == 1


def test_a_reader_that_has_seen_enough_is_no_defect(site: Site):
    for _ in range(3):
        site.tasuki("enqueue", "many").ok()
    shell = f"{sys.executable} -m tasuki jobs --type many --ids | head -1"
    done = subprocess.run(
        ["sh", "-c", shell],
        cwd=site.tasuki.cwd,
        env=site.tasuki.environment | {"PYTHONUNBUFFERED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
