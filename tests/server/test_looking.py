"""States, types, runners, counters and health."""

import httpx
import pytest

from tasuki.model.state import SHOWN
from tasuki.store.store import Store
from tests.server.support import Hand, check_problem, submit

NONE = {"waiting": 0, "scheduled": 0, "active": 0, "completed": 0, "failed": 0, "cancelled": 0}


async def test_types_are_listed_with_their_counts(http: httpx.AsyncClient) -> None:
    await submit(http, type="b")
    await submit(http, type="a", delay=60)
    assert (await http.get("/api/v1/types")).json() == {
        "types": [
            {"type": "a", "paused": False} | NONE | {"scheduled": 1},
            {"type": "b", "paused": False} | NONE | {"waiting": 1},
        ],
        "after": None,
    }


async def test_types_are_listed_in_pages(http: httpx.AsyncClient) -> None:
    for type in ("a", "b1", "b2", "c"):
        await submit(http, type=type)
    pages: list[list[str]] = []
    after = ""
    while after is not None:
        page = (await http.get("/api/v1/types", params={"limit": 3, "after": after})).json()
        pages.append([info["type"] for info in page["types"]])
        after = page["after"]
    assert pages == [["a", "b1", "b2"], ["c"]]
    found = (await http.get("/api/v1/types", params={"find": "B"})).json()
    assert [info["type"] for info in found["types"]] == ["b1", "b2"]
    assert (await http.get("/api/v1/types", params={"limit": 0})).status_code == 422


@pytest.mark.parametrize(
    ("type", "path"),
    [
        ("email", "email"),
        ("a/b", "a%2Fb"),
        ("a/pause", "a%2Fpause"),
        ("größe 你好", "gr%C3%B6%C3%9Fe%20%E4%BD%A0%E5%A5%BD"),
        ("100%", "100%25"),
        ("a:b*{c}", "a:b*%7Bc%7D"),
        ("..", "%2E%2E"),
        ("?&#", "%3F%26%23"),
    ],
)
async def test_any_type_can_be_named_in_a_path(
    wire: httpx.AsyncClient, type: str, path: str
) -> None:
    await submit(wire, type=type)
    url = f"/api/v1/types/{path}"
    assert (await wire.get(url)).json() == {"type": type, "paused": False} | NONE | {"waiting": 1}
    assert (await wire.post(f"{url}/pause")).json()["paused"] is True
    assert (await wire.get(url)).json()["paused"] is True
    assert (await wire.post(f"{url}/resume")).json()["paused"] is False


async def test_a_paused_type_is_not_claimed(http: httpx.AsyncClient, store: Store) -> None:
    await submit(http)
    await http.post("/api/v1/types/email/pause")
    hand = Hand(store)
    assert await hand.claim("email") == []
    await http.post("/api/v1/types/email/resume")
    assert len(await hand.claim("email")) == 1
    await hand.complete()
    await hand.leave()


async def test_a_type_may_be_paused_before_its_first_job(http: httpx.AsyncClient) -> None:
    response = await http.post("/api/v1/types/later/pause")
    assert response.json() == {"type": "later", "paused": True} | NONE


async def test_an_unknown_type_is_not_found(http: httpx.AsyncClient) -> None:
    assert (
        "nobody"
        in check_problem(await http.get("/api/v1/types/nobody"), 404, "not_found")["detail"]
    )


async def test_runners_are_listed(http: httpx.AsyncClient, store: Store) -> None:
    assert (await http.get("/api/v1/runners")).json() == {"runners": []}
    await submit(http)
    hand = Hand(store)
    await hand.claim("email")
    [runner] = (await http.get("/api/v1/runners")).json()["runners"]
    assert runner["id"] == hand.lease.runner
    assert runner["active"] == 1
    assert 0 < runner["lease_left"] <= 15
    assert runner["started_at"].endswith("Z")
    assert runner["fields"] == {"host": "here", "pid": "1"}
    await hand.complete()
    await hand.leave()


async def test_counters_are_given_per_minute_and_in_total(
    http: httpx.AsyncClient, store: Store
) -> None:
    await submit(http)
    hand = Hand(store)
    await hand.claim("email")
    await hand.complete()
    stats = (await http.get("/api/v1/stats?minutes=3")).json()
    assert stats["durability"] in ("always", "everysec")
    assert len(stats["minutes"]) == 3
    assert all(minute["at"].endswith(":00Z") for minute in stats["minutes"])
    counted = [minute["types"].get("email", {}).get("completed", 0) for minute in stats["minutes"]]
    assert sum(counted) == 1
    assert stats["totals"]["email"]["enqueued"] == 1
    assert len((await http.get("/api/v1/stats")).json()["minutes"]) == 60
    await hand.leave()


@pytest.mark.parametrize("base", ["/api/v1/health", "/health"])
async def test_health(http: httpx.AsyncClient, base: str) -> None:
    live = await http.get(f"{base}/live")
    assert (live.status_code, live.json()) == (200, {"status": "live"})
    ready = await http.get(f"{base}/ready")
    assert ready.status_code == 200
    assert ready.json() == {
        "ready": True,
        "durability": "everysec",
        "code": None,
        "cause": None,
    }


async def test_what_may_be_done_in_a_state_is_what_the_table_says(http: httpx.AsyncClient) -> None:
    states = (await http.get("/api/v1/states")).json()["states"]
    assert [state["name"] for state in states] == list(SHOWN)
    told = {state["name"]: (state["finished"], state["verbs"]) for state in states}
    assert told["active"] == (False, ["cancel"])
    assert told["scheduled"] == (False, ["promote", "cancel", "update", "remove"])
    assert told["failed"] == (True, ["retry", "remove"])
