"""Refuses a store that is set up so that jobs could be lost.

What a store says of itself is not always what it is set up for: while it reads its data after a
start, and while it follows a primary, its log is off. So it is judged only once it is in service,
and never by one look.
"""

import re

from tasuki.model.errors import (
    StoreError,
    StoreReadOnlyError,
    StoreUnavailableError,
    StoreUnsafeError,
)
from tasuki.store.link.link import Link

OLDEST = (7, 0)
"""The oldest version of Valkey or Redis with script flags, which the scripts need."""

SECOND_LOOK = 0.5
"""Seconds after which a store that looks unsafe is looked at once more."""


async def check_store(link: Link, *, allow_unsafe: bool = False) -> dict[str, str]:
    """Check the version and settings of the store. Gives what `INFO` says.

    `allow_unsafe` lets pass what could lose jobs, for a store that is only a test.

    Raises:
        StoreUnsafeError: naming every problem, and the command that mends it.
        StoreUnavailableError: the store cannot be reached, or is loading.
        StoreReadOnlyError: it is a replica and looks unsafe; it is judged once it takes writes.
    """
    info = await _info(link)
    problems = [*_version(info)]
    if not problems and not allow_unsafe and await _settings(link, info):
        await link.pause(SECOND_LOOK)
        info = await _info(link)
        problems = await _settings(link, info)
    if not problems:
        return info
    if info.get("role") == "slave":
        raise StoreReadOnlyError("the store is a replica: " + "; ".join(problems))
    raise StoreUnsafeError("this store would lose jobs:\n" + "\n".join(f"- {p}" for p in problems))


async def _info(link: Link) -> dict[str, str]:
    """What the store says of itself, as soon as that can be believed."""
    info = _parse((await link.command("INFO")).decode())
    if info.get("loading", "0") != "0" or info.get("async_loading", "0") != "0":
        raise StoreUnavailableError(f"the store is loading its data{_progress(info)}")
    return info


def _progress(info: dict[str, str]) -> str:
    done, left = info.get("loading_loaded_perc"), info.get("loading_eta_seconds")
    return f": {done} %, about {left} s left" if done and left else ""


async def _settings(link: Link, info: dict[str, str]) -> list[str]:
    return [*_memory(info), *_persistence(info), *await _access(link)]


def _version(info: dict[str, str]) -> list[str]:
    text = info.get("valkey_version") or info.get("redis_version", "0.0")
    found = tuple(int(part) for part in re.findall(r"\d+", text)[:2])
    if found < OLDEST:
        return [f"it is version {text}; Tasuki needs Valkey 7.2 or Redis 7.0 at least"]
    return []


def _memory(info: dict[str, str]) -> list[str]:
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        return [
            f"it deletes keys when it is full ({policy}): CONFIG SET maxmemory-policy noeviction"
        ]
    return []


def _persistence(info: dict[str, str]) -> list[str]:
    problems: list[str] = []
    if info.get("aof_enabled") == "0":
        problems.append("it does not write a log of changes: CONFIG SET appendonly yes")
    if info.get("aof_last_write_status", "ok") != "ok":
        problems.append("its last write to the log failed: look at its disk and its own log")
    return problems


async def _access(link: Link) -> list[str]:
    try:
        reply = await link.command("CONFIG", "GET", "protected-mode", "requirepass", "port", "bind")
    except StoreError:
        # Hosted stores and least-privilege users cannot read the configuration.
        return []
    words = [word.decode() for word in reply]
    config = dict(zip(words[::2], words[1::2], strict=True))
    open_port = config.get("port", "0") != "0" and not _loopback(config.get("bind", ""))
    if open_port and config.get("protected-mode") == "no" and not config.get("requirepass"):
        return ["anyone can connect to it: CONFIG SET requirepass ..., or protected-mode yes"]
    return []


def _loopback(bind: str) -> bool:
    addresses = [address.lstrip("-") for address in bind.split()]
    return bool(addresses) and all(a.startswith("127.") or a == "::1" for a in addresses)


def _parse(text: str) -> dict[str, str]:
    return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
