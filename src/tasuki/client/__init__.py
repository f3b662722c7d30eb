"""Submitting jobs from Python, waiting for them, and acting on them.

`connect` gives a `Client` for code in an event loop, `connect_sync` a `BlockingClient` with the
same methods for all other code.
"""

from tasuki.client.blocking.blocking import BlockingClient
from tasuki.client.client import Client
from tasuki.client.connect import connect, connect_sync
from tasuki.client.jobs import submission

__all__ = ["BlockingClient", "Client", "connect", "connect_sync", "submission"]
