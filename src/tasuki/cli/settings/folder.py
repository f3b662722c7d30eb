"""The kind of a setting that names a directory: the model knows none."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Folder:
    """A directory. `~` is the home directory."""

    def read(self, value: object) -> Path:
        if not isinstance(value, (str, Path)) or not str(value):
            raise ValueError("must be the path of a directory")
        return Path(value).expanduser()

    def write(self, value: object) -> object:
        return str(value)
