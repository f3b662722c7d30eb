"""Kue's JSON API, as far as its clients need it to submit jobs and to look after them.

Errors are told as Kue tells them: `{"error": ...}` with status 200, and 400 for a submission. When
the store is away, where Kue would hang, the status is 503 or 507.
"""

import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from tasuki.client import Client
from tasuki.model.errors import InvalidError, JobNotFoundError, PayloadError, StateError
from tasuki.model.job import NewJob
from tasuki.model.settings.server import ServerOptions
from tasuki.server.http.body import JSON, media_type, read_body, require_json
from tasuki.server.http.explain import malformed
from tasuki.server.http.parting import Parting
from tasuki.server.http.problems import RequestError
from tasuki.server.kue.forms import parse_form
from tasuki.server.kue.job import kue_job
from tasuki.server.kue.options import kue_new_job
from tasuki.server.kue.replies import answer, error, kue_route
from tasuki.server.kue.stats import kue_stats
from tasuki.store.producer import MOST_JOBS, Submission
from tasuki.wire.ids import LARGEST_ID
from tasuki.wire.payload import check_bytes

log = logging.getLogger("tasuki.server")

FORM = b"application/x-www-form-urlencoded"


class KueApi:
    """The handlers."""

    def __init__(self, client: Client, options: ServerOptions) -> None:
        self._client = client
        self._body_limit = options.largest_body
        self._data_limit = options.data_limit

    def routes(self) -> Sequence[BaseRoute]:
        return [
            kue_route("/job", {"POST": self.submit}),
            kue_route("/job/{id}", {"GET": self.show, "DELETE": self.remove}),
            kue_route("/stats", {"GET": self.stats}),
        ]

    async def submit(self, request: Request) -> ASGIApp:
        headers = dict(request.scope["headers"])
        kind = media_type(headers)
        if kind not in (JSON, FORM):
            if headers.get(b"content-length", b"0") != b"0":
                log.warning("POST /job with neither JSON nor a form: no job was made")
            return Response(status_code=204)
        try:
            if kind == JSON:
                require_json(headers)
            body = await read_body(request, headers, self._body_limit)
            found = _parse(body, kind)
        except RequestError as refusal:
            answered = error(refusal.detail, refusal.code)
            return Parting(answered) if refusal.unread else answered
        except InvalidError as refusal:
            return error(str(refusal), "malformed")
        if not found:
            return Response(status_code=204)
        if isinstance(found, dict):
            [made] = await self._make([found])
            return answer(made, 400 if "error" in made else 200)
        if len(found) > MOST_JOBS:
            return error(f"at most {MOST_JOBS} jobs at once", "too_large")
        try:
            made = await self._make(found)
        except PayloadError as refusal:
            return error(str(refusal), refusal.code)
        return answer(made, 400 if any("error" in each for each in made) else 200)

    async def _make(self, items: Sequence[Any]) -> list[dict[str, Any]]:
        """Make the jobs that can be made; the others get an error in their place."""
        made: list[dict[str, Any]] = []
        jobs: list[NewJob] = []
        for item in items:
            try:
                job = kue_new_job(item)
                check_bytes(job.data, self._data_limit)
                jobs.append(job)
                made.append({"message": "job created"})
            except InvalidError as refusal:
                made.append({"error": str(refusal)})
        ids = iter(await self._client.submit(Submission(jobs)) if jobs else ())
        return [each if "error" in each else {**each, "id": next(ids)} for each in made]

    async def show(self, request: Request) -> Response:
        text = unquote(request.path_params["id"])
        try:
            return answer(kue_job(await self._client.get(_id(text)), text))
        except JobNotFoundError:
            return _missing(text)

    async def remove(self, request: Request) -> Response:
        text = unquote(request.path_params["id"])
        try:
            await self._client.remove(_id(text))
        except JobNotFoundError:
            return _missing(text)
        except StateError as refusal:
            return answer({"error": str(refusal)})
        return answer({"message": f"job {text} removed"})

    async def stats(self, request: Request) -> Response:
        types = await self._client.types()
        return answer(kue_stats(types, (await self._client.stats(1)).totals))

    async def missed(self, request: Request, raised: HTTPException) -> Response:
        """For an address or a method that is not there."""
        headers = raised.headers
        if request.method == "OPTIONS" and headers and "Allow" in headers:
            return Response(headers["Allow"], 200, headers)
        path = unquote(request.scope["path"])
        return answer({"error": f"Cannot {request.method} {path}"}, 404)


def _parse(body: bytes, kind: bytes) -> Any:
    """An object or an array; nothing when the body is empty."""
    if not body:
        return None
    if kind == FORM:
        return parse_form(body)
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as refusal:
        raise malformed(body, refusal) from refusal
    if not isinstance(found, (dict, list)):
        raise PayloadError("the body must be an object or an array")
    return found


def _id(text: str) -> int:
    """The number of a job; Kue knows it only as it writes it, so `01` is no job."""
    id = int(text) if text.isascii() and text.isdecimal() and len(text) <= 16 else 0
    if str(id) != text or not 1 <= id <= LARGEST_ID:
        raise JobNotFoundError(0)
    return id


def _missing(text: str) -> Response:
    return answer({"error": f'job "{text}" doesnt exist'})
