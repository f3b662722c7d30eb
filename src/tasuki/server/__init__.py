"""The HTTP server: the native API, Kue's API and the dashboard, on one port.

>>> server = Server(ServerOptions(port=0), store)
>>> await server.start()
>>> server.url
'http://127.0.0.1:40123'
>>> await server.stop()
"""

from tasuki.model.settings.server import ServerOptions
from tasuki.server.http.connections import raise_file_limit
from tasuki.server.server import Server

__all__ = ["Server", "ServerOptions", "raise_file_limit"]
