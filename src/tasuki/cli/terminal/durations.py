"""Spans of time on the command line."""

from typing import Any

import click

from tasuki.model.kinds.kinds import Duration


class Span(click.ParamType[float]):
    """A span of time, such as `30`, `30s` or `5m`, of at least so many seconds."""

    name = "TIME"

    def __init__(self, least: float = 0) -> None:
        self._kind = Duration(least)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            return self._kind.read(value)
        except ValueError as error:
            self.fail(f"{value!r} {error}.", param, ctx)
