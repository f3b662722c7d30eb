"""How much data a job may have, over HTTP."""

from typing import Any

import httpx
import msgspec
import pytest

from tasuki.model.values.names import MOST_TAGS
from tasuki.server import ServerOptions
from tests.server.support import check_problem, count_jobs

LIMIT = 300_000
WIDEST: dict[str, Any] = {
    "type": "email",
    "tags": ["\\" * 200] * MOST_TAGS,
    "backoff": [249_305_039_999.123] * 100,
}
"""A job whose options take as much room as they can."""


@pytest.fixture
def options() -> ServerOptions:
    return ServerOptions(port=0, data_limit=LIMIT)


def body(size: int) -> bytes:
    data = msgspec.Raw(b'"' + b"x" * (size - 2) + b'"')
    return msgspec.json.encode(WIDEST | {"data": data})


JSON = {"content-type": "application/json"}


def test_by_default_a_job_may_have_1_mib():
    options = ServerOptions()
    assert options.data_limit == 2**20
    assert options.largest_body >= len(body(2**20))


async def test_the_largest_job_fits_into_a_request(wire: httpx.AsyncClient):
    response = await wire.post("/api/v1/jobs", content=body(LIMIT), headers=JSON)
    assert response.status_code == 201
    assert await count_jobs(wire) == 1


async def test_one_byte_more_is_refused_by_name(wire: httpx.AsyncClient):
    response = await wire.post("/api/v1/jobs", content=body(LIMIT + 1), headers=JSON)
    problem = check_problem(response, 400, "payload", "data")
    assert f"takes {LIMIT + 1} bytes as JSON, and may take at most {LIMIT}" in problem["detail"]
    many = b'[{"type": "email"}, ' + body(LIMIT + 1) + b"]"
    response = await wire.post("/api/v1/jobs", content=many, headers=JSON)
    check_problem(response, 400, "payload", "[1].data")
    assert await count_jobs(wire) == 0


async def test_kue_refuses_it_and_takes_the_others(wire: httpx.AsyncClient):
    many = b'[{"type": "email"}, ' + body(LIMIT + 1) + b"]"
    response = await wire.post("/job", content=many, headers=JSON)
    assert response.status_code == 400
    made, refused = response.json()
    assert made["message"] == "job created"
    assert refused["error"].startswith(f"data: takes {LIMIT + 1} bytes")
    assert await count_jobs(wire) == 1


@pytest.mark.parametrize("limit", [0, 16 * 2**20 + 1])
def test_a_limit_that_cannot_be_is_refused(limit: int):
    with pytest.raises(ValueError, match="data_limit: must be from 1 to 16777216 bytes"):
        ServerOptions(data_limit=limit)
