"""Who may speak to the server, and what browsers may do with its answers."""

from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from tasuki.model.errors import SettingsError
from tasuki.server import Server, ServerOptions
from tasuki.server.app import Services, build_app
from tests.server.raw import ask
from tests.server.support import check_problem, count_jobs, submit

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def client_of(app: ASGIApp, host: str = "localhost") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}")


# --------------------------------------------------------------------------------- hosts


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "localhost:16379", "127.0.0.1", "127.0.0.1:80", "127.8.9.1"),
        *("[::1]", "[::1]:16379", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]"),
    ],
)
async def test_names_of_this_machine_are_served(http: httpx.AsyncClient, host: str) -> None:
    response = await http.get("/api/v1/health/live", headers={"host": host})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil:80", ""),
        *("localhost:80:80", "localhost:", "localhost@evil", "[::1", "::1", "[::2]", "10.0.0.1"),
        *("0.0.0.0", "169.254.169.254", "2130706433", "0x7f.1", "localhost/", "[::1]evil"),
        *("[::ffff:10.0.0.1]", "127.0.0.1, evil", "loc\u00e1lhost", "localhost."),
    ],
)
@pytest.mark.parametrize("path", ["/", "/job", "/stats", "/api/v1/jobs", "/health/live"])
async def test_other_names_are_refused_everywhere(
    http: httpx.AsyncClient, host: str, path: str
) -> None:
    response = await http.get(path, headers=[(b"host", host.encode("latin-1"))])
    check_problem(response, 421, "host")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Host", ("localhost", "evil")),
        ("Host", ("localhost", "localhost")),
        ("Origin", ("http://localhost", "http://evil.example")),
        ("Sec-Fetch-Site", ("same-origin", "cross-site")),
        ("Content-Type", ("application/json", "text/plain")),
        ("Idempotency-Key", ("a", "b")),
        ("Authorization", ("Bearer a", "Bearer b")),
    ],
)
async def test_two_of_a_header_that_decides_are_refused(
    http: httpx.AsyncClient, name: str, values: tuple[str, str]
) -> None:
    plain = [("Host", "localhost"), ("Content-Type", "application/json")]
    headers = [pair for pair in plain if pair[0] != name] + [(name, value) for value in values]
    body = b'{"type": "a"}'
    response = await http.post("/api/v1/jobs", content=body, headers=headers)
    detail = check_problem(response, 400, "malformed")["detail"]
    assert name.lower() in detail
    assert await count_jobs(http) == 0


async def test_two_lengths_are_refused(server: Server) -> None:
    head = "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    lengths = "Content-Length: 13\r\nContent-Length: 13\r\n"
    assert (await ask(server, f'{head}{lengths}\r\n{{"type": "a"}}')).status == 400


async def test_headers_after_the_body_do_not_count(server: Server, wire: httpx.AsyncClient) -> None:
    head = "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    chunked = 'Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nd\r\n{"type": "a"}\r\n0\r\n'
    late = "Idempotency-Key: late\r\nContent-Type: text/plain\r\nHost: evil.example\r\n\r\n"
    for id in (1, 2):
        answer = await ask(server, head + chunked + late)
        assert answer.as_response().json() == {"id": id, "state": "waiting"}
    endless = f"X-Late: {'a' * 70_000}\r\n\r\n"
    assert (await ask(server, head + chunked + endless)).status in {400, 431}
    assert await count_jobs(wire) == 2


async def test_a_request_without_a_host_is_refused(server: Server) -> None:
    assert (await ask(server, "GET /stats HTTP/1.0\r\n\r\n")).status == 421


async def test_the_host_of_an_absolute_address_does_not_count(server: Server) -> None:
    evil = "GET http://localhost/stats HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert (await ask(server, evil)).status == 421


async def test_more_hosts_can_be_named(services: Services) -> None:
    app = build_app(
        services, ServerOptions(port=0, allowed_hosts=("jobs.example", "Tasuki.Internal"))
    )
    for host in ("jobs.example", "JOBS.example:443", "tasuki.internal", "localhost"):
        async with client_of(app, host) as http:
            assert (await http.get("/health/live")).status_code == 200
    async with client_of(app, "other.example") as http:
        check_problem(await http.get("/health/live"), 421, "host")


async def test_an_open_server_answers_to_its_addresses_but_not_to_names(services: Services) -> None:
    app = build_app(services, ServerOptions(host="0.0.0.0", port=0, insecure=True))
    for host in ("10.1.2.3", "[fd00::1]", "localhost"):
        async with client_of(app, host) as http:
            assert (await http.get("/health/live")).status_code == 200
    async with client_of(app, "rebound.example") as http:
        check_problem(await http.get("/health/live"), 421, "host")


# --------------------------------------------------------------------------- other sites


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://localhost.evil.example"},
        {"origin": "https://localhost"},
        {"origin": "https://localhost:80"},
        {"origin": "ftp://localhost", "sec-fetch-site": "same-origin"},
        {"origin": "localhost"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://localhost"},
    ],
)
async def test_other_sites_change_nothing(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    id = await submit(http)
    form = {"content-type": "application/x-www-form-urlencoded"}
    for response in (
        await http.post("/api/v1/jobs", json={"type": "a"}, headers=headers),
        await http.post(f"/api/v1/jobs/{id}/cancel", headers=headers),
        await http.delete(f"/api/v1/jobs/{id}", headers=headers),
        await http.post("/api/v1/types/email/pause", headers=headers),
        await http.post("/job", json={"type": "a"}, headers=headers),
        await http.post("/job", content="type=a", headers=headers | form),
        await http.delete(f"/job/{id}", headers=headers),
    ):
        check_problem(response, 403, "cross_site")
    assert await count_jobs(http) == 1
    assert (await http.get(f"/api/v1/jobs/{id}")).json()["state"] == "waiting"
    assert (await http.get("/api/v1/types/email")).json()["paused"] is False


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://localhost"},
        {"origin": "http://localhost:80"},
        {"origin": "http://localhost", "host": "localhost:80"},
        {"origin": "http://[::1]:16379", "host": "[::1]:16379"},
        {"sec-fetch-site": "same-origin", "origin": "http://localhost"},
        {"sec-fetch-site": "none"},
        # The browser speaks TLS to a proxy, which speaks plainly to the server.
        {"sec-fetch-site": "same-origin", "origin": "https://localhost"},
    ],
)
async def test_own_pages_and_programs_may(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    response = await http.post("/api/v1/jobs", json={"type": "a"}, headers=headers)
    assert response.status_code == 201


async def test_no_other_site_is_let_in(http: httpx.AsyncClient) -> None:
    for origin in ("http://evil.example", "null"):
        for method in ("GET", "OPTIONS"):
            response = await http.request(
                method,
                "/api/v1/jobs",
                headers={"origin": origin, "access-control-request-method": "POST"},
            )
            assert not [name for name in response.headers if name.startswith("access-control")]


async def test_getting_changes_nothing(http: httpx.AsyncClient) -> None:
    id = await submit(http)
    before = (await http.get(f"/api/v1/jobs/{id}")).json()
    for path in ("cancel", "retry", "promote"):
        assert (await http.get(f"/api/v1/jobs/{id}/{path}")).status_code == 405
    assert (await http.get("/api/v1/types/email/pause")).status_code == 405
    await http.get(f"/inactive/{id}")
    await http.get(f"/job/{id}")
    assert (await http.get(f"/api/v1/jobs/{id}")).json() == before


# ------------------------------------------------------------------------------- headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/api/v1/jobs", 200),
        ("GET", "/api/v1/openapi.json", 200),
        ("GET", "/health/ready", 200),
        ("GET", "/stats", 200),
        ("GET", "/job/1", 200),
        ("POST", "/job", 204),
        ("GET", "/nope", 404),
        ("GET", "/api/v1/nope", 404),
        ("PUT", "/api/v1/jobs", 405),
        ("POST", "/api/v1/jobs", 415),
        ("GET", "/api/v1/jobs?limit=0", 422),
    ],
)
async def test_every_answer_has_the_headers(
    http: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    response = await http.request(method, path)
    assert response.status_code == status
    check_headers(response, cache="no-cache" if path == "/" else "no-store")


async def test_refusals_and_faults_have_them_too(services: Services) -> None:
    async def broken() -> None:
        raise RuntimeError("at 10.0.0.7")

    app = build_app(services, ServerOptions(port=0))
    async with client_of(app, "evil") as http:
        check_headers(await http.get("/stats"), cache="no-store")
    services.client.runners = broken  # pyright: ignore[reportAttributeAccessIssue]
    async with client_of(app) as http:
        response = await http.get("/api/v1/runners")
        assert response.status_code == 500
        check_headers(response, cache="no-store")


async def test_what_is_no_request_is_answered_with_them(server: Server) -> None:
    answer = await ask(server, "NONSENSE\r\n\r\n")
    assert answer.status == 400
    check_headers(answer.as_response(), cache="no-store")


def check_headers(response: httpx.Response, *, cache: str) -> None:
    headers = response.headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == cache
    assert "server" not in headers


# ------------------------------------------------------------------------------- address


async def test_only_this_machine_can_connect(server: Server) -> None:
    port = int(server.url.rpartition(":")[2])
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in table]
    listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
    assert listening == [f"0100007F:{port:04X}"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", "127.0.0.1.nip"])
def test_another_address_must_be_meant(host: str) -> None:
    with pytest.raises(SettingsError, match="insecure") as caught:
        ServerOptions(host=host)
    assert caught.value.field == "host"
    assert ServerOptions(host=host, insecure=True).host == host


def test_no_address_at_all_is_refused() -> None:
    with pytest.raises(SettingsError, match="host: must be text, and not empty"):
        ServerOptions(host="", insecure=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_is_fine(host: str) -> None:
    assert ServerOptions(host=host).host == host


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_has_bounds(port: int) -> None:
    with pytest.raises(SettingsError) as caught:
        ServerOptions(port=port)
    assert caught.value.field == "port"


def test_a_body_has_at_least_a_byte() -> None:
    with pytest.raises(SettingsError) as caught:
        ServerOptions(body_limit=0)
    assert caught.value.field == "body_limit"
