"""Steering all jobs that match, and telling what became of them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from tasuki.cli.program import EXIT_FAILED
from tasuki.cli.steered import OUTCOMES, TOLD, counted
from tasuki.cli.terminal.output import print_json, remark, say
from tasuki.cli.terminal.progress import progress
from tasuki.model.state import Verb

if TYPE_CHECKING:
    from tasuki.store.acts.bulk import BulkStep, Counts

_WOULD: Mapping[Verb, str] = {
    Verb.RETRY: "would wait to run again",
    Verb.CANCEL: "would be cancelled",
    Verb.PROMOTE: "would wait to run",
    Verb.REMOVE: "would be removed",
    Verb.UPDATE: "would be updated",
}
_WOULD_BE_TOLD = "would be told to stop"

_CHANGED = ("had changed before it was reached", "had changed before they were reached")
_GONE = ("was gone before it was reached", "were gone before they were reached")


async def by_filter(
    sweep: "Callable[..., Awaitable[BulkStep]]",
    verb: Verb,
    label: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Go on until all is done, with a line that shows how far it is. Gives the exit code."""
    so_far: BulkStep | None = None
    try:
        with progress(label, None) as advance:

            def tell(step: "BulkStep") -> None:
                nonlocal so_far
                advance(step.counts.total - (so_far.counts.total if so_far else 0))
                so_far = step

            await sweep(progress=tell)
    finally:
        # Also when the store fails on the way: what is done is done.
        if so_far is not None:
            shown = {"counts": so_far.counts, "partial": so_far.partial}
            print_json(shown) if as_json else _report(so_far.counts, verb, dry_run=dry_run)
    if so_far is not None and so_far.partial:
        remark("tasuki: there are more types than were looked in: name one with --type")
        return EXIT_FAILED
    return 0


def _report(total: "Counts", verb: Verb, *, dry_run: bool) -> None:
    done = (_WOULD[verb], _WOULD[verb]) if dry_run else OUTCOMES[verb]
    told = (_WOULD_BE_TOLD, _WOULD_BE_TOLD) if dry_run else TOLD
    for number, words in ((total.done, done), (total.cancelling, told)):
        if number:
            say(counted(number, words))
    for number, words in ((total.not_allowed, _CHANGED), (total.missing, _GONE)):
        if number:
            remark(counted(number, words))
    if not total.total:
        # An update leaves those alone that are already as it wants them.
        remark("no such jobs to change" if verb is Verb.UPDATE else "no such jobs")
