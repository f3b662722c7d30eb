"""Whether the store takes jobs."""

from tasuki.store.health import Health
from tasuki.store.store import Store
from tests.store.factory import enqueue


async def test_a_store_that_works_is_ready(store: Store) -> None:
    ready = await Health(store).ready()
    assert (ready.ready, ready.durability, ready.code) == (True, "everysec", None)


async def test_looking_at_health_leaves_jobs_alone(store: Store) -> None:
    id = await enqueue(store, "email")
    before = await store.reader().job(id)
    await Health(store).ready()
    assert await store.reader().job(id) == before
