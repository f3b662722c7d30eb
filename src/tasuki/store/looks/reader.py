"""Looking at jobs, types and runners. Nothing here changes anything."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from tasuki.model.errors import JobNotFoundError
from tasuki.model.job import JobInfo, Time
from tasuki.model.state import State
from tasuki.store.link.call import call
from tasuki.store.link.link import Link
from tasuki.store.looks.large import LargeTexts, Place
from tasuki.store.looks.scan import scan
from tasuki.store.looks.types import TYPES_LISTED, TypeInfo, TypePage, TypeReader
from tasuki.store.looks.view import (
    brief,
    ended_before,
    job_info,
    moment,
    type_of,
    unreadable,
    worker_options,
)
from tasuki.store.messages.looks import Inspected, InspectRequest, LogRequest, Row
from tasuki.store.messages.runners import RunnersRequest, WorkerOptions
from tasuki.wire.ids import decode_id, encode_id

CHUNK = 200
"""How many jobs one script call looks at."""

MOST_BYTES = 1024 * 1024
"""How much of them it gives at most, but for a single job that is larger."""

TYPES_FIELD = "types"
"""Where a runner says which types it works on, a line for each."""

_INTERNAL_FIELDS = frozenset({"number", "stamp", "lost", "started", "died_with", TYPES_FIELD})


class RunnerInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A runner. `lease_left` is in seconds; `fields` is what else it says of itself (host, pid)."""

    id: str
    lease_left: float
    active: int
    started_at: Time | None
    types: list[str]
    fields: dict[str, str]


class LogPart(NamedTuple):
    """Lines of a job's log. `written` is how many it ever logged, the last of these included."""

    written: int
    lines: list[str]


class Reader:
    """Reads single jobs, types, runners and logs. For lists of jobs see `listing`."""

    def __init__(self, link: Link, large: LargeTexts | None = None) -> None:
        self._link = link
        self._large = large or LargeTexts(link)
        self._types = TypeReader(link)

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
        """Everything that is known of some jobs. Those that do not exist are left out.

        One that cannot be read has the reason `unreadable`, and little else.
        """
        infos = await self._infos([encode_id(id) for id in ids])
        return [await self._whole(info) if info.cut else info for info in infos]

    async def _whole(self, info: JobInfo) -> JobInfo:
        """The same with all that is large. What is gone by now stays cut."""
        cut = dict(info.cut or {})
        fields: dict[str, msgspec.Raw] = {}
        for field, size in (info.cut or {}).items():
            place: Place = "data" if field == "data" else "results"
            text = await self._large.read(place, encode_id(info.id), size)
            if text is not None:
                fields[field] = msgspec.Raw(text.encode())
                del cut[field]
        return msgspec.structs.replace(info, **fields, cut=cut or msgspec.UNSET)

    async def briefs(self, keys: Sequence[str]) -> list[JobInfo]:
        """As `jobs`, for ids as the store writes them, and without what is large.

        See `JobInfo.cut`. Errors come without their tracebacks.
        """
        return [brief(info) for info in await self._infos(keys)]

    async def states(self, ids: Sequence[int]) -> dict[int, State]:
        """In which state some jobs are. Those that do not exist are left out."""
        found: dict[int, State] = {}
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            rows = (await self._inspect([encode_id(id) for id in chunk], states=True)).rows
            found.update(
                {id: State(row.state) for id, row in zip(chunk, rows, strict=True) if row.state}
            )
        return found

    async def _infos(self, keys: Sequence[str]) -> list[JobInfo]:
        infos: list[JobInfo] = []
        at = 0
        while at < len(keys):
            chunk = keys[at : at + CHUNK]
            try:
                found = await self._inspect(chunk)
            except (msgspec.DecodeError, UnicodeDecodeError):
                # One of them has text that is none. It must not take the others with it.
                infos += await self._one_by_one(chunk)
                at += len(chunk)
                continue
            # Fewer than asked for come when they are large.
            infos += _infos_of(chunk, found)
            at += max(1, len(found.rows))
        return infos

    async def _one_by_one(self, keys: Sequence[str]) -> list[JobInfo]:
        infos: list[JobInfo] = []
        for key in keys:
            try:
                found = await self._inspect([key])
            except (msgspec.DecodeError, UnicodeDecodeError):
                found = await self._inspect([key], states=True)
            infos += _infos_of([key], found)
        return infos

    async def _inspect(self, keys: Sequence[str], *, states: bool = False) -> Inspected:
        return await call(self._link, InspectRequest(ids=keys, states=states, most=MOST_BYTES))

    async def log(self, id: int, after: int = 0) -> LogPart:
        """The log lines of a job that came after its first `after` ones, as far as they are kept.

        Raises:
            JobNotFoundError: there is no such job.
            StoreError: the store cannot be reached.
        """
        lines: list[str] = []
        while True:
            request = LogRequest(id=encode_id(id), after=after, most=MOST_BYTES)
            log = await call(self._link, request)
            if not log.exists:
                raise JobNotFoundError(id)
            lines += log.lines
            after = log.after
            if not log.lines or after >= log.written:
                return LogPart(log.written, lines)

    async def knows_type(self, name: str) -> bool:
        """Whether a type has jobs, a worker or a pause, or had one in the last day."""
        return await self._types.known(name)

    async def types(self, names: Sequence[str] | None = None) -> list[TypeInfo]:
        """How many jobs of each type are in which state; of all types in many calls, or of some."""
        return await self._types.counts(names)

    async def type_page(
        self, *, limit: int = TYPES_LISTED, after: str | None = None, text: str = ""
    ) -> TypePage:
        """Some types; see `TypeReader.page`."""
        return await self._types.page(limit=limit, after=after, text=text)

    async def runner_names(self) -> list[str]:
        """The identities of all runners that hold a lease."""
        names: list[str] = []
        async for flat in scan(self._link, "ZSCAN", "runners"):
            names += flat[::2]
        return sorted(set(names))

    async def runners(self) -> list[RunnerInfo]:
        """All runners that hold a lease."""
        rows = await call(self._link, RunnersRequest())
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


def _infos_of(keys: Sequence[str], found: Inspected) -> list[JobInfo]:
    options, before = dict(found.options), dict(found.before)
    return [
        _info(key, row, options, before.get(key), cancelling=key in found.told)
        for key, row in zip(keys, found.rows, strict=False)
        if row.state
    ]


def _info(
    key: str, row: Row, options: dict[str, str], before: str | None, *, cancelling: bool
) -> JobInfo:
    try:
        own = options.get(type_of(row), "")
        info = job_info(key, row, worker_options(own) if own else WorkerOptions())
        if before is not None:
            info = msgspec.structs.replace(info, before=ended_before(before))
    except Exception:  # noqa: BLE001 - whatever is written there, the others are to be seen
        return unreadable(decode_id(key), row)
    return msgspec.structs.replace(info, cancelling=True) if cancelling else info
