"""Addresses of stores, and what is shown of them."""

import pytest

from tasuki.model.errors import InvalidError
from tasuki.store.address import Address, redacted

SHOWN = [
    ("valkey://127.0.0.1:6379/0", "valkey://127.0.0.1:6379/0"),
    ("valkey://:hunter2@host/0", "valkey://:***@host/0"),
    ("rediss://ada:hunter2@host:1/2?db=3", "rediss://ada:***@host:1/2?db=3"),
    ("valkey://ada:%40hunter2@[::1]:6379", "valkey://ada:***@[::1]:6379"),
    ("valkey://ada:hunter2@1@host", "valkey://ada:***@host"),
    ("unix:///run/valkey.sock", "unix:///run/valkey.sock"),
    ("unix:///run/valkey.sock?password=hunter2", "unix:///run/valkey.sock?password=***"),
    ("unix:///s?db=1&password=hunter2&username=ada", "unix:///s?db=1&password=***&username=ada"),
    ("valkey://host/0?passw%6Frd=hunter2", "valkey://host/0?passw%6Frd=***"),
    ("valkey://host/0?password=a#hunter2", "valkey://host/0?password=***"),
    ("valkey://:hunter2@host?password=hunter2", "valkey://:***@host?password=***"),
    ("unix://ada:hunter2@/run/s", "unix://ada:***@/run/s"),
]


@pytest.mark.parametrize(("url", "shown"), SHOWN, ids=[row[1] for row in SHOWN])
def test_a_password_is_never_shown(url: str, shown: str):
    assert redacted(url) == str(Address(url)) == repr(Address(url)) == shown


@pytest.mark.parametrize(
    "url",
    ["valkey://:hunter2/@host/0", "valkey://:hunter2?@host", "valkey://[hunter2", "hunter2"],
    ids=["slash", "question mark", "bracket", "no scheme"],
)
def test_not_even_when_it_breaks_the_url(url: str):
    with pytest.raises(InvalidError) as refused:
        Address(url)
    assert refused.value.field == "url"
    assert "hunter2" not in str(refused.value)


def test_what_cannot_be_taken_apart_is_not_shown():
    assert redacted("valkey://:hunter2/@host/0") == "***"


def test_an_option_that_is_wrong_is_named():
    with pytest.raises(InvalidError, match="socket_timeout"):
        Address("valkey://host/0?socket_timeout=soon")
