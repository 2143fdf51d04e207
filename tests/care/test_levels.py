"""When the next look is due: by care level, by day and by night."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.levels import (
    HOUSE_TIME,
    day_hours,
    due_at,
    interval,
    is_night,
    level_rule,
    level_rules,
    overdue_minutes,
)
from db.tables import CARE_LEVELS

HOUR = 3600
moments = st.integers(
    int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())
)


def at(clock: str, day: int = 10) -> int:
    hour, minute = map(int, clock.split(":"))
    return int(datetime(2026, 11, day, hour, minute, tzinfo=HOUSE_TIME).timestamp())


def test_every_care_level_has_a_rule_that_the_county_may_set() -> None:
    assert tuple(rule.level for rule in level_rules()) == CARE_LEVELS
    assert {rule.certainty for rule in level_rules()} == {"C"}
    assert day_hours().certainty == "C"
    assert level_rule("full").turning_min == 120
    assert level_rule("self").turning_min is None


@pytest.mark.parametrize(
    ("level", "day", "night"), [("special", 60, 60), ("full", 120, 120), ("half", 180, 180), ("self", 480, 240)]
)
def test_intervals(level: str, day: int, night: int) -> None:
    assert interval(level, at("12:00")) == day
    assert interval(level, at("23:00")) == night


def test_an_unknown_level_is_looked_after_most() -> None:
    assert interval("of a newer program", at("12:00")) == interval("special", at("12:00"))


@pytest.mark.parametrize(
    ("clock", "night"), [("05:59", True), ("06:00", False), ("20:59", False), ("21:00", True), ("00:00", True)]
)
def test_day_and_night_are_those_of_the_house_not_of_the_machine(clock: str, night: bool) -> None:
    assert is_night(at(clock)) is night


def test_within_the_day_the_interval_simply_passes() -> None:
    assert due_at("full", at("08:00"), since=0) == at("10:00")
    assert due_at("self", at("06:30"), since=0) == at("14:30")


def test_night_that_looks_more_often_begins_with_a_round() -> None:
    assert due_at("self", at("14:00"), since=0) == at("21:00")  # seven hours old, four are allowed now
    assert due_at("self", at("19:00"), since=0) == at("23:00")
    assert due_at("self", at("20:59"), since=0) == at("00:59", day=11)


def test_after_night_the_longer_interval_of_the_day_holds() -> None:
    assert due_at("self", at("01:59"), since=0) == at("05:59")
    assert due_at("self", at("02:00"), since=0) == at("10:00")
    assert due_at("self", at("05:00"), since=0) == at("13:00")


def test_without_any_round_the_coming_counts_as_a_look() -> None:
    assert due_at("half", None, since=at("09:00")) == at("12:00")
    assert due_at("half", at("10:00"), since=at("09:00")) == at("13:00")


def test_overdue_counts_whole_minutes_and_never_backwards() -> None:
    due = at("10:00")
    assert overdue_minutes(due, due - 60) == 0
    assert overdue_minutes(due, due + 59) == 0
    assert overdue_minutes(due, due + 60) == 1
    assert overdue_minutes(due, due + 2 * HOUR) == 120


@given(st.sampled_from(CARE_LEVELS), moments)
def test_due_is_the_first_moment_at_which_the_interval_then_in_force_has_passed(level: str, last: int) -> None:
    due = due_at(level, last, since=0)
    assert due - last >= interval(level, due) * 60
    assert all(moment - last < interval(level, moment) * 60 for moment in range(last, due, 300))
    assert due - 1 - last < interval(level, due - 1) * 60
