"""The data of a job, from a Python value to JSON."""

from typing import Any

import msgspec

from tasuki.model.job import EMPTY_DATA
from tasuki.wire import payload


def encode_data(data: Any) -> msgspec.Raw:
    """The JSON text of a job's data; None is an empty object. See `tasuki.wire.payload.encode`.

    Raises:
        PayloadError: the value cannot be carried as JSON without loss.
    """
    return EMPTY_DATA if data is None else payload.encode(data)
