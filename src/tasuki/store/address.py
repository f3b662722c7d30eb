"""The address of a store."""

import re
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qs, unquote, unquote_plus, urlsplit

from tasuki.model.errors import InvalidError

if TYPE_CHECKING:
    from ssl import SSLContext

_USER_AND_PASSWORD = re.compile(r"^([^:/]+://[^:/@]*):.*@")
HIDDEN = "***"
"""Stands for what is not shown."""

_SCHEMES = ("valkey", "valkeys", "redis", "rediss", "unix")
_OPTIONS = frozenset({"db", "username", "password"})
_TLS_OPTIONS = frozenset(
    {
        "ssl_cert_reqs",
        "ssl_ca_certs",
        "ssl_certfile",
        "ssl_keyfile",
        "ssl_check_hostname",
        "ssl_ciphers",
    }
)
_PORT = 6379


class Address:
    """Where the store is: `unix:///path/store.sock`, `valkey://host:6379/0`, `rediss://...`.

    `path` is that of a unix socket, or empty. Printing an address never shows its password.

    Raises:
        InvalidError: naming the field `url`, when the URL is not one that Tasuki can use.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise InvalidError("cannot be read: it is no URL", field="url") from error
        if parts.scheme not in _SCHEMES:
            raise InvalidError(
                f"must start with one of {', '.join(f'{s}://' for s in _SCHEMES)}", field="url"
            )
        self.url = url
        self._secure = parts.scheme in ("valkeys", "rediss")
        self._options = self._read_options(parts.query)
        self.username = unquote(parts.username or "") or self._options.get("username", "")
        self.password = unquote(parts.password or "") or self._options.get("password", "")
        unix = parts.scheme == "unix"
        self.path = unquote(parts.path) if unix else ""
        self.host = unquote(parts.hostname or "localhost")
        self.port = _port(parts)
        self.database = self._database("" if unix else parts.path.strip("/"))

    def _read_options(self, query: str) -> dict[str, str]:
        options = {name: values[0] for name, values in parse_qs(query).items()}
        known = _OPTIONS | _TLS_OPTIONS if self._secure else _OPTIONS
        for name in options:
            if name not in known:
                raise InvalidError(
                    f"has an option {name}; there are {', '.join(sorted(known))}", field="url"
                )
        return options

    def _database(self, path: str) -> int:
        text = self._options.get("db", path) or "0"
        if not (text.isascii() and text.isdigit()):
            raise InvalidError("must have a number as its database", field="url")
        return int(text)

    @cached_property
    def tls(self) -> "SSLContext | None":
        """What TLS is made with; None when the connection is a plain one."""
        if not self._secure:
            return None
        # Only those who use TLS pay for loading it.
        from tasuki.store.tls import tls_context

        return tls_context(self._options)

    def __str__(self) -> str:
        return redacted(self.url)

    __repr__ = __str__


def redacted(url: str) -> str:
    """The URL as it may be shown: without its password, wherever that stands in it.

    >>> redacted("valkey://ada:secret@host:6379/0"), redacted("unix:///s.sock?password=secret&db=1")
    ('valkey://ada:***@host:6379/0', 'unix:///s.sock?password=***&db=1')
    """
    try:
        _ = urlsplit(url).port
    except ValueError:
        # Nobody knows where the password is in what cannot be taken apart.
        return HIDDEN
    head, mark, query = url.partition("?")
    shown = _USER_AND_PASSWORD.sub(rf"\1:{HIDDEN}@", head)
    return shown + mark + "&".join(_without_secret(field) for field in query.split("&"))


def _without_secret(field: str) -> str:
    name, equals, _ = field.partition("=")
    return f"{name}={HIDDEN}" if equals and "pass" in unquote_plus(name).lower() else field


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or _PORT
    except ValueError as error:
        # The error shows a part of the URL, which may be one of the password.
        raise InvalidError(
            "cannot be read: the port must be a number up to 65535; in a password, write"
            " / ? # @ and : as %2F %3F %23 %40 and %3A",
            field="url",
        ) from error
