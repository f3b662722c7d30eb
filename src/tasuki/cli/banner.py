"""What `up`, `server` and `worker` say once everything works."""

import asyncio
import logging
import os
import socket
from collections.abc import Iterator
from typing import NamedTuple

from tasuki import __version__
from tasuki.cli.desk import shown_path
from tasuki.cli.output import say
from tasuki.cli.settings import Settings
from tasuki.cli.text import printable, styled
from tasuki.embedded import EmbeddedStore
from tasuki.model.errors import StoreError
from tasuki.store.reader import RunnerInfo
from tasuki.store.store import Store

log = logging.getLogger("tasuki.cli")

PATIENCE = 10.0
"""How long the first runner may take to appear before the rest is announced without it."""

LOOK = 0.05

_PROMISES = {
    "always": "on disk before a job's id is given out",
    "everysec": "on disk within about a second",
    "no": "on disk whenever the system likes",
}
