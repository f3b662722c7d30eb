"""Submitting jobs by the native API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tasuki.store.store import Store
from tests.server.support import Hand, count_jobs, submit


async def test_one_job_is_answered_with_its_id_state_and_place(http: httpx.AsyncClient) -> None:
    response = await http.post("/api/v1/jobs", json={"type": "email", "data": {"to": "a@b.c"}})
    assert response.status_code == 201
    assert response.json() == {"id": 1, "state": "waiting"}
    assert response.headers["location"] == "/api/v1/jobs/1"
    job = (await http.get(response.headers["location"])).json()
    assert (job["type"], job["data"], job["state"]) == ("email", {"to": "a@b.c"}, "waiting")


async def test_every_field_arrives(http: httpx.AsyncClient) -> None:
    id = await submit(
        http,
        type="resize/größe",
        data=[1, {"two": None}],
        priority="high",
        delay=60,
        attempts=7,
        backoff={"type": "fixed", "delay": 5},
        timeout=2.5,
        expires=3600,
        keep=10,
        tags=["a", "b"],
    )
    job = (await http.get(f"/api/v1/jobs/{id}")).json()
    assert job["type"] == "resize/größe"
    assert job["data"] == [1, {"two": None}]
    assert job["priority"] == -10
    assert job["state"] == "scheduled"
    assert job["attempts"] == {"made": 0, "max": 7}
    assert job["timeout"] == 2.5
    assert job["tags"] == ["a", "b"]
    delay = datetime.fromisoformat(job["run_at"]) - datetime.fromisoformat(job["created_at"])
    assert delay == timedelta(seconds=60)


@pytest.mark.parametrize(
    "backoff",
    [
        {"type": "fixed", "delay": 1},
        {"type": "exponential"},
        {"type": "exponential", "base": 1, "cap": 9, "jitter": False},
        [1, 10, 60.5],
    ],
)
async def test_each_kind_of_backoff_is_taken(http: httpx.AsyncClient, backoff: Any) -> None:
    assert await submit(http, backoff=backoff) == 1


async def test_an_array_is_answered_in_its_order(http: httpx.AsyncClient) -> None:
    response = await http.post(
        "/api/v1/jobs", json=[{"type": "a"}, {"type": "b", "delay": 9}, {"type": "a"}]
    )
    assert response.status_code == 201
    assert response.json() == {
        "jobs": [
            {"id": 1, "state": "waiting"},
            {"id": 2, "state": "scheduled"},
            {"id": 3, "state": "waiting"},
        ]
    }
    assert "location" not in response.headers


async def test_a_thousand_jobs_go_in_at_once(http: httpx.AsyncClient) -> None:
    response = await http.post("/api/v1/jobs", json=[{"type": "a"}] * 1_000)
    assert len(response.json()["jobs"]) == 1_000
    assert await count_jobs(http) == 1_000


async def test_data_is_not_changed_on_its_way(http: httpx.AsyncClient) -> None:
    data = '{"b": 1.0, "a": 18446744073709551615, "é": "\\u00e9", "n": -9223372036854775808}'
    body = f'{{"type": "a", "data": {data}}}'.encode()
    await http.post("/api/v1/jobs", content=body, headers={"content-type": "application/json"})
    assert f'"data":{data},'.encode() in (await http.get("/api/v1/jobs/1")).content


async def test_a_name_that_stands_twice_counts_as_its_last(http: httpx.AsyncClient) -> None:
    body = b'{"type": "first", "type": "last", "data": {"a": 1, "a": 2}}'
    await http.post("/api/v1/jobs", content=body, headers={"content-type": "application/json"})
    job = (await http.get("/api/v1/jobs/1")).json()
    assert job["type"] == "last"
    assert job["data"] == {"a": 2}


async def test_a_time_in_the_past_means_now(http: httpx.AsyncClient) -> None:
    response = await http.post("/api/v1/jobs", json={"type": "a", "run_at": "2001-01-01T00:00:00Z"})
    assert response.json()["state"] == "waiting"
    assert (await http.get("/api/v1/jobs/1")).json()["state"] == "waiting"


async def test_a_time_in_the_future_is_kept(http: httpx.AsyncClient) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    response = await http.post("/api/v1/jobs", json={"type": "a", "run_at": at.isoformat()})
    assert response.json()["state"] == "scheduled"
    run_at = datetime.fromisoformat((await http.get("/api/v1/jobs/1")).json()["run_at"])
    assert abs(run_at - at) < timedelta(milliseconds=2)


async def test_a_type_that_nobody_works_on_waits(http: httpx.AsyncClient, store: Store) -> None:
    await submit(http, type="unheard of")
    hand = Hand(store)
    assert [claimed.type for claimed in await hand.claim("unheard of")] == ["unheard of"]
    await hand.leave()


async def test_the_same_key_gives_the_same_job(http: httpx.AsyncClient) -> None:
    for _ in range(3):
        response = await http.post(
            "/api/v1/jobs", json={"type": "a"}, headers={"Idempotency-Key": "k1"}
        )
        assert (response.status_code, response.json()) == (201, {"id": 1, "state": "waiting"})
    other = await http.post("/api/v1/jobs", json={"type": "a"}, headers={"Idempotency-Key": "k2"})
    assert other.json()["id"] == 2
    assert await count_jobs(http) == 2


async def test_a_key_covers_a_whole_array(http: httpx.AsyncClient) -> None:
    for _ in range(2):
        response = await http.post(
            "/api/v1/jobs", json=[{"type": "a"}, {"type": "b"}], headers={"Idempotency-Key": "k"}
        )
        assert [job["id"] for job in response.json()["jobs"]] == [1, 2]
    assert await count_jobs(http) == 2
