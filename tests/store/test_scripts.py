"""Rules that every Lua script keeps, read from its text."""

import re

import pytest

from tasuki.model.state import FINISHED, State
from tasuki.store import keys
from tasuki.store.link.scripts import script
from tests.store.scripts import LIBRARY, LUA, NAMES, SOURCES
from tests.support import Plain

# Those that make work for the store, so that they are refused when it is out of memory.
GROWING = {"enqueue", "probe", "retry", "update"}
READING_ONLY = {
    "census", "counts", "examine", "history", "inspect", "log", "page", "runners", "sift", "survey",
    "unclaimed",
}  # fmt: skip
READING = {
    "ZCARD", "ZRANGE", "ZREVRANGE", "ZRANGEBYSCORE", "ZSCORE", "ZMSCORE", "ZSCAN",
    "HGET", "HMGET", "HGETALL", "HEXISTS", "HLEN", "HSCAN",
    "GET", "EXISTS", "TYPE", "LRANGE", "LLEN", "TIME", "XREVRANGE",
    "SMEMBERS", "SRANDMEMBER", "SISMEMBER", "SMISMEMBER", "SCARD", "SSCAN",
}  # fmt: skip
WRITING = {
    "SET", "INCRBY", "DEL", "UNLINK", "EXPIRE", "PEXPIRE",
    "HSET", "HSETNX", "HDEL", "HINCRBY",
    "ZADD", "ZREM", "XTRIM", "ZPOPMIN", "ZREMRANGEBYRANK",
    "LPUSH", "RPUSH", "LTRIM", "SADD", "SREM", "XADD",
}  # fmt: skip
# Arguments in capitals that are no commands.
OPTIONS = {"WITHSCORES", "LIMIT", "EX", "NX", "MAXLEN", "MINID", "COUNT", "LT"}
UNBOUNDED = re.compile(r"'(?:ZRANGE|ZREVRANGE|LRANGE)',[^\n]*0, -1|'(?:HGETALL|SMEMBERS)'")


@pytest.mark.parametrize("name", NAMES)
class TestScript:
    def test_it_starts_with_the_flags_it_needs(self, name: str):
        """With a shebang, the server refuses a script before its first line, not in the middle."""
        found = SOURCES[name]
        assert found.shebang.startswith("#!lua")
        if name in GROWING:
            assert found.flags == set()
        elif name in READING_ONLY:
            assert found.flags == {"allow-oom", "no-writes"}
        else:
            assert found.flags == {"allow-oom"}

    def test_its_header_says_what_it_takes_gives_and_refuses(self, name: str):
        found = SOURCES[name]
        assert found.header.startswith(f"{name}: ") or found.header.startswith(f"{name}, ")
        assert re.search(r"^Returns \{", found.header, re.MULTILINE)
        assert re.search(r"^Errors: LAYOUT\b", found.header, re.MULTILINE)

    def test_its_header_names_every_field_of_its_request(self, name: str):
        found = SOURCES[name]
        used = set(re.findall(r"request\.(\w+)", found.whole)) - {"layout", "writes"}
        named = set(re.findall(r"\w+", found.header))
        assert used <= named

    def test_its_header_names_every_error_it_answers(self, name: str):
        found = SOURCES[name]
        answered = set(re.findall(r"error_reply\('([A-Z_]+)", found.whole))
        [line] = re.findall(r"^Errors: (.*)$", found.header, re.MULTILINE)
        assert answered == set(line.split(", "))

    def test_it_uses_known_commands_only(self, name: str):
        """No KEYS, no SCAN, nothing that blocks, nothing that runs other code."""
        assert SOURCES[name].commands - OPTIONS <= READING | WRITING

    def test_it_does_not_go_on_after_an_error(self, name: str):
        assert "pcall" not in SOURCES[name].whole

    def test_it_never_looks_into_payloads_nor_rounds_numbers(self, name: str):
        whole = SOURCES[name].whole
        assert "cjson" not in whole
        assert not re.search(r"tostring\((?!found\)|needed\))", whole)

    def test_what_reads_all_of_something_says_why_that_is_little(self, name: str):
        assert unexplained(SOURCES[name].whole) == []


def unexplained(text: str) -> list[str]:
    """Reads without a bound that have no comment right above them."""
    lines = text.splitlines()
    return [
        line.strip()
        for n, line in enumerate(lines)
        if UNBOUNDED.search(line) and not lines[n - 1].strip().startswith("--")
    ]


@pytest.mark.parametrize("file", LIBRARY)
def test_every_shared_part_says_what_it_is(file: str):
    text = (LUA / "lib" / file).read_text("utf-8")
    assert text.startswith("-- ")
    assert len(text.splitlines()) <= 150


@pytest.mark.parametrize("file", LIBRARY)
def test_a_shared_part_gets_what_it_needs_by_name(file: str):
    """It neither finds the request of the script lying about, nor keeps anything of a call."""
    text = re.sub(r"--.*", "", (LUA / "lib" / file).read_text("utf-8"))
    assert file == "base.lua" or not re.search(r"\brequest\b", text)
    kept = re.findall(r"^local ([a-z]\w*)\b(?! function)", text, re.MULTILINE)
    begun = " ".join(re.findall(r"^beginnings.*?^end", text, re.MULTILINE | re.DOTALL))
    assert {name for name in kept if name != "function"} <= {"base", "beginnings"} | set(
        re.findall(r"\w+", begun)
    )


def test_every_shared_part_is_used():
    texts = [found.own for found in SOURCES.values()]
    texts += [(LUA / "lib" / file).read_text("utf-8") for file in LIBRARY]
    included = {part for text in texts for part in re.findall(r"@include (\w+)", text)}
    assert included == {file.removesuffix(".lua") for file in LIBRARY}


def test_every_key_is_described():
    assert keys.__doc__
    described = set(re.findall(r"^    ([a-z]+)", keys.__doc__, re.MULTILINE)) | {"log"}
    text = "".join(found.whole for found in SOURCES.values())
    used = set(re.findall(r"(?:call|bulk|gather)\('[A-Z]+', '([a-z]+):?'", text))
    assert used <= described


def test_scripts_are_known_by_their_text():
    assert script("enqueue").digest != script("exchange").digest
    assert script("enqueue").function.startswith("tasuki_enqueue_")
    assert "--@include" not in script("exchange").text
    with pytest.raises(FileNotFoundError):
        script("nothing")


@pytest.mark.parametrize("name", NAMES)
def test_every_script_can_be_loaded_as_a_function(name: str, plain: Plain):
    """Otherwise it would be called in the other way, and nobody would see it."""
    found = script(name)
    plain.function_load(found.definition, replace=True)
    assert found.function in str(plain.function_list(found.function))


def test_what_a_script_reads_directly_is_little():
    """It reads like a table of contents: its parts pull what they need."""
    direct = {
        name: len(re.findall("^--@include", found.own, re.MULTILINE))
        for name, found in SOURCES.items()
    }
    assert max(direct.values()) <= 9
    assert direct["exchange"] <= 8


def test_what_is_rare_is_noted_when_it_is_written():
    """A part that looked and found nothing would take it for missing until the end of the call."""
    text = (LUA / "lib" / "rare.lua").read_text("utf-8")
    rare = "|".join(re.findall(r"'(\w+)',", text))
    for file in LIBRARY:
        part = (LUA / "lib" / file).read_text("utf-8")
        written = re.findall(rf"call\('(?:HSET|HSETNX|HINCRBY|ZADD|SADD|SET)', '({rare})'", part)
        assert all(f"written('{name}')" in part for name in written), file


def test_the_lists_of_states_are_those_of_the_model():
    text = (LUA / "lib" / "states.lua").read_text("utf-8")
    lists = {
        name: re.findall(r"'(\w+)'", states)
        for name, states in re.findall(r"^local (\w+) = \{(.*)\}$", text, re.MULTILINE)
    }
    assert lists["FINISHED"] == list(FINISHED)
    assert {State(state).finished for state in lists["COUNTED"]} == {False}
