"""The files themselves: they keep to the strict policy, and nothing is missing."""

import re
from pathlib import Path

import pytest

from tasuki.dashboard import static_dir

INDEX = (static_dir / "index.html").read_text()
OWN = [path for path in static_dir.rglob("*.js") if "vendor" not in path.parts]


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(static_dir).as_posix() for path in paths]


def test_the_page_holds_no_script_and_no_style() -> None:
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", INDEX)


def test_the_page_names_files_that_exist() -> None:
    for name in re.findall(r'(?:href|src)="([^"]+)"', INDEX):
        assert (static_dir / name).is_file(), name


def test_all_modules_are_asked_for_at_once() -> None:
    preloaded = re.findall(r'rel="modulepreload" href="([^"]+)"', INDEX)
    started = {"app.js", "theme.js"}
    assert preloaded == sorted(set(names(list(static_dir.rglob("*.js")))) - started)


@pytest.mark.parametrize("path", OWN, ids=names(OWN))
def test_own_modules_make_no_markup_of_text_and_no_inline_style(path: Path) -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|unsafe(HTML|SVG|Static)|document\.write"
        r"|\beval\(|new Function|\sstyle=",
        path.read_text(),
    )


def test_icons_are_those_that_are_used() -> None:
    text = (static_dir / "css/icons.css").read_text()
    styled = re.findall(
        r'\.icon-([\w-]+) \{\s+mask-image: url\("\.\./vendor/lucide/\1\.svg"\)', text
    )
    assert styled == sorted(path.stem for path in (static_dir / "vendor/lucide").glob("*.svg"))
    code = "".join(path.read_text() for path in OWN)
    assert [name for name in styled if f'"{name}"' not in code] == []


def test_all_code_of_others_comes_with_its_licence() -> None:
    folders = [path for path in (static_dir / "vendor").iterdir() if path.is_dir()]
    assert len(folders) == 3
    about = (static_dir / "vendor/README.md").read_text()
    for folder in folders:
        assert (folder / "LICENSE").stat().st_size > 500
        assert f"`{folder.name}/" in about
