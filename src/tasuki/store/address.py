"""The address of a store, and connections to it."""

import re
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from valkey.asyncio.connection import AbstractConnection, Connection, parse_url

from tasuki.model.errors import InvalidError

_USER_AND_PASSWORD = re.compile(r"^([^:/]+://[^:/@]*):.*@")
HIDDEN = "***"
"""Stands for what is not shown."""

_SCHEMES = ("valkey", "valkeys", "redis", "rediss", "unix")


class Address:
    """Where the store is: `unix:///path/store.sock`, `valkey://host:6379/0`, `rediss://...`.

    Printing an address never shows its password.

    Raises:
        InvalidError: naming the field `url`, when the URL is not one that Tasuki can use.
    """

    def __init__(self, url: str) -> None:
        try:
            scheme = urlsplit(url).scheme
        except ValueError as error:
            raise InvalidError("cannot be read: it is no URL", field="url") from error
        if scheme not in _SCHEMES:
            raise InvalidError(
                f"must start with one of {', '.join(f'{s}://' for s in _SCHEMES)}", field="url"
            )
        try:
            options: dict[str, Any] = dict(parse_url(url))
        except ValueError as error:
            raise InvalidError(f"cannot be read: {_reason(error)}", field="url") from error
        self.url = url
        self._class: type[AbstractConnection] = options.pop("connection_class", Connection)
        self._options = options

    def connection(self, name: str, *, anonymous: bool = False) -> AbstractConnection:
        """A new connection, not yet open. `name` is seen in the store's list of clients.

        An `anonymous` one does without the user and the password of the URL.

        It has no timeouts and no retries of its own: those who use it set their deadlines, because
        a blocking call has another one than a script.
        """
        options: dict[str, Any] = self._options
        if issubclass(self._class, Connection):
            options = {**options, "socket_keepalive": True}
        if anonymous:
            options = {k: v for k, v in options.items() if k not in ("username", "password")}
        return self._class(**options, client_name=name, socket_timeout=None)

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


def _reason(error: ValueError) -> str:
    # Others than these show a part of the URL, which may be one of the password.
    text = str(error)
    if text.startswith("Invalid value for"):
        return text
    return (
        "the port must be a number; in a password, write / ? # @ and : as %2F %3F %23 %40 and %3A"
    )
