from collections.abc import Iterator

from tasuki.model import errors
from tasuki.model.errors import InvalidError, JobNotFoundError, StateError, TasukiError


def kinds(base: type[TasukiError] = TasukiError) -> Iterator[type[TasukiError]]:
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


def test_every_error_has_a_code_of_its_own():
    of_model = [kind for kind in kinds() if kind.__module__ == errors.__name__]
    codes = [kind.__dict__.get("code") for kind in of_model]
    assert None not in codes
    assert len(set(codes)) == len(codes)


def test_the_tree_at_the_top_of_the_file_is_the_tree():
    assert errors.__doc__
    # The errors of the embedded store have a file of their own.
    drawn = set(errors.__doc__.replace("─", " ").split()) - {"EmbeddedError"}
    for kind in kinds():
        if kind.__module__ == errors.__name__:
            assert kind.__name__ in drawn


def test_errors_are_also_what_python_users_expect():
    assert issubclass(InvalidError, ValueError)
    assert issubclass(JobNotFoundError, LookupError)
    assert issubclass(errors.WaitTimeoutError, TimeoutError)


def test_errors_say_what_and_where():
    assert str(InvalidError("must be 5", field="delay")) == "delay: must be 5"
    assert str(InvalidError("must be 5")) == "must be 5"
    assert str(JobNotFoundError(7)) == "there is no job 7"
    assert str(StateError(7, "active", "remove")) == "job 7 is active: cannot remove it"


def test_errors_of_the_store_say_whether_they_may_pass():
    of_store = [kind for kind in kinds() if issubclass(kind, errors.StoreError)]
    may_pass = {kind.code for kind in of_store if kind.transient}
    assert may_pass == {"store_unavailable", "store_full", "store_read_only", "store_refused"}
