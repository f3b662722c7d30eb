"""The guard in front of the application: who may speak to it, and what browsers may do with it.

There are no passwords yet, so the guard keeps web pages of others away from a server on this
machine. A page can only reach it under a name that its author controls (DNS rebinding: refused by
the `Host` header), or from another origin (refused by `Origin` and `Sec-Fetch-Site` when anything
could change; reading is prevented by the absence of CORS headers).

Two of a header that decides something are refused: a proxy in between may have looked at the other
one.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tasuki.model.settings.server import ServerOptions, is_loopback
from tasuki.server.http.problems import problem

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
NO_STORE = (b"cache-control", b"no-store")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = (b"same-origin", b"none")
"""`none` is a person who typed an address. Another port of this machine is `same-site`: refused."""

ONCE = frozenset(
    {
        b"host",
        b"origin",
        b"sec-fetch-site",
        b"content-type",
        b"content-length",
        b"idempotency-key",
        b"authorization",
    }
)
"""Headers that may come once at most."""

MOST_HOSTS = 64
"""How many names it remembers to have been asked by."""

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?")
_PORT = re.compile(rb":[0-9]+$")
_PORTS = {b"http": b"80", b"https": b"443"}


class Guard:
    """Lets through what is allowed, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, options: ServerOptions) -> None:
        self._app = app
        self._names = {
            "localhost",
            options.host.lower(),
            *(name.lower() for name in options.allowed_hosts),
        }
        self._any_address = not is_loopback(options.host)
        # A server is asked by few names, and a name stays right or wrong.
        self._serves = lru_cache(MOST_HOSTS)(self._is_served)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message)
            await send(message)

        app = self._refusal(scope) or self._app
        await app(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
        found: dict[bytes, bytes] = {}
        for name, value in headers:
            if name in ONCE:
                if name in found:
                    return problem("malformed", f"there is more than one header {name.decode()}")
                found[name] = value
        host = found.get(b"host")
        if host is None or not self._serves(host):
            return problem(
                "host", "use the address that the server listens on, or add the name to its hosts"
            )
        if scope["method"] not in SAFE_METHODS and not _own(scope["scheme"], host, found):
            return problem("cross_site", "the request was made by a page of another origin")
        return None

    def _is_served(self, host: bytes) -> bool:
        match = _HOST.fullmatch(host.decode("latin-1").lower())
        if match is None:
            return False
        name = match[1].strip("[]")
        # Rebinding needs a name. An address in the header can only be the one that was dialled.
        return name in self._names or is_loopback(name) or (self._any_address and _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _own(scheme: str, host: bytes, headers: Mapping[bytes, bytes]) -> bool:
    site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
    if site is not None and site not in OWN_SITES:
        return False
    if origin is None:
        return True
    scheme_of_origin, _, authority = origin.lower().partition(b"://")
    if site is None and scheme_of_origin != scheme.encode():
        return False
    # A browser that calls itself of the same origin has compared the schemes, and behind a proxy
    # that speaks TLS only the browser knows the one that is meant.
    port = _PORTS.get(scheme_of_origin)
    return port is not None and _with_port(authority, port) == _with_port(host.lower(), port)


def _with_port(authority: bytes, default: bytes) -> bytes:
    return authority if _PORT.search(authority) else authority + b":" + default


def _add_headers(message: MutableMapping[str, Any]) -> None:
    own: list[tuple[bytes, bytes]] = message["headers"]
    cached = any(name == b"cache-control" for name, _ in own)
    message["headers"] = [*own, *HEADERS] if cached else [*own, *HEADERS, NO_STORE]
