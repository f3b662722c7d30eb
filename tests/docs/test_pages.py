"""The documentation says what the code says."""

import re
from pathlib import Path

import pytest

import tasuki
from scripts.reference.__main__ import PAGES as MADE
from tasuki.cli import main

ROOT = Path(__file__).parents[2]


def place(page: Path) -> str:
    return str(page.relative_to(ROOT))


PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("name", MADE)
def test_a_page_that_is_made_from_the_code_says_what_the_code_says(name: str):
    assert (ROOT / "docs" / "reference" / name).read_text() == MADE[name](), "make pages"


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_pages_that_a_page_links_to_are_there(page: Path):
    for name in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / name).exists(), name


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_files_that_a_page_names_are_there(page: Path):
    for name in re.findall(r"`((?:docs|src|examples|scripts)/[\w./-]+)`", page.read_text()):
        assert (ROOT / name).exists(), name


def test_files_that_internals_name_are_there():
    text = (ROOT / "docs" / "internals.md").read_text()
    names = set(re.findall(r"`([a-z]+/[\w/]+\.(?:py|lua))`", text))
    assert len(names) > 20
    for name in names:
        assert (ROOT / "src" / "tasuki" / name).exists(), name


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_commands_that_a_page_names_are_there(page: Path):
    for name in re.findall(r"`tasuki ([a-z]+)", page.read_text()):
        assert name in main.commands


def test_every_public_name_can_be_had_and_is_described():
    for name in tasuki.__all__:
        assert getattr(tasuki, name).__doc__, name
