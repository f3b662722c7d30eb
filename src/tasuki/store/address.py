"""The address of a store, and connections to it."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from valkey.asyncio.connection import AbstractConnection, Connection, parse_url

from tasuki.model.errors import InvalidError

_SCHEMES = ("valkey", "valkeys", "redis", "rediss", "unix")


class Address:
    """Where the store is: `unix:///path/store.sock`, `valkey://host:6379/0`, `rediss://...`.

    Printing an address never shows its password.

    Raises:
        InvalidError: naming the field `url`, when the URL is not one that Tasuki can use.
    """

    def __init__(self, url: str) -> None:
        scheme = urlsplit(url).scheme
        if scheme not in _SCHEMES:
            raise InvalidError(
                f"must start with one of {', '.join(f'{s}://' for s in _SCHEMES)}", field="url"
            )
        try:
            options: dict[str, Any] = dict(parse_url(url))
        except ValueError as error:
            raise InvalidError(f"cannot be read: {error}", field="url") from error
        self.url = url
        self._class: type[AbstractConnection] = options.pop("connection_class", Connection)
        self._options = options

    def connection(self, name: str) -> AbstractConnection:
        """A new connection, not yet open. `name` is seen in the store's list of clients.

        It has no timeouts and no retries of its own: those who use it set their deadlines, because
        a blocking call has another one than a script.
        """
        options: dict[str, Any] = self._options
        if issubclass(self._class, Connection):
            options = {**options, "socket_keepalive": True}
        return self._class(**options, client_name=name, socket_timeout=None)

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        if parts.password is None:
            return self.url
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:***@{host}"))

    __repr__ = __str__
