"""How much data the jobs of a submission may have."""

from collections.abc import Sequence

from tasuki.model.errors import InvalidError, PayloadError
from tasuki.model.job import NewJob
from tasuki.model.settings.limits import MOST_BYTES
from tasuki.model.values.plain import plain_number
from tasuki.wire.payload import too_large


def checked_limit(data_limit: object) -> int:
    """A limit for the data of one job, in bytes.

    Raises:
        InvalidError: it is no whole number from 1 byte to 16 MiB.
    """
    number = plain_number(data_limit)
    if not isinstance(number, int) or not 1 <= number <= MOST_BYTES:
        message = f"must be a whole number from 1 to {MOST_BYTES} bytes"
        raise InvalidError(message, field="data_limit")
    return number


def data_size(jobs: Sequence[NewJob], data_limit: int, place: str = "") -> int:
    """How many bytes the data of these jobs have together.

    Raises:
        PayloadError: those of one job have more than `data_limit`, or all together more than
            16 MiB. It names the job, as in `jobs[3].data` where `place` is `jobs`.
    """
    sizes = [len(bytes(job.data)) for job in jobs]
    size = sum(sizes)
    if size <= data_limit:
        return size
    for position, own in enumerate(sizes):
        if own > data_limit:
            alone = not place and len(jobs) == 1
            field = "data" if alone else f"{place}[{position}].data"
            raise too_large(own, data_limit, field)
    if size > MOST_BYTES:
        raise PayloadError(
            f"of all jobs takes {size} bytes, and may take at most {MOST_BYTES} in one"
            " submission; send several",
            field="data",
        )
    return size
