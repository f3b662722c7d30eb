"""Problem documents."""

import logging

import httpx
import pytest

from tasuki.model import errors
from tasuki.model.errors import StoreError, StoreUnavailableError, TasukiError
from tasuki.server import ServerOptions
from tasuki.server.app import Services, build_app
from tasuki.server.http.problems import KINDS
from tests.server.support import check_problem

NEVER_SENT = {
    "error", # the base
    "settings", # at start
    "job_failed", "wait_timeout", "lease_lost", # of clients and runners
    "embedded", "app",
}  # fmt: skip


def test_every_error_has_its_kind_of_problem() -> None:
    codes = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, TasukiError)
    }
    assert codes - NEVER_SENT <= KINDS.keys()


@pytest.mark.parametrize(
    "code", [code for code, kind in KINDS.items() if kind.status in (503, 507)]
)
def test_who_may_come_back_is_told_when(code: str) -> None:
    assert KINDS[code].retry_after


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/jobs", "GET, HEAD, POST"),
        ("POST", "/api/v1/jobs/1", "DELETE, GET, HEAD, PATCH"),
        ("GET", "/api/v1/jobs/1/retry", "POST"),
        ("DELETE", "/api/v1/types/a", "GET, HEAD"),
        ("POST", "/health/live", "GET, HEAD"),
        ("POST", "/api/v1/openapi.json", "GET, HEAD"),
        ("OPTIONS", "/api/v1/jobs", "GET, HEAD, POST"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    http: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    response = await http.request(method, path)
    check_problem(response, 405, "method")
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize(
    "path",
    ["/api/v1", "/api/v1/", "/api/v2/jobs", "/api/v1/jobs/", "/api/v1/jobs/1/nope", "/health/x"],
)
async def test_an_address_without_anything_is_a_problem(http: httpx.AsyncClient, path: str) -> None:
    check_problem(await http.get(path), 404, "no_route")


async def test_a_fault_tells_nothing_of_the_inside(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> None:
        raise RuntimeError("the secret at 10.0.0.7")

    services.client.runners = broken  # pyright: ignore[reportAttributeAccessIssue]
    app = build_app(services, ServerOptions(port=0))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        response = await http.get("/api/v1/runners")
    check_problem(response, 500, "internal")
    assert "secret" not in response.text
    assert "RuntimeError" not in response.text


async def test_trouble_with_the_store_is_logged_but_not_told(
    services: Services, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    async def away() -> None:
        raise StoreUnavailableError("cannot connect to 10.0.0.7:6379")

    services.client.runners = away  # pyright: ignore[reportAttributeAccessIssue]
    with caplog.at_level(logging.WARNING, "tasuki.server"):
        for _ in range(5):
            response = await http.get("/api/v1/runners")
            check_problem(response, 503, "store_unavailable")
            assert response.headers["retry-after"] == "1"
            assert "10.0.0.7" not in response.text
    assert [record.message for record in caplog.records] == [
        "answering 503: cannot connect to 10.0.0.7:6379"
    ]


async def test_an_error_of_no_known_kind_is_a_fault(
    services: Services, http: httpx.AsyncClient
) -> None:
    class OddError(TasukiError):
        code = "odd"

    async def odd() -> None:
        raise OddError("odd")

    services.client.runners = odd  # pyright: ignore[reportAttributeAccessIssue]
    check_problem(await http.get("/api/v1/runners"), 500, "internal")


async def test_a_store_error_of_no_known_kind_is_a_store_error(
    services: Services, http: httpx.AsyncClient
) -> None:
    async def refused() -> None:
        raise StoreError("NOPERM this user has no permissions")

    services.client.runners = refused  # pyright: ignore[reportAttributeAccessIssue]
    response = await http.get("/api/v1/runners")
    check_problem(response, 503, "store")
    assert "NOPERM" not in response.text
