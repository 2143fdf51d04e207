"""Which shift it is: without gap or overlap, through midnight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.data import table
from care.shifts import Shift, began, pattern, shift
from tests.care.household import at


def three() -> tuple[Shift, ...]:
    return tuple(Shift(**row) for row in table("rules/shift_handover")["shifts"])


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-22 07:59", ("night", "夜班", "20:00", "08:00")),
        ("2026-11-22 08:00", ("day", "白班", "08:00", "20:00")),
        ("2026-11-22 19:59", ("day", "白班", "08:00", "20:00")),
        ("2026-11-22 20:00", ("night", "夜班", "20:00", "08:00")),
        ("2026-11-22 00:00", ("night", "夜班", "20:00", "08:00")),
    ],
)
def test_a_house_of_two_shifts(moment: str, told: tuple[str, str, str, str]) -> None:
    now = shift(at(moment))
    assert (now.id, now.zh, now.start, now.end) == told


@pytest.mark.parametrize(
    ("moment", "id"),
    [("08:00", "day"), ("15:59", "day"), ("16:00", "evening"), ("23:59", "evening"), ("00:00", "night")],
)
def test_a_house_of_three_shifts(moment: str, id: str) -> None:
    assert shift(at(f"2026-11-22 {moment}"), three()).id == id


@given(st.integers(0, 1439))
def test_every_minute_has_one_shift_in_either_pattern(minute: int) -> None:
    for shifts in (pattern(), three()):
        assert sum(one.covers(minute) for one in shifts) == 1


def test_a_pattern_with_a_gap_is_a_defect() -> None:
    with pytest.raises(LookupError):
        shift(at("2026-11-22 21:00"), (Shift("day", "白班", "Day", "08:00", "20:00"),))


def test_one_shift_may_last_the_whole_day() -> None:
    whole = Shift("whole", "全天班", "Whole day", "08:00", "08:00")
    assert shift(at("2026-11-22 03:00"), (whole,)) is whole


@pytest.mark.parametrize(
    ("moment", "start"), [("2026-11-22 21:04", "2026-11-22 20:00"), ("2026-11-22 07:59", "2026-11-21 20:00")]
)
def test_a_night_shift_began_in_the_evening(moment: str, start: str) -> None:
    assert began(at(moment) + 30) == at(start)
