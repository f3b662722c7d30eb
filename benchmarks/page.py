"""The docs page with the figures: made from a report, and from nothing else."""

from benchmarks.report import COLUMNS, cells
from benchmarks.results import Report

_INTRODUCTION = """\
# Performance

`python -m benchmarks` writes this page. No figure in it is typed by hand.

Everybody is measured on one store with the same settings, with no-op jobs that carry {payload}
bytes of JSON. It is reached by a unix socket and logs every write; where a measurement says TCP,
it is reached over loopback and writes nothing to disk. Contenders take turns in rounds. A figure
is the median of the rounds, with the lowest and the highest. A ratio is ours divided by theirs
within a round, so that a slow minute of the machine hits both; again the median and the range are
shown.
"""

_HOW = """\
## How each figure is taken

- **bulk enqueue**: one process: ours in calls of `enqueue_many`, one after another; the peers in
  the ways named.
- **single enqueue**: `await enqueue` one after another, beside bare `EVALSHA` calls of the same
  client on the same loop, in alternating blocks. The script that writes is the one to compare
  with: like an enqueue, it must reach the store's log before it is answered. Over TCP: each side's
  own call, one after another, ours on the stock event loop and on uvloop. Script time is what the
  store spent in scripts and functions, as its own statistics say.
- **blocking enqueue**: one thread, or sixteen that share one client, each with one call after
  another; ours with `tasuki.connect_sync`.
- **HTTP at 64 connections**: a load generator in a process of its own, keep-alive, no pipelining,
  against one server process.
- **drain**: a backlog is there before one worker process starts. The first tenth of the jobs is
  warm-up. The clock stops when every job has marked that it ran and the queue's own books show
  nothing that waits or runs. Peers run by their own command line, in their default setting and in
  the fastest other one that was found; over TCP in the fastest alone. Processor time is that of all
  processes of the worker, and of the store, from the end of the warm-up on.
- **drain, concurrency** and **threads**: so many jobs at once on both sides, in the event loop or
  in threads.
- **pick-up**: from the call of enqueue to the first line of the handler, on CLOCK_MONOTONIC, on an
  idle queue, one job at a time, with a pause in between; beside a bare `LPUSH` to `BLPOP`
  hand-over between two processes.
- **idle worker**: PSS of all processes of one worker in its default setting, ours a supervisor and
  a runner, a second after its only job. What it shares with processes around it, such as those of
  the benchmarks, is divided among them.
- **memory per waiting job**: growth of the store's `used_memory`, divided by the jobs.
- **long queue**: drain of the front of the queue (50,000 jobs in a full run: right after filling,
  the store's tables still grow, and a shorter front shows a lower ratio), and the p99 of single
  enqueues, with few and with many jobs waiting behind, once the store has finished rewriting its
  log.
- **drain, 2 runners**: as drain, but the jobs are held back until both runners are there.

Settings of the peers, beside those named: bee-queue and BullMQ remove jobs that succeeded, and
bee-queue sends no events (as in its own benchmarks), so they keep less than Tasuki does. Huey
stores no results and does not look for periodic tasks; it keeps no record of jobs that run, so its
clock stops when the last one has begun.
"""


def markdown(report: Report, payload: int, plot: str | None) -> str:
    """The whole page. `plot` is the image's address as seen from the page."""
    parts = [
        _INTRODUCTION.format(payload=payload),
        _table(("", ""), list(report.header.items())),
        _table(COLUMNS, [cells(comparison) for comparison in report.comparisons]),
    ]
    if plot:
        parts.append(f"![Ratios of this run]({plot})\n")
    if missed := (*report.skipped, *report.failures):
        parts.append("Not measured:\n\n" + "".join(f"- {_flat(each)}\n" for each in missed))
    return "\n".join([*parts, _HOW])


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(_flat(cell) for cell in line) + " |\n" for line in lines)


def _flat(text: str) -> str:
    return text.replace("\n", " ").replace("|", "\\|")
