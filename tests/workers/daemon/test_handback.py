"""What a supervisor gives back of its runners is told, and written to the log."""

import logging

import pytest

from tasuki.model.outcome import JobError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.store.store import Store
from tasuki.telemetry.events import JobsReleased, JobsTakenBack
from tasuki.telemetry.outage import OutageLog
from tasuki.workers.daemon.handback import HandBack, log
from tasuki.workers.daemon.orders import Orders
from tests.store.factory import enqueue_many, new_job, runner

DIED = JobError("Crashed", "it died")


@pytest.fixture
def hand_back(store: Store) -> HandBack:
    return HandBack(store, LeaseTerms(), Orders(), OutageLog(log))


async def test_jobs_of_a_runner_that_crashed(
    store: Store, hand_back: HandBack, caplog: pytest.LogCaptureFixture
):
    told = list[JobsTakenBack]()
    store.listeners.add(JobsTakenBack, told.append)
    await enqueue_many(store, [new_job(), new_job()])
    someone = await runner(store)
    await someone.claim("email", 2)
    for _ in range(2):
        # The second time there is nothing left, and nothing to tell.
        assert await hand_back.reap("runner 1", [someone.id], DIED, []) == 0
    assert told == [JobsTakenBack("runner 1", requeued=2, failed=0, cancelled=0)]
    assert "took back the jobs of runner 1: 2 wait again, 0 failed, 0 cancelled" in caplog.text


async def test_jobs_of_a_runner_that_was_ended(
    store: Store, hand_back: HandBack, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "tasuki.events")
    told = list[JobsReleased]()
    store.listeners.add(JobsReleased, told.append)
    await enqueue_many(store, [new_job(), new_job()])
    someone = await runner(store)
    await someone.claim("email", 2)
    for _ in range(2):
        await hand_back.release("runner 1", [someone.id])
    assert told == [JobsReleased("runner 1", 2)]
    assert "released 2 jobs of runner 1: they wait again" in caplog.text
