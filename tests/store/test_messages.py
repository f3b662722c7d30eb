"""What is said to a script, and what it answers, are as the script's header says."""

import re
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import msgspec
import pytest

from tasuki.store import messages
from tasuki.store.link.call import reply_of, script_of
from tasuki.store.messages.request import Request
from tests.store.scripts import NAMES, READ_ONLY, SOURCES

COMMON = {"layout", "writes"}


def kinds_of(base: type) -> list[type[Request[Any]]]:
    return [each for kind in base.__subclasses__() for each in (kind, *kinds_of(kind))]


for module in iter_modules(messages.__path__, f"{messages.__name__}."):
    import_module(module.name)
ALL = [kind for kind in kinds_of(Request) if script_of(kind) in NAMES]
KINDS = {script_of(kind): kind for kind in ALL if not kind.__struct_config__.array_like}
SHORT = [kind for kind in ALL if kind.__struct_config__.array_like]


def fields_of(kind: type[Any]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(kind)}


def said_fields(header: str) -> set[str]:
    """What a header describes between its first paragraph and what it returns."""
    paragraphs = header.partition("\nReturns ")[0].strip().split("\n\n")
    lines = "\n\n".join(paragraphs[1:]).splitlines()
    names = [re.match(r"\w+(?:, \w+)*(?= )", line) for line in lines if line[:1].strip()]
    return {name for found in names if found for name in found[0].split(", ")}


def said_reply(header: str) -> set[str]:
    """The names in the outer braces of what a header says that it returns."""
    text = re.search(r"^Returns (.*?)^Errors:", header, re.MULTILINE | re.DOTALL)
    assert text is not None
    depth, flat = 0, ""
    for letter in text[1]:
        depth -= letter in "})"
        flat += letter if depth == 1 and letter not in "{(" else "," if depth == 0 else ""
        depth += letter in "{("
    return {found[1] for part in re.split("[,;]", flat) if (found := NAME.match(part.strip()))}


NAME = re.compile(r"(\w+)(?: =|$)")
LIST = re.compile(r"^ *local _, _, (.*) = unpack\(request\)$", re.MULTILINE)


def test_each_script_has_a_request():
    assert sorted(KINDS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_request_has_the_fields_that_the_header_describes(name: str):
    assert fields_of(KINDS[name]) - COMMON == said_fields(SOURCES[name].indented)


@pytest.mark.parametrize("name", NAMES)
def test_a_reply_has_the_fields_that_the_header_describes(name: str):
    reply = reply_of(KINDS[name])
    expected = fields_of(reply) if isinstance(reply, type(msgspec.Struct)) else set[str]()
    assert expected == said_reply(SOURCES[name].header)


@pytest.mark.parametrize("name", NAMES)
def test_a_request_says_whether_its_script_writes(name: str):
    [writes] = [f for f in msgspec.structs.fields(KINDS[name]) if f.name == "writes"]
    assert writes.default is (name not in READ_ONLY)


@pytest.mark.parametrize("kind", SHORT)
def test_a_list_is_read_in_the_order_of_its_fields(kind: type[Request[Any]]):
    name = script_of(kind)
    said = " ".join(SOURCES[name].header.split())
    assert f"a list instead: {', '.join(kind.__struct_encode_fields__)}." in said
    [read] = LIST.findall(SOURCES[name].own)
    assert ["layout", "writes", *read.split(", ")] == list(kind.__struct_encode_fields__)
    assert reply_of(kind) is reply_of(KINDS[name])
