"""Someone who wants something of one job, and is told why when it is not possible."""

from collections.abc import Awaitable, Callable

from tasuki.model.state import Verb
from tasuki.store.acts.operator import Operator, refusal

VERBS: dict[Verb, Callable[[Operator, list[int]], Awaitable[list[str]]]] = {
    Verb.PROMOTE: Operator.promote,
    Verb.CANCEL: Operator.cancel,
    Verb.RETRY: Operator.retry,
    Verb.REMOVE: Operator.remove,
}


async def steer(operator: Operator, verb: Verb, id: int) -> None:
    """Do it to the job, or raise what it says to a person that nothing was done."""
    [before] = await VERBS[verb](operator, [id])
    refused = refusal(id, verb, before)
    if refused is not None:
        raise refused
