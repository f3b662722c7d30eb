"""The demonstration of `make demo`.

Starts `tasuki up` on a worker that counts what is in Python files, submits one job over HTTP for
each file of Python's standard library, watches the jobs, and shows what came of them.
"""

import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

APP = Path(__file__).with_name("count_code.py")
LIBRARY = Path(sysconfig.get_path("stdlib"))
START_SECONDS = 30
FINISH_SECONDS = 300
STATES = ("scheduled", "active", "completed", "failed", "cancelled")
PROCESSES = str(min(os.cpu_count() or 1, 4))

console = Console()


class Api:
    """Tasuki's HTTP API, over one connection that is kept open."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def reconnect(self) -> None:
        self._connection.close()

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def submit(self, type: str, data: dict[str, Any]) -> int:
        return self._call("POST", "/api/v1/jobs", {"type": type, "data": data})["id"]

    def jobs(self, state: str) -> Iterator[dict[str, Any]]:
        cursor = ""
        while cursor is not None:
            query = f"state={state}&type=count&limit=200"
            page = self.get(f"/api/v1/jobs?{query}" + (f"&cursor={cursor}" if cursor else ""))
            yield from page["jobs"]
            cursor = page["cursor"]

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        text = None if body is None else json.dumps(body)
        self._connection.request(method, path, text, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        if response.status >= 400:
            sys.exit(f"{method} {path} answered {response.status}: {answer}")
        return answer


@contextmanager
def tasuki_up(port: int, data_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `tasuki up`, and stop it in good order afterwards."""
    command = [sys.executable, "-m", "tasuki", "up", str(APP), "--port", str(port)]
    command += ["--data-dir", str(data_dir), "--processes", PROCESSES]
    log = (data_dir / "demo.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        log.close()


def wait_until_ready(api: Api, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            api.get("/api/v1/health/ready")
        except (OSError, http.client.HTTPException):
            api.reconnect()
            time.sleep(0.05)
        else:
            return
    sys.exit(f"tasuki up did not start:\n{log.read_text(errors='replace')}")


def submit_all(port: int, files: list[Path]) -> None:
    api = Api(port)
    for file in files:
        api.submit("count", {"path": str(file)})


def watch(api: Api, total: int) -> None:
    """Show how far the jobs are, until all have ended."""
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    deadline = time.monotonic() + FINISH_SECONDS
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("", total=total)
        while time.monotonic() < deadline:
            rows = api.get("/api/v1/types")["types"]
            counts = Counter[str]()
            for row in rows:
                counts.update({state: row[state] for state in STATES})
            ended = counts["completed"] + counts["failed"] + counts["cancelled"]
            now = f"{counts['active']} active, {counts['scheduled']} to be retried"
            progress.update(bar, completed=ended, description=now)
            if ended >= total:
                progress.update(bar, description="done")
                return
            time.sleep(0.1)
    sys.exit(f"the jobs did not end within {FINISH_SECONDS} s")


def show(api: Api, seconds: float) -> None:
    done, failed = list(api.jobs("completed")), list(api.jobs("failed"))
    totals = Counter[str]()
    for job in done:
        totals.update(job["result"])
    attempts = f", after {failed[0]['attempts']['made']} attempts each" if failed else ""
    table = Table(title="Python's standard library, counted", show_header=False)
    table.add_row("done", f"{len(done):,}")
    table.add_row("failed", f"{len(failed):,}{attempts}")
    table.add_row("jobs/s", f"{(len(done) + len(failed)) / seconds:,.0f}, in {PROCESSES} runners")
    for what, number in totals.items():
        table.add_row(what, f"{number:,}")
    console.print(table)
    show_slowest(done)
    show_failures(failed)


def show_slowest(jobs: list[dict[str, Any]]) -> None:
    table = Table("slowest", "seconds", "tokens")
    for job in sorted(jobs, key=run_time, reverse=True)[:5]:
        table.add_row(short(job), f"{run_time(job):.2f}", f"{job['result']['tokens']:,}")
    console.print(table)


def show_failures(jobs: list[dict[str, Any]]) -> None:
    if not jobs:
        return
    table = Table("failed", "attempts", "why")
    for job in jobs[:12]:
        error = job["error"]
        why = f"{error['type']}: {error['message']}".replace(str(LIBRARY), "...")
        table.add_row(short(job), str(job["attempts"]["made"]), why)
    if len(jobs) > 12:
        table.add_row(f"and {len(jobs) - 12} more", "", "")
    console.print(table)


def run_time(job: dict[str, Any]) -> float:
    started, finished = (datetime.fromisoformat(job[key]) for key in ("started_at", "finished_at"))
    return (finished - started).total_seconds()


def short(job: dict[str, Any]) -> str:
    return "/".join(Path(job["data"]["path"]).parts[-2:])


def standard_library() -> list[Path]:
    return sorted(p for p in LIBRARY.rglob("*.py") if "site-packages" not in p.parts)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="stay up until Ctrl-C")
    parser.add_argument("--port", type=int, default=0, help="of the dashboard (any free one)")
    options = parser.parse_args()
    files = standard_library()
    data_dir = Path(tempfile.mkdtemp(prefix="tasuki-demo-"))
    port = options.port or free_port()
    api = Api(port)
    try:
        with tasuki_up(port, data_dir) as process:
            wait_until_ready(api, process, data_dir / "demo.log")
            console.print(f"Tasuki is up. Dashboard: [bold]{api.address}[/]")
            console.print(f"One job over HTTP for each of {len(files):,} files of the library:")
            started = time.monotonic()
            with ThreadPoolExecutor(1) as pool:
                submitting = pool.submit(submit_all, port, files)
                watch(api, len(files))
                submitting.result()
            show(api, time.monotonic() - started)
            if options.keep:
                console.print(f"Dashboard: [bold]{api.address}[/] (stays up until Ctrl-C)")
                process.wait()
            else:
                console.print("Stopped. To look around in the dashboard: make demo KEEP=1")
    except KeyboardInterrupt:
        console.print("stopped")
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


if __name__ == "__main__":
    main()
