"""Enqueue over HTTP at 64 keep-alive connections, beside constants from the same kind of server."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial

from benchmarks.bench import Bench
from benchmarks.payload import payload
from benchmarks.ports import free_port, listens
from benchmarks.results import Comparison, Target
from benchmarks.sides import Side, SideError

_CONNECTIONS = 64
_START_SECONDS = 20.0

_JOB = json.dumps({"type": "noop", "data": payload(0)}, separators=(",", ":"))

_POST = "tasuki, POST /api/v1/jobs"
_LIVE = "tasuki, GET /health/live"
_BARE = "bare Starlette, POST"

_OTHERS = {_LIVE: Target("ratio at least", 0.5), _BARE: None}


def post_jobs(bench: Bench) -> list[Comparison]:
    contenders = {}
    with ExitStack() as servers:
        if "tasuki" in bench.sides:
            port = servers.enter_context(_server(bench.sides["tasuki"]))
            contenders[_POST] = partial(_load, bench, port, "POST", "/api/v1/jobs", _JOB)
            contenders[_LIVE] = partial(_load, bench, port, "GET", "/health/live", "")
        port = servers.enter_context(_server(bench.sides["constant"]))
        contenders[_BARE] = partial(_load, bench, port, "POST", "/", _JOB)
        figures = bench.rounds.run(contenders)
    return [
        Comparison(
            measurement, unit, figures.series(_POST, name), figures.series(other, name), goal
        )
        for measurement, name, unit, goals in (
            ("HTTP at 64 connections", "rate", "requests/s", _OTHERS),
            ("HTTP p99 at 64 connections", "p99", "ms", dict.fromkeys(_OTHERS)),
        )
        for other, goal in goals.items()
    ]


def _load(bench: Bench, port: int, method: str, path: str, body: str) -> Mapping[str, float]:
    bench.clear()
    seconds = bench.sizes.http_seconds
    command = [sys.executable, "-m", "benchmarks.http_load", str(port), method, path]
    options = ["--body", body, "--connections", str(_CONNECTIONS), "--seconds", str(seconds)]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=seconds + 30, check=False
    )
    if done.returncode:
        raise SideError(done.stderr.strip())
    return json.loads(done.stdout)


@contextmanager
def _server(side: Side) -> Iterator[int]:
    """Runs the side's HTTP server on a free port of loopback, and waits until it listens."""
    port = free_port()
    with side.server(port) as process:
        deadline = time.monotonic() + _START_SECONDS
        while not listens(port):
            if failure := side.failure_of(process):
                raise failure
            if time.monotonic() > deadline:
                raise SideError(f"{side.name}: its server does not listen")
            time.sleep(0.05)
        yield port
