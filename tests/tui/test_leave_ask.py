"""Until when somebody is out: quick words, or a date as people type it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.care.household import at
from yiyang_tui.screens.leave_ask import SOON, expected

MORNING = at("2026-11-22 11:04")


@pytest.mark.parametrize(
    ("soon", "typed", "when"),
    [
        ("tonight", "", "2026-11-22 20:00"),
        ("tomorrow", "", "2026-11-23 18:00"),
        ("three_days", "", "2026-11-25 18:00"),
        ("tonight", "11-25", "2026-11-25 18:00"),
        ("tonight", "11-25 15:30", "2026-11-25 15:30"),
        ("tonight", "11月25日", "2026-11-25 18:00"),
        ("tonight", "１１－２５", "2026-11-25 18:00"),
        ("unknown", "2027.2.3", "2027-02-03 18:00"),
        ("unknown", "1-3", "2027-01-03 18:00"),
        ("unknown", "11-22", "2026-11-22 18:00"),
    ],
)
def test_what_is_chosen_or_typed_is_a_time_in_the_house(soon: str, typed: str, when: str) -> None:
    assert expected(soon, typed, MORNING) == at(when)


def test_nobody_knows() -> None:
    assert expected("unknown", " ", MORNING) is None
    assert expected(None, "", MORNING) is None


def test_late_in_the_evening_tonight_is_still_to_come() -> None:
    assert expected("tonight", "", at("2026-11-22 21:04")) == at("2026-11-22 23:59") + 59


@pytest.mark.parametrize("typed", ["x", "13-45", "2-30", "25", "11-25 25:00", "11-25 9", "0-0"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        expected("tonight", typed, MORNING)


@given(now=st.integers(at("2026-01-01 00:00"), at("2036-01-01 00:00")), soon=st.sampled_from(sorted(SOON)))
def test_the_quick_words_never_name_a_time_that_has_passed(now: int, soon: str) -> None:
    found = expected(soon, "", now)
    assert found is not None
    assert found >= now
