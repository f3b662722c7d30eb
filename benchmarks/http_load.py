"""Loads an HTTP/1.1 server over keep-alive connections, from a process of its own.

    python -m benchmarks.http_load 8080 POST /path --body '{"a": 1}' --connections 64 --seconds 3

prints one JSON object: answers per second, p50 and p99 in milliseconds. Each connection sends its
next request when the answer to the last one is complete (no pipelining), so the rate shows what
the server takes. Any answer but 2xx is an error and ends the run.
"""

import argparse
import asyncio
import json
import sys
import time
from statistics import quantiles
from typing import cast

import uvloop

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_LONGEST_CONNECT = 5.0


class Load:
    """What all connections share: the request, the clock and the answers' durations."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.counting = False
        self.durations: list[float] = []
        self.stopping = False
        self.failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def fail(self, why: str) -> None:
        if not self.failure.done() and not self.stopping:
            self.failure.set_exception(RuntimeError(why))


class Connection(asyncio.Protocol):
    """One keep-alive connection: send, take the whole answer, send again."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._received = b""
        self._expected = 0
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._expected:
            self._expected = self._length_of_answer()
        if self._expected and len(self._received) >= self._expected:
            if self._load.counting:
                self._load.durations.append(time.perf_counter() - self._sent_at)
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.fail(f"the server closed a connection: {exc or 'no error'}")

    def _send(self) -> None:
        self._received = b""
        self._expected = 0
        if not self._load.stopping:
            self._sent_at = time.perf_counter()
            self._transport.write(self._load.request)

    def _length_of_answer(self) -> int:
        """Head and body in bytes, or 0 as long as the head is not complete."""
        end = self._received.find(_HEAD_END)
        if end < 0:
            return 0
        head = self._received[:end].lower()
        if not head.startswith(b"http/1.1 2"):
            self._load.fail(self._received[:500].decode(errors="replace"))
        at = head.find(_LENGTH)
        if at < 0:
            self._load.fail("an answer without Content-Length")
        return end + len(_HEAD_END) + int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])


def request(method: str, path: str, body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def run(
    port: int, message: bytes, connections: int, seconds: float, warm_up: float
) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    load = Load(message)
    async with asyncio.timeout(_LONGEST_CONNECT):
        transports = [
            (await loop.create_connection(lambda: Connection(load), "127.0.0.1", port))[0]
            for _ in range(connections)
        ]
    await _sleep_unless_failed(load, warm_up)
    load.counting, began = True, time.perf_counter()
    await _sleep_unless_failed(load, seconds)
    took, load.stopping = time.perf_counter() - began, True
    for transport in transports:
        transport.close()
    cuts = quantiles(load.durations, n=100, method="inclusive")
    return {"rate": len(load.durations) / took, "p50": cuts[49] * 1000, "p99": cuts[98] * 1000}


async def _sleep_unless_failed(load: Load, seconds: float) -> None:
    await asyncio.wait([load.failure], timeout=seconds)
    if load.failure.done():
        load.failure.result()


def main() -> None:
    parser = argparse.ArgumentParser(description="Load an HTTP server.")
    parser.add_argument("port", type=int)
    parser.add_argument("method")
    parser.add_argument("path")
    parser.add_argument("--body", default="")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--warm-up", type=float, default=0.5)
    given = parser.parse_args()
    message = request(given.method, given.path, given.body.encode())
    try:
        answer = uvloop.run(
            run(given.port, message, given.connections, given.seconds, given.warm_up)
        )
    except (OSError, RuntimeError) as error:
        sys.exit(f"{given.method} {given.path}: {error}")
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
