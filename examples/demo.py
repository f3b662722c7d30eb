"""The demonstration of `make demo`.

Starts `tasuki up` on a worker that counts what is in Python files, submits one job over HTTP for each
file of Python's standard library, watches the jobs, and shows what came of them.
"""

import argparse
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

APP = Path(__file__).with_name("count_code.py")
START_SECONDS = 30
FINISH_SECONDS = 300
PROCESSES = str(min(os.cpu_count() or 1, 4))

console = Console()


class Api:
    """Tasuki's HTTP API, over one connection that is kept open."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

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
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"tasuki up did not start:\n{log.read_text(errors='replace')}")


def submit_all(api: Api, files: list[Path]) -> float:
    started = time.monotonic()
    for file in files:
        api.submit("count", {"path": str(file)})
    return len(files) / (time.monotonic() - started)


def watch(api: Api, total: int) -> float:
    """Show how far the jobs are, until all have ended. Gives the seconds that it took."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    started = time.monotonic()
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("counting", total=total)
        while time.monotonic() - started < FINISH_SECONDS:
            [counts] = [row for row in api.get("/api/v1/types")["types"] if row["type"] == "count"]
            ended = counts["completed"] + counts["failed"] + counts["cancelled"]
            waiting_again = f", {counts['scheduled']} to be retried" if counts["scheduled"] else ""
            progress.update(bar, completed=ended, description=f"counting{waiting_again}")
            if ended >= total:
                return time.monotonic() - started
            time.sleep(0.2)
    sys.exit(f"the jobs did not end within {FINISH_SECONDS} s")


def show(api: Api, seconds: float, submitted: float) -> None:
    done, failed = list(api.jobs("completed")), list(api.jobs("failed"))
    totals = Counter[str]()
    for job in done:
        totals.update(job["result"])
    table = Table(title="Python's standard library, counted", show_header=False)
    table.add_row("submitted over HTTP", f"{submitted:,.0f} jobs/s, one call each")
    table.add_row("done", f"{len(done):,}")
    table.add_row("failed", f"{len(failed):,}, after {failed[0]['attempts']['made'] if failed else 0} attempts each")
    table.add_row("jobs/s", f"{(len(done) + len(failed)) / seconds:,.0f} in {PROCESSES} runners")
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
        why = f"{error['type']}: {error['message']}"
        table.add_row(short(job), str(job["attempts"]["made"]), why[:90])
    if len(jobs) > 12:
        table.add_row(f"and {len(jobs) - 12} more", "", "")
    console.print(table)


def run_time(job: dict[str, Any]) -> float:
    started, finished = (datetime.fromisoformat(job[key]) for key in ("started_at", "finished_at"))
    return (finished - started).total_seconds()


def short(job: dict[str, Any]) -> str:
    return "/".join(Path(job["data"]["path"]).parts[-2:])


def standard_library() -> list[Path]:
    root = Path(sysconfig.get_path("stdlib"))
    return sorted(p for p in root.rglob("*.py") if "site-packages" not in p.parts)


def free_port() -> int:
    import socket

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
            console.print(f"Submitting {len(files):,} jobs, one for each file of the library ...")
            submitted = submit_all(api, files)
            seconds = watch(api, len(files))
            show(api, seconds, submitted)
            console.print(f"Dashboard: [bold]{api.address}[/]")
            if options.keep:
                console.print("Staying up. Stop with Ctrl-C.")
                process.wait()
            else:
                console.print("Stopped. To look around in the dashboard: make demo KEEP=1")
    except KeyboardInterrupt:
        console.print("stopped")
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


if __name__ == "__main__":
    main()
