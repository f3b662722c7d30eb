import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.model.errors import InvalidError
from tasuki.wire.ids import LARGEST_ID, check_id, decode_id, encode_id

ids = st.integers(1, LARGEST_ID)


@given(ids, ids)
def test_ids_sort_as_text_as_they_do_as_numbers(one: int, other: int):
    assert (encode_id(one) < encode_id(other)) == (one < other)
    assert (encode_id(one).encode() < encode_id(other).encode()) == (one < other)


@given(ids)
def test_an_id_comes_back_from_its_text(id: int):
    assert decode_id(encode_id(id)) == id
    assert check_id(id) == id


@pytest.mark.parametrize("digits", range(1, 16))
def test_the_order_holds_where_a_digit_is_added(digits: int):
    assert encode_id(10**digits - 1) < encode_id(10**digits)


@pytest.mark.parametrize("id", [0, -1, LARGEST_ID + 1, 1.0, "1", None, True], ids=repr)
def test_what_cannot_be_an_id_is_refused(id: object):
    with pytest.raises(InvalidError) as refused:
        check_id(id)
    assert refused.value.field == "id"
