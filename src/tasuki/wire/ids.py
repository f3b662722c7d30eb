"""Job ids as the store writes them.

The store sorts members of equal score as text. An id is therefore written with a letter that tells
its number of digits in front: `A7`, `B42`, `G1234567`. Text order is then number order, and short
ids stay short.
"""

from tasuki.model.errors import InvalidError
from tasuki.model.values.plain import plain_number

LARGEST_ID = 2**53 - 1
"""Above this a Lua number is not exact."""


def encode_id(id: int) -> str:
    """The store's text for a job id.

    >>> encode_id(1234567)
    'G1234567'
    """
    digits = str(id)
    return chr(64 + len(digits)) + digits


def decode_id(text: str) -> int:
    """The job id of a text made by `encode_id`."""
    return int(text[1:])


def check_id(id: object) -> int:
    """Give back `id` as a plain number if it can be a job id.

    Raises:
        InvalidError: naming the field `id`.
    """
    number = plain_number(id)
    if not isinstance(number, int) or not 1 <= number <= LARGEST_ID:
        raise InvalidError("must be a whole number from 1 on", field="id")
    return number
