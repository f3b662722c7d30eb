"""`POST /job` as Kue's clients know it."""

from typing import Any

import httpx
import pytest

from tasuki.model.backoff import delay_after
from tasuki.model.job import NewJob
from tasuki.server.kue.options import kue_new_job
from tests.server.support import count_jobs

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
CREATED = {"message": "job created", "id": 1}
NO_TYPE = {"error": "Must provide job type"}


async def test_a_job_is_created(http: httpx.AsyncClient) -> None:
    response = await http.post("/job", json={"type": "email", "data": {"title": "hello"}})
    assert (response.status_code, response.json()) == (200, CREATED)
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    job = (await http.get("/api/v1/jobs/1")).json()
    assert (job["type"], job["data"], job["state"]) == ("email", {"title": "hello"}, "waiting")
    assert job["attempts"] == {"made": 0, "max": 1}


async def test_an_array_is_answered_in_its_order(http: httpx.AsyncClient) -> None:
    response = await http.post("/job", json=[{"type": "a"}, {"type": "b"}])
    assert response.status_code == 200
    assert response.json() == [CREATED, {"message": "job created", "id": 2}]


async def test_the_good_ones_of_an_array_are_created(http: httpx.AsyncClient) -> None:
    body = [{"type": "a"}, {"data": {"x": 1}}, "text", None, [], {"type": "b"}]
    response = await http.post("/job", json=body)
    assert response.status_code == 400
    assert response.json() == [
        *(CREATED, NO_TYPE, NO_TYPE, NO_TYPE, NO_TYPE),
        {"message": "job created", "id": 2},
    ]
    assert await count_jobs(http) == 2


async def test_an_array_of_one_is_an_array(http: httpx.AsyncClient) -> None:
    assert (await http.post("/job", json=[{"type": "a"}])).json() == [CREATED]
    assert (await http.post("/job", json=[{}])).json() == [NO_TYPE]


NINES = b"9" * 5_000


@pytest.mark.parametrize("type", [None, "", 0, False])
async def test_a_job_must_have_a_type(http: httpx.AsyncClient, type: Any) -> None:
    for body in ({"data": {}}, {"type": type}):
        response = await http.post("/job", json=body)
        assert (response.status_code, response.json()) == (400, NO_TYPE)
    assert await count_jobs(http) == 0


@pytest.mark.parametrize("body", [b"", b"{}", b"[]"])
async def test_nothing_is_answered_with_nothing(http: httpx.AsyncClient, body: bytes) -> None:
    response = await http.post("/job", content=body, headers=JSON)
    assert (response.status_code, response.content) == (204, b"")
    assert await count_jobs(http) == 0


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/vnd.api+json"])
async def test_a_body_of_another_kind_is_not_looked_at(
    http: httpx.AsyncClient, content_type: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    response = await http.post("/job", content=b'{"type": "a"}', headers=headers)
    assert (response.status_code, response.content) == (204, b"")
    assert await count_jobs(http) == 0
    assert "no job was made" in caplog.text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"type":', "not JSON"),
        (b'"email"', "object or an array"),
        (b"5", "object or an array"),
        (b'{"type": "a", "data": NaN}', "NaN"),
        (b'{"type": "\xff"}', "UTF-8"),
        (b'{"type": "a", "data": ' + b"[" * 100_000, "nested"),
        (b'{"type": "a", "data": 18446744073709551616}', "64 bits"),
        (b'{"type": "a", "data": ' + b"[" * 101 + b"]" * 101 + b"}", "nested"),
        (b'{"type": "a\\nb"}', "control"),
        (b'{"type": "' + b"x" * 201 + b'"}', "200"),
        (b'{"type": ["a"]}', "string"),
        (b'{"type": {"a": 1}}', "string"),
        (b'{"type": true}', "string"),
        (b'{"type": "a", "options": {"priority": "urgent"}}', "invalid priority"),
        (b'{"type": "a", "options": {"priority": true}}', "invalid priority"),
        (b'{"type": "a", "options": {"priority": [1]}}', "invalid priority"),
        (b'{"type": "a", "options": {"priority": 1e300}}', "2^53"),
        (b'{"type": "a", "options": {"delay": 1e300}}', "between 0"),
        (b'{"type": "a", "options": {"attempts": 1e9}}', "between 1"),
        (b'{"type": "a", "options": {"attempts": "' + NINES + b'"}}', "between 1"),
        (b'{"type": "a", "options": {"attempts": ' + NINES[:4_000] + b"}}", "between 1"),
        (b'{"type": "a", "options": {"priority": ' + NINES[:4_000] + b"}}", "2^53"),
        (b'{"type": "a", "options": {"priority": "' + NINES + b'"}}', "2^53"),
        (b'{"type": "a", "options": {"priority": "-Infinity"}}', "2^53"),
        (b'{"type": "a", "options": {"delay": ' + NINES[:4_000] + b"}}", "delay: must be between"),
        (b'{"type": "a", "options": {"delay": "' + NINES + b'"}}', "delay: must be between"),
        (b'{"type": "a", "options": {"ttl": 252460800000000}}', "timeout: must be between"),
        (b'{"type": "a", "options": {"ttl": "1e400"}}', "timeout: must be between"),
        (
            b'{"type": "a", "options": {"backoff": {"type": "fixed", "delay": 1e300}}}',
            "backoff.delay: must be between",
        ),
        (b'{"type": ' + NINES[:4_000] + b"}", "type: has a whole number beyond 64 bits"),
    ],
)
async def test_what_cannot_be_a_job_is_told_in_json(
    http: httpx.AsyncClient, body: bytes, text: str
) -> None:
    response = await http.post("/job", content=body, headers=JSON)
    assert response.status_code == 400
    assert list(response.json()) == ["error"]
    assert text in response.json()["error"]
    assert await count_jobs(http) == 0


async def test_another_character_set_is_refused(http: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json; charset=latin1"}
    response = await http.post("/job", content=b'{"type": "a"}', headers=headers)
    assert (response.status_code, list(response.json())) == (415, ["error"])
    headers = {"content-type": "application/json; charset=utf-8"}
    response = await http.post("/job", content='{"type": "émail"}'.encode(), headers=headers)
    assert response.json() == CREATED


async def test_more_than_a_thousand_are_refused(http: httpx.AsyncClient) -> None:
    response = await http.post("/job", json=[{"type": "a"}] * 1_001)
    assert (response.status_code, list(response.json())) == (413, ["error"])
    assert await count_jobs(http) == 0


# --------------------------------------------------------------------------------- forms


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("type=email&data[title]=x", {"title": "x"}),
        ("type=email&data%5Btitle%5D=a+b%26c", {"title": "a b&c"}),
        ("type=email&data[n]=5&data[t]=true&data[z]=", {"n": "5", "t": "true", "z": ""}),
        ("type=email&data[to][name]=tj&data[to][at]=x", {"to": {"name": "tj", "at": "x"}}),
        ("type=email&data[to][]=a&data[to][]=b", {"to": ["a", "b"]}),
        ("type=email&data[to][0]=a&data[to][1]=b", {"to": ["a", "b"]}),
        ("type=email&data[to]=a&data[to]=b", {"to": ["a", "b"]}),
        ("type=email&data[x][][y]=1&data[x][][y]=2", {"x": [{"y": "1"}, {"y": "2"}]}),
        ("type=email&data[5]=a&data[7]=b", {"5": "a", "7": "b"}),
        ("type=email&data[__proto__][x]=1", {"__proto__": {"x": "1"}}),
        ("type=email&data[gr%C3%B6%C3%9Fe]=%E2%82%AC", {"größe": "€"}),
        ("type=email&data=plain", "plain"),
        ("type=email", {}),
        ("type=email&data[a]b=1&data[x", {}),
    ],
)
async def test_forms_are_taken(http: httpx.AsyncClient, form: str, data: Any) -> None:
    response = await http.post("/job", content=form, headers=FORM)
    assert (response.status_code, response.json()) == (200, CREATED)
    assert (await http.get("/api/v1/jobs/1")).json()["data"] == data


async def test_a_form_has_options(http: httpx.AsyncClient) -> None:
    form = (
        "type=email&options[priority]=high&options[attempts]=3&options[delay]=60000"
        "&options[ttl]=1500&options[searchKeys][]=to"
    )
    assert (await http.post("/job", content=form, headers=FORM)).json() == CREATED
    job = (await http.get("/api/v1/jobs/1")).json()
    assert (job["priority"], job["attempts"]["max"], job["timeout"]) == (-10, 3, 1.5)
    assert job["state"] == "scheduled"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("data[title]=x", "Must provide job type"),
        ("type=a&data[x]=1&data[x][y]=2", "both"),
        ("type=a&data[x][y]=1&data[x]=2", "both"),
        ("type=a&data" + "[x]" * 30 + "=1", "deeper than 20"),
        ("&".join(f"data[{n}]=1" for n in range(1_001)), "1000"),
        ("type=%ff", "UTF-8"),
        ("type=a&type=b", "string"),
    ],
)
async def test_a_wrong_form_is_refused(http: httpx.AsyncClient, form: str, text: str) -> None:
    response = await http.post("/job", content=form, headers=FORM)
    assert response.status_code == 400
    assert text in response.json()["error"]
    assert await count_jobs(http) == 0


async def test_an_empty_form_is_nothing(http: httpx.AsyncClient) -> None:
    assert (await http.post("/job", content=b"", headers=FORM)).status_code == 204


# ------------------------------------------------------------------------------- options


def options(**given: Any) -> NewJob:
    return kue_new_job({"type": "a", "options": given})


@pytest.mark.parametrize(
    ("given", "priority"),
    [
        *(("low", 10), ("normal", 0), ("medium", -5), ("high", -10), ("critical", -15)),
        *((3, 3), (-7, -7), (1.5, 1.5), ("-8", -8), ("2.5", 2.5), ("", 0), (None, 0), (0, 0)),
    ],
)
def test_priorities(given: Any, priority: float) -> None:
    assert options(priority=given).priority == priority


@pytest.mark.parametrize(
    ("given", "attempts"),
    [
        *((5, 5), ("6", 6), (2.9, 2), ("3x", 3), (" 4", 4)),
        *((0, 1), (-1, 1), ("abc", 1), (None, 1), (True, 1), ([], 1)),
    ],
)
def test_attempts(given: Any, attempts: int) -> None:
    assert options(attempts=given).attempts == attempts


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        *((86_400, 86.4), ("500", 0.5), (1, 0.001), (0, None), (-5, None)),
        *(("2030-01-01", None), (True, None), (None, None), ("NaN", None), ({}, None)),
    ],
)
def test_times_are_milliseconds(given: Any, seconds: float | None) -> None:
    assert options(delay=given).delay == seconds
    assert options(ttl=given).timeout == seconds


@pytest.mark.parametrize(
    ("given", "delays"),
    [
        (True, [5, 5]),
        ("true", [5, 5]),
        ({"type": "fixed"}, [5, 5]),
        ({"type": "fixed", "delay": 1_000}, [1, 1]),
        ({"type": "fixed", "delay": "1000"}, [1, 1]),
        ({"type": "exponential", "delay": 1_000}, [0.5, 1.5, 3.5, 7.5, 15.5]),
        ({"type": "exponential", "delay": 1_000, "maxDelay": 4_000}, [0.5, 1.5, 3.5, 3.5]),
        ({"type": "exponential", "delay": 1_000, "maxDelay": 2_000}, [0.5, 1.5, 1.5]),
        ({"type": "exponential", "delay": 1_000, "maxDelay": 100}, [0, 0]),
        ({"type": "exponential"}, [2.5, 7.5]),
    ],
)
def test_backoff_waits_as_long_as_in_kue(given: Any, delays: list[float]) -> None:
    backoff = options(backoff=given, delay=5_000, attempts=10).backoff
    assert backoff is not None
    found = [delay_after(backoff, made) for made in range(1, len(delays) + 1)]
    assert found == pytest.approx(delays)


def test_a_row_of_delays_stays_short() -> None:
    backoff = options(backoff={"type": "exponential", "delay": 1_000}, attempts=1_000_000).backoff
    assert isinstance(backoff, tuple)
    assert len(backoff) <= 100


@pytest.mark.parametrize(
    "given",
    [
        "function(attempts, delay) { process.exit() }",
        "__import__('os').system('true')",
        {"type": "function"},
        {"type": None},
        *(False, None, 5, [], "false"),
    ],
)
def test_other_backoff_is_left_alone(given: Any) -> None:
    assert options(backoff=given).backoff is None


@pytest.mark.parametrize(
    ("given", "keep"),
    [(True, 0), ("yes", 0), (1, 0), (False, None), (None, None), ("", None), ("false", None)],
)
def test_remove_on_complete_keeps_nothing(given: Any, keep: float | None) -> None:
    assert options(removeOnComplete=given).keep == keep


def test_unknown_options_are_ignored() -> None:
    assert options(searchKeys=["to"], nonsense={}) == kue_new_job({"type": "a"})
    assert kue_new_job({"type": "a", "options": "none", "more": 1}) == kue_new_job({"type": "a"})


@pytest.mark.parametrize(("given", "type"), [(5, "5"), (5.5, "5.5"), ("ä", "ä")])
def test_a_type_may_be_a_number(given: Any, type: str) -> None:
    assert kue_new_job({"type": given}).type == type


@pytest.mark.parametrize(
    ("given", "data"),
    [(0, b"{}"), (None, b"{}"), ("", b"{}"), ("str", b'"str"'), ([1, 2], b"[1,2]"), (5, b"5")],
)
def test_data_may_be_anything_that_is_something(given: Any, data: bytes) -> None:
    assert bytes(kue_new_job({"type": "a", "data": given}).data) == data
