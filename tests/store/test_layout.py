import pytest
from msgspec import msgpack

from tasuki.model.errors import LayoutError
from tasuki.store.keys import LAYOUT
from tasuki.store.store import Store
from tests.store.factory import enqueue, runner
from tests.store.invariants import snapshot
from tests.store.scripts import NAMES, READ_ONLY
from tests.support import Plain


@pytest.fixture
def layout(namespace: str) -> str:
    return f"{{{namespace}:0}}:layout"


async def test_the_first_write_says_which_layout_it_is(store: Store, plain: Plain, layout: str):
    await enqueue(store)
    assert plain.get(layout) == LAYOUT


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("found", ["0", "3", "", None], ids=repr)
async def test_every_script_refuses_another_layout_and_changes_nothing(
    store: Store, plain: Plain, namespace: str, layout: str, name: str, found: str | None
):
    await enqueue(store)
    await (await runner(store)).claim_one()
    if found is None:
        plain.delete(layout)
    else:
        plain.set(layout, found)
    before = snapshot(plain, namespace)
    writes = name not in READ_ONLY
    with pytest.raises(LayoutError, match="needs layout 2"):
        await store.shared.run(name, msgpack.encode({"layout": LAYOUT, "writes": writes}))
    assert snapshot(plain, namespace) == before


async def test_reading_an_empty_namespace_writes_nothing(
    store: Store, plain: Plain, namespace: str
):
    assert await store.reader().types() == []
    assert snapshot(plain, namespace) == {}
