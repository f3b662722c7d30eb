"""`python -m benchmarks`: measures, prints the table of ratios, saves JSON, plot and docs page."""

import argparse
import os
import signal
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import msgspec
from rich.console import Console
from rich.status import Status

from benchmarks import machine, page, plot
from benchmarks.catalogue import MEASUREMENTS
from benchmarks.environments import find_environments
from benchmarks.payload import SIZE
from benchmarks.report import show
from benchmarks.results import Report
from benchmarks.run import Run
from benchmarks.sizes import FULL, QUICK
from benchmarks.store import FSYNC_POLICIES

_WIDTH_WITHOUT_TERMINAL = 150


def main() -> None:
    given = _arguments()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    try:
        report = _read(given.from_json) if given.from_json else _measure(given)
    except KeyboardInterrupt:
        sys.exit(130)
    console = Console()
    show(report, console if console.is_terminal else Console(width=_WIDTH_WITHOUT_TERMINAL))
    _save(report, given)
    if report.failures:
        sys.exit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="below three minutes, one round")
    parser.add_argument(
        "--only", nargs="+", choices=MEASUREMENTS, default=list(MEASUREMENTS), metavar="NAME",
        help=f"some of: {', '.join(MEASUREMENTS)}",
    )  # fmt: skip
    parser.add_argument("--fsync", choices=FSYNC_POLICIES, default="always", help="of the store")
    parser.add_argument("--peers-python", help="default: .venv-peers/bin/python")
    parser.add_argument("--json", type=Path, metavar="FILE", help="save the figures")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="save a picture (.png, .svg)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="save the docs page")
    parser.add_argument(
        "--from", dest="from_json", type=Path, metavar="FILE", help="show saved figures again"
    )
    return parser.parse_args()


def _measure(given: argparse.Namespace) -> Report:
    console = Console(stderr=True)
    environments = find_environments(sys.executable, given.peers_python)
    header = machine.describe()
    status = Status("starting", console=console) if console.is_terminal else None
    run = Run(
        sizes=QUICK if given.quick else FULL,
        fsync=given.fsync,
        environments=environments,
        progress=status.update if status else lambda _: None,
    )
    began = time.monotonic()
    with status or nullcontext():
        run.measure(given.only)
    header |= {
        "store": f"unix socket, appendonly yes, appendfsync {given.fsync}; where it says TCP:"
        " loopback, nothing on disk",
        "took": f"{(time.monotonic() - began) / 60:.1f} minutes",
        "rounds": f"{run.sizes.rounds}{' (quick)' if given.quick else ''}",
        "versions": ", ".join(f"{name} {v}" for name, v in sorted(run.versions.items())),
    }
    return Report(header, tuple(run.comparisons), tuple(run.failures), tuple(run.skipped))


def _read(path: Path) -> Report:
    return msgspec.json.decode(path.read_bytes(), type=Report)


def _save(report: Report, given: argparse.Namespace) -> None:
    if given.json:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    drawn = given.plot and _draw(report, given.plot)
    if given.markdown:
        image = os.path.relpath(given.plot, given.markdown.parent) if drawn else None
        given.markdown.write_text(page.markdown(report, SIZE, image), encoding="utf-8")


def _draw(report: Report, path: Path) -> bool:
    try:
        plot.draw(report, path)
    except plot.NoMatplotlib as error:
        print(error, file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    main()
