"""The store that Tasuki runs by itself."""

from typing import Literal

Fsync = Literal["always", "everysec", "no"]
FSYNC: Fsync = "always"

LEAST_MEMORY = 8 * 2**20
"""Bytes. Below this the store has no room for jobs beside itself."""
