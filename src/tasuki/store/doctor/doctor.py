"""Finds keys that are not as the scripts leave them, and sets them right.

The scripts leave nothing broken. What is found here comes of keys that were deleted or written by
hand, of a store that lost its last writes, or of a mistake in Tasuki.
"""

from collections.abc import Sequence

from tasuki.model.errors import LayoutError, StoreRefusedError
from tasuki.model.retention import Retention
from tasuki.store.doctor.examination import COUNTED, Examination, Progress, count_jobs
from tasuki.store.findings import Finding, Trouble
from tasuki.store.keys import LAYOUT
from tasuki.store.link.call import call
from tasuki.store.link.link import Link
from tasuki.store.link.scripts import script, verbs
from tasuki.store.maintenance import Maintenance
from tasuki.store.messages.checks import RecountRequest, RepairRequest
from tasuki.store.messages.keep import keep_of
from tasuki.store.store import Store

STEP = 100
"""How many jobs one call repairs."""


class Doctor:
    """Examines and repairs a namespace, also while it is in use.

    `retention` says how long a finished job is kept whose place had to be found anew.
    """

    def __init__(self, store: Store, retention: Retention | None = None) -> None:
        self._store = store
        self._retention = retention or Retention()

    async def examine(self, progress: Progress | None = None) -> list[Finding]:
        """Look at everything. Nothing is changed.

        `progress` is called with how many jobs have been looked at, and how many there are.

        Raises:
            StoreError: the store cannot be reached.
        """
        try:
            return await Examination(self._link, progress).run()
        except LayoutError as error:
            text = f"{error}; if the layout was only lost, it is written down again"
            return [Finding(Trouble.LAYOUT, (), text)]

    async def repair(self, findings: Sequence[Finding]) -> int:
        """Set right what was found, as far as it is still wrong. Gives how many things that was.

        After a missing layout was repaired, the rest of the namespace has to be examined anew.

        Raises:
            StoreError: the store refuses or cannot be reached.
        """
        mended = 0
        for finding in findings:
            mended += await self._repair(finding)
        if mended or any(finding.kind is Trouble.COUNTS for finding in findings):
            mended += await self._recount()
        return mended

    async def forget_old_functions(self) -> int:
        """Delete from the store what other versions of Tasuki loaded there. Gives how many scripts.

        Whoever still uses such a version loads what it needs again.

        Raises:
            StoreError: the store cannot be reached.
        """
        try:
            listed = await self._link.command("FUNCTION", "LIST", "LIBRARYNAME", "tasuki_*")
        except StoreRefusedError:
            return 0
        loaded = {
            str(dict(zip(each[::2], each[1::2], strict=True))[b"library_name"], "ascii")
            for each in listed
        }
        old = loaded - {script(name).function for name in verbs()}
        for library in old:
            await self._link.command("FUNCTION", "DELETE", library)
        return len(old)

    @property
    def _link(self) -> Link:
        return self._store.shared

    async def _repair(self, finding: Finding) -> int:
        match finding.kind:
            case Trouble.LAYOUT:
                return await self._write_layout()
            case Trouble.UNREAPED:
                return await self._reap()
            case Trouble.NO_BELL | Trouble.UNKNOWN_TYPE:
                return await self._mend(types=[finding.place])
            case Trouble.SEQUENCE:
                return await self._mend(largest=finding.ids[0])
            case Trouble.ORPHAN if finding.place.startswith("runner:"):
                return await self._mend(runners=[finding.place.partition(":")[2]])
            case Trouble.COUNTS:
                return 0
            case _:
                steps = range(0, len(finding.members), STEP)
                return sum(
                    [
                        await self._mend(finding.members[at : at + STEP], finding.place)
                        for at in steps
                    ]
                )

    async def _mend(
        self,
        members: Sequence[str] = (),
        name: str = "",
        *,
        types: Sequence[str] = (),
        runners: Sequence[str] = (),
        largest: int = 0,
    ) -> int:
        request = RepairRequest(
            ids=members,
            name=name,
            keep=keep_of(self._retention),
            types=types,
            runners=runners,
            largest=largest,
        )
        return (await call(self._link, request)).mended

    async def _reap(self) -> int:
        maintenance = Maintenance(self._link)
        reaped = 0
        while True:
            done = await maintenance.reap()
            reaped += len(done.runners)
            if not done.more:
                return reaped

    async def _recount(self) -> int:
        """Set the counters right; 0 when too many jobs move too fast to be counted."""
        count = await count_jobs(self._link)
        if count is None:
            return 0
        request = RecountRequest(limit=COUNTED, as_of=count.as_of, tally=count.tally)
        return (await call(self._link, request)).changed

    async def _write_layout(self) -> int:
        key = self._link.keyspace.key("layout")
        reply = await self._link.command("SET", key, LAYOUT, "NX")
        return 0 if reply is None else 1
