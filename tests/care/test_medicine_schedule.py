"""When an order falls due: over days, every other day, on days of the week, from its first to its last day."""

from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from care.medicines.schedule import clock, due_between, is_day_of
from db.clock import LOCAL

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
TIMES = st.lists(st.sampled_from(["06:00", "08:00", "12:00", "18:00", "20:30"]), min_size=1, max_size=5, unique=True)
WEEKDAYS = st.sets(st.sampled_from("1234567"), max_size=3).map(lambda some: "".join(sorted(some)))


def moment(day: date, hour: str = "00:00") -> int:
    """Seconds UTC of an hour of a day in the house."""
    return int(datetime.combine(day, time.fromisoformat(hour), LOCAL).timestamp())


@given(DAYS, st.none() | st.integers(0, 40), TIMES, st.integers(1, 9), WEEKDAYS, DAYS, st.integers(0, 20))
@settings(max_examples=100)
def test_every_due_moment_is_an_hour_of_the_order_on_one_of_its_days_and_none_is_left_out(
    begin: date, length: int | None, times: list[str], days: int, weekdays: str, first: date, span: int
) -> None:
    end = None if length is None else (begin + timedelta(days=length)).isoformat()
    since, until = moment(first), moment(first + timedelta(days=span), "23:59")
    found = due_between(begin.isoformat(), end, " ".join(times), days, weekdays, since, until)
    assert list(found) == sorted(set(found))
    expected = [
        moment(day, hour)
        for day in (first + timedelta(days=n) for n in range(span + 1))
        if begin <= day
        and (length is None or day <= begin + timedelta(days=length))
        and (str(day.isoweekday()) in weekdays if weekdays else (day - begin).days % days == 0)
        for hour in times
    ]
    assert list(found) == sorted(expected)
    assert all(clock(at) in times for at in found)


@given(DAYS, TIMES, st.integers(1, 9), DAYS, st.integers(1, 12))
@settings(max_examples=50)
def test_a_span_cut_in_two_has_the_same_moments(
    begin: date, times: list[str], days: int, first: date, span: int
) -> None:
    of = (begin.isoformat(), None, " ".join(times), days, "")
    start, middle, end = (moment(first + timedelta(days=n)) for n in (0, span // 2, span))
    assert due_between(*of, start, middle) + due_between(*of, middle + 1, end) == due_between(*of, start, end)


def test_every_other_day_counts_from_the_first_across_months() -> None:
    found = due_between("2026-11-29", None, "08:00", 2, "", moment(date(2026, 11, 28)), moment(date(2026, 12, 4)))
    assert [datetime.fromtimestamp(at, LOCAL).day for at in found] == [29, 1, 3]


def test_what_cannot_be_read_falls_due_never() -> None:
    span = moment(date(2026, 11, 1)), moment(date(2026, 11, 30))
    assert due_between("gestern", None, "08:00", 1, "", *span) == ()
    assert due_between("2026-11-01", None, "acht Uhr", 1, "", *span) == ()
    assert due_between("2026-11-01", None, "08:00", 0, "", *span) == ()
    assert due_between("2026-11-01", None, "08:00", 1, "", span[1], span[0]) == ()
    assert not is_day_of("2026-11-02", "2026-11-01", "2026-11-01", 1, "")
