"""Workers in the forms that they can have. Run them with `tasuki up examples/mail.py`.

Submit a job with curl:

    curl localhost:16379/api/v1/jobs -H 'Content-Type: application/json' \
         -d '{"type": "email", "data": {"to": "ada@example.org", "subject": "Welcome"}}'
"""

import asyncio
import random

from msgspec import Struct

from tasuki import Backoff, Fail, Job, Retry, Snooze, Worker, worker


class Message(Struct):
    to: str
    subject: str


class Email(Worker):
    """An async worker with typed data, a connection that is opened once, and its own retries."""

    type = "email"
    attempts = 5
    backoff = Backoff.exponential(base=1, cap=60)
    timeout = 30

    async def setup(self) -> None:
        self.sent = 0

    async def process(self, job: Job[Message]) -> dict[str, str]:
        if "@" not in job.data.to:
            raise Fail(f"{job.data.to!r} is no address")
        job.log("connecting for %s", job.data.to)
        await job.progress(1, 2)
        await asyncio.sleep(random.uniform(0.01, 0.2))
        if random.random() < 0.1:
            raise Retry("the mail server is busy", after=2)
        self.sent += 1
        await job.progress(2, 2)
        return {"message_id": f"{job.id}@example.org"}

    async def teardown(self) -> None:
        print(f"sent {self.sent} messages")


@worker("digest", concurrency=2)
async def digest(job: Job) -> int:
    """A function is enough for small things."""
    people = job.data.get("people", [])
    if not people:
        raise Snooze(60)
    await asyncio.sleep(0.05 * len(people))
    return len(people)
