"""The app that Tasuki's daemon hosts in the benchmarks: no-op jobs, on the loop or in threads."""

import os

from benchmarks.ledger import Ledger
from tasuki import Job, Worker

CONCURRENCY = "BENCH_CONCURRENCY"
"""Names the variable that says how many jobs run at once; without it, Tasuki's default."""

ledger = Ledger.from_environment()


class Noop(Worker):
    type = "noop"
    concurrency = int(os.environ[CONCURRENCY]) if CONCURRENCY in os.environ else None


class InLoop(Noop):
    async def process(self, job: Job[dict[str, int | str]]) -> None:
        ledger.start(int(job.data["n"]))


class InThread(Noop):
    run_in = "thread"

    def process(self, job: Job[dict[str, int | str]]) -> None:
        ledger.start(int(job.data["n"]))
