"""What the log has to say of events."""

import logging

from tasuki.telemetry.events import JobsLost, JobsReleased, JobsTakenBack, Listeners, UpkeepDone

log = logging.getLogger("tasuki.events")


def logged() -> Listeners:
    """Listeners that write to the log what people should know of."""
    listeners = Listeners()
    listeners.add(UpkeepDone, _upkeep_done)
    listeners.add(JobsTakenBack, _jobs_taken_back)
    listeners.add(JobsReleased, _jobs_released)
    listeners.add(JobsLost, _jobs_lost)
    return listeners


def _upkeep_done(event: UpkeepDone) -> None:
    if event.runners:
        log.warning(
            "took back jobs of lost runners %s: %d requeued, %d failed, %d cancelled",
            ", ".join(event.runners),
            event.requeued,
            event.failed,
            event.cancelled,
        )


def _jobs_taken_back(event: JobsTakenBack) -> None:
    log.warning(
        "took back the jobs of %s: %d wait again, %d failed, %d cancelled",
        event.runner,
        event.requeued,
        event.failed,
        event.cancelled,
    )


def _jobs_released(event: JobsReleased) -> None:
    log.info("released %d jobs of %s: they wait again", event.jobs, event.runner)


def _jobs_lost(event: JobsLost) -> None:
    log.warning(
        "%d jobs of runner %s were taken back before they were settled", event.jobs, event.runner
    )
