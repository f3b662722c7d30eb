"""Errors in other processes: `concurrent.futures` and `multiprocessing` pickle what was raised."""

import copy
import pickle
from collections.abc import Iterator

import pytest

from tasuki import embedded
from tasuki.model import errors, outcome
from tasuki.model.errors import (
    InvalidError,
    JobFailedError,
    JobNotFoundError,
    StateError,
    TasukiError,
)
from tasuki.model.outcome import Retry, Signal, Snooze
from tasuki.model.portable import Portable
from tasuki.model.state import State


class OfAUser(JobFailedError):
    """As somebody may derive one."""

    def __init__(self, customer: str, *, paid: bool) -> None:
        self.customer, self.paid = customer, paid
        super().__init__(f"{customer} has {'' if paid else 'not '}paid")


def kinds(base: type[Portable] = Portable) -> Iterator[type[Portable]]:
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


def example(kind: type[Portable]) -> Portable:
    if issubclass(kind, InvalidError):
        return kind("must be text", field="url")
    made: dict[type[Portable], Portable] = {
        JobNotFoundError: JobNotFoundError(7, "it was removed"),
        StateError: StateError(7, State.ACTIVE, "retry"),
        Retry: Retry("later", after=5),
        Snooze: Snooze(5),
        OfAUser: OfAUser("Ada", paid=False),
    }
    return made.get(kind) or kind("it is so")


OURS = [kind for kind in kinds() if kind.__module__.startswith("tasuki.")]


@pytest.mark.parametrize("kind", [*OURS, OfAUser], ids=lambda kind: kind.__name__)
def test_an_error_comes_back_as_it_was(kind: type[Portable]):
    error = example(kind)
    error.add_note("seen by the worker")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert type(twin) is kind
        assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error))


def test_all_that_people_may_meet_is_portable():
    met = {TasukiError, Signal, embedded.EmbeddedError, errors.StoreError, outcome.Fail}
    assert met < set(OURS)


def test_an_error_without_a_field_is_one_without_a_field():
    twin = pickle.loads(pickle.dumps(InvalidError("no jobs")))  # noqa: S301
    assert (twin.field, str(twin)) == (None, "no jobs")
