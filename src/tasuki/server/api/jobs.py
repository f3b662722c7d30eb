"""Jobs: submit, list, look at, wait for, and act on them."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from tasuki.client import Client
from tasuki.model.errors import KeyReusedError, WaitTimeoutError
from tasuki.model.job import JobInfo, NewJob
from tasuki.model.state import State
from tasuki.model.update import Update
from tasuki.server.api.operations import API, Header, Operation
from tasuki.server.api.submission import (
    KEY_HEADER,
    LONGEST_KEY,
    decode_jobs,
    decode_update,
    keyed_submission,
)
from tasuki.server.http.answers import JobPage, JobState, JobStates, LogLines
from tasuki.server.http.body import read_body, require_json
from tasuki.server.http.patience import Patience
from tasuki.server.http.query import read_id, read_query
from tasuki.server.http.replies import Reply

LONGEST_WAIT_SECONDS = 60
MOST_WRITTEN = 2**53

T = TypeVar("T")


class PageQuery(Struct, forbid_unknown_fields=True):
    """Which jobs, and how many of them."""

    state: State | UnsetType = UNSET
    type: str | UnsetType = UNSET
    tag: str | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 50
    cursor: str | UnsetType = UNSET


class JobQuery(Struct, forbid_unknown_fields=True):
    """How many seconds to wait for the end of the job."""

    wait: Annotated[float, Meta(ge=0, le=LONGEST_WAIT_SECONDS)] = 0.0


class LogQuery(Struct, forbid_unknown_fields=True):
    """How many lines are known already: only those after them."""

    after: Annotated[int, Meta(ge=0, le=MOST_WRITTEN)] = 0


class Jobs:
    """The handlers."""

    def __init__(self, client: Client, patience: Patience, *, body_limit: int) -> None:
        self._client = client
        self._patience = patience
        self._body_limit = body_limit

    async def submit(self, request: Request) -> ASGIApp:
        headers = dict(request.scope["headers"])
        require_json(headers)
        body = await read_body(request, headers, self._body_limit)
        jobs, many = decode_jobs(body)
        try:
            ids = await self._client.submit(keyed_submission(jobs, headers))
        except KeyReusedError as error:
            raise KeyReusedError(error.message, field=KEY_HEADER) from error
        states = [JobState(id, _state(job)) for id, job in zip(ids, jobs, strict=True)]
        if many:
            return Reply(JobStates(states), 201)
        return Reply(states[0], 201, (b"location", f"{API}/jobs/{ids[0]}".encode()))

    async def page(self, request: Request) -> ASGIApp:
        query = read_query(request.scope["query_string"], PageQuery)
        page = await self._client.page(
            state=_given(query.state),
            type=_given(query.type),
            tag=_given(query.tag),
            limit=query.limit,
            cursor=_given(query.cursor),
        )
        return Reply(JobPage(page.jobs, page.cursor, page.partial))

    async def show(self, request: Request) -> ASGIApp:
        id = read_id(request.path_params["id"])
        seconds = read_query(request.scope["query_string"], JobQuery).wait
        info: JobInfo | None = None
        if seconds:
            info = await self._patience.lend(self._ended(id, seconds), request)
        return Reply(info or await self._client.get(id))

    async def _ended(self, id: int, seconds: float) -> JobInfo:
        """The job as soon as it has ended, or as it is after so many seconds."""
        try:
            return await self._client.wait(id, seconds)
        except WaitTimeoutError:
            return await self._client.get(id)

    async def log(self, request: Request) -> ASGIApp:
        id = read_id(request.path_params["id"])
        after = read_query(request.scope["query_string"], LogQuery).after
        log = await self._client.log(id, after)
        return Reply(LogLines(log.lines, log.written))

    async def update(self, request: Request) -> ASGIApp:
        id = read_id(request.path_params["id"])
        headers = dict(request.scope["headers"])
        require_json(headers)
        update = decode_update(await read_body(request, headers, self._body_limit))
        return Reply(JobState(id, await self._client.update(id, **update.given)))

    async def cancel(self, request: Request) -> ASGIApp:
        return await self._act(request, self._client.cancel)

    async def retry(self, request: Request) -> ASGIApp:
        return await self._act(request, self._client.retry)

    async def promote(self, request: Request) -> ASGIApp:
        return await self._act(request, self._client.promote)

    async def remove(self, request: Request) -> ASGIApp:
        await self._client.remove(read_id(request.path_params["id"]))
        return Response(status_code=204)

    async def _act(self, request: Request, verb: Callable[[int], Awaitable[State]]) -> ASGIApp:
        id = read_id(request.path_params["id"])
        return Reply(JobState(id, await verb(id)))

    def operations(self) -> Iterable[Operation]:
        job = f"{API}/jobs/{{id}}"
        yield Operation(
            "POST",
            f"{API}/jobs",
            "Submit one job, or an array of jobs that are made together or not at all",
            self.submit,
            {201: (JobState, JobStates)},
            (*_BODY, "key_reused", "store_full"),
            body=NewJob,
            headers=(_KEY,),
            answer_headers=(_LOCATION,),
        )
        yield Operation(
            "GET",
            f"{API}/jobs",
            "List jobs in pages",
            self.page,
            {200: JobPage},
            query=PageQuery,
        )
        yield Operation(
            "GET",
            job,
            "One job; `wait` seconds for its end if it has not ended",
            self.show,
            {200: JobInfo},
            ("not_found",),
            query=JobQuery,
        )
        yield Operation(
            "PATCH",
            job,
            "Change a job that is not active and has not ended; what is not sent stays as it is",
            self.update,
            {200: JobState},
            (*_BODY, *_ACT, "store_full"),
            body=Update,
        )
        yield Operation(
            "DELETE", job, "Delete a job that is not active", self.remove, {204: None}, _ACT
        )
        yield Operation(
            "GET",
            f"{job}/log",
            "The log of a job, or what is new of it",
            self.log,
            {200: LogLines},
            ("not_found",),
            query=LogQuery,
        )
        yield Operation(
            "POST",
            f"{job}/cancel",
            "Cancel a job; an active one is told to stop, and stays active until it has",
            self.cancel,
            {200: JobState},
            _ACT,
        )
        yield Operation(
            "POST",
            f"{job}/retry",
            "Run a job again that has ended",
            self.retry,
            {200: JobState},
            _ACT,
        )
        yield Operation(
            "POST",
            f"{job}/promote",
            "Let a scheduled job run now",
            self.promote,
            {200: JobState},
            _ACT,
        )


_BODY = ("malformed", "payload", "too_large", "media_type", "slow")
_ACT = ("not_found", "wrong_state")
_KEY = Header(
    KEY_HEADER,
    "Makes a repeated submission answer with the jobs of the first one, for a day",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]+$"},
)
_LOCATION = Header("Location", "Where the job is, when it was submitted alone", {"type": "string"})


def _state(job: NewJob) -> State:
    later = bool(job.delay) or (job.run_at is not None and job.run_at > datetime.now(UTC))
    return State.SCHEDULED if later else State.WAITING


def _given(value: T | UnsetType) -> T | None:
    return None if isinstance(value, UnsetType) else value
