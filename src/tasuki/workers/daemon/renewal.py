"""Keeps the lease of a runner that cannot do so itself."""

import asyncio
import logging

from tasuki.model.errors import LeaseLostError, StoreError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.store.lease import Lease
from tasuki.store.link.link import Link
from tasuki.telemetry.outage import OutageLog
from tasuki.workers.daemon.process import RunnerProcess

log = logging.getLogger("tasuki.daemon")

OVERTIME_SECONDS = 5.0
"""How long a runner may be blocked past the end of its longest job before it is killed."""


class Renewal:
    """Watches one runner. A call that holds the GIL stops its heartbeat, but not its work.

    Such a runner has its lease renewed for as long as its jobs are within their timeouts; then it
    is killed, since nothing else ends such a job. A runner that was suspended does not work, so it
    loses its lease.
    """

    def __init__(
        self, name: str, runner: RunnerProcess, *, link: Link, terms: LeaseTerms, outage: OutageLog
    ) -> None:
        self._name = name
        self._runner = runner
        self._link = link
        self._terms = terms
        self._outage = outage
        self._blocked = False
        self._lost = ""

    async def run(self) -> None:
        """Watch until cancelled, or until the runner has been killed."""
        while True:
            try:
                if self._is_beyond_hope():
                    break
                if self._is_blocked():
                    await self._renew()
            except Exception:
                log.exception("watching over %s failed, and goes on", self._name)
            await asyncio.sleep(self._terms.lease / 6)
        log.error(
            "%s is killed: a job has run past its timeout and blocks the whole process", self._name
        )
        self._runner.kill("overtime")

    def _is_blocked(self) -> bool:
        blocked = self._runner.silence > self._terms.lease / 2 and not self._runner.is_suspended
        if blocked and not self._blocked:
            log.warning(
                "%s is blocked, by a call that lets no other thread run: renewing its lease",
                self._name,
            )
        elif self._blocked and not blocked:
            log.info("%s is not blocked any more", self._name)
        self._blocked = blocked
        return blocked

    def _is_beyond_hope(self) -> bool:
        runner = self._runner
        overdue = min(runner.overtime, runner.silence) > OVERTIME_SECONDS
        return overdue and not runner.is_suspended

    async def _renew(self) -> None:
        identity = self._runner.identities[-1]
        if identity == self._lost:
            return
        try:
            # What it cannot write down itself.
            fields = {"stopping": "1"} if self._runner.was_asked else {}
            await Lease(self._link, self._terms, identity).heartbeat(fields)
        except LeaseLostError:
            self._lost = identity
            log.warning("%s has lost its lease: its jobs run elsewhere", self._name)
        except StoreError as error:
            if not error.transient:
                self._lost = identity
                raise
            self._outage.down(error)
        else:
            self._outage.up()
