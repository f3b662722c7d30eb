"""Sends the exchanges of a pump, until they are answered."""

import asyncio
import logging

from tasuki.model.errors import LayoutError, LeaseLostError, StoreError
from tasuki.model.outcome import JobError
from tasuki.store.lease import Lease
from tasuki.store.messages import Exchanged, Report
from tasuki.telemetry.outage import OutageLog
from tasuki.wire.text import clean
from tasuki.workers.attempt.outbox import Outbox
from tasuki.workers.runner.slots import Demand

log = logging.getLogger("tasuki.runner")

_PERMANENT = (StoreError, TypeError, ValueError, OverflowError)
"""What an exchange raises that will never go through: the store refuses it, or it has no form."""
_FINAL = (LeaseLostError, LayoutError)
"""What is not about the report, but about the runner."""


class Exchanges:
    """Empties an outbox into the store, and asks for jobs in the same call.

    A call without an answer is repeated under its number. What the store will never take costs the
    job that it is about, and no other.
    """

    def __init__(self, lease: Lease, outbox: Outbox, outage: OutageLog) -> None:
        self._lease = lease
        self._outbox = outbox
        self._outage = outage

    def send(self, demand: Demand, rung: list[str]) -> asyncio.Task[Exchanged]:
        """Begin to say what comes first in the outbox, and to ask for jobs.

        Raises:
            LeaseLostError: the lease ran out. The task raises it, as the other one.
            LayoutError: the store was written by another version.
        """
        exchange = self._exchange(self._outbox.take(), demand, rung)
        return asyncio.create_task(exchange, name="tasuki-exchange")

    async def _exchange(self, report: Report, demand: Demand, rung: list[str]) -> Exchanged:
        try:
            return await self._until_answered(report, demand, rung)
        except _FINAL:
            raise
        except _PERMANENT as error:
            log.error("a report is not taken, so it is sent in pieces: %s", error)  # noqa: TRY400
        for piece in report.pieces():
            await self._send_piece(piece)
        return await self._until_answered(Report(), demand, rung)

    async def _send_piece(self, piece: Report) -> None:
        """Say one thing. If the store never takes it, its job fails, and no other."""
        try:
            await self._until_answered(piece, [], [])
        except _FINAL:
            raise
        except _PERMANENT as error:
            log.error("what came of a job is not taken: %s", error)  # noqa: TRY400
            refusal = self._outbox.refused(piece, JobError("BadReport", clean(str(error))))
            await self._until_answered(refusal, [], [])

    async def _until_answered(self, report: Report, demand: Demand, rung: list[str]) -> Exchanged:
        repeat = False

        async def send() -> Exchanged:
            nonlocal repeat
            again, repeat = repeat, True
            return await self._lease.exchange(report, demand, rung=rung, repeat=again)

        return await self._outage.outlast(send)
