"""How a server is set up."""

import ipaddress

import msgspec

from tasuki.model.defaults import HTTP_HOST, HTTP_PORT
from tasuki.model.errors import SettingsError
from tasuki.server.http.connections import RESERVED_FILES
from tasuki.store.lease import LeaseTerms
from tasuki.wire.limits import DATA_BYTES, MOST_BYTES

OPTIONS_BYTES = 128 * 1024
"""What a body needs besides the data: more than all options of a job can take."""


class ServerOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server listens, and what it lets in.

    `port` 0 takes any free one. `data_limit` is how many bytes of JSON the data of one job may
    have, and `body_limit` how many a request may; without one, the largest job fits. `hosts` are
    names that the `Host` header may have besides those of this machine. `insecure` allows an
    address that others can reach, although nobody is asked for a password. `drain` is how many
    seconds `stop` waits for answers that are on their way. `connections` is how many there may be
    at once (None: what the limit of open files allows, less `reserve` files for everything else).
    `terms` are those of the runners, since the server takes back jobs of those that vanished.
    `types_limit` is how many types there may be in the namespace; None leaves it as it is.

    Raises:
        SettingsError: naming the option that is wrong.
    """

    host: str = HTTP_HOST
    port: int = HTTP_PORT
    data_limit: int = DATA_BYTES
    body_limit: int | None = None
    hosts: tuple[str, ...] = ()
    insecure: bool = False
    drain: float = 5.0
    terms: LeaseTerms = LeaseTerms()
    types_limit: int | None = None
    connections: int | None = None
    reserve: int = RESERVED_FILES

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise SettingsError("must be between 0 and 65535", field="port")
        if not 1 <= self.data_limit <= MOST_BYTES:
            raise SettingsError(f"must be from 1 to {MOST_BYTES} bytes", field="data_limit")
        if self.body_limit is not None and self.body_limit < 1:
            raise SettingsError("must be at least 1 byte", field="body_limit")
        if self.connections is not None and self.connections < 1:
            raise SettingsError("must be at least 1", field="connections")
        if not self.insecure and not is_loopback(self.host):
            raise SettingsError(
                f"others can reach {self.host!r}, and anyone who does may submit and delete jobs; "
                "use 127.0.0.1, or say insecure if that is meant",
                field="host",
            )

    @property
    def largest_body(self) -> int:
        """How many bytes the body of a request may have."""
        return self.data_limit + OPTIONS_BYTES if self.body_limit is None else self.body_limit


def is_loopback(host: str) -> bool:
    """Whether a name or an address can only be reached from this machine.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
