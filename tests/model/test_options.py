"""Options follow from their declarations."""

from inspect import signature

from tasuki import Client
from tasuki.model.job import JobInfo, NewJob
from tasuki.model.options import options_of


def test_enqueue_takes_every_option_and_says_so():
    former = {"key", "at"}
    arguments = set(signature(Client.enqueue).parameters) - {"self", "idempotency_key"} - former
    assert arguments == {option.name for option in options_of(NewJob)}


def test_people_see_every_option():
    when = {"delay"}  # which is a time, once the job is there
    assert set(NewJob.__struct_fields__) - when <= set(JobInfo.__struct_fields__)
