"""When a value goes on by itself: nothing that is typed may land in the next field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.vitals import Measure, complete, measure, measures, read, show, unusual

BY_ITSELF = [of for of in measures() if of.digits]


def typings(of: Measure, value: int) -> set[str]:
    """Every way to type a value: with its point, and in bare digits."""
    said = show(of, value)
    bare = said.replace(".", "")
    return {said, bare} if len(bare) > 1 else {said}


@pytest.mark.parametrize("of", BY_ITSELF, ids=lambda of: of.id)
def test_every_value_can_be_typed_to_its_last_digit(of: Measure) -> None:
    """No value in range goes on while a digit of it, or of another that begins so, may still follow."""
    for value in range(of.hard_lo, of.hard_hi + 1):
        for typed in typings(of, value):
            assert not [typed[:n] for n in range(1, len(typed)) if complete(of, typed[:n])]


@pytest.mark.parametrize("of", BY_ITSELF, ids=lambda of: of.id)
def test_only_an_ordinary_value_goes_on_and_it_is_the_one_typed(of: Measure) -> None:
    for value in range(of.hard_lo, of.hard_hi + 1):
        bare = show(of, value).replace(".", "")
        if complete(of, bare):
            assert read(of, bare) == value
            assert not unusual(of, value)


@given(of=st.sampled_from(measures()), typed=st.text("0123456789.", max_size=8))
def test_whatever_is_typed_goes_on_only_when_no_digit_more_makes_another_value(of: Measure, typed: str) -> None:
    if complete(of, typed):
        value = read(of, typed)
        assert value is not None
        for digit in "0123456789":
            longer = typed + digit
            assert not complete(of, longer) or read(of, longer) == value


def test_what_people_measure_every_day_takes_no_enter() -> None:
    day = {"temp_c10": "365", "pulse": "78", "resp": "18", "sbp": "138", "dbp": "82", "spo2": "97"}
    assert all(complete(measure(name), typed) for name, typed in day.items())
    for name, typed in (("pulse", "25"), ("pulse", "18"), ("resp", "8"), ("sbp", "95"), ("temp_c10", "36.5")):
        assert not complete(measure(name), typed)
