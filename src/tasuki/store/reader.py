"""Looking at jobs, types and runners. Nothing here changes anything."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tasuki.model.errors import JobNotFoundError
from tasuki.model.job import JobInfo
from tasuki.model.state import State
from tasuki.store.codec import ask
from tasuki.store.link import Link
from tasuki.store.view import (
    Row,
    WorkerOptions,
    ended_before,
    job_info,
    moment,
    worker_options,
)
from tasuki.wire.ids import encode_id

FINISHED_STATES = (State.COMPLETED, State.FAILED, State.CANCELLED)
CHUNK = 200
"""How many jobs or types one script call looks at."""


class TypeInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A type, and how many of its jobs are in each state."""

    type: str
    paused: bool
    waiting: int
    scheduled: int
    active: int
    completed: int
    failed: int
    cancelled: int


class RunnerInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A runner. `lease_left` is in seconds; `fields` is what else it says of itself (host, pid)."""

    id: str
    lease_left: float
    active: int
    started_at: datetime | None
    types: list[str]
    fields: dict[str, str]


class _Inspected(msgspec.Struct):
    rows: list[Row]
    told: set[str]
    before: list[tuple[str, str]]
    options: list[tuple[str, str]]


class LogPart(NamedTuple):
    """Lines of a job's log. `written` is how many it ever logged, the last of these included."""

    written: int
    lines: list[str]


class _Log(msgspec.Struct):
    exists: bool
    written: int
    lines: list[str]


TYPES_FIELD = "types"
"""Where a runner says which types it works on, a line for each."""

_INTERNAL_FIELDS = frozenset({"number", "stamp", "lost", "started", "died_with", TYPES_FIELD})


class Reader:
    """Reads single jobs, types, runners and logs. For lists see `listing`."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def job(self, id: int) -> JobInfo:
        """Everything that is known of a job.

        Raises:
            JobNotFoundError: there is no such job.
            StoreError: the store cannot be reached.
        """
        found = await self.jobs([id])
        if not found:
            raise JobNotFoundError(id)
        return found[0]

    async def jobs(self, ids: Sequence[int]) -> list[JobInfo]:
        """Everything that is known of some jobs. Those that do not exist are left out."""
        return await self.jobs_by_key([encode_id(id) for id in ids])

    async def jobs_by_key(self, keys: Sequence[str]) -> list[JobInfo]:
        """As `jobs`, for ids as the store writes them."""
        infos: list[JobInfo] = []
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            found = await ask(self._link, "inspect", _Inspected, {"ids": chunk}, writes=False)
            before = dict(found.before)
            options = {type: worker_options(text) for type, text in found.options}
            for key, row in zip(chunk, found.rows, strict=True):
                if row.state:
                    type = row.record.split("\n", 1)[0].split(" ", 3)[3]
                    info = job_info(key, row, options.get(type, WorkerOptions()))
                    if key in found.told:
                        info = msgspec.structs.replace(info, cancelling=True)
                    if key in before:
                        info = msgspec.structs.replace(info, before=ended_before(before[key]))
                    infos.append(info)
        return infos

    async def log(self, id: int) -> list[str]:
        """The log lines of a job, the oldest first; see `log_after`."""
        return (await self.log_after(id, 0)).lines

    async def log_after(self, id: int, after: int) -> LogPart:
        """The log lines of a job that came after its first `after` ones, as far as they are kept.

        Raises:
            JobNotFoundError: there is no such job.
            StoreError: the store cannot be reached.
        """
        fields = {"id": encode_id(id), "after": after}
        log = await ask(self._link, "log", _Log, fields, writes=False)
        if not log.exists:
            raise JobNotFoundError(id)
        return LogPart(log.written, log.lines)

    async def type_names(self) -> list[str]:
        """All types that were ever enqueued, paused or worked on, sorted."""
        rows = await ask(self._link, "types", list[tuple[str, str]], {}, writes=False)
        return sorted(name for name, _ in rows)

    async def types(self, names: Sequence[str] | None = None) -> list[TypeInfo]:
        """How many jobs of each type are in which state."""
        names = await self.type_names() if names is None else names
        infos: list[TypeInfo] = []
        for start in range(0, len(names), CHUNK):
            chunk = names[start : start + CHUNK]
            fields = {"types": chunk, "states": FINISHED_STATES}
            rows = await ask(self._link, "counts", list[list[int]], fields, writes=False)
            for name, row in zip(chunk, rows, strict=True):
                waiting, scheduled, active, completed, failed, cancelled, paused = row
                infos.append(
                    TypeInfo(
                        type=name,
                        paused=bool(paused),
                        waiting=waiting,
                        scheduled=scheduled,
                        active=active,
                        completed=completed,
                        failed=failed,
                        cancelled=cancelled,
                    )
                )
        return infos

    async def runners(self) -> list[RunnerInfo]:
        """All runners that hold a lease."""
        rows = await ask(
            self._link, "runners", list[tuple[str, int, int, list[str]]], {}, writes=False
        )
        infos: list[RunnerInfo] = []
        for id, left, active, flat in rows:
            fields = dict(zip(flat[::2], flat[1::2], strict=True))
            started = fields.get("started")
            infos.append(
                RunnerInfo(
                    id=id,
                    lease_left=left / 1_000,
                    active=active,
                    started_at=moment(int(started)) if started else None,
                    types=fields.get(TYPES_FIELD, "").splitlines(),
                    fields={k: v for k, v in fields.items() if k not in _INTERNAL_FIELDS},
                )
            )
        return infos
