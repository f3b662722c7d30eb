"""Opening the port, with errors that say what to do."""

import errno
import socket

from tasuki.model.errors import SettingsError
from tasuki.model.settings.server import ServerOptions


def open_port(options: ServerOptions) -> socket.socket:
    """A socket that is bound to the address of the options.

    Raises:
        SettingsError: naming `host` or `port`, when it cannot be bound.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise SettingsError(
            f"{options.host!r} is not known here; use 127.0.0.1", field="host"
        ) from error
    listener = socket.socket(family, kind, protocol)
    try:
        # Connections of an earlier server that are still fading away do not keep the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1)
    except OSError as error:
        listener.close()
        raise _explain(error, options) from error
    return listener


def _explain(error: OSError, options: ServerOptions) -> SettingsError:
    port, host = options.port, options.host
    match error.errno:
        case errno.EADDRINUSE:
            return SettingsError(
                f"{port} on {host} is in use; stop the program that has it, "
                "or take another port (0 for any free one)",
                field="port",
            )
        case errno.EACCES:
            return SettingsError(
                f"{port} is kept for the administrator; take one from 1024 on", field="port"
            )
        case errno.EADDRNOTAVAIL:
            return SettingsError(f"{host} is not an address of this machine", field="host")
        case _:
            return SettingsError(f"cannot listen on {host}: {error.strerror}", field="host")


def url_of(listener: socket.socket) -> str:
    """The address to use in a browser, with the real port."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
