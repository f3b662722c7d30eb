"""Runs the body of a command: settings first, then an event loop, with the store where needed."""

import asyncio
import functools
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from tasuki.cli.options import STORE, Flags, config, settings
from tasuki.cli.settings.resolve import Effective, resolve
from tasuki.cli.settings.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

Body = Callable[Concatenate[T, P], Coroutine[Any, Any, int | None]]


def effective(ctx: click.Context) -> Effective:
    """The settings that count for this command line.

    Raises:
        SettingsError: listing every problem.
    """
    flags = ctx.ensure_object(Flags)
    return resolve(flags.given, os.environ, Path.cwd(), flags.config)


def with_settings(*names: str) -> Callable[[Body[Settings, P]], Callable[P, int | None]]:
    """Make a command of a coroutine function that gets the settings first.

    The command has the flags for the settings that are named. It runs on uvloop where that exists.
    """

    def decorate(body: Body[Settings, P]) -> Callable[P, int | None]:
        @config
        @settings(*names)
        @functools.wraps(body)
        def command(*args: P.args, **kwargs: P.kwargs) -> int | None:
            found = effective(click.get_current_context()).settings
            with asyncio.Runner(loop_factory=_fast_loop()) as runner:
                return runner.run(body(found, *args, **kwargs))

        return command

    return decorate


def at_desk(body: "Body[Any, P]") -> Callable[P, int | None]:
    """Make a command of a coroutine function that gets a `Desk` first: a store that runs."""

    @config
    @settings(*STORE)
    @functools.wraps(body)
    def command(*args: P.args, **kwargs: P.kwargs) -> int | None:
        found = effective(click.get_current_context()).settings
        return asyncio.run(_at_desk(found, body, *args, **kwargs))

    return command


async def _at_desk(
    found: Settings, body: "Body[Any, P]", *args: P.args, **kwargs: P.kwargs
) -> int | None:
    from tasuki.cli.desk import open_desk

    async with open_desk(found) as desk:
        return await body(desk, *args, **kwargs)


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
