"""Who looked, printed for the person: every look, every act of two about them, every export that held them."""

from uuid import UUID

import pytest

from care import people, rounds, staff
from care.audit import note
from care.chart import open_chart
from care.exports.leave import period, with_names, without_names
from care.looks_printed import LooksSheet, looks_sheet
from care.rights import Second, doing
from care.same_person import merge_people
from tests.care.household import Household, refuses


@pytest.fixture
def person(house: Household) -> UUID:
    house.it_is("2026-11-22 10:00")
    return house.person("李秀英", "102-1", sex="2")


def sheet(house: Household, person: UUID) -> LooksSheet:
    return looks_sheet(house.store, house.director, person, "谁看过.html")


def test_every_look_stands_there_with_name_and_role_newest_first(house: Household, person: UUID) -> None:
    open_chart(house.store, house.carer, person)
    house.it_is("2026-11-22 12:00")
    open_chart(house.store, house.director, person)
    found = sheet(house, person)
    assert (found.house, found.name, found.sex, found.bed_label, found.made_by) == (
        "青山镇两院", "李秀英", "2", "102-1", "刘建国",
    )  # fmt: skip
    assert [(row.who, row.role, row.what) for row in found.rows] == [
        ("刘建国", "director", "chart"),
        ("王芳", "carer", "chart"),
    ]
    assert found.rows[0].at - found.rows[1].at == 7200


def test_printing_it_is_itself_on_the_next_sheet(house: Household, person: UUID) -> None:
    sheet(house, person)
    house.it_is("2026-11-22 12:00")
    assert [(row.who, row.what) for row in sheet(house, person).rows] == [("刘建国", "looks_printed")]


def test_exports_that_held_the_person_are_on_it_with_their_purpose(house: Household, person: UUID) -> None:
    doctor = staff.add(house.store, house.director, number="1003", name="赵医生", role="doctor")
    staff.set_pin(house.store, doctor, "2580")
    days = period(house.store.now(), None, None)
    open_chart(house.store, house.carer, person)
    without_names(house.store, house.director, "vitals", "a.csv", days, "zh")
    # A table of counts holds nobody.
    without_names(house.store, house.director, "occupancy", "b.csv", days, "zh")
    second = Second(doctor, "2580")
    with_names(house.store, house.director, second, "people", "c.xlsx", days, "zh", "报送民政", sealed=True)
    found = [(row.what, row.who, row.second, row.table, row.purpose) for row in sheet(house, person).rows]
    assert sorted(found) == [
        ("chart", "王芳", "", "", ""),
        ("exported", "刘建国", "", "vitals", ""),
        ("exported_named", "刘建国", "赵医生", "people", "报送民政"),
    ]


def test_what_was_voided_of_theirs_is_on_it_and_nothing_of_anybody_else(house: Household, person: UUID) -> None:
    other = house.person("陈大福", "101-1")
    looks = {
        one: rounds.record(house.store, house.carer, one, rounds.Observation(unremarkable=True)).round_id
        for one in (person, other)
    }
    with doing(house.store, house.director, "record.correct_other") as act:
        for look in looks.values():
            note(act, "voided", look, house.carer)
    open_chart(house.store, house.carer, other)
    assert [(row.what, row.who, row.second) for row in sheet(house, person).rows] == [("voided", "刘建国", "王芳")]


def test_of_somebody_registered_twice_all_looks_are_told(house: Household, person: UUID) -> None:
    other = house.person("李秀英")
    open_chart(house.store, house.carer, other)
    merge_people(house.store, house.director, person, other)
    assert [row.who for row in sheet(house, person).rows if row.what == "chart"] == ["王芳"]


def test_who_may_not_print_it_is_told_so_and_nothing_is_noted(house: Household, person: UUID) -> None:
    with refuses("no_right", right="access.print", role="carer"):
        looks_sheet(house.store, house.carer, person)
    assert sheet(house, person).rows == ()
    with refuses("person_unknown"):
        looks_sheet(house.store, house.director, UUID(int=7))
    assert people.count(house.store) == 2
