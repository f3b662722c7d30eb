"""Calls that went astray in the network, and come after later ones."""

import pytest

from tasuki.model.errors import StoreError
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.state import State
from tasuki.store.messages import Notes, Report
from tasuki.store.store import Store
from tests.store.factory import enqueue, runner
from tests.support import Plain


async def test_an_exchange_that_comes_after_a_later_one_claims_nothing(store: Store):
    someone = await runner(store)
    await someone.claim("x", 1)
    await someone.claim("x", 1)
    id = await enqueue(store, "x")
    astray = store.lease(LeaseTerms())
    astray.runner = someone.id
    nothing = Report(Notes(), [], [], [])
    with pytest.raises(StoreError, match="a later exchange"):
        await astray.exchange(nothing, [("x", 1)], rung=[])
    assert (await store.reader().job(id)).state is State.WAITING


async def test_a_look_is_repeated_when_its_connection_broke(store: Store, plain: Plain):
    id = await enqueue(store, "x")
    reader = store.reader()
    before = await reader.job(id)
    plain.client_kill_filter(_type="normal", skipme=True)
    assert await reader.job(id) == before
