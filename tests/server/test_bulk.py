"""Acting on all jobs that match."""

import asyncio
from typing import Any

import httpx
import pytest

from tasuki.model.filter import Filter
from tasuki.model.outcome import JobError
from tasuki.model.settings.server import ServerOptions
from tasuki.model.state import Verb
from tasuki.store.store import Store
from tests.server.support import Hand, check_problem, submit

BULK = "/api/v1/bulk"
ZEROS = {"done": 0, "cancelling": 0, "not_allowed": 0, "missing": 0}


async def act(
    http: httpx.AsyncClient, action: str, filter: dict[str, Any], **more: Any
) -> dict[str, Any]:
    response = await http.post(BULK, json={"action": action, "filter": filter, **more})
    assert response.status_code == 200, response.text
    return response.json()


async def states(http: httpx.AsyncClient) -> list[str]:
    """The states of all jobs, in order of their ids."""
    jobs = (await http.get("/api/v1/jobs?limit=1000")).json()["jobs"]
    return [job["state"] for job in sorted(jobs, key=lambda job: job["id"])]


async def test_jobs_are_acted_on_by_what_they_have_in_common(
    http: httpx.AsyncClient, store: Store
) -> None:
    hand = Hand(store)
    for error in ("421 too busy", "550 no such user"):
        await submit(http, tags=["vip"])
        await hand.claim("email")
        await hand.fail(JobError("SMTPError", error, ""))
    await submit(http, delay=60)
    await hand.leave()
    since = (await http.get("/api/v1/jobs/2")).json()["finished_at"]
    busy = {"state": "failed", "type": "email", "tag": "vip", "error": "SMTP*421*"}
    dry = await act(http, "retry", busy, dry_run=True)
    assert await states(http) == ["failed", "failed", "scheduled"]
    assert await act(http, "retry", busy) == dry
    assert dry == {"counts": ZEROS | {"done": 1}, "cursor": None, "partial": False}
    assert await states(http) == ["waiting", "failed", "scheduled"]
    assert (await act(http, "remove", {"finished_after": since}))["counts"]["done"] == 1
    assert (await act(http, "promote", {"type": "email"}))["counts"]["done"] == 1
    assert (await act(http, "cancel", {"type": "email"}))["counts"]["done"] == 2
    assert await states(http) == ["cancelled", "cancelled"]
    assert (await act(http, "cancel", {"type": "email"}))["counts"] == ZEROS


async def test_jobs_are_updated_by_what_they_have_in_common(http: httpx.AsyncClient) -> None:
    for tags in (["vip"], []):
        await submit(http, tags=tags, expires=60)
    changes = {"priority": "high", "expires": None, "data": {"big": "x" * 20_000}}
    assert (await act(http, "update", {"tag": "vip"}, update=changes))["counts"]["done"] == 1
    first, second = [(await http.get(f"/api/v1/jobs/{id}")).json() for id in (1, 2)]
    assert (first["priority"], first["expires"], first["data"]) == (-10, None, changes["data"])
    assert (second["priority"], second["expires"]) == (0, 60)


def order(**changes: Any) -> dict[str, Any]:
    """A body that could be, with some of it changed."""
    return {"action": "retry", "filter": {"type": "email"}} | changes


@pytest.mark.parametrize(
    ("body", "field", "detail"),
    [
        ([], None, "must be an object"),
        ({"filter": {"type": "email"}}, "action", "is required"),
        ({"action": "retry"}, "filter", "is required"),
        (order(action="pause"), "action", "must be one of cancel, promote, remove, retry"),
        (order(dryrun=True), "dryrun", "is not known; did you mean dry_run?"),
        (order(dry_run=1), "dry_run", "must be true or false"),
        (order(filter={}), "filter", "says nothing: every job would match"),
        (order(filter={"state": "waiting"}), "filter", "leaves out all jobs that one can retry"),
        (order(filter={"typ": "email"}), "filter.typ", "is not known; did you mean type?"),
        (order(filter={"state": "done"}), "filter.state", "must be one of scheduled, waiting, "),
        (order(filter={"type": ""}), "filter.type", "must not be empty"),
        (order(filter={"error": 5}), "filter.error", "must be a string"),
        (order(filter={"created_before": "noon"}), "filter.created_before", "must be a time"),
        (order(filter={"finished_after": "2026-01-31T08:00"}), "filter.finished_after", "a time"),
        (order(filter={"finished_after": "2026-01-31T08:00:00"}), "filter.finished_after", "zone"),
        (order(cursor="failed:1:A1"), "cursor", "is not one that a bulk action gave"),
        (order(action="update"), "update", "is needed"),
        (order(update={"priority": 1}), "update", "is not for retry"),
        (order(action="update", update={}), "update", "there is nothing to update"),
        (order(action="update", update={"priority": "hi"}), "update.priority", "must be"),
        (order(action="update", update={"attempts": 1}), "update.attempts", "is not known"),
        (order(cursor=""), "cursor", "is not one that a bulk action gave"),
    ],
    ids=str,
)
async def test_what_cannot_be_done_is_refused_by_name(
    http: httpx.AsyncClient, body: Any, field: str | None, detail: str
) -> None:
    problem = check_problem(await http.post(BULK, json=body), 422, "invalid", field)
    assert detail in problem["detail"]


async def test_a_body_that_is_not_json_or_too_large_is_refused(http: httpx.AsyncClient) -> None:
    json = {"content-type": "application/json"}
    check_problem(await http.post(BULK, content="{", headers=json), 400, "malformed")
    check_problem(await http.post(BULK, content="{}"), 415, "media_type")
    long = {"action": "retry", "filter": {"error": "x" * ServerOptions().largest_body}}
    check_problem(await http.post(BULK, json=long), 413, "too_large")


async def test_a_cursor_goes_on_with_what_began_it_and_nothing_else(
    http: httpx.AsyncClient, store: Store
) -> None:
    await http.post("/api/v1/jobs", json=[{"type": "email"}] * 600)
    begun = await store.bulk().run(Verb.CANCEL, Filter(state="waiting"), seconds=0)
    other = {"action": "remove", "filter": {"state": "waiting"}, "cursor": begun.cursor}
    problem = check_problem(await http.post(BULK, json=other), 422, "invalid", "cursor")
    assert "is from another action, filter or update" in problem["detail"]
    rest = await act(http, "cancel", {"state": "waiting"}, cursor=begun.cursor)
    assert rest["counts"]["done"] == 600 - begun.counts.done
    assert rest["cursor"] is None


async def test_two_who_act_on_the_same_jobs_do_each_of_them_once(http: httpx.AsyncClient) -> None:
    await http.post("/api/v1/jobs", json=[{"type": "email"}] * 1_000)
    steps = await asyncio.gather(*(act(http, "cancel", {"type": "email"}) for _ in range(2)))
    assert sum(step["counts"]["done"] for step in steps) == 1_000
    assert all(step["counts"]["missing"] == step["counts"]["cancelling"] == 0 for step in steps)
