"""Founding a house: what the first user finds in it, and both institutions with their licences."""

import dataclasses
from datetime import date

import pytest

from care import beds, people, setup, staff
from db.errors import Refused
from db.store import Store
from db.tables import Staff
from tests.care.household import NUMBER, PLAN, Household, refuses


def found(store: Store, house: setup.House = PLAN, role: str = "director"):
    return setup.found(store, house, number=NUMBER, name="刘建国", role=role)


def test_a_pair_is_a_health_centre_and_a_welfare_home_under_one_director(vault: Store) -> None:
    director = found(vault)
    known = setup.pair(vault)
    assert known is not None
    assert (known.name, known.region, known.township) == ("青山镇两院", "421202", "青山镇")
    assert setup.house_name(vault) == "青山镇两院"
    centre, home = setup.institutions(vault)
    assert (centre.kind, centre.name, centre.director_id) == ("health_centre", "青山镇卫生院", director)
    assert (home.kind, home.name, home.director_id) == ("welfare_home", "青山镇福利院", director)
    assert [(one.id, one.number, one.role) for one in staff.everyone(vault)] == [(director, NUMBER, "director")]


def test_before_the_house_is_founded_there_is_nothing_and_nothing_crashes(vault: Store) -> None:
    assert setup.pair(vault) is None
    assert setup.house_name(vault) == ""
    assert setup.institutions(vault) == []
    assert staff.everyone(vault) == []
    assert people.page(vault, "", 0, 50) == []
    assert people.count(vault) == 0
    assert [(ward.kind, ward.total, ward.rooms) for ward in beds.bed_map(vault, vault.now())] == [
        ("welfare", 0, ()),
        ("inpatient", 0, ()),
        ("home", 0, ()),
    ]


def test_who_is_no_director_directs_nothing(vault: Store) -> None:
    found(vault, role="admin")
    assert [one.director_id for one in setup.institutions(vault)] == [None, None]


def test_rooms_and_beds_are_numbered_by_floor_and_ward(house: Household) -> None:
    welfare, ward, home = beds.bed_map(house.store, house.store.now())
    assert [(room.floor, room.name, [cell.label for cell in room.cells]) for room in welfare.rooms[:-1]] == [
        (floor, f"{floor}0{room}", [f"{floor}0{room}-1", f"{floor}0{room}-2"]) for floor in (1, 2) for room in (1, 2, 3)
    ]
    assert [(room.name, [cell.label for cell in room.cells]) for room in ward.rooms] == [
        ("病1", ["病1-1", "病1-2"]),
        ("病2", ["病2-1", "病2-2"]),
    ]
    assert home.rooms == ()
    assert [(each.total, each.taken, each.leave, each.free) for each in (welfare, ward, home)] == [
        (12, 0, 0, 12),
        (4, 0, 0, 4),
        (0, 0, 0, 0),
    ]


def test_a_practice_person_lies_on_a_bed_of_their_own_that_counts_in_no_figure(house: Household) -> None:
    (practice,) = people.page(house.store, "lxlr", 0, 10)
    assert people.facts(house.store, practice.id).practice
    welfare = beds.bed_map(house.store, house.store.now())[0]
    (cell,) = welfare.rooms[-1].cells
    assert (cell.person_id, cell.state, cell.practice) == (practice.id, "in", True)
    assert welfare.taken == 0
    assert cell.id not in {free.id for free in beds.free_beds(house.store)}


def test_a_house_is_founded_once(house: Household) -> None:
    with refuses("already_founded"):
        found(house.store)
    assert len(setup.institutions(house.store)) == 2


@pytest.mark.parametrize(
    ("change", "facts"),
    [
        ({"pair_name": " "}, {"rule": "house_name_missing"}),
        ({"welfare_home": ""}, {"rule": "house_name_missing"}),
        ({"township": "青" * 61}, {"rule": "text_too_long", "most": 60}),
        ({"region": "4212"}, {"rule": "region_shape"}),
        ({"region": "４２１２０２"}, {"rule": "region_shape"}),
        ({"floors": 31}, {"rule": "house_size", "field": "floors", "least": 0, "most": 30}),
        ({"beds_per_room": 0}, {"rule": "house_size", "field": "beds_per_room", "least": 1, "most": 12}),
        ({"wards": -1}, {"rule": "house_size", "field": "wards", "least": 0, "most": 50}),
    ],
)
def test_a_house_that_cannot_be_is_refused_whole(vault: Store, change: dict, facts: dict) -> None:
    with pytest.raises(Refused) as caught:
        found(vault, dataclasses.replace(PLAN, **change))
    assert caught.value.facts == facts
    assert setup.pair(vault) is None
    assert staff.everyone(vault) == []


def test_a_pair_without_a_ward_or_without_a_home_can_be_founded(vault: Store) -> None:
    found(vault, dataclasses.replace(PLAN, wards=0, floors=0, region=""))
    assert [ward.total for ward in beds.bed_map(vault, vault.now())] == [0, 0, 0]


@pytest.mark.seed("R017")
def test_a_health_centre_takes_a_care_licence_beside_its_medical_one(house: Household) -> None:
    centre, _ = setup.institutions(house.store)
    assert (centre.medical_licence_no, centre.care_licence_no) == ("", "")
    on = date(2026, 11, 22)
    assert not centre.holds("medical", on)
    changed = {"medical_licence_no": " PDY123 ", "medical_licence_until": "2027-06-30", "care_licence_no": "鄂养001"}
    assert setup.change_institution(house.store, house.director, centre.id, **changed)
    assert not setup.change_institution(house.store, house.director, centre.id, **changed)
    centre, home = setup.institutions(house.store)
    assert centre.medical_licence_no == "PDY123"
    assert centre.both_licences(on)
    assert not home.both_licences(on)


@pytest.mark.seed("R018")
def test_both_licences_hold_to_their_last_day_and_the_beds_of_both_kinds_are_counted(house: Household) -> None:
    centre, _ = setup.institutions(house.store)
    dates = {"medical_licence_no": "1", "medical_licence_until": "2027-06-30", "care_licence_no": "2"}
    setup.change_institution(house.store, house.director, centre.id, **dates, care_licence_until="2027-01-31")
    centre, _ = setup.institutions(house.store)
    assert centre.both_licences(date(2027, 1, 31))
    assert not centre.both_licences(date(2027, 2, 1))
    assert centre.holds("medical", date(2027, 2, 1))
    assert setup.integrated_beds(house.store, date(2027, 1, 31)) == 4
    assert setup.integrated_beds(house.store, date(2027, 2, 1)) == 0


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"name": " "}, "name_missing"),
        ({"address": "x" * 201}, "text_too_long"),
        ({"care_licence_until": "2027-02-30"}, "date_shape"),
        ({"care_licence_until": "20270228"}, "date_shape"),
        ({"medical_licence_until": ""}, "date_shape"),
    ],
)
def test_what_an_institution_cannot_hold(house: Household, changes: dict, rule: str) -> None:
    before = setup.institutions(house.store)
    with pytest.raises(Refused) as caught:
        setup.change_institution(house.store, house.director, before[0].id, **changes)
    assert caught.value.rule == rule
    assert setup.institutions(house.store) == before


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"name": " "}, "house_name_missing"),
        ({"township": "x" * 201}, "text_too_long"),
        ({"region": "42"}, "region_shape"),
        ({"mode": "together"}, "mode_unknown"),
        ({"agreement_from": "2027-02-30"}, "date_shape"),
        ({"agreement_until": ""}, "date_shape"),
    ],
)
def test_what_a_pair_cannot_be(house: Household, changes: dict, rule: str) -> None:
    before = setup.pair(house.store)
    with pytest.raises(Refused) as caught:
        setup.change_pair(house.store, house.director, **changes)
    assert caught.value.rule == rule
    assert setup.pair(house.store) == before


def test_the_agreement_and_the_mode_of_a_pair_can_be_written_down(house: Household) -> None:
    agreed = {"agreement_no": "2026-1", "agreement_from": "2026-01-01", "agreement_until": "2028-12-31"}
    assert setup.change_pair(house.store, house.director, mode="joint", **agreed)
    assert not setup.change_pair(house.store, house.director, mode="joint")
    known = setup.pair(house.store)
    assert known is not None
    assert (known.mode, known.agreement_no, known.agreement_until) == ("joint", "2026-1", "2028-12-31")
    assert setup.change_pair(house.store, house.director, agreement_until=None)
    with pytest.raises(TypeError):
        setup.change_pair(house.store, house.director, id=None)


def test_a_pair_that_is_not_there_yet_cannot_be_changed(vault: Store) -> None:
    with vault.act(None) as act:
        first = act.insert(Staff, number="1", name="甲", role="director")
    with refuses("house_missing"):
        setup.change_pair(vault, first, mode="joint")


def test_an_institution_and_its_director_must_be_known(house: Household) -> None:
    home = setup.institutions(house.store)[1]
    with refuses("staff_unknown"):
        setup.change_institution(house.store, house.director, home.id, director_id=home.id)
    with refuses("institution_unknown"):
        setup.change_institution(house.store, house.director, house.director, phone="1")
    with pytest.raises(TypeError):
        setup.change_institution(house.store, house.director, home.id, kind="health_centre")
    assert setup.change_institution(house.store, house.director, home.id, director_id=house.carer)
    assert setup.institutions(house.store)[1].director_id == house.carer
