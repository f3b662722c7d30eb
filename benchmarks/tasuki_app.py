"""The app that Tasuki's daemon hosts in the benchmarks: no-op jobs, on the loop and in threads."""

from benchmarks.ledger import Ledger
from tasuki import Job, Worker

ledger = Ledger.from_environment()


class Noop(Worker):
    type = "noop"

    async def process(self, job: Job[dict[str, int | str]]) -> None:
        ledger.start(int(job.data["n"]))


class NoopThread(Worker):
    type = "noop_thread"
    run_in = "thread"

    def process(self, job: Job[dict[str, int | str]]) -> None:
        ledger.start(int(job.data["n"]))
