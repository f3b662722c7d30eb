"""What all requests have in common."""

from typing import Generic, TypeVar

import msgspec

from tasuki.store.keys import LAYOUT

R_co = TypeVar("R_co", covariant=True)


class Request(msgspec.Struct, Generic[R_co], kw_only=True):
    """The request of a script that answers an `R_co`, and that may write."""

    layout: str = LAYOUT
    writes: bool = True


class Question(Request[R_co], Generic[R_co], kw_only=True):
    """The request of a script that only reads."""

    writes: bool = False
