"""Bad input: a problem that names the field, and nothing is created."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.server.support import check_problem, count_jobs

JSON = {"content-type": "application/json"}
LONG = "é" * 101  # 202 bytes
DEEP = "[" * 101 + "]" * 101
VERY_DEEP = "[" * 100_000 + "]" * 100_000


@pytest.fixture
async def empty(http: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """A client, and the check that nothing was created with it."""
    yield http
    assert await count_jobs(http) == 0
    assert (await http.get("/api/v1/jobs")).json()["jobs"] == []


def one(**fields: Any) -> str:
    return json.dumps({"type": "a"} | fields)


def raw(data: str) -> str:
    return f'{{"type": "a", "data": {data}}}'


@pytest.mark.parametrize(
    ("body", "field", "detail"),
    [
        # types
        (one(type=""), "type", "empty"),
        (one(type=LONG), "type", "200 bytes"),
        (one(type="a\nb"), "type", "control"),
        (one(type="a\x7fb"), "type", "control"),
        (one(type="a\u2028b"), "type", "control"),
        (one(type=5), "type", "must be a string, not a whole number"),
        (one(type=None), "type", "must be a string, not null"),
        ('{"data": {}}', "type", "required"),
        # numbers
        (one(priority=2**54), "priority", "2^53"),
        ('{"type": "a", "priority": 1e999}', "priority", "64 bits"),
        (one(priority="urgent"), "priority", "critical"),
        (one(priority=True), "priority", "not true or false"),
        (one(delay=-1), "delay", "between 0"),
        (one(delay=1e300), "delay", "between 0"),
        (one(delay="60"), "delay", "must be a number or null, not a string"),
        (one(attempts=0), "attempts", "between 1"),
        (one(attempts=-3), "attempts", "between 1"),
        (one(attempts=1.5), "attempts", "a whole number or null, not a number with a point"),
        (one(attempts=10**30), "attempts", "between 1"),
        (one(timeout=0), "timeout", "more than 0"),
        (one(timeout=-1), "timeout", "between 0"),
        (one(expires=-1), "expires", "between 0"),
        (one(keep=-1), "keep", "between 0"),
        # times
        (one(run_at="tomorrow"), "run_at", "2026-01-31T08:00:00Z"),
        (one(run_at=1_700_000_000), "run_at", "must be a time"),
        (one(run_at="2030-01-01T00:00:00"), "run_at", "time zone"),
        (one(run_at="2030-01-01T00:00:00Z", delay=1), "run_at", "together"),
        # backoff
        (one(backoff="fast"), "backoff", "must be an object or an array or null"),
        (one(backoff=[]), "backoff", "1 to 100"),
        (one(backoff=[1] * 101), "backoff", "1 to 100"),
        (one(backoff=[1, -2]), "backoff[1]", "between 0"),
        (one(backoff=[1, "x"]), "backoff[1]", "must be a number"),
        (one(backoff={"type": "fixed"}), "backoff.delay", "required"),
        (one(backoff={"type": "fixed", "delay": -1}), "backoff.delay", "between 0"),
        (one(backoff={"type": "function"}), "backoff.type", "'function'"),
        (one(backoff={"type": "exponential", "bass": 2}), "backoff.bass", "did you mean base?"),
        # tags
        (one(tags="a"), "tags", "must be an array"),
        (one(tags=["a", ""]), "tags[1]", "empty"),
        (one(tags=["a", 5]), "tags[1]", "must be a string"),
        (one(tags=["a"] * 51), "tags", "50"),
        # names
        (one(atempts=3), "atempts", "did you mean attempts?"),
        (one(xyz=3), "xyz", "is not known"),
        (one(key="k"), "key", "idempotency_key, over HTTP the header Idempotency-Key"),
        (one(key=None), "key", "idempotency_key, over HTTP the header Idempotency-Key"),
        ('[{"type": "a"}, {"type": "a", "key": "k"}]', "[1].key", "idempotency_key"),
        (one(idempotency_key="k"), "idempotency_key", "send the header Idempotency-Key"),
        # arrays
        ('[{"type": "a"}, {"type": "a", "attempts": 0}]', "[1].attempts", "between 1"),
        ('[{"type": "a"}, {"type": "a", "tags": ["b", 1]}]', "[1].tags[1]", "string"),
        ('[{"type": "a"}, {"type": "a", "retries": 1}]', "[1].retries", "not known"),
        ('[{"type": "a"}, {}]', "[1].type", "required"),
        ('[{"type": "a"}, "b"]', "[1]", "must be an object"),
        ("[]", None, "at least one"),
        # wholes
        ("5", None, "must be an object or an array"),
        ("null", None, "must be an object or an array"),
    ],
)
async def test_a_wrong_value_is_refused_by_name(
    empty: httpx.AsyncClient, body: str, field: str | None, detail: str
) -> None:
    response = await empty.post("/api/v1/jobs", content=body, headers=JSON)
    problem = check_problem(response, 422, "invalid", field)
    assert detail in problem["detail"]


@pytest.mark.parametrize(
    ("body", "field", "detail"),
    [
        (raw("NaN"), "data", "NaN"),
        (raw('{"x": -Infinity}'), "data", "Infinity"),
        ('[{"type": "a"}, {"type": "a", "data": [Infinity]}]', "[1].data", "Infinity"),
        ('{"type": "a", "priority": NaN}', "priority", "NaN"),
        (raw('"\\ud800"'), "data", "surrogate"),
        (raw('"\\udc00"'), "data", "surrogate"),
        (raw('"\\ud83d\\ude00 \\ud83d"'), "data", "surrogate"),
        ('{"type": "\\ud800"}', "type", "surrogate"),
        ('[{"type": "a"}, {"type": "a", "tags": ["\\udfff"]}]', "[1].tags", "surrogate"),
        (raw("{'x': 1}"), "data", "not JSON"),
        (raw("[1,]"), "data", "not JSON"),
        (raw("01"), "data", "not JSON"),
        ("", None, "too early"),
        ("{", None, "too early"),
        ('{"type": "a"} {"type": "b"}', None, "trailing"),
        ("type=a", None, "not JSON"),
        ("\ufeff{}", None, "not JSON"),
    ],
)
async def test_what_is_not_json_is_malformed(
    empty: httpx.AsyncClient, body: str, field: str | None, detail: str
) -> None:
    response = await empty.post("/api/v1/jobs", content=body, headers=JSON)
    assert detail in check_problem(response, 400, "malformed", field)["detail"]


@pytest.mark.parametrize("body", [b'{"type": "\xff"}', b'{"type": "\xed\xa0\x80"}'])
async def test_text_that_is_not_utf8_is_malformed(empty: httpx.AsyncClient, body: bytes) -> None:
    response = await empty.post("/api/v1/jobs", content=body, headers=JSON)
    assert "UTF-8" in check_problem(response, 400, "malformed")["detail"]


async def test_data_that_is_not_utf8_is_refused(empty: httpx.AsyncClient) -> None:
    body = b'{"type": "a", "data": {"x": "\xff"}}'
    response = await empty.post("/api/v1/jobs", content=body, headers=JSON)
    assert "UTF-8" in check_problem(response, 400, "payload", "data")["detail"]


@pytest.mark.parametrize(
    ("body", "field", "detail"),
    [
        (raw(DEEP), "data", "deeper than 100"),
        (raw(VERY_DEEP), "data", "deeper than 100"),
        (raw("[" * 100_000), "data", "deeper than 100"),
        (raw('{"a":' * 500 + "1" + "}" * 500), "data", "deeper than 100"),
        (f'[{{"type": "a"}}, {raw(VERY_DEEP)}]', "[1].data", "deeper than 100"),
        (raw("18446744073709551616"), "data", "64 bits"),
        (raw("[-9223372036854775809]"), "data", "64 bits"),
        (f'[{{"type": "a"}}, {raw("1" * 40)}]', "[1].data", "64 bits"),
        (raw("1e999"), "data", "out of range"),
    ],
)
async def test_data_that_cannot_be_carried_is_refused(
    empty: httpx.AsyncClient, body: str, field: str, detail: str
) -> None:
    response = await empty.post("/api/v1/jobs", content=body, headers=JSON)
    assert detail in check_problem(response, 400, "payload", field)["detail"]


async def test_a_hundred_levels_are_allowed(http: httpx.AsyncClient) -> None:
    body = raw("[" * 100 + "]" * 100)
    response = await http.post("/api/v1/jobs", content=body, headers=JSON)
    assert response.status_code == 201


async def test_deep_nesting_is_refused_at_once(empty: httpx.AsyncClient) -> None:
    took: list[float] = []
    for _ in range(3):
        before = time.perf_counter()
        await empty.post("/api/v1/jobs", content=raw(VERY_DEEP), headers=JSON)
        took.append(time.perf_counter() - before)
    assert min(took) < 0.05


async def test_more_than_a_thousand_jobs_are_refused(empty: httpx.AsyncClient) -> None:
    response = await empty.post("/api/v1/jobs", json=[{"type": "a"}] * 1_001)
    assert "1000" in check_problem(response, 422, "invalid")["detail"]


@pytest.mark.parametrize("key", ["", "k" * 256, "schlüssel", "a\tb"])
async def test_a_key_that_is_not_plain_text_is_refused(empty: httpx.AsyncClient, key: str) -> None:
    response = await empty.post(
        "/api/v1/jobs", json={"type": "a"}, headers=[(b"Idempotency-Key", key.encode("latin-1"))]
    )
    check_problem(response, 422, "invalid", "Idempotency-Key")


async def test_a_key_with_another_body_is_refused(http: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k"}
    await http.post("/api/v1/jobs", json={"type": "a"}, headers=headers)
    response = await http.post("/api/v1/jobs", json={"type": "b"}, headers=headers)
    check_problem(response, 422, "key_reused", "Idempotency-Key")
    assert await count_jobs(http) == 1


@pytest.mark.parametrize("id", ["0", "-1", "x", "1.0", "\uff19", "9" * 16, "9" * 17, "%31"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("DELETE", ""), ("GET", "/log"), ("POST", "/cancel"), ("POST", "/retry")],
)
async def test_what_cannot_be_an_id_is_refused(
    http: httpx.AsyncClient, method: str, path: str, id: str
) -> None:
    check_problem(await http.request(method, f"/api/v1/jobs/{id}{path}"), 422, "invalid", "id")


@pytest.mark.parametrize(
    ("query", "field", "detail"),
    [
        ("state=done", "state", "scheduled, waiting, active"),
        ("state=", "state", "one of"),
        ("limit=0", "limit", ">= 1"),
        ("limit=1001", "limit", "<= 1000"),
        ("limit=ten", "limit", "must be a whole number"),
        ("limit=5&limit=6", "limit", "once"),
        ("cursor=x", "cursor", "page gave"),
        ("cursor=waiting:1:", "cursor", "belong"),
        ("stat=failed", "stat", "did you mean state?"),
        ("tag=%ff", None, "UTF-8"),
        ("&".join("abcdefg"[n % 7] * (n + 1) + "=1" for n in range(101)), None, "100"),
    ],
)
async def test_a_wrong_query_is_refused(
    http: httpx.AsyncClient, query: str, field: str | None, detail: str
) -> None:
    response = await http.get(f"/api/v1/jobs?{query}")
    assert detail in check_problem(response, 422, "invalid", field)["detail"]


@pytest.mark.parametrize("wait", ["-1", "61", "nan", "soon"])
async def test_a_wrong_wait_is_refused(http: httpx.AsyncClient, wait: str) -> None:
    check_problem(await http.get(f"/api/v1/jobs/1?wait={wait}"), 422, "invalid", "wait")


@pytest.mark.parametrize("minutes", ["0", "2881", "-5", "1.5"])
async def test_wrong_minutes_are_refused(http: httpx.AsyncClient, minutes: str) -> None:
    check_problem(await http.get(f"/api/v1/stats?minutes={minutes}"), 422, "invalid", "minutes")


@pytest.mark.parametrize("type", ["%0A", "%ff", "a" * 201])
async def test_a_wrong_type_in_a_path_is_refused(http: httpx.AsyncClient, type: str) -> None:
    for response in (
        await http.get(f"/api/v1/types/{type}"),
        await http.post(f"/api/v1/types/{type}/pause"),
    ):
        check_problem(response, 422, "invalid", "type")
