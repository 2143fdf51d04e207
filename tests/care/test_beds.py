"""The map of beds: the three kinds in one, who lies where, what is free."""

import pytest

from care import beds, people, stays
from db.tables import Stay
from tests.care.household import Household, at, refuses


def figures(house: Household) -> dict[str, tuple[int, int, int, int]]:
    return {
        ward.kind: (ward.total, ward.taken, ward.leave, ward.free)
        for ward in beds.bed_map(house.store, house.store.now())
    }


@pytest.mark.seed("R016")
def test_the_map_shows_the_home_the_ward_and_beds_at_home_with_who_is_where(house: Household) -> None:
    li = house.person("李秀英", "101-1", care_level="full")
    wu = house.person("吴国华", "病1-2")
    home_bed = beds.add_home_bed(house.store, house.director, "双河村", "三组 12 号")
    liang = house.person("梁桂英")
    stays.admit(house.store, house.director, liang, home_bed)
    assert [ward.kind for ward in beds.bed_map(house.store, house.store.now())] == ["welfare", "inpatient", "home"]
    assert [house.cell(label).person_id for label in ("101-1", "病1-2", "双河村")] == [li, wu, liang]
    cell = house.cell("101-1")
    assert (cell.name, cell.sex, cell.age, cell.care_level, cell.state) == ("李秀英", "2", 86, "full", "in")
    free = house.cell("101-2")
    assert (free.person_id, free.name, free.age, free.state, free.days) == (None, "", None, "free", None)
    assert figures(house) == {"welfare": (12, 1, 0, 11), "inpatient": (4, 1, 0, 3), "home": (1, 1, 0, 0)}


def test_who_is_out_keeps_the_bed_and_the_map_says_when_they_are_due_back(house: Household) -> None:
    zhou = house.person("周福", "203-2")
    due = at("2026-11-23 17:00")
    stays.leave(house.store, house.carer, zhou, "family", due, "儿子")
    cell = house.cell("203-2")
    assert (cell.state, cell.due_back_at, cell.person_id) == ("leave", due, zhou)
    assert figures(house)["welfare"] == (12, 0, 1, 11)
    stays.back(house.store, house.carer, zhou)
    assert (house.cell("203-2").state, house.cell("203-2").due_back_at) == ("in", None)


def test_days_are_counted_by_the_calendar_of_the_house(house: Household) -> None:
    house.it_is("2026-11-22 23:50")
    house.person("郑有财", "病1-1")
    assert house.cell("病1-1").days == 0
    house.it_is("2026-11-23 00:10")
    assert house.cell("病1-1").days == 1
    house.it_is("2026-11-20 08:00")
    assert house.cell("病1-1").days == 0, "a clock set back makes no negative stay"


def test_rooms_and_beds_stand_in_the_order_people_count(house: Household) -> None:
    for room in ("1001", "110", "9"):
        beds.add_bed(house.store, house.director, room, "welfare")
    for _ in range(9):
        beds.add_bed(house.store, house.director, "203", "welfare")
    rooms = [room for room in beds.bed_map(house.store, house.store.now())[0].rooms if room.name != "练习"]
    assert [(room.floor, room.name) for room in rooms] == [
        (1, "9"), (1, "101"), (1, "102"), (1, "103"), (1, "110"), (2, "201"), (2, "202"), (2, "203"), (10, "1001"),
    ]  # fmt: skip
    assert [cell.label for cell in rooms[-2].cells] == [f"203-{bed}" for bed in range(1, 12)]


def test_a_new_bed_takes_the_next_number_of_its_room_and_kind(house: Household) -> None:
    third = beds.add_bed(house.store, house.director, " 101 ", "welfare")
    ward = beds.add_bed(house.store, house.director, "101", "inpatient")
    assert [(cell.id, cell.kind) for cell in beds.free_beds(house.store) if cell.label == "101-3"] == [
        (third, "welfare")
    ]
    assert [cell.id for cell in beds.free_beds(house.store, "inpatient") if cell.label == "101-1"] == [ward]
    with refuses("room_name_shape", most=20):
        beds.add_bed(house.store, house.director, " ", "welfare")
    with refuses("room_name_shape", most=20):
        beds.add_bed(house.store, house.director, "x" * 21, "welfare")
    with refuses("bed_kind_unknown"):
        beds.add_bed(house.store, house.director, "101", "home")


def test_two_beds_at_home_in_one_village_stand_together(house: Household) -> None:
    first = beds.add_home_bed(house.store, house.director, " 石桥村 ", "一组")
    second = beds.add_home_bed(house.store, house.director, "石桥村", "二组")
    (room,) = beds.bed_map(house.store, house.store.now())[2].rooms
    assert (room.name, {cell.id for cell in room.cells}) == ("石桥村", {first, second})
    with refuses("village_missing"):
        beds.add_home_bed(house.store, house.director, " ", "")
    with refuses("text_too_long", most=20):
        beds.add_home_bed(house.store, house.director, "村" * 21, "")
    with refuses("text_too_long", most=200):
        beds.add_home_bed(house.store, house.director, "石桥村", "x" * 201)


def test_free_beds_are_offered_in_the_order_of_the_map(house: Household) -> None:
    house.person("李秀英", "101-1")
    beds.close(house.store, house.director, house.bed("101-2"))
    assert [cell.label for cell in beds.free_beds(house.store, "welfare")][:2] == ["102-1", "102-2"]
    assert [cell.label for cell in beds.free_beds(house.store)][-4:] == ["病1-1", "病1-2", "病2-1", "病2-2"]


def test_a_closed_bed_is_counted_nowhere_until_it_is_opened(house: Household) -> None:
    bed = house.bed("101-1")
    assert beds.close(house.store, house.director, bed)
    assert not beds.close(house.store, house.director, bed)
    assert house.cell("101-1").state == "closed"
    assert figures(house)["welfare"] == (11, 0, 0, 11)
    assert beds.open(house.store, house.director, bed)
    assert figures(house)["welfare"] == (12, 0, 0, 12)
    house.person("李秀英", "101-1")
    with refuses("bed_taken", bed="101-1"):
        beds.close(house.store, house.director, bed)
    with refuses("bed_unknown"):
        beds.open(house.store, house.director, house.director)


def test_urgent_is_what_the_screen_was_told(house: Household) -> None:
    li, wu = house.person("李秀英", "101-1"), house.person("吴国华", "101-2")
    cells = {
        cell.person_id: cell.urgent
        for ward in beds.bed_map(house.store, house.store.now(), frozenset({wu}))
        for room in ward.rooms
        for cell in room.cells
    }
    assert (cells[li], cells[wu], cells[None]) == (False, True, False)


def test_two_people_put_on_one_bed_by_two_laptops_are_both_on_the_map(house: Household) -> None:
    first = house.person("李秀英", "101-1")
    second = house.person("张玉珍")
    with house.store.act(house.carer) as act:
        act.insert(Stay, person_id=second, bed_id=house.bed("101-1"), from_at=act.now + 60)
    cell = house.cell("101-1")
    assert (cell.person_id, cell.others) == (second, (first,))
    assert figures(house)["welfare"] == (12, 1, 0, 11)
    assert {row.bed_label for row in people.page(house.store, "101-1", 0, 9)} == {"101-1"}
    assert people.count(house.store, "101-1") == 2
    stays.move(house.store, house.carer, first, house.bed("101-2"))
    assert (house.cell("101-1").others, house.cell("101-2").person_id) == ((), first)


def test_one_person_put_on_two_beds_by_two_laptops_lies_on_the_newer_until_somebody_settles_it(
    house: Household,
) -> None:
    li = house.person("李秀英", "101-1")
    with house.store.act(house.carer) as act:
        act.insert(Stay, person_id=li, bed_id=house.bed("203-1"), from_at=act.now + 60)
    assert (house.cell("101-1").state, house.cell("203-1").person_id) == ("free", li)
    assert [row.bed_label for row in people.page(house.store, "lxy", 0, 9)] == ["203-1"]
    stays.move(house.store, house.carer, li, house.bed("203-1"))
    stays.discharge(house.store, house.carer, li, "home")
    assert figures(house)["welfare"] == (12, 0, 0, 12)
