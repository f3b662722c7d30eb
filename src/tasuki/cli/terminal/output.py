"""What commands print: tables and JSON on standard output, remarks on standard error."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import click
import msgspec

from tasuki.cli.terminal.streams import encodable, is_terminal, lost, output
from tasuki.cli.terminal.text import printable_json, shortened, styled, width
from tasuki.telemetry.terminal import printable

_GAP = "  "
_LEAST_ROOM = 20


class Column(NamedTuple):
    """A column of a table. Numbers stand to the right; the last column may be cut."""

    title: str
    right: bool = False


class Cell(NamedTuple):
    """A text in a colour."""

    text: str
    colour: str | None = None


def say(text: str = "") -> None:
    """Print to standard output, without colours where it is no terminal.

    Raises:
        TasukiError: the text cannot be written.
    """
    try:
        click.echo(text, file=output())
    except BrokenPipeError:
        # A reader that has seen enough, such as `head`, is no trouble: click ends in silence.
        raise
    except OSError as error:
        raise lost(error) from error


def remark(text: str) -> None:
    """Print to standard error, for what is not part of the answer, as far as that can be."""
    with suppress(OSError):
        click.echo(text, err=True)


def print_json(value: Any) -> None:
    """Print a value as one JSON document: indented on a terminal, one line in a pipe."""
    say(json_text(value, indent=is_terminal(sys.stdout)))


def json_text(value: Any, *, indent: bool) -> str:
    """The JSON of a value, safe to show."""
    text = msgspec.json.encode(value)
    shown = (msgspec.json.format(text, indent=2) if indent else text).decode()
    return encodable(printable_json(shown))


class Table:
    """Prints rows in columns, in one or more lots. A column grows with what it has to hold."""

    def __init__(self, *columns: Column) -> None:
        self._columns = columns
        self._widths = [width(column.title) for column in columns]
        self._begun = False

    def print(self, rows: Iterable[Sequence[str | Cell]]) -> None:
        """Print some rows, below a heading the first time."""
        cells = [[_cell(value) for value in row] for row in rows]
        for row in cells:
            self._widths = [
                max(known, width(cell.text)) for known, cell in zip(self._widths, row, strict=True)
            ]
        if not self._begun:
            self._begun = True
            say(styled(self._line([Cell(column.title) for column in self._columns]), dim=True))
        for row in cells:
            say(self._line(row))

    def _line(self, cells: Sequence[Cell]) -> str:
        *first, last = cells
        row = zip([*first, self._cut(last)], self._columns, self._widths, strict=True)
        return _GAP.join(self._padded(*place) for place in row).rstrip()

    def _cut(self, cell: Cell) -> Cell:
        if not is_terminal(sys.stdout):
            return cell
        used = sum(self._widths[:-1]) + len(_GAP) * (len(self._widths) - 1)
        room = max(_LEAST_ROOM, shutil.get_terminal_size().columns - used)
        return cell._replace(text=shortened(cell.text, room))

    def _padded(self, cell: Cell, column: Column, columns: int) -> str:
        space = " " * (columns - width(cell.text))
        text = styled(cell.text, cell.colour)
        return f"{space}{text}" if column.right else f"{text}{space}"


def _cell(value: str | Cell) -> Cell:
    cell = value if isinstance(value, Cell) else Cell(value)
    return cell._replace(text=printable(cell.text))
