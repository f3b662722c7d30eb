"""How a measured side talks to the harness: one JSON object a line, on stdin and stdout.

    -> {"do": "enqueue", "how": "send loop", "count": 1000}
    <- {"ok": {"seconds": 0.31}}
    <- {"error": "ConnectionError: ..."}

A side ends when its stdin does. Only the standard library is used here, since peers import this
file in an environment of their own.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TextIO

STORE_ENVIRONMENT = "BENCH_STORE"
"""Names the variable that holds the URL of the store, `unix://` or `redis://`."""

Operation = Callable[..., Awaitable[Any]]


def store_url() -> str:
    """URL of the store."""
    return os.environ[STORE_ENVIRONMENT]


async def serve(operations: Mapping[str, Operation]) -> None:
    """Answers requests until stdin ends."""
    answers = _claim_stdout()
    while line := await asyncio.to_thread(sys.stdin.readline):
        answers.write(json.dumps(await _answer(operations, json.loads(line))) + "\n")
        answers.flush()


async def _answer(operations: Mapping[str, Operation], request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"ok": await operations[request.pop("do")](**request)}
    except Exception as error:  # noqa: BLE001 - whatever went wrong is the answer
        return {"error": f"{type(error).__name__}: {error}"}


def _claim_stdout() -> TextIO:
    """Keeps stdout for answers; what a library prints goes to stderr instead."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers
