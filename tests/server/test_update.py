"""Changing a job that is there."""

from typing import Any

import httpx
import pytest

from tasuki.store.store import Store
from tests.server.support import Hand, check_problem, submit

JOB = "/api/v1/jobs/1"


async def test_what_is_sent_changes_and_the_rest_stays(http: httpx.AsyncClient) -> None:
    await submit(http, data={"to": "a"}, priority=3, tags=["x"], expires=60, attempts=7)
    change = {"priority": "high", "data": [1.0], "expires": None, "tags": ["y"]}
    response = await http.patch(JOB, json=change)
    assert (response.status_code, response.json()) == (200, {"id": 1, "state": "waiting"})
    job = (await http.get(JOB)).json()
    assert (job["priority"], job["data"], job["expires"]) == (-10, [1.0], None)
    assert (job["tags"], job["attempts"]["max"]) == (["y"], 7)


async def test_it_is_put_off_and_brought_forward(http: httpx.AsyncClient) -> None:
    await submit(http)
    later = await http.patch(JOB, json={"run_at": "2100-01-01T00:00:00Z"})
    assert later.json() == {"id": 1, "state": "scheduled"}
    assert (await http.get(JOB)).json()["run_at"] == "2100-01-01T00:00:00Z"
    assert (await http.patch(JOB, json={"delay": 0})).json()["state"] == "waiting"


async def test_a_job_that_runs_or_has_ended_is_refused_and_stays(
    http: httpx.AsyncClient, store: Store
) -> None:
    await submit(http)
    hand = Hand(store)
    await hand.claim("email")
    before = (await http.get(JOB)).json()
    response = await http.patch(JOB, json={"priority": 1, "tags": ["a"]})
    check_problem(response, 409, "wrong_state")
    assert (await http.get(JOB)).json() == before
    await hand.complete()
    await hand.leave()
    check_problem(await http.patch(JOB, json={"priority": 1}), 409, "wrong_state")


async def test_a_job_that_is_not_there(http: httpx.AsyncClient) -> None:
    check_problem(await http.patch(JOB, json={"priority": 1}), 404, "not_found")
    check_problem(await http.patch("/api/v1/jobs/x", json={"priority": 1}), 422, "invalid", "id")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prioriti": 1}, "prioriti"),
        ({"attempts": 3}, "attempts"),
        ({"type": "a"}, "type"),
        ({"priority": 1, "expires": -1}, "expires"),
        ({"tags": ["a", ""]}, "tags[1]"),
        ({"tags": None}, "tags"),
        ({"run_at": "tomorrow"}, "run_at"),
        ({"run_at": None, "delay": 1}, "run_at"),
        ({}, None),
        ([], None),
    ],
)
async def test_what_is_wrong_is_named_and_changes_nothing(
    http: httpx.AsyncClient, change: Any, field: str | None
) -> None:
    await submit(http)
    before = (await http.get(JOB)).json()
    check_problem(await http.patch(JOB, json=change), 422, "invalid", field)
    assert (await http.get(JOB)).json() == before


async def test_bodies_that_are_none(http: httpx.AsyncClient) -> None:
    await submit(http)
    plain = await http.patch(JOB, content=b"{}", headers={"content-type": "text/plain"})
    check_problem(plain, 415, "media_type")
    headers = {"content-type": "application/json"}
    for body in (b"", b"{", b"\xff"):
        check_problem(await http.patch(JOB, content=body, headers=headers), 400, "malformed")
    deep = b'{"data": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"
    check_problem(await http.patch(JOB, content=deep, headers=headers), 400, "payload", "data")
