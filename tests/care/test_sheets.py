"""What stands on sheets: which measurement has room, which sum of a day counts, what is due on which day."""

from datetime import date

import pytest

from care import rounds, stays
from care.events import record
from care.events.read import event
from care.roles import NoRight
from care.sheets.doses import doses_sheet
from care.sheets.form import event_form
from care.sheets.rounds import house_rounds, person_rounds
from care.sheets.temperature import TemperatureSheet, temperature_sheet
from tests.care.household import Household, at, refuses
from tests.care.pharmacy import pharmacy

LAST = date(2026, 11, 22)


def week(house: Household, person: object) -> TemperatureSheet:
    return temperature_sheet(house.store, house.carer, person, LAST)  # type: ignore[arg-type]


def measured(house: Household, person: object, when: str, **vitals: int) -> None:
    seen = rounds.Observation(vitals=vitals)
    rounds.record(house.store, house.carer, person, seen, at=at(when))  # type: ignore[arg-type]


def test_a_column_is_the_two_hours_around_its_own(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    house.it_is("2026-11-22 21:04")
    for when, column in (
        ("2026-11-16 00:00", 0),
        ("2026-11-16 03:59", 0),
        ("2026-11-16 04:00", 1),
        ("2026-11-22 20:00", 41),
    ):
        measured(house, person, when, temp_c10=370)
        assert week(house, person).curves["temp_c10"][-1].column == column


def test_of_many_in_one_column_the_nearest_the_lowest_and_the_highest_are_drawn(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    house.it_is("2026-11-22 21:04")
    for minute, value in ((0, 371), (10, 395), (20, 372), (30, 352), (59, 373)):
        measured(house, person, f"2026-11-22 08:{minute:02}", temp_c10=value)
    sheet = week(house, person)
    assert [one.value for one in sheet.curves["temp_c10"]] == [395, 352, 373]
    assert sheet.more == 2
    places = [one.place for one in sheet.curves["temp_c10"]]
    assert places == sorted(places)


def test_somebody_who_summed_the_day_up_counts_alone(house: Household) -> None:
    """In the morning the sum of twenty-four hours is of the day before."""
    person, nurse = house.person("李秀英", "101-1"), house.colleague("nurse")
    house.it_is("2026-11-20 10:00")
    record.record(house.store, nurse, "drink", {"ml": 250, "what": "water"}, person_id=person)
    rounds.record(house.store, house.carer, person, rounds.Observation(water_ml=100))
    house.it_is("2026-11-21 07:00")
    record.record(house.store, nurse, "drink", {"ml": 200, "what": "water"}, person_id=person)
    before = {one.day.day: one.intake_ml for one in week(house, person).days}
    assert (before[20], before[21], before[22]) == (350, 200, None)
    record.record(
        house.store, nurse, "intake_output", {"in_ml": 1500, "out_urine_ml": 900, "hours": 24}, person_id=person
    )
    after = {one.day.day: (one.intake_ml, one.output_ml) for one in week(house, person).days}
    assert (after[20], after[21]) == ((1500, 900), (200, None))


def test_stools_are_counted_and_none_is_none(house: Household) -> None:
    person, nurse = house.person("李秀英", "101-1"), house.colleague("nurse")
    house.it_is("2026-11-22 12:00")
    for facts in ({"stool": "loose", "times": 3}, {"stool": "usual"}, {"stool": "none"}):
        record.record(house.store, nurse, "excretion", {"urine": "usual", **facts}, person_id=person)
    assert week(house, person).days[-1].stools == 4


def test_marks_are_of_the_stay_and_days_count_from_admission(house: Household) -> None:
    house.it_is("2026-11-15 10:00")
    person = house.person("李秀英", "101-1")
    house.it_is("2026-11-17 10:00")
    stays.move(house.store, house.director, person, house.bed("102-1"))
    now = house.it_is("2026-11-19 09:00")
    stays.leave(house.store, house.carer, person, "hospital", now + 86400, "儿子")
    house.it_is("2026-11-22 12:00")
    sheet = week(house, person)
    assert [one.kind for one in sheet.marks] == ["move", "hospital"]
    assert [one.number for one in sheet.days] == [2, 3, 4, 5, 6, 7, 8]
    assert sheet.away[0][0] == at("2026-11-19 09:00")


def test_nothing_is_due_before_it_was_prescribed_nor_after_it_was_stopped(house: Household) -> None:
    from care.medicines import orders

    house.it_is("2026-11-20 07:00")
    shop = pharmacy(house)
    order = shop.order("二甲双胍片", "BID", times="08:00 20:00", from_on="2026-11-20")
    house.it_is("2026-11-21 12:00")
    orders.stop(house.store, shop.doctor, order, "低血糖")
    sheet = doses_sheet(house.store, house.carer, shop.person, date(2026, 11, 19), date(2026, 11, 22))
    ((morning, evening),) = [one.hours for one in sheet.orders]
    assert [cell.due for cell in morning.cells] == [False, True, True, False]
    assert [cell.due for cell in evening.cells] == [False, True, False, False]


def test_a_night_shift_goes_on_past_midnight(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    house.it_is("2026-11-23 09:00")
    for when in ("2026-11-22 19:59", "2026-11-22 20:00", "2026-11-23 07:59", "2026-11-23 08:00"):
        rounds.record(house.store, house.carer, person, rounds.Observation(unremarkable=True), at=at(when))
    (row,) = house_rounds(house.store, house.carer, LAST, "night").rows
    assert [one.at for one in row.looks] == [at("2026-11-22 20:00"), at("2026-11-23 07:59")]


def test_a_form_tells_what_was_said_and_keeps_room_for_what_was_not(house: Household) -> None:
    person, nurse = house.person("李秀英", "101-1"), house.colleague("nurse")
    now = house.it_is("2026-11-22 12:00")
    facts = {
        "severity": "III",
        "place": "bed",
        "injury": ["none"],
        "first_aid": "看过",
        "hospital": False,
        "found_at": now,
    }
    fall = record.record(house.store, nurse, "fall", facts, person_id=person)
    lines = {line.words.zh: line for line in event_form(house.store, house.carer, fall).lines}
    assert [tick.words.zh for tick in lines["地点"].ticks if tick.on] == ["床边"]
    assert lines["现场处置"].said.zh == "看过"
    assert (lines["目击者"].said.zh, "部位" in lines) == ("", False)
    assert event(house.store, fall).brief.zh


def test_periods_are_bounded_and_take_the_right(house: Household) -> None:
    person, clerk = house.person("李秀英", "101-1"), house.colleague("admin")
    for first, last in ((date(2026, 11, 22), date(2026, 11, 21)), (date(2026, 10, 1), LAST)):
        with refuses("print_period", most=31):
            person_rounds(house.store, house.carer, person, first, last)
    with refuses("print_shift", known="day night"):
        house_rounds(house.store, house.carer, LAST, "noon")
    with pytest.raises(NoRight):
        temperature_sheet(house.store, clerk, person, LAST)
