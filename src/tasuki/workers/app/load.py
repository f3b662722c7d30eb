"""Loads the app: the user's own module with the workers in it."""

import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from tasuki.model.errors import AppError
from tasuki.workers.app.hints import did_you_mean, file_hint, module_hint, package_hint
from tasuki.workers.app.name import AppName
from tasuki.workers.registry import Registry

_OWN_FILES = str(Path(__file__).parents[1]) + os.sep


@dataclass(frozen=True, slots=True)
class App:
    """An app that was loaded: the module, or the attribute of it that was named."""

    name: str
    objects: Any

    def registry(self) -> Registry:
        """Its workers.

        Raises:
            AppError: there are none, or one of them is not complete.
        """
        try:
            with _user_code(f"cannot make the workers of {self.name}"):
                return Registry.of(self.objects)
        except AppError as error:
            raise AppError(f"{self.name}: {error}") from error


def find_app(name: str) -> AppName:
    """Refuse a name that leads to no app, so far as that is known without importing anything.

    Raises:
        AppError: it is no name, or there is no such file or module; what may have been meant.
    """
    parsed = AppName.parse(name)
    if parsed.path is not None:
        _check_file(parsed.path)
    elif not _is_module(parsed.module.partition(".")[0]):
        raise AppError(_no_module(parsed.module))
    return parsed


def _is_module(name: str) -> bool:
    if name in sys.modules or PathFinder.find_spec(name, [os.getcwd()]):  # noqa: PTH109
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return True  # somebody else's finder: importing it will tell


def load_app(name: str) -> App:
    """Import an app by its name.

    `module:attribute` and `module` are looked for in the working directory first. A file is
    imported under its own name, with its directory first on the path, so that it can import the
    files beside it.

    Raises:
        AppError: there is no such app, or it cannot be imported; the message shows all of the
            user's own traceback, or what may have been meant.
    """
    parsed = AppName.parse(name)
    if parsed.path is None:
        objects: Any = _import_module(parsed)
    else:
        objects = _import_file(parsed, parsed.path)
    return App(name, _attribute(parsed, objects) if parsed.attribute else objects)


def _import_module(name: AppName) -> ModuleType:
    _put_first(os.getcwd())  # noqa: PTH109 - the path takes text
    try:
        with _user_code(f"cannot import {name.module}"):
            return importlib.import_module(name.module)
    except AppError as error:
        cause = error.__cause__
        if isinstance(cause, ModuleNotFoundError) and _user_frames(cause) is None:
            raise AppError(_no_module(name.module)) from cause
        raise


def _no_module(module: str) -> str:
    return (
        f"there is no module {module!r}, neither in {Path.cwd()} nor installed{module_hint(module)}"
    )


def _check_file(path: Path) -> None:
    if not path.is_file():
        what = "is a directory, not a file" if path.is_dir() else "does not exist"
        raise AppError(f"{path} {what} (looked in {Path.cwd()}){file_hint(path)}")


def _import_file(name: AppName, path: Path) -> ModuleType:
    _check_file(path)
    path = path.resolve()
    loaded = sys.modules.get(path.stem)
    if loaded is not None and getattr(loaded, "__file__", None) == str(path):
        return loaded
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or "." in path.stem:
        raise AppError(f"{path} cannot be imported: rename it to something like app.py")
    if loaded is not None or path.stem in sys.stdlib_module_names:
        raise AppError(f"{path} has the name of another module, {path.stem!r}: rename it")
    _put_first(str(path.parent))
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    try:
        with _user_code(f"cannot import {name.path}"):
            spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[path.stem]
        if isinstance(error.__cause__, ImportError):
            raise AppError(f"{error}{package_hint(name)}") from error.__cause__
        raise
    return module


def _attribute(name: AppName, found: Any) -> Any:
    place = name.text.partition(":")[0]
    for part in name.attribute.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            known = [known for known in dir(found) if not known.startswith("_")]
            hint = did_you_mean(part, known)
            raise AppError(f"{place} has no {part!r}{hint}") from None
    return found


def _put_first(directory: str) -> None:
    if sys.path[:1] != [directory]:
        sys.path.insert(0, directory)


@contextmanager
def _user_code(what_failed: str) -> Iterator[None]:
    """Turns everything that the user's code may raise into an AppError that shows it whole."""
    try:
        yield
    except (AppError, KeyboardInterrupt):
        raise
    except SystemExit as error:
        raise AppError(
            f"{what_failed}: it ends the program, by sys.exit() or the like. What must not happen "
            f'on import belongs under `if __name__ == "__main__":`\n\n{_shown(error)}'
        ) from error
    except BaseException as error:
        raise AppError(f"{what_failed}:\n\n{_shown(error)}") from error


def _shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, _user_frames(error))).rstrip()


def _user_frames(error: BaseException) -> TracebackType | None:
    """The traceback from the first line that is the user's on."""
    frames = error.__traceback__
    while frames is not None and _is_ours(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    return frames


def _is_ours(file: str) -> bool:
    return file.startswith((_OWN_FILES, "<frozen importlib")) or _is_importlib(file)


def _is_importlib(file: str) -> bool:
    return Path(file).parent == Path(importlib.__file__).parent
