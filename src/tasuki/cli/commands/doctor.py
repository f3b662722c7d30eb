"""Looking for what is broken in the store: `doctor`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tasuki.cli.options import as_json
from tasuki.cli.program import Command
from tasuki.cli.run import at_desk
from tasuki.cli.terminal.output import print_json, remark, say
from tasuki.cli.terminal.progress import progress
from tasuki.telemetry.terminal import printable

if TYPE_CHECKING:
    from tasuki.cli.desk import Desk
    from tasuki.store.doctor.doctor import Doctor
    from tasuki.store.findings import Finding

EXIT_FOUND = 1


@click.command("doctor", cls=Command)
@click.option("--repair", is_flag=True, help="Set right what is wrong.")
@as_json
@at_desk
async def doctor(desk: "Desk", repair: bool, as_json: bool) -> int:
    """Look for jobs, counters and keys that are not as they should be.

    Nothing is changed without --repair. Both may be used while everything runs. The exit code is 1
    when something is wrong, or still is after the repair.
    """
    from tasuki.store.doctor.doctor import Doctor

    physician = Doctor(desk.store, desk.settings.retention)
    found = await _examine(physician)
    mended = 0
    if repair:
        await physician.forget_old_functions()
    if repair and found:
        mended = await physician.repair(found)
        left = await _examine(physician)
    else:
        left = found
    if as_json:
        print_json({"findings": [_view(f) for f in found], "mended": mended, "left": len(left)})
    else:
        _tell(found, mended, left, repair=repair)
    return EXIT_FOUND if left else 0


async def _examine(physician: "Doctor") -> "list[Finding]":
    with progress("examining", None) as advance:
        seen = 0

        def moved(done: int, _: int) -> None:
            nonlocal seen
            advance(done - seen)
            seen = done

        return await physician.examine(moved)


def _tell(
    found: "Sequence[Finding]", mended: int, left: "Sequence[Finding]", *, repair: bool
) -> None:
    for finding in found:
        say(printable(f"{finding.kind.value}: {finding.text}"))
    if not found:
        remark("nothing is wrong")
    elif not repair:
        remark(f"{_things(len(found))} wrong; `tasuki doctor --repair` sets it right")
    else:
        remark(f"{_things(mended)} set right, {_things(len(left))} still wrong")


def _things(number: int) -> str:
    return "1 thing" if number == 1 else f"{number} things"


def _view(finding: "Finding") -> dict[str, object]:
    return {"kind": finding.kind.value, "ids": finding.ids, "text": finding.text}
