"""What may be the data of a job."""

import numbers
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, IntEnum
from fractions import Fraction
from typing import Any, TypedDict
from uuid import UUID

import msgspec
import pytest

from tasuki import PayloadError
from tasuki.client.data import encode_data


class Point(msgspec.Struct):
    x: int
    y: int


@dataclass
class Line:
    start: Any
    end: Any


class Named(TypedDict):
    name: str


class Colour(Enum):
    RED = "red"


class Text(str):
    """A text with a mind of its own, as of Django."""

    __slots__ = ()

    def __str__(self) -> str:
        return "not this"


class Real(float):
    """As `numpy.float64` is."""


class Whole(int):
    pass


class Level(IntEnum):
    LOW = 1


class Half(float, Enum):
    HALF = 0.5


class Scalar:
    """As a number in a numpy array without dimensions."""

    shape = ()

    def __init__(self, value: Any) -> None:
        self._value = value

    def item(self) -> Any:
        return self._value


class Index:
    """As `numpy.int64` is: an integer, but not an `int`."""

    def __init__(self, value: int) -> None:
        self._value = value

    def __index__(self) -> int:
        return self._value


class Measure:
    """As `numpy.float32` is."""

    def __init__(self, value: float) -> None:
        self._value = value

    def __float__(self) -> float:
        return self._value


numbers.Integral.register(Index)
numbers.Real.register(Measure)


class Unshowable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


class Broken:
    def model_dump(self, *, mode: str) -> Any:
        raise Unshowable


class Model:
    """What a pydantic model looks like from outside."""

    def __init__(self, **fields: Any) -> None:
        self._fields = fields

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        assert mode == "json"
        return self._fields


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, "{}"),
        ({"a": [1, 2.5, None, True, "ü"]}, '{"a":[1,2.5,null,true,"ü"]}'),
        ([], "[]"),
        (0, "0"),
        ("text", '"text"'),
        (Point(1, 2), '{"x":1,"y":2}'),
        (Line(Point(1, 2), Point(3, 4)), '{"start":{"x":1,"y":2},"end":{"x":3,"y":4}}'),
        (Named(name="a"), '{"name":"a"}'),
        ([Colour.RED, UUID(int=1)], '["red","00000000-0000-0000-0000-000000000001"]'),
        (datetime(2030, 1, 2, tzinfo=UTC), '"2030-01-02T00:00:00Z"'),
        (Model(a=1), '{"a":1}'),
        (
            {"models": [Model(a=1), Model(b=Point(1, 2))]},
            '{"models":[{"a":1},{"b":{"x":1,"y":2}}]}',
        ),
        (msgspec.Raw(b'{"ready": 1}'), '{"ready": 1}'),
        ({Text("k"): [Text("<b>"), Real(1.5), Whole(3)]}, '{"k":["<b>",1.5,3]}'),
        ({Level.LOW: Level.LOW, Whole(2): Half.HALF}, '{"1":1,"2":0.5}'),
        (Line(Model(a=Text("x")), Scalar(7)), '{"start":{"a":"x"},"end":7}'),
        ([Index(5), Measure(2.5)], "[5,2.5]"),
        ([2**63, -(2**63), 2**64 - 1], f"[{2**63},{-(2**63)},{2**64 - 1}]"),
    ],
    ids=[
        "none",
        "mapping",
        "list",
        "number",
        "string",
        "struct",
        "dataclass",
        "typed mapping",
        "enum and uuid",
        "time",
        "model",
        "models inside",
        "ready text",
        "derived classes",
        "enums of numbers",
        "derived classes inside",
        "registered numbers",
        "largest numbers",
    ],
)
def test_becomes_json(data: Any, text: str):
    assert bytes(encode_data(data)).decode() == text


def endless() -> list[Any]:
    own: list[Any] = []
    own.append(own)
    return own


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (object(), "objects of type object"),
        ({"a": [object()]}, "objects of type object"),
        (Model, "objects of type type"),
        ({(1, 2): 3}, "keys"),
        (float("nan"), "NaN"),
        (Model(a=float("inf")), "NaN or infinite"),
        (2**64, "64 bits"),
        (Model(a=-(2**63) - 1), "64 bits"),
        ("half \ud83d", "surrogates"),
        (endless(), "deeper than 100"),
        (Model(a=endless()), "deeper than 100"),
        (msgspec.Raw(b"[1,"), "not JSON"),
        (msgspec.Raw(b'"\\ud800"'), "surrogate"),
        (msgspec.Raw(b"NaN"), "not JSON"),
        ([None, Real("nan")], "NaN or infinite"),
        (Whole(2**64), "64 bits"),
        (Text("half \ud83d"), "surrogates"),
        ({True: 1}, "keys"),
        (Fraction(1, 3), "type Fraction"),
        (Broken(), "Unshowable, whose text"),
    ],
    ids=range(20),
)
def test_what_json_cannot_carry_is_refused(data: Any, says: str):
    with pytest.raises(PayloadError, match=says) as caught:
        encode_data(data)
    assert caught.value.field == "data"
