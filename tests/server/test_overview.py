"""Everything at a glance."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tasuki.model.errors import StoreUnavailableError
from tasuki.model.outcome import JobError
from tasuki.server.app import Services
from tasuki.store.store import Store
from tests.server.support import Hand, check_problem, submit
from tests.support import Plain

URL = "/api/v1/overview"


async def test_it_has_what_the_first_page_shows(http: httpx.AsyncClient, store: Store) -> None:
    await submit(http, data={"large": "x" * 100_000})
    await submit(http, type="later", delay=60)
    hand = Hand(store)
    await hand.claim("email")
    await hand.fail(JobError("ValueError", "boom" * 1_000, "a traceback"))
    await submit(http)
    other = store.lease()
    await other.register({"types": "email"}, [])
    response = await http.get(URL)
    found = response.json()
    assert len(response.content) < 20_000
    assert found["problems"] == []
    assert found["states"]["failed"] == found["states"]["waiting"] == 1
    assert found["states"]["scheduled"] == 1
    assert [row["type"] for row in found["types"]] == ["email", "later"]
    email, later = found["types"]
    assert (email["failed"], email["served"], later["served"]) == (1, True, False)
    assert len(email["completed_by_minute"]) == len(found["minutes"]) == 60
    assert email["p50"] == pytest.approx(0.0057, abs=0.001)
    assert later["p95"] is None
    [failure] = found["failures"]
    assert (failure["error"], failure["message"]) == ("ValueError", "boom" * 50)
    assert "data" not in failure
    assert {runner["id"] for runner in found["runners"]} == {hand.lease.runner, other.runner}
    assert sum(minute["counters"].get("failed", 0) for minute in found["minutes"]) == 1
    assert found["totals"]["enqueued"] == 3
    await other.leave()
    await hand.leave()


async def test_types_are_looked_for_and_bounded(http: httpx.AsyncClient) -> None:
    names = [{"type": f"{'Invoice' if n % 2 else 'mail'}.{n:03}"} for n in range(500)]
    await http.post("/api/v1/jobs", json=names)
    all_types, invoices, none = [
        (await http.get(URL, params={"find": find})).json() for find in ("", "INVOICE.1", "nobody")
    ]
    assert (len(all_types["types"]), all_types["types_found"]) == (200, 500)
    assert all_types["states"]["waiting"] == 500
    assert [row["type"] for row in invoices["types"]][:2] == ["Invoice.101", "Invoice.103"]
    assert (invoices["types_found"], invoices["states"]["waiting"]) == (50, 500)
    assert (none["types"], none["types_found"]) == ([], 0)
    check_problem(await http.get(URL, params={"find": "a" * 201}), 422, "invalid", "find")


def _failing(*_: Any, **__: Any) -> Awaitable[Any]:
    async def fail() -> None:
        raise StoreUnavailableError("at 10.0.0.7")

    return fail()


def _endless(*_: Any, **__: Any) -> Awaitable[Any]:
    return asyncio.Event().wait()


@pytest.mark.parametrize("how", [_failing, _endless])
@pytest.mark.parametrize(
    ("part", "method", "fields"),
    [
        ("types", "types", {"types", "types_found", "states"}),
        ("runners", "runners", {"runners"}),
        ("stats", "stats", {"minutes", "totals"}),
        ("failures", "page", {"failures"}),
    ],
)
async def test_a_part_fails_alone(
    services: Services,
    http: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    how: Callable[..., Awaitable[Any]],
    part: str,
    method: str,
    fields: set[str],
) -> None:
    monkeypatch.setattr(type(services.client), method, how)
    await submit(http)
    response = await http.get(URL)
    found = response.json()
    assert response.status_code == 200
    assert {name for name, value in found.items() if value is None} == fields
    [problem] = found["problems"]
    assert (problem["part"], problem["code"]) == (part, "store_unavailable")
    assert "10.0.0.7" not in response.text


async def test_counters_of_the_newest_minutes_are_read_again(
    http: httpx.AsyncClient, plain: Plain, namespace: str
) -> None:
    await submit(http)
    await http.get(URL)
    before = _calls(plain, "hgetall")
    await submit(http)
    found = (await http.get(URL)).json()
    assert sum(minute["counters"].get("enqueued", 0) for minute in found["minutes"]) == 2
    # Three minutes, the totals, types; not the whole hour.
    assert _calls(plain, "hgetall") - before <= 10
    assert plain.hget(f"{{{namespace}:0}}:stats", "enqueued:email") == "2"


async def test_viewers_share_the_reading(
    http: httpx.AsyncClient, plain: Plain, namespace: str
) -> None:
    await submit(http)
    await http.get(URL)
    before = _calls(plain, "fcall")
    await http.get(URL)
    one = _calls(plain, "fcall") - before
    before = _calls(plain, "fcall")
    answers = await asyncio.gather(*(http.get(URL) for _ in range(50)))
    assert len({answer.text for answer in answers}) == 1
    assert _calls(plain, "fcall") - before <= one + 2


def _calls(plain: Plain, command: str) -> int:
    """How often the store was asked for this, by anybody."""
    found: dict[str, Any] = plain.info("commandstats").get(f"cmdstat_{command}", {"calls": 0})
    return found["calls"]
