"""Looking at jobs, waiting for them, and acting on them."""

import asyncio
import json
from datetime import UTC, datetime

import httpx
import pytest
import valkey

from tasuki.model.outcome import JobError
from tasuki.server.app import Services
from tasuki.store.store import Store
from tests.server.support import Hand, blocked_readers, check_problem, count_jobs, submit
from tests.support import eventually

FIELDS = [
    *("id", "type", "state", "reason", "priority", "data", "result", "error", "attempts"),
    *("crashes", "progress", "expires", "created_at", "run_at", "started_at", "finished_at"),
    *("runner", "cancelling", "before", "message", "backoff", "timeout", "keep", "tags"),
]


async def test_a_job_has_all_its_fields_in_order(http: httpx.AsyncClient) -> None:
    id = await submit(http)
    job = (await http.get(f"/api/v1/jobs/{id}")).json()
    assert list(job) == FIELDS
    assert datetime.fromisoformat(job["created_at"]).tzinfo == UTC
    assert job["created_at"].endswith("Z")
    assert job["result"] is job["error"] is job["started_at"] is job["runner"] is None


async def test_a_job_is_shown_while_it_runs(http: httpx.AsyncClient, store: Store) -> None:
    id = await submit(http)
    hand = Hand(store)
    await hand.claim("email")
    await hand.note('{"done": 1, "total": 4}', "first line", "<b>second</b>")
    job = (await http.get(f"/api/v1/jobs/{id}")).json()
    assert job["state"] == "active"
    assert job["progress"] == {"done": 1, "total": 4}
    assert job["runner"] == hand.lease.runner
    assert job["attempts"]["made"] == 1
    assert job["started_at"]
    log = (await http.get(f"/api/v1/jobs/{id}/log")).json()
    assert log == {"lines": ["first line", "<b>second</b>"], "written": 2}
    log = (await http.get(f"/api/v1/jobs/{id}/log?after=1")).json()
    assert log == {"lines": ["<b>second</b>"], "written": 2}
    for after in ("-1", "x", str(2**53 + 1)):
        response = await http.get(f"/api/v1/jobs/{id}/log?after={after}")
        check_problem(response, 422, "invalid", "after")
    await hand.complete()
    await hand.leave()


async def test_a_result_is_shown_as_it_was_written(http: httpx.AsyncClient, store: Store) -> None:
    id = await submit(http)
    hand = Hand(store)
    await hand.claim("email")
    await hand.complete('{"big":18446744073709551615,"one":1.0}')
    response = await http.get(f"/api/v1/jobs/{id}")
    assert response.json()["state"] == "completed"
    assert b'"result":{"big":18446744073709551615,"one":1.0},' in response.content
    await hand.leave()


async def test_a_failure_is_shown_with_its_traceback(http: httpx.AsyncClient, store: Store) -> None:
    id = await submit(http, attempts=1)
    hand = Hand(store)
    await hand.claim("email")
    await hand.fail(JobError("ValueError", "no such address", "Traceback ..."))
    job = (await http.get(f"/api/v1/jobs/{id}")).json()
    assert (job["state"], job["reason"]) == ("failed", "error")
    assert job["error"] == {
        "type": "ValueError",
        "message": "no such address",
        "traceback": "Traceback ...",
    }
    assert job["finished_at"] >= job["started_at"] >= job["created_at"]
    await hand.leave()


async def test_what_is_not_there_is_not_found(http: httpx.AsyncClient) -> None:
    for method, path in (
        *(("GET", ""), ("GET", "?wait=5"), ("GET", "/log"), ("DELETE", "")),
        *(("POST", "/retry"), ("POST", "/cancel"), ("POST", "/promote")),
    ):
        check_problem(await http.request(method, f"/api/v1/jobs/99{path}"), 404, "not_found")


# ------------------------------------------------------------------------------- waiting


async def test_waiting_ends_with_the_job(http: httpx.AsyncClient, store: Store) -> None:
    id = await submit(http)
    waiting = asyncio.create_task(http.get(f"/api/v1/jobs/{id}?wait=30", timeout=30))
    hand = Hand(store)
    await hand.claim("email")
    await hand.complete('"done"')
    job = (await asyncio.wait_for(waiting, 5)).json()
    assert (job["state"], job["result"]) == ("completed", "done")
    await hand.leave()


async def test_waiting_ends_with_the_time(http: httpx.AsyncClient) -> None:
    id = await submit(http)
    response = await http.get(f"/api/v1/jobs/{id}?wait=0.05")
    assert (response.status_code, response.json()["state"]) == (200, "waiting")


async def test_a_job_that_has_ended_is_not_waited_for(http: httpx.AsyncClient) -> None:
    id = await submit(http)
    await http.post(f"/api/v1/jobs/{id}/cancel")
    job = (await asyncio.wait_for(http.get(f"/api/v1/jobs/{id}?wait=60"), 5)).json()
    assert job["state"] == "cancelled"


async def test_waiting_ends_when_the_server_stops(
    http: httpx.AsyncClient, services: Services, plain: valkey.Valkey
) -> None:
    id = await submit(http)
    waiting = asyncio.create_task(http.get(f"/api/v1/jobs/{id}?wait=60"))
    await eventually(lambda: blocked_readers(plain) == 1)
    services.patience.end()
    job = (await asyncio.wait_for(waiting, 5)).json()
    assert job["state"] == "waiting"


# -------------------------------------------------------------------------------- acting


async def test_cancel_a_waiting_job(http: httpx.AsyncClient) -> None:
    id = await submit(http)
    response = await http.post(f"/api/v1/jobs/{id}/cancel")
    assert (response.status_code, response.json()) == (200, {"id": id, "state": "cancelled"})
    job = (await http.get(f"/api/v1/jobs/{id}")).json()
    assert (job["state"], job["reason"]) == ("cancelled", "cancelled")


async def test_cancel_an_active_job_tells_the_runner(http: httpx.AsyncClient, store: Store) -> None:
    id = await submit(http)
    hand = Hand(store)
    await hand.claim("email")
    response = await http.post(f"/api/v1/jobs/{id}/cancel")
    assert response.json() == {"id": id, "state": "active"}
    assert await hand.lease.heartbeat({}) == ["A1"]
    await hand.complete()
    await hand.leave()


async def test_retry_a_finished_job(http: httpx.AsyncClient) -> None:
    id = await submit(http)
    await http.post(f"/api/v1/jobs/{id}/cancel")
    assert (await http.post(f"/api/v1/jobs/{id}/retry")).json() == {"id": id, "state": "waiting"}
    assert (await http.get(f"/api/v1/jobs/{id}")).json()["state"] == "waiting"


async def test_promote_a_scheduled_job(http: httpx.AsyncClient) -> None:
    id = await submit(http, delay=60)
    assert (await http.post(f"/api/v1/jobs/{id}/promote")).json() == {"id": id, "state": "waiting"}
    assert (await http.get(f"/api/v1/jobs/{id}")).json()["state"] == "waiting"


async def test_delete_a_job(http: httpx.AsyncClient) -> None:
    id = await submit(http)
    response = await http.delete(f"/api/v1/jobs/{id}")
    assert (response.status_code, response.content) == (204, b"")
    check_problem(await http.get(f"/api/v1/jobs/{id}"), 404, "not_found")
    check_problem(await http.delete(f"/api/v1/jobs/{id}"), 404, "not_found")
    assert await count_jobs(http) == 0


@pytest.mark.parametrize("verb", ["retry", "promote"])
async def test_a_verb_that_the_state_forbids_is_a_conflict(
    http: httpx.AsyncClient, verb: str
) -> None:
    id = await submit(http)
    problem = check_problem(await http.post(f"/api/v1/jobs/{id}/{verb}"), 409, "wrong_state")
    assert "waiting" in problem["detail"]
    assert verb in problem["detail"]


async def test_an_active_job_is_not_deleted(http: httpx.AsyncClient, store: Store) -> None:
    id = await submit(http)
    hand = Hand(store)
    await hand.claim("email")
    check_problem(await http.delete(f"/api/v1/jobs/{id}"), 409, "wrong_state")
    await hand.complete()
    await hand.leave()


# --------------------------------------------------------------------------------- pages


async def test_pages_give_every_job_once(http: httpx.AsyncClient) -> None:
    await http.post("/api/v1/jobs", json=[{"type": "a"}] * 7 + [{"type": "b", "delay": 9}] * 4)
    seen: list[int] = []
    query = ""
    while True:
        page = (await http.get(f"/api/v1/jobs?limit=3{query}")).json()
        seen += [job["id"] for job in page["jobs"]]
        if page["cursor"] is None:
            break
        query = f"&cursor={page['cursor']}"
    assert sorted(seen) == list(range(1, 12))


async def test_pages_are_filtered(http: httpx.AsyncClient) -> None:
    await http.post(
        "/api/v1/jobs",
        json=[
            {"type": "a", "tags": ["x"]},
            {"type": "b", "tags": ["x", "y"]},
            {"type": "b", "delay": 60},
            {"type": "null"},
        ],
    )

    async def ids(query: str) -> list[int]:
        return [job["id"] for job in (await http.get(f"/api/v1/jobs?{query}")).json()["jobs"]]

    assert await ids("state=waiting") == [1, 2, 4]
    assert await ids("type=b") == [2, 3]
    assert await ids("tag=x") == [1, 2]
    assert await ids("type=b&state=waiting&tag=y") == [2]
    assert await ids("type=null") == [4]
    assert await ids("type=nobody") == []


async def test_head_is_get_without_the_body(wire: httpx.AsyncClient) -> None:
    id = await submit(wire)
    got, headed = await wire.get(f"/api/v1/jobs/{id}"), await wire.head(f"/api/v1/jobs/{id}")
    assert headed.status_code == 200
    assert headed.headers["content-length"] == str(len(got.content))
    assert headed.content == b""


async def test_text_of_jobs_is_json_and_nothing_else(http: httpx.AsyncClient) -> None:
    evil = "</script><img src=x onerror=alert(1)>\u2029"
    id = await submit(http, data={evil: [evil]}, tags=["<b>"])
    response = await http.get(f"/api/v1/jobs/{id}")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert json.loads(response.content)["data"] == {evil: [evil]}
