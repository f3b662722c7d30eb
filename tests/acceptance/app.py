"""The app of the acceptance tests. Every start and end of a job is written to a journal."""

import asyncio
import os
import random
import time

from tasuki import Backoff, Job, Worker

_journal = os.open(os.environ["ACCEPTANCE_JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def note(what: str, job: Job) -> None:
    """Append one line; a short write to a file opened for appending is never torn."""
    os.write(_journal, f"{what} {job.id} {job.attempt} {os.getpid()}\n".encode())


class Short(Worker):
    """Takes a moment, and now and then fails at first."""

    type = "short"
    concurrency = 20
    attempts = 10
    backoff = Backoff.fixed(0.05)

    async def process(self, job: Job) -> int:
        note("start", job)
        await asyncio.sleep(random.uniform(0, 0.05))
        if job.attempt == 1 and job.id % 10 == 0:
            raise ValueError("every tenth job fails once")
        note("end", job)
        return job.id


class Long(Worker):
    """Runs for as many seconds as its data say."""

    type = "long"
    concurrency = 200

    async def process(self, job: Job) -> int:
        note("start", job)
        await asyncio.sleep(job.data["seconds"])
        note("end", job)
        return job.id


class Busy(Worker):
    """Blocks the event loop for as many seconds as its data say, one job after the other."""

    type = "busy"
    concurrency = 5

    async def process(self, job: Job) -> int:
        note("start", job)
        time.sleep(job.data["seconds"])
        note("end", job)
        return job.id


class Plain(Worker):
    """Sits in a thread for as many seconds as its data say."""

    type = "plain"

    def process(self, job: Job) -> int:
        note("start", job)
        time.sleep(job.data["seconds"])
        note("end", job)
        return job.id


class Stuck(Worker):
    """Sits in a thread, and cannot be made to stop."""

    type = "stuck"

    def process(self, job: Job) -> None:
        note("start", job)
        time.sleep(60)


class Deadly(Worker):
    """Kills its process."""

    type = "deadly"
    concurrency = 50

    async def process(self, job: Job) -> None:
        note("start", job)
        if job.data.get("kill"):
            os.kill(os.getpid(), 9)
        await asyncio.sleep(0.3)
        note("end", job)
