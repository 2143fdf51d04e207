"""Accepting a roster: people, rooms, beds and stays come into the record in one act, and once."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from care.levels import HOUSE_TIME
from care.roster import KnownPeople, RosterPlan, accept, known_people, plan, read_roster
from db.errors import Refused
from db.local import JOURNAL
from db.store import Store
from db.tables import Bed, Institution, Person, Room, Staff, Stay, Synced
from tests.data.messy_roster import TODAY, write


@pytest.fixture
def store(vault: Store) -> Store:
    return vault


@pytest.fixture
def staff_id(store: Store) -> UUID:
    with store.act(None) as act:
        return act.insert(Staff, number="001", name="王芳", role="director")


@pytest.fixture
def house(store: Store, staff_id: UUID) -> UUID:
    with store.act(staff_id) as act:
        return act.insert(Institution, kind="welfare_home", name="石桥镇敬老院")


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    write(tmp_path / "roster.xlsx", lines=60)
    return tmp_path / "roster.xlsx"


def rows(store: Store, table: type[Synced], *columns: str) -> list[tuple[Any, ...]]:
    with store.reading() as conn:
        return [tuple(row) for row in conn.execute(select(*(col(getattr(table, name)) for name in columns)))]


def made_plan(store: Store, path: Path) -> RosterPlan:
    with store.reading() as conn:
        return plan(read_roster(path), known_people(conn), TODAY)


@pytest.mark.usefixtures("house")
def test_a_plan_writes_nothing_and_its_acceptance_everything(store: Store, staff_id: UUID, roster: Path) -> None:
    made = made_plan(store, roster)
    assert rows(store, Person, "id") == []
    done = accept(store, made, staff_id)
    in_bed = [person for person in made.people if person.bed]
    assert (done.added, done.skipped, done.stays_begun, done.beds_made) == (
        len(made.people),
        0,
        len(in_bed),
        len(in_bed),
    )
    assert sorted(rows(store, Person, "name", "birth", "id_number", "id_reason", "care_level"), key=str) == sorted(
        ((one.name, one.birth, one.id_number, one.id_reason, one.care_level) for one in made.people), key=str
    )
    assert {label for (label,) in rows(store, Bed, "label")} == {person.bed for person in in_bed}
    assert {name for (name,) in rows(store, Room, "name")} == {person.room for person in in_bed if person.room}
    assert done.rooms_made == len(rows(store, Room, "id"))


@pytest.mark.usefixtures("house")
def test_a_second_run_adds_nothing(store: Store, staff_id: UUID, roster: Path) -> None:
    first = made_plan(store, roster)
    accept(store, first, staff_id)
    people = len(rows(store, Person, "id"))
    stale = accept(store, first, staff_id)
    assert (stale.added, stale.skipped, stale.stays_begun, stale.beds_made) == (0, people, 0, 0)
    fresh = made_plan(store, roster)
    assert (fresh.people, fresh.already_known + fresh.refused) == ((), fresh.lines)
    assert len(rows(store, Person, "id")) == people
    assert len(rows(store, Stay, "id")) == len({bed for (bed,) in rows(store, Stay, "bed_id")})


@pytest.mark.usefixtures("house")
def test_stays_begin_with_the_admission_in_the_bed_that_is_named(store: Store, staff_id: UUID, roster: Path) -> None:
    made = made_plan(store, roster)
    accept(store, made, staff_id)
    with store.reading() as conn:
        stays = conn.execute(
            select(col(Person.name), col(Bed.label), col(Stay.from_at), col(Stay.begun_by))
            .join_from(Stay, Person, col(Stay.person_id) == col(Person.id))
            .join(Bed, col(Stay.bed_id) == col(Bed.id))
        ).all()
        now = conn.execute(select(JOURNAL.c.wall).order_by(JOURNAL.c.wall.desc())).scalars().first()
    begun = {(name, bed): (at, by) for name, bed, at, by in stays}
    for person in made.people:
        if person.bed:
            at, by = begun.pop((person.name, person.bed))
            assert by == "admission"
            if person.admitted is None:
                assert at == now
            else:
                assert datetime.fromtimestamp(at, HOUSE_TIME) == datetime.combine(
                    person.admitted, datetime.min.time(), HOUSE_TIME
                )
    assert begun == {}


@pytest.mark.usefixtures("house")
def test_lists_are_kept_as_the_record_keeps_them(store: Store, staff_id: UUID, roster: Path) -> None:
    made = made_plan(store, roster)
    accept(store, made, staff_id)
    kept = {
        name: (json.loads(allergies), known, json.loads(contacts))
        for name, allergies, known, contacts in rows(store, Person, "name", "allergies", "allergies_known", "contacts")
    }
    person = next(one for one in made.people if one.allergies == ("青霉素", "磺胺"))
    allergies, known, contacts = kept[person.name]
    assert [one["to"] for one in allergies] == ["青霉素", "磺胺"]
    assert known is True
    assert contacts[0]["name"] == "王强"
    assert contacts[0].keys() == {"name", "relation", "phone"}


def test_a_bed_that_was_taken_meanwhile_is_not_given_twice(
    store: Store, staff_id: UUID, house: UUID, roster: Path
) -> None:
    made = made_plan(store, roster)
    wanted = next(person for person in made.people if person.bed)
    with store.act(staff_id) as act:
        room = act.insert(Room, institution_id=house, name=wanted.room)
        bed = act.insert(Bed, kind="welfare", label=wanted.bed, room_id=room)
        other = act.insert(Person, name="先来的人", sex="1")
        act.insert(Stay, person_id=other, bed_id=bed, from_at=act.now)
    done = accept(store, made, staff_id)
    assert done.added == len(made.people)
    assert done.stays_begun == sum(bool(person.bed) for person in made.people) - 1
    again = made_plan(store, roster)
    assert wanted.bed in known_beds(store)
    assert again.people == ()


def known_beds(store: Store) -> set[str]:
    with store.reading() as conn:
        return known_people(conn).beds


def test_a_stay_never_begins_before_the_bed_was_free(store: Store, staff_id: UUID, house: UUID, roster: Path) -> None:
    made = made_plan(store, roster)
    wanted = next(person for person in made.people if person.bed and person.admitted)
    with store.act(staff_id) as act:
        room = act.insert(Room, institution_id=house, name=wanted.room)
        bed = act.insert(Bed, kind="welfare", label=wanted.bed, room_id=room)
        left_at = act.now - 86400
        act.insert(Stay, person_id=staff_id, bed_id=bed, from_at=0, until_at=left_at, end_reason="move")
    accept(store, made, staff_id)
    stays = [
        (from_at, until_at) for on, from_at, until_at in rows(store, Stay, "bed_id", "from_at", "until_at") if on == bed
    ]
    assert sorted(stays) == [(0, left_at), (left_at, None)]


@pytest.mark.usefixtures("house")
def test_closed_beds_are_not_given_and_practice_people_are_nobody(store: Store, staff_id: UUID) -> None:
    with store.act(staff_id) as act:
        act.insert(Bed, kind="welfare", label="101-1", closed=True)
        act.insert(Bed, kind="welfare", label="101-2")
        act.insert(Person, name="练习", sex="1", birth="1940-01-01", practice=True)
    with store.reading() as conn:
        known = known_people(conn)
    assert known.beds == {"101-1"}
    assert known.by_name == {}


def test_without_a_welfare_home_nothing_is_written(store: Store, staff_id: UUID, roster: Path) -> None:
    made = plan(read_roster(roster), KnownPeople(), TODAY)
    with pytest.raises(Refused) as caught:
        accept(store, made, staff_id)
    assert caught.value.rule == "no_welfare_home"
    assert rows(store, Person, "id") == []
