"""What a runner has room for, and when it looks: without a store, a loop or a clock."""

import pytest

from tasuki.workers.runner.slots import LEARNING, LONGEST_WAIT, MOST_HELD, ApartSlots, Slots


def slots_of(**numbers: int) -> Slots:
    return Slots(numbers)


def run(slots: Slots, type: str, seconds: float, times: int) -> None:
    """Claim and end so many jobs, one after the other."""
    for _ in range(times):
        slots.book({type: 1}, [(type, 1)], None, 0.0)
        slots.leave(type, seconds)


def test_half_of_the_slots_is_asked_for_at_once_and_then_the_other_half():
    slots = slots_of(a=5, b=1)
    assert slots.demand() == [("a", 3), ("b", 1)]
    slots.book({"a": 3, "b": 1}, slots.demand(), None, 0.0)
    assert slots.demand() == [("a", 2)]
    slots.book({"a": 2}, slots.demand(), None, 0.0)
    assert slots.demand() == []
    slots.leave("a", 1.0)
    assert slots.demand() == [("a", 1)]


def test_what_gave_less_than_was_asked_for_is_not_asked_again_until_it_is_time():
    slots = slots_of(a=2)
    demand = slots.demand()
    assert slots.should_look(demand, 0.0)
    slots.book({}, demand, None, 100.0)
    assert not slots.should_look(demand, 100.0)
    assert slots.look_at(demand, 100.0) == 100.0 + LONGEST_WAIT
    assert slots.should_look(demand, 100.0 + LONGEST_WAIT)


def test_a_type_that_gave_all_that_was_asked_for_is_asked_again_at_once():
    slots = slots_of(a=2, b=2)
    demand = slots.demand()
    slots.book({"a": 1}, demand, None, 100.0)
    assert slots.should_look(slots.demand(), 100.0)
    slots.book({"a": 1}, [("a", 1)], None, 100.0)
    slots.book({}, [("b", 1)], None, 100.0)
    assert not slots.should_look(slots.demand(), 100.0)


def test_it_looks_when_something_is_due():
    slots = slots_of(a=2)
    demand = slots.demand()
    slots.book({}, demand, 101.0, 100.0)
    assert slots.look_at(demand, 100.0) == 101.0
    assert not slots.should_look(demand, 100.9)
    assert slots.should_look(demand, 101.0)


def test_the_doorbell_makes_it_look_at_once_and_is_told_of_once():
    slots = slots_of(a=2)
    demand = slots.demand()
    slots.book({}, demand, None, 100.0)
    slots.ring("a")
    assert slots.should_look(demand, 100.0)
    assert slots.take_rung() == ["a"]
    assert slots.take_rung() == []


@pytest.mark.parametrize("type", ["a", ""])
def test_a_doorbell_that_rings_while_a_call_is_under_way_is_not_missed(type: str):
    slots = slots_of(a=2)
    demand = slots.demand()
    slots.take_rung()
    slots.ring(type)
    slots.book({}, demand, None, 100.0)
    assert slots.should_look(demand, 100.0)
    slots.take_rung()
    slots.book({}, demand, None, 100.0)
    assert not slots.should_look(demand, 100.0)


def test_a_token_that_nobody_has_room_for_is_put_back_at_once():
    slots = slots_of(a=1)
    slots.book({"a": 1}, slots.demand(), None, 100.0)
    assert not slots.should_look([], 100.0)
    slots.ring("a")
    assert slots.should_look([], 100.0)


def test_nothing_is_claimed_ahead_before_some_jobs_have_been_seen():
    slots = slots_of(a=1)
    run(slots, "a", 0.001, LEARNING - 1)
    assert slots.demand() == [("a", 1)]
    run(slots, "a", 0.001, 1)
    assert slots.types["a"].ahead == 20
    # One slot and twenty ahead: half of it at once.
    assert slots.demand() == [("a", 11)]


@pytest.mark.parametrize(
    ("seconds", "number", "ahead"),
    [
        (0.0, 1, MOST_HELD - 1),
        (0.0001, 1, MOST_HELD - 1),
        (0.001, 10, MOST_HELD - 10),
        (0.0, MOST_HELD, 0),
        (0.0, 1_000, 0),
        (0.005, 1, 4),
        (0.005, 10, 40),
        (0.019, 1, 1),
        (0.02, 1_000, 0),
        (30.0, 1_000, 0),
    ],
)
def test_so_many_are_ahead_as_run_in_twenty_milliseconds(seconds: float, number: int, ahead: int):
    slots = slots_of(a=number)
    run(slots, "a", seconds, 200)
    assert slots.types["a"].ahead == ahead


def test_one_slow_job_ends_it_for_some_time():
    slots = slots_of(a=1)
    run(slots, "a", 0.001, 100)
    run(slots, "a", 1.0, 1)
    assert slots.types["a"].ahead == 0
    run(slots, "a", 0.001, 100)
    assert slots.types["a"].ahead > 0


def test_what_never_began_says_nothing_of_how_long_jobs_take():
    slots = slots_of(a=1)
    for _ in range(2 * LEARNING):
        slots.book({"a": 1}, [("a", 1)], None, 0.0)
        slots.leave("a", None)
    assert slots.types["a"].ahead == 0


def test_after_some_were_given_back_nothing_is_ahead_until_a_job_has_ended():
    slots = slots_of(a=2)
    run(slots, "a", 0.001, 100)
    assert slots.types["a"].ahead == 40
    slots.stall("a")
    assert slots.demand() == [("a", 1)]
    run(slots, "a", 0.001, 1)
    assert slots.types["a"].ahead == 40


def test_a_type_without_a_free_slot_does_not_take_the_tokens_of_others():
    slots = slots_of(a=1, b=1)
    run(slots, "a", 0.001, 100)
    slots.book({"a": 1}, [("a", 1)], None, 0.0)
    assert "a" in dict(slots.demand())
    assert slots.idle_types() == ["b"]


def test_a_runner_apart_asks_for_one_job_of_any_type_and_hears_no_bells():
    slots = ApartSlots({"a": 5, "b": 5}, 0.0)
    assert slots.demand() == [("a", 1), ("b", 1)]
    assert slots.idle_types() == []
    slots.book({"b": 1}, slots.demand(), None, 100.0)
    assert slots.demand() == []
    slots.leave("b", 0.0)
    assert slots.demand() == [("a", 1), ("b", 1)]


def test_a_runner_apart_claims_nothing_ahead():
    slots = ApartSlots({"a": 5}, 0.0)
    run(slots, "a", 0.0, 100)
    assert slots.demand() == [("a", 1)]


def test_a_runner_apart_looks_often_and_is_over_when_there_was_nothing_for_a_while():
    slots = ApartSlots({"a": 5}, 100.0)
    demand = slots.demand()
    slots.book({}, demand, None, 100.0)
    assert slots.look_at(demand, 100.0) == pytest.approx(100.2)
    assert not slots.is_over(102.0, busy=True)
    assert not slots.is_over(104.9, busy=False)
    assert slots.is_over(105.1, busy=False)


def test_an_ordinary_runner_is_never_over():
    assert not slots_of(a=1).is_over(1e9, busy=False)
