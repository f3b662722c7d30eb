"""What runs until it is stopped, with real processes and signals."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.cli.conftest import APP, Site
from tests.cli.program import Program, Running
from tests.support import eventually_sync


@pytest.fixture
def tasuki(directory: Path) -> Iterator[Program]:
    """`tasuki` in a directory with an app. No process may be left behind there."""
    (directory / "app.py").write_text(APP)
    yield Program(directory)
    eventually_sync(lambda: not processes(directory))


def processes(directory: Path) -> list[str]:
    """The processes that have to do with the directory."""
    found: list[str] = []
    for process in psutil.process_iter():
        try:
            line, cwd = " ".join(process.cmdline()), process.cwd()
        except psutil.Error:
            continue
        if str(directory) in line or cwd.startswith(str(directory)):
            found.append(line)
    return found


def address(running: Running) -> str:
    match = re.search(r"dashboard +(http://\S+)", running.text)
    assert match, running.text
    return match[1]


def is_active(tasuki: Program, id: str) -> bool:
    return tasuki("show", id, "--json").json["state"] == "active"


def test_the_banner_says_what_is_where(site: Site):
    banner = site.up.text.partition("Tasuki 0.1.0 is up. ")[2].splitlines()
    assert banner[0] == "Ctrl-C stops it; running jobs have 25 s to finish."
    assert re.fullmatch(r"  dashboard  http://127.0.0.1:\d+", banner[1])
    assert re.fullmatch(
        r"  store      ./.tasuki  valkey \S+, on disk before a job's id is given out"
        r" \(fsync always\)",
        banner[2],
    )
    assert banner[3] == "  app        app.py  add, fall, hold  (1 runner)"
    assert "\x1b" not in site.up.text


def test_a_job_by_http_is_run_and_seen_by_the_commands(site: Site):
    job = {"type": "add", "data": {"numbers": [20, 22]}}
    id = httpx.post(f"{address(site.up)}/api/v1/jobs", json=job).json()["id"]
    shown = site.tasuki.process("show", str(id), "--json").ok().json
    eventually_sync(lambda: site.tasuki("show", str(id), "--json").json["state"] == "completed")
    assert shown["type"] == "add"


def test_sigterm_stops_everything_in_order(tasuki: Program):
    with tasuki.running("up", "app.py", "--port", "0", "--grace", "10") as up:
        up.says("is up.")
        assert tasuki("enqueue", "add", '{"numbers": []}', "--wait").ok().out == "0\n"
        assert up.stop() == 0
    said = [up.text.index(text) for text in ("stopping", "runner 1", "store: stopped")]
    assert up.text.index("ended") < up.text.index("store: stopped")
    assert said[0] < said[2]
    assert up.text.endswith("Tasuki has stopped\n")


def test_a_second_signal_hands_running_jobs_back_at_once(tasuki: Program):
    with tasuki.running("up", "app.py", "--port", "0", "--grace", "1h") as up:
        up.says("is up.")
        id = tasuki("enqueue", "hold").ok().out.strip()
        eventually_sync(lambda: is_active(tasuki, id))
        up.signal(signal.SIGTERM)
        up.says("a second signal hands them back at once")
        assert is_active(tasuki, id)
        up.signal(signal.SIGINT)
        assert up.wait() == 0
    with tasuki.running("server", "--port", "0") as server:
        server.says("is up.")
        job = tasuki("show", id, "--json").ok().json
        assert (job["state"], job["attempts"]["made"]) == ("waiting", 0)
        assert server.stop() == 0


def test_ctrl_c_reaches_the_program_alone(tasuki: Program):
    with tasuki.on_terminal("up", "app.py", "--port", "0", "--grace", "30s") as terminal:
        terminal.says("is up.")
        id = tasuki("enqueue", "hold").ok().out.strip()
        eventually_sync(lambda: is_active(tasuki, id))
        terminal.types(b"\x03")
        terminal.says("a second signal")
        assert is_active(tasuki, id)
        terminal.types(b"\x03")
        assert terminal.wait() == 0


def test_a_terminal_that_is_closed_is_an_order_to_stop(tasuki: Program):
    """The kernel and the shell may both say so: that is still one order."""
    with tasuki.on_terminal("up", "app.py", "--port", "0", "--grace", "1s") as terminal:
        terminal.says("is up.")
        id = tasuki("enqueue", "hold").ok().out.strip()
        eventually_sync(lambda: is_active(tasuki, id))
        terminal.hang_up()
        assert terminal.wait() == 0
    with tasuki.running("server", "--port", "0") as server:
        server.says("is up.")
        job = tasuki("show", id, "--json").ok().json
        assert (job["state"], job["attempts"]["made"], job["crashes"]) == ("waiting", 0, 0)
        assert server.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT], ids=["hup", "quit"])
def test_other_signals_that_end_programs_end_this_one_in_order(
    tasuki: Program, number: signal.Signals
):
    with tasuki.running("up", "app.py", "--port", "0") as up:
        up.says("is up.")
        up.signal(number)
        assert up.wait() == 0
    assert "store: stopped" in up.text


def test_a_program_that_is_to_outlive_its_terminal_does(tasuki: Program):
    with tasuki.running("server", "--port", "0", before=("nohup",)) as server:
        server.says("is up.")
        server.signal(signal.SIGHUP)
        assert tasuki("enqueue", "add", '{"numbers": []}').ok()
        assert "stopping" not in server.text
        assert server.stop() == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"], ids=repr)
def test_standard_streams_may_be_closed(tasuki: Program, closed: str):
    line = f'exec "$@" {closed}'
    with tasuki.running("up", "app.py", "--port", "0", before=("sh", "-c", line, "sh")) as up:
        eventually_sync((tasuki.cwd / ".tasuki" / "store.sock").exists, 15)
        eventually_sync(lambda: tasuki("enqueue", "add", '{"numbers": []}').code == 0, 15)
        assert tasuki("enqueue", "add", '{"numbers": [1]}', "--wait", code=0).out == "1\n"
        assert up.stop() == 0


CHATTY = """
import logging, tasuki
log = logging.getLogger("shop.mail")

@tasuki.worker("chat")
async def chat(job):
    for number in range(job.data):
        log.info("letter %d %s", number, "x" * 100)
    log.debug("all sent")
"""


def test_lines_of_the_app_are_seen_at_the_level_that_was_asked_for(tasuki: Program):
    (tasuki.cwd / "chatty.py").write_text(CHATTY)
    for level, seen in (("debug", True), ("info", False)):
        with tasuki.running("up", "chatty.py", "--port", "0", "--log-level", level) as up:
            up.says("is up.")
            tasuki("enqueue", "chat", "1", "--wait").ok()
            up.says("letter 0")
            assert up.stop() == 0
        assert ("all sent" in up.text) is seen


def test_a_reader_that_stops_holds_nothing_up(tasuki: Program):
    (tasuki.cwd / "chatty.py").write_text(CHATTY)
    with tasuki.running("up", "chatty.py", "--port", "0") as up:
        up.says("is up.")
        with up.unread():
            # Far more than a pipe holds.
            assert tasuki("enqueue", "chat", "5000", "--wait", code=0)
            job = {"type": "chat", "data": 0}
            assert httpx.post(f"{address(up)}/api/v1/jobs", json=job).status_code == 201
        up.says("letter 4999", 30)
        assert up.stop() == 0


ORPHANS = """
import os, subprocess, tasuki

@tasuki.worker("orphan")
def orphan(job):
    subprocess.run(["sh", "-c", "sleep 0.1 & exit 0"])
"""


INSIDE = ("unshare", "-pf", "--mount-proc", "--kill-child")


def may_isolate() -> bool:
    """Whether a namespace of processes can be made here."""
    if shutil.which(INSIDE[0]) is None:
        return False
    return subprocess.run([*INSIDE, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not may_isolate(), reason="no right to make a namespace of processes")
def test_the_first_process_of_a_container_buries_orphans(tasuki: Program):
    (tasuki.cwd / "orphans.py").write_text(ORPHANS)
    with tasuki.running("up", "orphans.py", "--port", "0", before=INSIDE) as up:
        up.says("is up.")
        [first] = psutil.Process(up.pid).children()
        for _ in range(3):
            tasuki("enqueue", "orphan", "--wait").ok()
        # Those that live go on to end; those that have ended are gone.
        names = {"sh", "sleep"}
        eventually_sync(lambda: not [child for child in first.children() if child.name() in names])
        first.send_signal(signal.SIGTERM)
        assert up.wait() == 0
    assert "store: stopped" in up.text


def test_a_server_and_workers_in_terminals_of_their_own_share_the_store(tasuki: Program):
    with tasuki.running("server", "--port", "0") as server:
        server.says("is up.")
        with tasuki.running("worker", "app.py", "--processes", "2") as worker:
            worker.says("(2 runners)")
            assert "attached to valkey" in worker.text
            assert tasuki("enqueue", "add", '{"numbers": [1]}', "--wait").ok().out == "1\n"
            # The one who started the store leaves first; the other one stops it.
            assert server.stop() == 0
            assert "left to its other users" in server.text
            assert tasuki("enqueue", "add", '{"numbers": [2]}', "--wait").ok().out == "2\n"
            assert worker.stop() == 0
            assert "store: stopped" in worker.text


def test_workers_on_a_store_that_is_named(tasuki: Program, store_url: str, namespace: str):
    tasuki = tasuki.having(url=store_url, namespace=namespace)
    with tasuki.running("worker", "app.py") as worker:
        worker.says("is up.")
        assert f"store      {store_url}" in worker.text
        assert tasuki("enqueue", "add", '{"numbers": [1]}', "--wait").ok().out == "1\n"
        assert worker.stop() == 0
    assert not (tasuki.cwd / ".tasuki").exists()


def test_the_store_is_started_again_when_it_dies(tasuki: Program):
    with tasuki.running("up", "app.py", "--port", "0") as up:
        up.says("is up.")
        match = re.search(r"store: valkey .*\(pid (\d+)", up.text)
        assert match
        os.kill(int(match[1]), signal.SIGKILL)
        up.says("store: restarted after")
        assert tasuki("enqueue", "add", '{"numbers": [3]}', "--wait").ok().out == "3\n"
        assert up.stop() == 0


def test_a_data_directory_that_is_deleted_is_noticed(tasuki: Program):
    with tasuki.running("up", "app.py", "--port", "0") as up:
        up.says("is up.")
        shutil.rmtree(tasuki.cwd / ".tasuki")
        up.says("was deleted or moved away while the store was in use")
        answer = httpx.post(f"{address(up)}/api/v1/jobs", json={"type": "add"})
        assert answer.status_code == 503
        assert (
            answer.json()["detail"] == "the data directory of the store was deleted or moved away"
        )

        def is_gone() -> bool:
            return httpx.get(f"{address(up)}/health/ready").json()["code"] == "data_gone"

        eventually_sync(is_gone, 10)
        assert up.stop() == 0
    assert up.text.count("was deleted or moved away") <= 2  # the store says so, and the health


def test_a_stop_while_starting_is_heard(tasuki: Program):
    with tasuki.running("up", "app.py", "--port", "0") as up:
        up.says("store: ")
        assert up.stop() == 0


@pytest.mark.parametrize(
    ("app", "code", "answer"),
    [
        ("app.py:Nothing", 1, "tasuki: app.py has no 'Nothing'"),
        ("broken.py", 1, "tasuki: cannot import broken.py:\n\nTraceback"),
    ],
    ids=["attribute", "broken"],
)
def test_an_app_that_cannot_be_loaded_stops_the_rest(
    tasuki: Program, app: str, code: int, answer: str
):
    (tasuki.cwd / "broken.py").write_text("import json\n1 / 0  # app.py\n")
    result = tasuki.process("up", app, "--port", "0", code=code)
    assert answer in result.err
    assert "store: stopped" in result.err
    assert "is up." not in result.out


def test_a_port_that_is_taken_stops_the_rest(tasuki: Program):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        result = tasuki.process("up", "app.py", "--port", str(port), code=2)
    assert result.err.splitlines()[-1].startswith(f"tasuki: port: {port} on 127.0.0.1 is in use;")
    assert "store: stopped" in result.err


def test_a_store_that_would_lose_jobs_is_refused(
    tasuki: Program, store_url: str, plain, namespace: str
):
    tasuki = tasuki.having(url=store_url, namespace=namespace)
    plain.config_set("maxmemory-policy", "allkeys-lru")
    try:
        result = tasuki.process("server", "--port", "0", code=1)
        assert "tasuki: this store would lose jobs:" in result.err
        assert "CONFIG SET maxmemory-policy noeviction" in result.err
        with tasuki.running("server", "--port", "0", "--allow-unsafe") as server:
            server.says("is up.")
            assert server.stop() == 0
    finally:
        plain.config_set("maxmemory-policy", "noeviction")


def test_a_store_that_is_away_is_waited_for(tasuki: Program):
    url = f"unix://{tasuki.cwd}/nowhere.sock"
    with tasuki.running("server", "--port", "0", "--url", url) as server:
        server.says("waiting for the store: the store cannot be reached: ")
        server.says("is up.")
        assert server.stop() == 0


def test_the_log_can_be_for_programs(tasuki: Program):
    with tasuki.running("up", "app.py", "--port", "0", "--log-format", "json") as up:
        up.says('"message":"up: dashboard http://')
        assert up.stop() == 0
    for line in up.lines:
        assert set(json.loads(line)) == {"time", "level", "logger", "message"}
