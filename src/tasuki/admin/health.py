"""Whether the store does its work, and how safely."""

from enum import StrEnum

import msgspec

from tasuki.admin.causes import cause
from tasuki.model.errors import StoreError
from tasuki.store.store import Store


class Durability(StrEnum):
    """When the store has a change on disk.

    `always`: before it answers. `everysec`: within a second. `none`: at some time, or never.
    `unknown`: it does not say.
    """

    ALWAYS = "always"
    EVERYSEC = "everysec"
    NONE = "none"
    UNKNOWN = "unknown"


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether jobs can be submitted now. If not, `code` and `cause` say why."""

    ready: bool
    durability: Durability
    code: str | None = None
    cause: str | None = None


class Health:
    """Looks at the store when asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._durability: Durability | None = None

    async def ready(self) -> Readiness:
        """Whether the store answers, is not loading, takes writes, and has its log in order."""
        try:
            info = await self._store.check(allow_unsafe=True)
            problem = _problem(info)
            if problem is None:
                # Work that anyone may do at any time, and that is refused when a change would be.
                await self._store.maintenance().promote()
            durability = await self.durability()
        except StoreError as error:
            return self._not_ready(error.code, cause(error))
        if problem is not None:
            return self._not_ready(*problem)
        return Readiness(ready=True, durability=durability)

    async def durability(self) -> Durability:
        """What the store promises of a change that it has confirmed. It is read once.

        Raises:
            StoreError: the store cannot be reached.
        """
        if self._durability is None:
            self._durability = await self._read_durability()
        return self._durability

    async def _read_durability(self) -> Durability:
        info = await self._store.check(allow_unsafe=True)
        if info.get("aof_enabled") != "1":
            return Durability.NONE if "aof_enabled" in info else Durability.UNKNOWN
        try:
            reply = await self._store.shared.command("CONFIG", "GET", "appendfsync")
        except StoreError:
            # Hosted stores and least-privilege users cannot read the configuration.
            return Durability.UNKNOWN
        policy = reply[1].decode() if reply else "unknown"
        return Durability.NONE if policy == "no" else Durability(policy)

    def _not_ready(self, code: str, cause: str) -> Readiness:
        return Readiness(
            ready=False, durability=self._durability or Durability.UNKNOWN, code=code, cause=cause
        )


def _problem(info: dict[str, str]) -> tuple[str, str] | None:
    """The code and the cause of the first thing that would make a submission fail."""
    if info.get("loading", "0") != "0":
        return "store_unavailable", "the store is loading its data"
    if info.get("role") == "slave":
        return "store_read_only", "the store is a replica and takes no writes"
    if info.get("aof_last_write_status", "ok") != "ok":
        return "store_read_only", "the store cannot write its log: look at its disk"
    most = int(info.get("maxmemory", "0"))
    if most and int(info.get("used_memory", "0")) >= most:
        return "store_full", "the store is out of memory and takes no new jobs"
    return None
