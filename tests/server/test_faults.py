"""The store fails: an answer within 2 s that says so, and work goes on when it is back."""

import asyncio
import logging
import time
from typing import Any

import httpx
import pytest

from tasuki.server import Server, ServerOptions
from tasuki.store.health import Health
from tasuki.store.store import Store
from tests.server.own_store import OwnStore, slow_loading
from tests.server.support import check_problem, count_jobs, submit
from tests.support import eventually, plain_client, slowness

SECONDS = 2.0
NEW = {"type": "a"}
READS = (
    *("/api/v1/jobs", "/api/v1/jobs/1", "/api/v1/jobs/1?wait=30", "/api/v1/jobs/1/log"),
    *("/api/v1/types", "/api/v1/types/a", "/api/v1/runners", "/api/v1/stats", "/api/v1/events"),
)
WRITES = (
    *("/api/v1/jobs/1/cancel", "/api/v1/jobs/1/retry", "/api/v1/jobs/1/promote"),
    *("/api/v1/types/a/pause", "/api/v1/types/a/resume"),
)


async def timely(http: httpx.AsyncClient, method: str, path: str, **more: Any) -> httpx.Response:
    """An answer, which must come in time."""
    before = time.monotonic()
    response = await http.request(method, path, **more)
    took = time.monotonic() - before
    assert took < SECONDS or took < SECONDS * slowness(), f"{method} {path} took {took:.1f} s"
    return response


async def check_all(http: httpx.AsyncClient, status: int, code: str) -> None:
    """Every operation answers with this problem, in time."""
    requests = [
        *(("GET", path, None) for path in READS),
        *(("POST", path, None) for path in WRITES),
        ("DELETE", "/api/v1/jobs/1", None),
        ("POST", "/api/v1/jobs", NEW),
    ]
    for start in range(0, len(requests), 5):
        answers = await asyncio.gather(
            *(timely(http, m, p, json=body) for m, p, body in requests[start : start + 5])
        )
        for answer in answers:
            check_problem(answer, status, code)
            assert int(answer.headers["retry-after"]) > 0


async def check_kue(http: httpx.AsyncClient, status: int) -> None:
    """Kue's API says it in its own form."""
    for method, path, body in (
        ("GET", "/job/1", None),
        ("DELETE", "/job/1", None),
        ("GET", "/stats", None),
        ("POST", "/job", NEW),
    ):
        answer = await timely(http, method, path, json=body)
        assert (answer.status_code, list(answer.json())) == (status, ["error"])
        assert int(answer.headers["retry-after"]) > 0


async def check_health(http: httpx.AsyncClient, code: str | None, cause: str = "") -> None:
    """The process is up; whether jobs can be submitted is another matter."""
    assert (await http.get("/health/live")).status_code == 200

    async def told() -> httpx.Response | None:
        ready = await timely(http, "GET", "/health/ready")
        found = ready.json()
        return ready if found["code"] == code and cause in (found["cause"] or "") else None

    # The store is looked at in the background, every two seconds.
    ready = await eventually(told, seconds=10)
    assert ready is not None
    assert ready.status_code == (200 if code is None else 503)
    assert ready.json()["ready"] is (code is None)
    assert ("retry-after" in ready.headers) is (code is not None)


async def test_it_works_before_anything_fails(own_server: httpx.AsyncClient) -> None:
    await check_health(own_server, None)
    assert (await own_server.get("/health/ready")).json()["durability"] == "always"


async def test_a_store_that_is_down(own_server: httpx.AsyncClient, own: OwnStore) -> None:
    await submit(own_server)
    own.kill()
    await check_all(own_server, 503, "store_unavailable")
    await check_kue(own_server, 503)
    await check_health(own_server, "store_unavailable", "cannot be reached")
    own.start()
    await check_health(own_server, None)
    assert (await own_server.get("/api/v1/jobs/1")).json()["state"] == "waiting"
    assert await submit(own_server) == 2


async def test_a_store_that_does_not_answer(own_server: httpx.AsyncClient, own: OwnStore) -> None:
    await submit(own_server)
    own.freeze()
    answers = await asyncio.gather(
        *(timely(own_server, "GET", path) for path in READS),
        *(timely(own_server, "POST", "/api/v1/jobs", json=NEW) for _ in range(20)),
        timely(own_server, "DELETE", "/api/v1/jobs/1"),
    )
    for answer in answers:
        check_problem(answer, 503, "store_unavailable")
        assert int(answer.headers["retry-after"]) > 0
    await check_health(own_server, "store_unavailable")
    own.thaw()
    await eventually(lambda: _is_ready(own_server))
    # Submissions that were refused by the clock may have been made. A key would have told.
    assert await submit(own_server) >= 2


async def test_a_store_that_is_away_from_the_start(own: OwnStore) -> None:
    own.kill()
    store = Store(own.url)
    server = Server(ServerOptions(port=0), store)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url) as http:
        check_problem(
            await timely(http, "POST", "/api/v1/jobs", json=NEW), 503, "store_unavailable"
        )
        own.start()
        assert await submit(http) == 1
    await server.stop()
    await store.close()


async def test_a_store_that_is_loading(own_server: httpx.AsyncClient, own: OwnStore) -> None:
    await submit(own_server)
    own.fill(keys=300, size=2_000)
    own.kill()
    own.start_loading(*slow_loading(300, seconds=6))
    for method, path in (("POST", "/api/v1/jobs"), ("GET", "/api/v1/types")):
        answer = await timely(own_server, method, path, json=NEW)
        check_problem(answer, 503, "store_unavailable")
    await check_health(own_server, "store_unavailable", "is loading its data")
    await eventually(lambda: _is_ready(own_server), seconds=20)
    assert await submit(own_server) == 2


@pytest.mark.parametrize(
    ("break_", "mend"),
    [
        (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")),
        (
            ("CONFIG", "SET", "min-replicas-to-write", "1"),
            ("CONFIG", "SET", "min-replicas-to-write", "0"),
        ),
    ],
    ids=["replica", "without its replicas"],
)
async def test_a_store_that_takes_no_writes(
    own_server: httpx.AsyncClient, own: OwnStore, break_: tuple[str, ...], mend: tuple[str, ...]
) -> None:
    await submit(own_server)
    own.command(*break_)
    for method, path, body in (
        ("POST", "/api/v1/jobs", NEW),
        ("POST", "/api/v1/jobs/1/cancel", None),
        ("DELETE", "/api/v1/jobs/1", None),
        ("POST", "/api/v1/types/a/pause", None),
    ):
        answer = await timely(own_server, method, path, json=body)
        check_problem(answer, 503, "store_read_only")
        assert int(answer.headers["retry-after"]) > 0
    # What is there can still be seen.
    assert (await own_server.get("/api/v1/jobs/1")).json()["state"] == "waiting"
    await check_health(own_server, "store_read_only")
    own.command(*mend)
    assert await submit(own_server) == 2
    await check_health(own_server, None)


async def test_a_store_that_is_full(own_server: httpx.AsyncClient, own: OwnStore) -> None:
    id = await submit(own_server)
    own.command("CONFIG", "SET", "maxmemory", "1mb")
    answer = await timely(own_server, "POST", "/api/v1/jobs", json=NEW)
    check_problem(answer, 507, "store_full")
    assert int(answer.headers["retry-after"]) > 0
    kue = await own_server.post("/job", json=NEW)
    assert (kue.status_code, list(kue.json())) == (507, ["error"])
    await check_health(own_server, "store_full", "out of memory")
    # Everything that makes room, or only looks, goes on.
    assert (await own_server.get("/api/v1/jobs")).status_code == 200
    assert (await own_server.post(f"/api/v1/jobs/{id}/cancel")).status_code == 200
    assert (await own_server.delete(f"/api/v1/jobs/{id}")).status_code == 204
    own.command("CONFIG", "SET", "maxmemory", "0")
    assert await submit(own_server) == 2
    assert await count_jobs(own_server) == 1


async def test_a_store_of_another_layout(own_server: httpx.AsyncClient, own: OwnStore) -> None:
    await submit(own_server)
    own.command("SET", "{tasuki:0}:layout", "999")
    answer = await timely(own_server, "POST", "/api/v1/jobs", json=NEW)
    assert "another version" in check_problem(answer, 503, "layout")["detail"]
    assert int(answer.headers["retry-after"]) > 0
    for path in READS:
        if not path.endswith("events"):
            check_problem(await timely(own_server, "GET", path), 503, "layout")
    await check_health(own_server, "layout", "another version")
    own.command("SET", "{tasuki:0}:layout", "1")
    assert await submit(own_server) == 2


@pytest.mark.parametrize(
    ("settings", "durability"),
    [
        ({"appendfsync": "always"}, "always"),
        ({"appendfsync": "everysec"}, "everysec"),
        ({"appendfsync": "no"}, "none"),
        ({"appendonly": "no"}, "none"),
    ],
)
async def test_the_promise_of_an_answer_is_told(
    own_server: httpx.AsyncClient, own: OwnStore, settings: dict[str, str], durability: str
) -> None:
    for name, value in settings.items():
        own.command("CONFIG", "SET", name, value)

    async def told() -> bool:
        return (await own_server.get("/health/ready")).json()["durability"] == durability

    await eventually(told, seconds=10)
    assert (await own_server.get("/api/v1/stats")).json()["durability"] == durability


async def test_a_promise_that_cannot_be_read_is_unknown(own: OwnStore) -> None:
    own.command("ACL", "SETUSER", "default", "-config")
    store = Store(own.url)
    ready = await Health(store).ready()
    assert (ready.ready, ready.durability) == (True, "unknown")
    await store.close()


async def test_a_password_that_was_changed(own_server: httpx.AsyncClient, own: OwnStore) -> None:
    await submit(own_server)
    with plain_client(own.url) as client:
        client.execute_command("CONFIG", "SET", "requirepass", "new")
        client.execute_command("AUTH", "new")
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await eventually(lambda: _is_refused(own_server))
        await check_health(own_server, "store_refused", "refuses the password")
        client.execute_command("CONFIG", "SET", "requirepass", "")
    await eventually(lambda: _is_ready(own_server), seconds=10)
    assert await submit(own_server) == 2


async def test_a_store_without_room_for_another_client(own: OwnStore) -> None:
    with plain_client(own.url) as client:
        client.execute_command("CONFIG", "SET", "maxclients", "1")
        store = Store(own.url)
        server = Server(ServerOptions(port=0), store)
        await server.start()
        async with httpx.AsyncClient(base_url=server.url) as http:
            answer = await timely(http, "POST", "/api/v1/jobs", json=NEW)
            check_problem(answer, 503, "store_unavailable")
            await check_health(http, "store_unavailable")
            client.execute_command("CONFIG", "SET", "maxclients", "100")
            await check_health(http, None)
            assert await submit(http) == 1
        await server.stop()
        await store.close()


async def test_what_is_known_besides_is_told_too(own: OwnStore) -> None:
    known: list[tuple[str, str]] = []
    store = Store(own.url)
    server = Server(ServerOptions(port=0), store, lambda: known[0] if known else None)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url) as http:
        await check_health(http, None)
        known.append(("data_gone", "the data directory was deleted"))
        await check_health(http, "data_gone", "the data directory was deleted")
        own.kill()
        answer = await timely(http, "POST", "/api/v1/jobs", json=NEW)
        problem = check_problem(answer, 503, "store_unavailable")
        assert problem["detail"] == "the data directory was deleted"
    await server.stop()
    await store.close()


async def test_it_is_logged_once_that_the_store_is_not_ready(
    own_server: httpx.AsyncClient, own: OwnStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tasuki.health")
    await check_health(own_server, None)
    own.command("CONFIG", "SET", "maxmemory", "1mb")
    await check_health(own_server, "store_full")
    looks = caplog.text.count("not ready")
    own.command("CONFIG", "SET", "maxmemory", "0")
    await eventually(lambda: "ready again" in caplog.text, seconds=10)
    assert looks == caplog.text.count("not ready") == 1


async def _is_refused(http: httpx.AsyncClient) -> bool:
    return (await http.get("/api/v1/types")).json().get("code") == "store_refused"


async def _is_ready(http: httpx.AsyncClient) -> bool:
    return (await http.get("/health/ready")).status_code == 200
