"""What a worker would do, without one; and how problems look."""

from collections.abc import Mapping
from typing import Any, cast

import httpx
import valkey

from tasuki.model.outcome import JobError
from tasuki.model.state import State
from tasuki.server.http.problems import KINDS
from tasuki.store.lease import Lease
from tasuki.store.messages import Claimed, Exchanged, FinishedGroup, Notes, Report
from tasuki.store.store import Store
from tasuki.wire.record import encode_error


class Hand:
    """A runner that is moved by hand."""

    def __init__(self, store: Store) -> None:
        self.lease: Lease = store.lease()
        self._exchanged: Exchanged | None = None

    async def claim(self, *types: str, each: int = 10) -> list[Claimed]:
        """Take what is waiting."""
        if self._exchanged is None:
            await self.lease.register({"host": "here", "pid": "1"}, [(type, "") for type in types])
        self._exchanged = await self.lease.exchange(
            Report(Notes(), [], [], []), [(type, each) for type in types], rung=[]
        )
        return self._exchanged.claimed

    async def note(self, progress: str, *lines: str) -> None:
        """Say something of the first claimed job."""
        ids, stamps = self._jobs()
        notes = Notes(ids[:1], stamps[:1], {1: progress}, {1: list(lines)})
        await self.lease.exchange(Report(notes, [], [], []), [], rung=[])

    async def complete(self, result: str = "null", *, keep: float | None = None) -> None:
        """End all claimed jobs."""
        await self._finish(State.COMPLETED, "-", result, keep)

    async def fail(self, error: JobError, reason: str = "error") -> None:
        """End all claimed jobs."""
        await self._finish(State.FAILED, reason, encode_error(error))

    async def leave(self) -> None:
        """Give the lease back."""
        await self.lease.leave()

    async def _finish(
        self, state: State, reason: str, body: str, keep: float | None = None
    ) -> None:
        assert self._exchanged is not None
        started = self._exchanged.stamp[:-3]
        groups = [
            FinishedGroup(
                state,
                claimed.type,
                claimed.ids,
                [self._exchanged.stamp] * len(claimed.ids),
                [f"{started} 1 0 {reason}\n{body}"] * len(claimed.ids),
                ms=5,
                histogram={"3": len(claimed.ids)},
                own=None if keep is None else round(keep * 1_000),
            )
            for claimed in self._exchanged.claimed
        ]
        await self.lease.exchange(Report(Notes(), groups, [], []), [], rung=[])

    def _jobs(self) -> tuple[list[str], list[str]]:
        assert self._exchanged is not None
        ids = [id for claimed in self._exchanged.claimed for id in claimed.ids]
        return ids, [self._exchanged.stamp] * len(ids)


def check_problem(
    response: httpx.Response, status: int, code: str, field: str | None = None
) -> Mapping[str, Any]:
    """That an answer is this problem, in full form. Gives the document."""
    found = response.json()
    assert (response.status_code, found["code"], found.get("field")) == (status, code, field), found
    assert response.headers["content-type"] == "application/problem+json"
    assert found["type"] == f"urn:tasuki:problem:{code}"
    assert found["status"] == status
    assert found["title"] == KINDS[code].title
    assert found["detail"]
    return found


def blocked_readers(plain: valkey.Valkey) -> int:
    """How many readers of events are waiting for the store."""
    clients = cast("list[dict[str, str]]", plain.client_list())
    feeds = [client for client in clients if client["name"] == "tasuki-feed"]
    return sum(1 for client in feeds if "b" in client["flags"])


async def count_jobs(http: httpx.AsyncClient) -> int:
    """How many jobs there are, by what the API says."""
    types = (await http.get("/api/v1/types")).json()["types"]
    return sum(value for each in types for value in each.values() if type(value) is int)


async def submit(http: httpx.AsyncClient, **fields: Any) -> int:
    """Submit a job, and give its id."""
    response = await http.post("/api/v1/jobs", json={"type": "email", **fields})
    assert response.status_code == 201, response.text
    return response.json()["id"]
