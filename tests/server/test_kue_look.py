"""`/job/:id` and `/stats` as Kue's clients know them."""

import httpx
import pytest

from tasuki.model.outcome import JobError
from tasuki.server.kue.stats import kue_stats
from tasuki.store.store import Store
from tests.server.support import Hand, check_problem, submit

EMPTY = {
    "inactiveCount": 0,
    "completeCount": 0,
    "activeCount": 0,
    "failedCount": 0,
    "delayedCount": 0,
    "workTime": None,
}


async def show(http: httpx.AsyncClient, id: int = 1) -> dict[str, object]:
    response = await http.get(f"/job/{id}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    return response.json()


async def post(http: httpx.AsyncClient, **job: object) -> None:
    assert (await http.post("/job", json={"type": "email"} | job)).status_code == 200


async def test_an_inactive_job(http: httpx.AsyncClient) -> None:
    await post(http)
    job = await show(http)
    created = str(job["created_at"])
    assert created.isdecimal()
    assert len(created) == 13
    assert list(job.items()) == [
        ("id", "1"),
        ("type", "email"),
        ("data", {}),
        ("priority", 0),
        ("progress", 0),
        ("state", "inactive"),
        ("created_at", created),
        ("promote_at", created),
        ("updated_at", created),
        ("attempts", {"made": 0, "remaining": 1, "max": 1}),
    ]


async def test_a_delayed_job(http: httpx.AsyncClient) -> None:
    await post(http, data={"title": "later"}, options={"delay": 86_400_000, "ttl": 60_000})
    job = await show(http)
    assert (job["state"], job["delay"], job["ttl"]) == ("delayed", "86400000", "60000")
    assert int(str(job["promote_at"])) - int(str(job["created_at"])) == 86_400_000


async def test_an_active_job(http: httpx.AsyncClient, store: Store) -> None:
    await post(http, options={"attempts": 3})
    hand = Hand(store)
    await hand.claim("email")
    await hand.note('{"done":1,"total":4,"note":"page"}')
    job = await show(http)
    assert (job["state"], job["progress"], job["progress_data"]) == ("active", "25", "page")
    assert job["workerId"] == hand.lease.runner
    assert str(job["started_at"]).isdecimal()
    assert job["attempts"] == {"made": 1, "remaining": 2, "max": 3}
    await hand.complete()
    await hand.leave()


async def test_a_complete_job(http: httpx.AsyncClient, store: Store) -> None:
    await post(http)
    hand = Hand(store)
    await hand.claim("email")
    await hand.complete('{"sent":true}')
    job = await show(http)
    assert (job["state"], job["progress"], job["result"]) == ("complete", "100", {"sent": True})
    assert int(str(job["duration"])) >= 0
    assert "failed_at" not in job
    await hand.leave()


@pytest.mark.parametrize("result", ["null", "0", "false", '""'])
async def test_a_result_that_is_nothing_is_left_out(
    http: httpx.AsyncClient, store: Store, result: str
) -> None:
    await post(http)
    hand = Hand(store)
    await hand.claim("email")
    await hand.complete(result)
    assert "result" not in await show(http)
    await hand.leave()


async def test_a_failed_job_begins_its_error_with_what_went_wrong(
    http: httpx.AsyncClient, store: Store
) -> None:
    await post(http)
    hand = Hand(store)
    await hand.claim("email")
    await hand.fail(JobError("ValueError", "boom", "Traceback ...\n  line"))
    job = await show(http)
    assert job["state"] == "failed"
    assert job["error"] == "ValueError: boom\nTraceback ...\n  line"
    assert job["failed_at"] == job["updated_at"]
    assert job["attempts"] == {"made": 1, "remaining": 0, "max": 1}
    await hand.leave()


async def test_a_cancelled_job_is_a_failed_one(http: httpx.AsyncClient) -> None:
    await post(http)
    await http.post("/api/v1/jobs/1/cancel")
    job = await show(http)
    assert (job["state"], job["error"]) == ("failed", "cancelled")
    assert (await http.get("/stats")).json() == EMPTY | {"failedCount": 1}


async def test_a_job_of_the_native_api_is_shown_too(http: httpx.AsyncClient) -> None:
    await submit(http, priority=1.5, tags=["a"])
    assert (await show(http))["priority"] == 1.5


@pytest.mark.parametrize(
    "id", ["9999", "abc", "01", "0", "-1", "1.0", "9007199254740992", "9" * 40, "types", "%C3%A9"]
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_what_is_not_there(http: httpx.AsyncClient, method: str, id: str) -> None:
    await post(http)
    response = await http.request(method, f"/job/{id}")
    text = {"%C3%A9": "é"}.get(id, id)
    assert (response.status_code, response.json()) == (200, {"error": f'job "{text}" doesnt exist'})


async def test_delete(http: httpx.AsyncClient) -> None:
    await post(http)
    response = await http.delete("/job/1")
    assert (response.status_code, response.json()) == (200, {"message": "job 1 removed"})
    response = await http.delete("/job/1")
    assert (response.status_code, response.json()) == (200, {"error": 'job "1" doesnt exist'})


async def test_an_active_job_is_not_deleted(http: httpx.AsyncClient, store: Store) -> None:
    await post(http)
    hand = Hand(store)
    await hand.claim("email")
    response = await http.delete("/job/1")
    assert (response.status_code, list(response.json())) == (200, ["error"])
    assert (await show(http))["state"] == "active"
    await hand.complete()
    await hand.leave()


async def test_stats(http: httpx.AsyncClient, store: Store) -> None:
    response = await http.get("/stats")
    assert response.json() == EMPTY
    assert list(response.json()) == list(EMPTY)
    hand = Hand(store)
    await submit(http, type="done")
    await hand.claim("done")
    await hand.complete()
    await submit(http, type="running")
    await hand.claim("running")
    for n in range(3):
        await submit(http, type=f"t{n}")
    await submit(http, delay=60)
    stats = (await http.get("/stats")).json()
    del stats["workTime"]
    assert stats == {
        "inactiveCount": 3,
        "completeCount": 1,
        "activeCount": 1,
        "failedCount": 0,
        "delayedCount": 1,
    }
    await hand.complete()
    await hand.leave()


def test_work_time_is_the_sum_over_all_types() -> None:
    assert kue_stats([], {"a": {"completed": 2, "ms": 30}, "b": {"ms": 12}})["workTime"] == 42
    assert kue_stats([], {"a": {"enqueued": 1}})["workTime"] is None


@pytest.mark.parametrize("path", ["/STATS", "/stats/", "/Stats/"])
async def test_letters_may_be_of_any_case(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).json() == EMPTY


@pytest.mark.parametrize("path", ["/JOB/1", "/Job/1/", "/job/1/"])
async def test_paths_of_jobs_too(http: httpx.AsyncClient, path: str) -> None:
    await post(http)
    assert (await http.get(path)).json()["id"] == "1"
    assert (await http.post("/JOB/", json={"type": "a"})).json()["id"] == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(
            ("GET", "/job"),
            ("PUT", "/job"),
            ("GET", "/nope"),
            ("PATCH", "/job/1"),
            ("PUT", "/job/1"),
        ),
        *(("POST", "/stats"), ("POST", "/job/1/state/inactive"), ("GET", "/job/1/2/3/4")),
    ],
)
async def test_there_is_nothing_else(http: httpx.AsyncClient, method: str, path: str) -> None:
    response = await http.request(method, path)
    assert (response.status_code, response.json()) == (404, {"error": f"Cannot {method} {path}"})


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/job", "POST"), ("/job/1", "DELETE, GET, HEAD"), ("/stats", "GET, HEAD")],
)
async def test_options_tell_the_methods(http: httpx.AsyncClient, path: str, allowed: str) -> None:
    response = await http.options(path)
    assert (response.status_code, response.headers["allow"]) == (200, allowed)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("*/*", 200),
        ("application/*;q=0.5", 200),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200),
        ("", 200),
        ("text/html", 404),
    ],
)
async def test_who_does_not_take_json_gets_nothing(
    http: httpx.AsyncClient, accept: str, status: int
) -> None:
    await post(http)
    for path in ("/stats", "/job/1"):
        assert (await http.get(path, headers={"accept": accept})).status_code == status


async def test_head(wire: httpx.AsyncClient) -> None:
    response = await wire.head("/stats")
    assert (response.status_code, response.content) == (200, b"")


async def test_the_native_api_answers_in_its_own_way(http: httpx.AsyncClient) -> None:
    check_problem(await http.get("/api/v1/job/1"), 404, "no_route")
