"""What a name that leads nowhere may have been meant to be."""

import difflib
import pkgutil
import sys
from collections.abc import Iterable
from pathlib import Path

from tasuki.workers.app.name import AppName

MOST_HINTS = 3


def did_you_mean(wanted: str, known: Iterable[str]) -> str:
    """`; did you mean 'a' or 'b'?`, or nothing if nothing is near."""
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(wanted.casefold(), by_folded, MOST_HINTS)
    if not near:
        return ""
    return f"; did you mean {' or '.join(repr(by_folded[name]) for name in near)}?"


def file_hint(path: Path) -> str:
    """Files beside `path` with a name like it, as the user would write them."""
    directory = path.parent
    if not directory.is_dir():
        return f"; there is no directory {directory}"
    names = {str(file): file.name for file in directory.glob("*.py")}
    near = did_you_mean(path.name, names.values())
    for full, name in names.items():
        near = near.replace(repr(name), repr(full))
    return near


def module_hint(module: str) -> str:
    """Modules with a name like it, in the working directory or in the part that was found."""
    parent, _, last = module.rpartition(".")
    if not parent:
        return did_you_mean(module, _modules_in([str(Path.cwd())]))
    found = sys.modules.get(parent)
    if found is None:
        return module_hint(parent)
    if hasattr(found, last):
        return f"; did you mean '{parent}:{last}'?"
    known = _modules_in(getattr(found, "__path__", ()))
    return did_you_mean(module, [f"{parent}.{name}" for name in known])


def package_hint(name: AppName) -> str:
    """How to name a file that is part of a package, and therefore cannot import on its own."""
    if name.path is None or not (name.path.parent / "__init__.py").exists():
        return ""
    path = name.path.resolve()
    parts = [path.stem]
    directory = path.parent
    while (directory / "__init__.py").exists():
        parts.insert(0, directory.name)
        directory = directory.parent
    dotted = ".".join(parts) + (f":{name.attribute}" if name.attribute else "")
    return f"\n{name.path} is part of a package: name it as {dotted}, from {directory}."


def _modules_in(directories: Iterable[str]) -> list[str]:
    return [module.name for module in pkgutil.iter_modules(list(directories))]
