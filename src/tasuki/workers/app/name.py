"""How people name their app, and where it is."""

import os
from dataclasses import dataclass
from pathlib import Path

from tasuki.model.errors import AppError


@dataclass(frozen=True, slots=True)
class AppName:
    """`module:attribute`, a module such as `pkg.jobs`, or a file such as `app.py`, taken apart.

    Exactly one of `path` and `module` is set. `attribute` may have dots, or be empty.
    """

    text: str
    path: Path | None
    module: str
    attribute: str

    @classmethod
    def parse(cls, text: str) -> "AppName":
        """Take a name apart. What it names need not exist.

        Raises:
            AppError: it is none of the three forms.
        """
        place, colon, attribute = text.partition(":")
        if not place.strip() or (colon and not _is_dotted(attribute)):
            raise AppError(
                f"{text!r} names no app: write a file (app.py), a module (pkg.jobs) "
                "or module:attribute (pkg.jobs:workers)"
            )
        if place.endswith(".py") or os.sep in place:
            return cls(text, Path(place), "", attribute)
        if not _is_dotted(place):
            raise AppError(
                f"{place!r} is not the name of a module; if it is a file, write {place}.py"
            )
        return cls(text, None, place, attribute)

    @property
    def root(self) -> Path:
        """The directory with the app's sources, so far as that is known without importing it.

        That is the file's own directory, or the top package of a module.
        """
        if self.path is not None:
            return self.path.resolve().parent
        package = Path.cwd() / self.module.partition(".")[0]
        return package if package.is_dir() else Path.cwd()


def _is_dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))
