"""The OpenAPI document, and the server held against it."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
import valkey
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from tasuki.model.job import NewJob
from tasuki.server import Server, ServerOptions
from tasuki.server.http.problems import KINDS
from tasuki.store.store import Store

API = "/api/v1"
OPERATIONS = {
    f"{API}/jobs": {"get", "post"},
    f"{API}/jobs/{{id}}": {"get", "patch", "delete"},
    f"{API}/jobs/{{id}}/log": {"get"},
    f"{API}/jobs/{{id}}/cancel": {"post"},
    f"{API}/jobs/{{id}}/retry": {"post"},
    f"{API}/jobs/{{id}}/promote": {"post"},
    f"{API}/bulk": {"post"},
    f"{API}/states": {"get"},
    f"{API}/types": {"get"},
    f"{API}/types/{{type}}": {"get"},
    f"{API}/types/{{type}}/pause": {"post"},
    f"{API}/types/{{type}}/resume": {"post"},
    f"{API}/runners": {"get"},
    f"{API}/stats": {"get"},
    f"{API}/overview": {"get"},
    f"{API}/events": {"get"},
    f"{API}/health/live": {"get"},
    f"{API}/health/ready": {"get"},
    "/health/live": {"get"},
    "/health/ready": {"get"},
}
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
EXAMPLES = 150


@pytest.fixture
async def document(http: httpx.AsyncClient) -> dict[str, Any]:
    response = await http.get(f"{API}/openapi.json")
    assert response.headers["content-type"] == "application/json"
    return response.json()


async def test_every_operation_is_described(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert {path: set(found) for path, found in document["paths"].items()} == OPERATIONS


async def test_names_of_operations_are_unique(document: dict[str, Any]) -> None:
    names = [
        described["operationId"]
        for path in document["paths"].values()
        for described in path.values()
    ]
    assert len(set(names)) == len(names) == sum(map(len, OPERATIONS.values()))


async def test_the_document_is_openapi(document: dict[str, Any]) -> None:
    schemathesis.openapi.from_dict(document).validate()


async def test_a_submission_is_described_as_it_is_read(document: dict[str, Any]) -> None:
    described = document["components"]["schemas"]["NewJob"]
    assert list(described["properties"]) == list(NewJob.__struct_fields__)
    assert described["required"] == ["type"]
    assert described["additionalProperties"] is False


async def test_a_job_is_described_as_it_is_sent(
    document: dict[str, Any], http: httpx.AsyncClient
) -> None:
    await http.post(f"{API}/jobs", json={"type": "a"})
    job = (await http.get(f"{API}/jobs/1")).json()
    described = document["components"]["schemas"]["JobInfo"]
    assert list(job) == described["required"]
    # What a list leaves out is told there only.
    assert described["properties"].keys() - job.keys() == {"cut"}


async def test_every_kind_of_problem_is_described(document: dict[str, Any]) -> None:
    texts = "".join(
        answer["description"]
        for path in document["paths"].values()
        for described in path.values()
        for answer in described["responses"].values()
    )
    of_no_operation = {"no_route", "method", "internal", "headers_too_large", "overloaded"}
    assert {code for code in KINDS if f"`{code}`" in texts} == KINDS.keys() - of_no_operation


# ------------------------------------------------------------------------------- fuzzing


@pytest.fixture(scope="module")
def fuzzed_url(store_url: str, plain: valkey.Valkey) -> Iterator[str]:
    """A server in a thread of its own, because the fuzzer blocks."""
    url: list[str] = []
    started, over = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        store = Store(store_url, namespace="fuzz")
        server = Server(ServerOptions(port=0), store)
        await server.start()
        url.append(server.url)
        started.set()
        await over.wait()
        await server.stop()
        await store.close()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    yield url[0]
    loop.call_soon_threadsafe(over.set)
    thread.join()
    plain.unlink(*plain.scan_iter(match="{fuzz:*"))


# The server's thread draws its jitter while Hypothesis draws its examples.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_server_keeps_to_the_document(fuzzed_url: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(f"{fuzzed_url}{API}/openapi.json")
    # A stream of events has no end.
    found = schema.exclude(path=f"{API}/events").get_all_operations()
    operations = [each.ok() for each in found if isinstance(each, Ok)]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(st.one_of([each.as_strategy(generation_mode=mode) for each in operations]))
    def fuzz(case: Case) -> None:
        if isinstance(case.query, dict) and "wait" in case.query:
            case.query["wait"] = 0
        case.call_and_validate(checks=CHECKS)

    fuzz()
