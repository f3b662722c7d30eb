"""Whether the store takes jobs and jobs are worked on, and what it promises.

>>> (await Health(store).ready()).ready
True
"""

from tasuki.store.health.health import Health, Readiness, Trouble
from tasuki.store.health.signs import Durability

__all__ = ["Durability", "Health", "Readiness", "Trouble"]
