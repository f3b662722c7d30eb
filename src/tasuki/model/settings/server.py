"""How a server is set up."""

import ipaddress
from typing import Annotated

import msgspec

from tasuki.model.errors import SettingsError
from tasuki.model.kinds.declared import check_settings
from tasuki.model.kinds.kinds import Number, Size, Switch, Text, Texts
from tasuki.model.settings.limits import DATA_BYTES, MOST_BYTES
from tasuki.model.settings.worker import LeaseTerms

OPTIONS_BYTES = 128 * 1024
"""What a body needs besides the data: more than all options of a job can take."""


class ServerOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server listens, and what it lets in.

    `data_limit` is how many bytes of JSON the data of one job may have. `allowed_hosts` are for the
    `Host` header, besides the names of this machine. `insecure` is needed since nobody is asked for
    a password. `drain` is how many seconds `stop` waits for answers that are on their way. Of the
    files that may be open, `reserve` are kept free for what runs beside the server. `terms` are
    those of the runners. `types_limit` is how many types there may be in the namespace; None leaves
    it as it is.

    Raises:
        SettingsError: naming the option that is wrong.
    """

    host: Annotated[str, Text(), "address on which the HTTP server listens"] = "127.0.0.1"
    port: Annotated[int, Number(0, 65_535), "port of the HTTP server; 0 takes any free one"] = 16379
    body_limit: Annotated[
        int | None, Size(1_024), "largest body of a request; without it, the largest job fits"
    ] = None
    insecure: Annotated[bool, Switch(), "allow an address that others can reach"] = False
    allowed_hosts: Annotated[
        tuple[str, ...], Texts(), "further names by which the server may be called"
    ] = ()
    connections: Annotated[
        int | None,
        Number(1, 1_000_000),
        "most connections at once; without it, what the limit of open files allows",
    ] = None
    data_limit: int = DATA_BYTES
    types_limit: int | None = None
    terms: LeaseTerms = LeaseTerms()
    drain: float = 5.0
    reserve: int = 0

    def __post_init__(self) -> None:
        if not self.insecure and not is_loopback(self.host):
            raise SettingsError(
                f"others can reach {self.host!r}, and anyone who does may submit and delete jobs; "
                "use 127.0.0.1, or say insecure if that is meant",
                field="host",
            )
        check_settings(self)
        if not 1 <= self.data_limit <= MOST_BYTES:
            raise SettingsError(f"must be from 1 to {MOST_BYTES} bytes", field="data_limit")

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
