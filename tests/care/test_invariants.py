"""What two laptops, each right by itself, made of the house together: found on both, settled by one, gone on both."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from care import stays
from care.disputes import ContestedRow, Dispute
from care.findings import (
    Finding,
    LabelTwice,
    LeaveAstray,
    NumberTwice,
    OnTwoBeds,
    RegisteredTwice,
    TwoInBed,
)
from care.invariants import count, findings
from care.places import place_of
from care.settling import came_back, keep_stay, relabel, renumber, still_out
from care.taken_back import take_back
from db.tables import Bed, Institution, Leave, Person, Staff, Stay
from tests.care.household import Household, refuses
from tests.care.pair import SINCE, TwoLaptops, two_laptops
from tests.sync.laptops import Laptop


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[TwoLaptops]:
    with two_laptops(tmp_path) as both:
        yield both


def only(laptop: Laptop) -> Finding:
    """The one thing that wants a person."""
    (found,) = findings(laptop.store)
    return found


def agreed(pair: TwoLaptops) -> list[Finding]:
    """What both laptops say wants a person, which is the same."""
    mine, theirs = findings(pair.centre.store), findings(pair.home.store)
    assert mine == theirs
    return mine


def bed_of(laptop: Laptop, person: UUID) -> str:
    with laptop.store.reading() as conn:
        place = place_of(conn, person)
    return place.label if place else ""


def test_an_ordinary_house_wants_nobody(pair: TwoLaptops) -> None:
    pair.person("李秀英", "101-1", id_number="420101194001010027")
    pair.person("张玉珍", "101-2", birth="1940-01-01")
    pair.meet()
    assert agreed(pair) == []
    assert count(pair.home.store) == 0


def test_two_in_one_bed_until_one_of_them_moves(pair: TwoLaptops) -> None:
    li, zhang = pair.person("李秀英"), pair.person("张玉珍")
    pair.meet()
    pair.admit(pair.centre, li, "101-1")
    pair.admit(pair.home, zhang, "101-1")
    assert findings(pair.centre.store) == findings(pair.home.store) == []
    pair.meet()
    (found,) = agreed(pair)
    assert isinstance(found, TwoInBed)
    assert (found.bed_label, {one.name for one in found.lying}) == ("101-1", {"李秀英", "张玉珍"})
    stays.move(pair.home.store, pair.carer, zhang, pair.beds["101-2"])
    pair.meet()
    assert agreed(pair) == []
    assert (bed_of(pair.centre, li), bed_of(pair.centre, zhang)) == ("101-1", "101-2")


def test_one_person_on_two_beds_until_somebody_says_which(pair: TwoLaptops) -> None:
    li = pair.person("李秀英")
    pair.meet()
    first = pair.admit(pair.centre, li, "101-1")
    pair.admit(pair.home, li, "102-1")
    pair.meet()
    (found,) = agreed(pair)
    assert isinstance(found, OnTwoBeds)
    assert {one.bed_label for one in found.stays} == {"101-1", "102-1"}
    done = keep_stay(pair.centre.store, pair.director, first)
    assert (bed_of(pair.centre, li), findings(pair.centre.store)) == ("101-1", [])
    take_back(pair.centre.store, pair.director, done)
    assert isinstance(only(pair.centre), OnTwoBeds)
    keep_stay(pair.centre.store, pair.director, first)
    pair.meet()
    assert agreed(pair) == []


def test_a_stay_that_has_ended_cannot_be_kept(pair: TwoLaptops) -> None:
    stay = pair.admit(pair.centre, pair.person("李秀英"), "101-1")
    pair.centre.edit(Stay, stay, until_at=SINCE + 60)
    with refuses("stay_over"):
        keep_stay(pair.centre.store, pair.director, stay)


def test_one_person_registered_on_both_laptops_by_number_surely_by_name_perhaps(pair: TwoLaptops) -> None:
    for laptop in pair.both:
        pair.person("李秀英", on=laptop, id_number="420101194001010027", birth="1940-01-01")
        pair.person("张玉珍", on=laptop, birth="1941-02-03")
        pair.person("周福", on=laptop, birth="1942-03-04", practice=True)
    # One name and birth, but each has an ID number of their own: two people.
    pair.person("吴国华", id_number="420101193501010011", birth="1935-01-01")
    pair.person("吴国华", id_number="42010119350101003X", birth="1935-01-01")
    pair.meet()
    sure, hint = agreed(pair)
    assert isinstance(sure, RegisteredTwice)
    assert isinstance(hint, RegisteredTwice)
    assert (sure.names, sure.sure) == (("李秀英", "李秀英"), True)
    assert (hint.names, hint.sure) == (("张玉珍", "张玉珍"), False)
    assert count(pair.home.store) == 1


def test_a_leave_from_a_bed_that_another_laptop_changed(pair: TwoLaptops) -> None:
    li = pair.person("李秀英", "101-1")
    pair.meet()
    stays.move(pair.centre.store, pair.carer, li, pair.beds["102-1"])
    leave = stays.leave(pair.home.store, pair.carer, li, "family", None, "儿子")
    pair.meet()
    (found,) = agreed(pair)
    assert isinstance(found, LeaveAstray)
    assert (found.name, found.bed_label, found.leave_id) == ("李秀英", "102-1", leave)
    done = still_out(pair.centre.store, pair.director, leave)
    with pair.centre.store.reading() as conn:
        place = place_of(conn, li)
    assert place is not None
    assert place.on_leave
    take_back(pair.centre.store, pair.director, done)
    came_back(pair.centre.store, pair.director, leave)
    with refuses("leave_over"):
        came_back(pair.centre.store, pair.director, leave)
    pair.meet()
    assert agreed(pair) == []


def test_whoever_died_on_leave_is_no_leave_astray(pair: TwoLaptops) -> None:
    li = pair.person("李秀英", "101-1")
    stays.leave(pair.centre.store, pair.carer, li, "hospital", None, "")
    stays.discharge(pair.centre.store, pair.carer, li, "death")
    assert findings(pair.centre.store) == []


def test_two_of_the_staff_with_one_number(pair: TwoLaptops) -> None:
    for laptop, name in ((pair.centre, "刘建国"), (pair.home, "周福")):
        laptop.insert(Staff, number="1002", name=name, role="nurse")
    pair.meet()
    (found,) = agreed(pair)
    assert isinstance(found, NumberTwice)
    assert (found.number, set(found.names)) == ("1002", {"刘建国", "周福"})
    with refuses("staff_number_taken", number="1001"):
        renumber(pair.home.store, pair.director, found.staff[1], "1001")
    with refuses("renumber_yourself"):
        renumber(pair.home.store, found.staff[1], found.staff[1], "1003")
    done = renumber(pair.home.store, pair.director, found.staff[1], "1003")
    assert findings(pair.home.store) == []
    take_back(pair.home.store, pair.director, done)
    renumber(pair.home.store, pair.director, found.staff[1], "1003")
    pair.meet()
    assert agreed(pair) == []


def test_two_beds_with_one_label_but_villages_may_share_theirs(pair: TwoLaptops) -> None:
    for laptop in pair.both:
        laptop.insert(Bed, label="103-1", kind="welfare")
        laptop.insert(Bed, label="白果村", kind="home")
        laptop.insert(Bed, label="101-1", kind="inpatient")
    pair.centre.insert(Bed, label="102-1", kind="welfare", closed=True)
    pair.meet()
    ward, welfare = agreed(pair)
    assert isinstance(ward, LabelTwice)
    assert isinstance(welfare, LabelTwice)
    assert [(one.kind, one.label) for one in (ward, welfare)] == [("inpatient", "101-1"), ("welfare", "103-1")]
    with refuses("label_taken", bed="102-2"):
        relabel(pair.home.store, pair.director, welfare.beds[0], "102-2")
    with refuses("label_missing"):
        relabel(pair.home.store, pair.director, welfare.beds[0], " ")
    relabel(pair.home.store, pair.director, welfare.beds[0], "103-2")
    relabel(pair.home.store, pair.director, ward.beds[0], "病1-9")
    pair.meet()
    assert agreed(pair) == []


def test_whatever_two_laptops_wrote_apart_is_named(pair: TwoLaptops) -> None:
    li = pair.person("李秀英", "101-1")
    leave = stays.leave(pair.centre.store, pair.carer, li, "family", None, "")
    pair.meet()
    with pair.centre.store.reading() as conn:
        place = place_of(conn, li)
        house = conn.exec_driver_sql("SELECT id FROM institution").scalar()
    assert place is not None
    for n, laptop in enumerate(pair.both):
        laptop.edit(Person, li, phone=f"1390000000{n}")
        laptop.edit(Bed, pair.beds["102-2"], label=f"102-{n + 5}")
        laptop.edit(Staff, pair.carer, phone=f"1380000000{n}")
        laptop.edit(Stay, place.stay_id, from_at=SINCE + 60 * (n + 1))
        laptop.edit(Leave, leave, companion=f"儿子{n}")
        laptop.edit(Institution, UUID(bytes=house), name=f"福利院{n}")
    pair.meet()
    found = agreed(pair)
    people = [one for one in found if isinstance(one, Dispute)]
    rows = {one.table: one for one in found if isinstance(one, ContestedRow)}
    assert [(one.name, one.fields) for one in people] == [("李秀英", ("phone",))]
    assert rows.keys() == {"bed", "staff", "stay", "leave", "institution"}
    assert rows["stay"].about == ("101-1", "李秀英")
    assert rows["leave"].about == ("李秀英",)
    assert rows["staff"].about == ("1001", "王芳")
    assert count(pair.home.store) == len(found)


def test_what_was_changed_after_it_was_settled_is_not_taken_back(pair: TwoLaptops) -> None:
    li = pair.person("李秀英")
    first = pair.admit(pair.centre, li, "101-1")
    pair.admit(pair.centre, li, "102-1")
    done = keep_stay(pair.centre.store, pair.director, first)
    with refuses("undo_not_yours"):
        take_back(pair.centre.store, li, done)
    pair.centre.edit(Stay, done.edits[0].row_id, end_reason="switch")
    with refuses("changed_since"):
        take_back(pair.centre.store, pair.director, done)


def test_ten_minutes_later_it_is_too_late(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    with house.store.act(house.carer) as act:
        act.insert(Stay, person_id=person, bed_id=house.bed("101-2"), from_at=act.now)
    (found,) = findings(house.store)
    assert isinstance(found, OnTwoBeds)
    done = keep_stay(house.store, house.director, found.stays[0].stay_id)
    house.it_is("2026-11-22 08:11")
    with refuses("undo_too_late", minutes=10):
        take_back(house.store, house.director, done)
