"""Which annotations of `process` are read, and which are left alone."""

import textwrap
from types import ModuleType
from typing import Any

import pytest

from tasuki.model.errors import AppError
from tasuki.workers.registry import Registry

APP = """
from __future__ import annotations
import functools
from typing import TYPE_CHECKING, Any, TypeVar
from msgspec import Struct
from tasuki import Worker, worker

if TYPE_CHECKING:
    from decimal import Decimal
    from tasuki import Job
    from shop import Basket, Order

T = TypeVar("T")

class Photo(Struct):
    path: str

def traced(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper

@worker("x")
{decorator}
async def x({arguments}) -> {result}: ...
"""


def decoder(
    arguments: str, result: str = "None", decorator: str = "", *, future: bool = True
) -> Any:
    source = APP.format(arguments=arguments, result=result, decorator=decorator)
    if not future:
        source = source.replace("from __future__ import annotations", "from tasuki import Job")
    module = ModuleType("app")
    exec(textwrap.dedent(source), module.__dict__)  # noqa: S102 - the source is written above
    return Registry.of(module).specs["x"].decoder


@pytest.mark.parametrize(
    "arguments",
    [
        "job: Job",
        "job: tasuki.Job",
        "job: Job[Any]",
        "job: Job[dict]",
        "job: Job[dict[str, Decimal]]",
        "job: Job[T]",
        "job: Order",
        "job",
        "job: Job, basket: Basket = None",
    ],
    ids=str,
)
def test_what_names_no_type_of_data_needs_nothing(arguments: str):
    assert decoder(arguments, "Decimal") is None


@pytest.mark.parametrize("decorator", ["", "@traced"], ids=["bare", "decorated"])
@pytest.mark.parametrize(
    ("arguments", "future"),
    [
        ("job: Job[Photo]", True),
        ("job: Job[Photo], basket: Basket = None", True),
        ('job: Job["Photo"]', True),
        ("job: Job[Photo]", False),
        ('job: Job["Photo"]', False),
        ('job: "Job[Photo]"', False),
    ],
    ids=str,
)
def test_a_type_that_is_there_is_read(arguments: str, future: bool, decorator: str):
    read = decoder(arguments, "Decimal" if future else "None", decorator, future=future)
    assert read('{"path":"cat.jpg"}').path == "cat.jpg"


@pytest.mark.parametrize(
    ("arguments", "future"),
    [
        ("job: Job[Order]", True),
        ("job: Job[list[Order]]", True),
        ('job: Job["Order"]', False),
    ],
    ids=str,
)
def test_a_type_that_is_there_for_type_checkers_only_is_refused_by_name(
    arguments: str, future: bool
):
    with pytest.raises(AppError, match=r"worker x: process: its annotation .*Order") as refused:
        decoder(arguments, future=future)
    assert "'Order' is not defined" in str(refused.value)
    assert "TYPE_CHECKING" in str(refused.value)
