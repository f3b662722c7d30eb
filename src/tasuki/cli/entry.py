"""The group of all commands."""

import click

from tasuki import __version__
from tasuki.cli.commands.doctor import doctor
from tasuki.cli.commands.enqueue import enqueue
from tasuki.cli.commands.look import jobs, log, show
from tasuki.cli.commands.serve import server, up, worker
from tasuki.cli.commands.settings import show_settings
from tasuki.cli.commands.stats import stats
from tasuki.cli.commands.steer import cancel, promote, retry, rm
from tasuki.cli.commands.top import top
from tasuki.cli.commands.types import pause, resume, runners, types
from tasuki.cli.commands.update import update
from tasuki.cli.options import STORE, config, settings
from tasuki.cli.program import Program

SECTIONS = {
    "Run": (up, server, worker),
    "Jobs": (enqueue, jobs, show, log, retry, update, cancel, promote, rm),
    "Types and runners": (types, pause, resume, runners),
    "Watch and check": (top, stats, doctor, show_settings),
}


@click.group("tasuki", cls=Program, sections=SECTIONS, subcommand_metavar="COMMAND [ARGS]...")
@config
@settings(*STORE)
@click.version_option(__version__, message="tasuki %(version)s")
def main() -> None:
    """A job server on Valkey: submit a job, write one method, lose nothing.

        tasuki up app.py                  run everything for the workers in app.py
        tasuki enqueue email '{"to": 1}'  make a job, from another terminal
        tasuki top                        watch

    `tasuki COMMAND --help` says more about a command.
    """
