"""Coming in, changing beds, going out for a while, leaving."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from care import beds, people, stays
from db.local import JOURNAL
from db.tables import Leave, Person, Stay
from tests.care.household import Household, at, refuses

STAY, LEAVE = Stay.metadata.tables["stay"], Leave.metadata.tables["leave"]


def stays_of(house: Household, person: UUID) -> list[tuple[str, int, int | None, str, str]]:
    """All stays of a person in time: bed label, from, until, begun by, end reason."""
    labels = {
        cell.id: cell.label
        for ward in beds.bed_map(house.store, house.store.now())
        for room in ward.rooms
        for cell in room.cells
    }
    with house.store.reading() as conn:
        rows = conn.execute(select(STAY).where(STAY.c.person_id == person).order_by(STAY.c.from_at, STAY.c.id)).all()
    return [(labels[row.bed_id], row.from_at, row.until_at, row.begun_by, row.end_reason) for row in rows]


def leaves_of(house: Household, person: UUID) -> list:
    with house.store.reading() as conn:
        return list(conn.execute(select(LEAVE).where(LEAVE.c.person_id == person).order_by(LEAVE.c.left_at)))


def where(house: Household, person: UUID) -> tuple[str, str]:
    (row,) = (row for row in people.page(house.store, "", 0, 99) if row.id == person)
    return row.where, row.bed_label


def test_admission_puts_a_person_on_a_bed(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    li = house.person("李秀英")
    assert where(house, li) == ("none", "")
    stays.admit(house.store, house.director, li, house.bed("101-1"))
    assert where(house, li) == ("in", "101-1")
    assert stays_of(house, li) == [("101-1", now, None, "admission", "")]


def test_nobody_is_admitted_twice_or_to_a_bed_that_is_taken_or_closed(house: Household) -> None:
    house.person("李秀英", "101-1")
    zhang = house.person("张玉珍", "101-2")
    wu = house.person("吴国华")
    beds.close(house.store, house.director, house.bed("102-1"))
    with refuses("already_in", bed="101-2"):
        stays.admit(house.store, house.director, zhang, house.bed("102-2"))
    with refuses("bed_taken", bed="101-1"):
        stays.admit(house.store, house.director, wu, house.bed("101-1"))
    with refuses("bed_closed", bed="102-1"):
        stays.admit(house.store, house.director, wu, house.bed("102-1"))
    with refuses("bed_unknown"):
        stays.admit(house.store, house.director, wu, wu)
    with refuses("person_unknown"):
        stays.admit(house.store, house.director, house.director, house.bed("102-2"))
    assert stays_of(house, wu) == []


def test_admission_asks_for_a_category(house: Household) -> None:
    li = house.person("李秀英", category="")
    with refuses("category_missing", field="category"):
        stays.admit(house.store, house.director, li, house.bed("101-1"))


def test_admission_wants_an_id_number_or_the_reason_why_there_is_none(house: Household) -> None:
    no_household = house.person("无名氏", id_number="", sex="1", id_reason="无户口，村委会证明")
    stays.admit(house.store, house.director, no_household, house.bed("101-1"))
    with house.store.act(house.carer) as act:  # as an older program on another laptop may have written it
        bare = act.insert(Person, name="李秀英", sex="2", category="dibao")
    with refuses("id_missing", field="id_number"):
        stays.admit(house.store, house.director, bare, house.bed("101-2"))


def test_an_admission_can_be_written_down_later_but_not_ahead_of_time(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    li, wu = house.person("李秀英"), house.person("吴国华")
    with refuses("time_ahead"):
        stays.admit(house.store, house.director, li, house.bed("101-1"), now + 601)
    stays.admit(house.store, house.director, li, house.bed("101-1"), at("2026-11-20 10:00"))
    assert stays_of(house, li)[0][1] == at("2026-11-20 10:00")
    stays.discharge(house.store, house.director, li, "home")
    with refuses("bed_taken_then", bed="101-1"):
        stays.admit(house.store, house.director, wu, house.bed("101-1"), now - 1)
    with refuses("was_in_then"):
        stays.admit(house.store, house.director, li, house.bed("101-2"), now - 1)
    stays.admit(house.store, house.director, wu, house.bed("101-1"), now)
    assert house.cell("101-1").person_id == wu


def test_a_move_ends_one_stay_and_begins_the_next_at_the_same_moment(house: Household) -> None:
    came = house.it_is("2026-11-20 09:00")
    li = house.person("李秀英", "101-1")
    moved = house.it_is("2026-11-22 09:00")
    stays.move(house.store, house.carer, li, house.bed("203-2"))
    assert stays_of(house, li) == [
        ("101-1", came, moved, "admission", "move"),
        ("203-2", moved, None, "move", ""),
    ]
    assert house.cell("101-1").state == "free"


def test_a_move_stays_in_one_kind_and_a_switch_changes_it(house: Household) -> None:
    li = house.person("李秀英", "101-1")
    house.person("张玉珍", "101-2")
    with refuses("wrong_kind_for_move", bed="病1-1"):
        stays.move(house.store, house.carer, li, house.bed("病1-1"))
    with refuses("same_kind_for_switch", bed="102-1"):
        stays.switch(house.store, house.carer, li, house.bed("102-1"))
    with refuses("same_bed", bed="101-1"):
        stays.move(house.store, house.carer, li, house.bed("101-1"))
    with refuses("same_bed", bed="101-1"):
        stays.switch(house.store, house.carer, li, house.bed("101-1"))
    with refuses("bed_taken", bed="101-2"):
        stays.move(house.store, house.carer, li, house.bed("101-2"))
    assert [stay[2] for stay in stays_of(house, li)] == [None]


@pytest.mark.seed("R013")
def test_three_beds_in_one_a_switch_between_kinds_is_one_act_and_keeps_one_record(house: Household) -> None:
    li = house.person("李秀英", "101-1", allergies=(people.Allergy("青霉素", "皮疹", "2019"),))
    before = people.facts(house.store, li)
    ill = house.it_is("2026-11-23 02:00")
    with house.store.reading() as conn:
        last = conn.execute(select(func.max(JOURNAL.c.lamport))).scalar_one()
    stays.switch(house.store, house.carer, li, house.bed("病1-1"))
    with house.store.reading() as conn:
        rows = conn.execute(select(JOURNAL.c.table_name, JOURNAL.c.op, JOURNAL.c.wall).where(JOURNAL.c.lamport > last))
        assert [tuple(row) for row in rows] == [("stay", "edit", ill), ("stay", "insert", ill)]
    home_bed = beds.add_home_bed(house.store, house.director, "双河村", "")
    well = house.it_is("2026-11-30 10:00")
    stays.switch(house.store, house.carer, li, home_bed)
    assert [(stay[0], stay[2], stay[3], stay[4]) for stay in stays_of(house, li)] == [
        ("101-1", ill, "admission", "switch"),
        ("病1-1", well, "switch", "switch"),
        ("双河村", None, "switch", ""),
    ]
    assert people.facts(house.store, li) == before
    assert [(ward.kind, ward.taken) for ward in beds.bed_map(house.store, well)] == [
        ("welfare", 0),
        ("inpatient", 0),
        ("home", 1),
    ]


def test_out_on_leave_and_back(house: Household) -> None:
    left = house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    stays.leave(house.store, house.carer, li, "family", at("2026-11-23 17:00"), " 儿子 ", "带三天的药")
    assert where(house, li) == ("leave", "101-1")
    with refuses("already_on_leave", bed="101-1"):
        stays.leave(house.store, house.carer, li, "family", None, "")
    returned = house.it_is("2026-11-23 16:00")
    stays.back(house.store, house.carer, li)
    assert where(house, li) == ("in", "101-1")
    with refuses("not_on_leave", bed="101-1"):
        stays.back(house.store, house.carer, li)
    (one,) = leaves_of(house, li)
    assert (one.kind, one.left_at, one.expected_at, one.back_at) == ("family", left, at("2026-11-23 17:00"), returned)
    assert (one.companion, one.note) == ("儿子", "带三天的药")


def test_a_leave_that_cannot_be(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    li, wu = house.person("李秀英", "101-1"), house.person("吴国华")
    with refuses("not_in"):
        stays.leave(house.store, house.carer, wu, "family", None, "")
    with refuses("leave_kind_unknown"):
        stays.leave(house.store, house.carer, li, "holiday", None, "")
    with refuses("expected_before_left"):
        stays.leave(house.store, house.carer, li, "family", now - 1, "")
    with refuses("text_too_long", most=200):
        stays.leave(house.store, house.carer, li, "family", None, "x" * 201)
    assert leaves_of(house, li) == []


def test_a_leave_goes_along_with_a_move_and_ends_with_a_switch(house: Household) -> None:
    li = house.person("李秀英", "101-1")
    stays.leave(house.store, house.carer, li, "hospital", None, "")
    stays.move(house.store, house.carer, li, house.bed("102-1"))
    assert where(house, li) == ("leave", "102-1")
    switched = house.it_is("2026-11-24 09:00")
    stays.switch(house.store, house.carer, li, house.bed("病1-1"))
    assert where(house, li) == ("in", "病1-1")
    assert [leave.back_at for leave in leaves_of(house, li)] == [switched]


def test_discharge_frees_the_bed_and_the_person_can_come_again(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    with refuses("reason_unknown"):
        stays.discharge(house.store, house.director, li, "bored")
    left = house.it_is("2026-11-25 09:00")
    stays.discharge(house.store, house.director, li, "home")
    assert where(house, li) == ("none", "")
    assert stays_of(house, li)[0][2:] == (left, "admission", "home")
    assert house.cell("101-1").state == "free"
    for call in (stays.move, stays.switch):
        with refuses("not_in"):
            call(house.store, house.director, li, house.bed("102-1"))
    with refuses("not_in"):
        stays.discharge(house.store, house.director, li, "home")
    stays.admit(house.store, house.director, li, house.bed("102-1"))
    assert where(house, li) == ("in", "102-1")


def test_who_dies_in_hospital_never_came_back(house: Household) -> None:
    li = house.person("李秀英", "101-1")
    stays.leave(house.store, house.carer, li, "hospital", None, "")
    stays.discharge(house.store, house.director, li, "death")
    assert [leave.back_at for leave in leaves_of(house, li)] == [None]
    assert where(house, house.person("张玉珍", "101-1")) == ("in", "101-1")


def test_no_stay_ends_before_it_began_even_if_the_clock_was_set_back(house: Household) -> None:
    ahead = house.it_is("2027-03-01 09:00")
    li = house.person("李秀英", "101-1")
    house.it_is("2026-11-22 09:00")
    stays.move(house.store, house.carer, li, house.bed("102-1"))
    assert stays_of(house, li) == [
        ("101-1", ahead, ahead, "admission", "move"),
        ("102-1", ahead, None, "move", ""),
    ]


def test_two_laptops_that_moved_one_person_apart_are_settled_by_the_next_move(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    with house.store.act(house.carer) as act:
        act.insert(Stay, person_id=li, bed_id=house.bed("203-1"), from_at=now + 60, begun_by="move")
    assert where(house, li) == ("in", "203-1")
    stays.move(house.store, house.carer, li, house.bed("203-1"))
    assert [(stay[0], stay[2]) for stay in stays_of(house, li)] == [("101-1", now + 60), ("203-1", None)]
    with refuses("same_bed", bed="203-1"):
        stays.move(house.store, house.carer, li, house.bed("203-1"))


def test_two_laptops_that_both_sent_one_person_out_take_them_back_once(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    stays.leave(house.store, house.carer, li, "family", None, "")
    (first,) = leaves_of(house, li)
    with house.store.act(house.carer) as act:
        act.insert(
            Leave, person_id=li, stay_id=first.stay_id, kind="hospital", left_at=now + 60, expected_at=now + 3600
        )
    assert house.cell("101-1").due_back_at == now + 3600, "the later leave is shown"
    stays.back(house.store, house.carer, li)
    assert where(house, li) == ("in", "101-1")


def test_a_home_bed_is_opened_and_lain_in_by_one_act_or_not_at_all(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    with refuses("village_missing"):
        stays.switch_home(house.store, house.carer, li, " ", "3组12号")
    assert (where(house, li), [w.total for w in beds.bed_map(house.store, now)]) == (("in", "101-1"), [12, 4, 0])
    bed = stays.switch_home(house.store, house.carer, li, "双河村", "3组12号")
    assert house.cell("双河村").id == bed
    assert stays_of(house, li) == [
        ("101-1", now, now, "admission", "switch"),
        ("双河村", now, None, "switch", ""),
    ]
    assert [(w.total, w.taken) for w in beds.bed_map(house.store, now)] == [(12, 0), (4, 0), (1, 1)]
    with refuses("same_kind_for_switch", bed="双河村"):
        stays.switch_home(house.store, house.carer, li, "石桥村", "")
