"""Writing a plan into the record: people, the rooms and beds they name, their stays; one act, all or nothing."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlmodel import col

from care.levels import HOUSE_TIME
from care.roles import doing
from care.roster.bed import floor_of
from care.roster.person import PlannedPerson
from care.roster.plan import KnownPeople, RosterPlan
from db.errors import Refused
from db.store import Act, Store
from db.tables import Bed, Institution, Person, Room, Stay


@dataclass(frozen=True, slots=True)
class Imported:
    """What was written. ``skipped``: people who came into the record after the plan was made."""

    added: int
    skipped: int
    rooms_made: int
    beds_made: int
    stays_begun: int


def known_people(conn: Connection) -> KnownPeople:
    """Who is in the record, and which welfare beds cannot be given. People to practise on are nobody."""
    known = KnownPeople()
    people = select(col(Person.name), col(Person.birth), col(Person.id_number), col(Person.id_reason))
    for name, birth, id_number, id_reason in conn.execute(people.where(col(Person.practice).is_(False))):
        known.add(name, birth, id_number, id_reason)
    lain_in = select(col(Stay.bed_id)).where(col(Stay.until_at).is_(None))
    beds = select(col(Bed.label)).where(col(Bed.kind) == "welfare")
    known.beds.update(conn.execute(beds.where(col(Bed.id).in_(lain_in) | col(Bed.closed).is_(True))).scalars())
    return known


def accept(store: Store, plan: RosterPlan, staff_id: UUID) -> Imported:
    """Write the people of a plan who are not in the record yet. Accepting a plan again adds nothing.

    A stay begins on the day of admission, or now when the roster names none, but never before the bed was free.
    Raises ``NoRight``, and Refused ``no_welfare_home``.
    """
    with doing(store, staff_id, "roster.accept") as act:
        known = known_people(act.conn)
        house = _House(act)
        added = skipped = stays = 0
        for person in plan.people:
            if known.same(person):
                skipped += 1
                continue
            row = _insert(act, person)
            added += 1
            if person.bed and person.bed not in known.beds:
                bed = house.bed(person.room, person.bed)
                since = max(_from(person.admitted, act.now), house.free_since(bed))
                act.insert(Stay, person_id=row, bed_id=bed, from_at=since)
                known.beds.add(person.bed)
                stays += 1
        return Imported(added, skipped, house.rooms_made, house.beds_made, stays)


def _insert(act: Act, person: PlannedPerson) -> UUID:
    return act.insert(
        Person,
        name=person.name,
        sex=person.sex,
        birth=person.birth,
        id_number=person.id_number,
        id_reason=person.id_reason,
        ethnic=person.ethnic,
        category=person.category,
        care_level=person.care_level,
        phone=person.phone,
        village=person.village,
        address=person.address,
        insurance=person.insurance,
        contacts=_json([{"name": one.name, "relation": one.relation, "phone": one.phone} for one in person.contacts]),
        allergies=_json([{"to": name, "reaction": "", "since": ""} for name in person.allergies]),
        allergies_known=person.allergies_known,
        conditions=_json([{"name": name, "icd10": "", "since": ""} for name in person.conditions]),
        note=person.note,
    )


def _json(rows: list[dict[str, str]]) -> str:
    return json.dumps(rows, ensure_ascii=False)


def _from(admitted: date | None, now: int) -> int:
    if admitted is None:
        return now
    return min(now, int(datetime.combine(admitted, time(), HOUSE_TIME).timestamp()))


class _House:
    """The welfare home's rooms and beds by name, made where a roster names new ones."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self.rooms_made = self.beds_made = 0
        homes = select(col(Institution.id)).where(col(Institution.kind) == "welfare_home").order_by(col(Institution.id))
        home = act.conn.execute(homes).scalars().first()
        if home is None:
            raise Refused("no_welfare_home")
        self._home: UUID = home
        rooms = select(col(Room.name), col(Room.id)).where(col(Room.institution_id) == home)
        self._rooms = dict(iter(act.conn.execute(rooms)))
        beds = select(col(Bed.label), col(Bed.id)).where(col(Bed.kind) == "welfare")
        self._beds = dict(iter(act.conn.execute(beds)))

    def bed(self, room: str, label: str) -> UUID:
        """The bed with this label."""
        if label not in self._beds:
            self._beds[label] = self._act.insert(Bed, kind="welfare", label=label, room_id=self._room(room))
            self.beds_made += 1
        return self._beds[label]

    def free_since(self, bed: UUID) -> int:
        """When the last person left the bed, seconds UTC: nobody lay in it beside them. 0 for a new bed."""
        ends = select(func.max(col(Stay.until_at))).where(col(Stay.bed_id) == bed)
        return self._act.conn.execute(ends).scalar() or 0

    def _room(self, name: str) -> UUID | None:
        if not name:
            return None
        if name not in self._rooms:
            self._rooms[name] = self._act.insert(Room, institution_id=self._home, name=name, floor=floor_of(name))
            self.rooms_made += 1
        return self._rooms[name]
