"""All that a downtime pack says: who is where, what must be known of them, whose round is due, whom to call.

Read from the record in one snapshot and in few questions. Practice persons are left out: a helper who reads the pages
in an emergency looks for everybody on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.age import age, house_day
from care.bed_detail import Out, open_leaves
from care.groups import groups
from care.levels import due_at
from care.looks import InHouse, in_house
from care.pack.sections import COLUMNS, SECTIONS, Asked, Disputed, Section, Waiting
from care.places import natural, places
from care.registered import columns_of
from db.local import CLOCK
from db.store import Store
from db.tables import Bed, Institution, Pair, Room, Staff

AHEAD_S: Final = 86400
"""Rounds are listed for this time."""

_MOST_DUE = 200


@dataclass(frozen=True, slots=True)
class PackedPerson:
    """One person on a bed. ``room`` and ``floor`` are empty for a bed at home, which has an ``address``.

    ``due``: when rounds fall due, the first one late if it lies before the pack was made; empty for whoever is out or
    at home. ``sections``: as ``sections.SECTIONS`` made them.
    """

    person_id: UUID
    name: str
    sex: str
    age: int | None
    care_level: str
    bed_label: str
    bed_kind: str
    room: str
    floor: int | None
    address: str
    out: Out | None
    last_at: int | None
    due: tuple[int, ...]
    turning: bool  # whether a round also turns the person
    sections: tuple[Section, ...]

    @property
    def urgent(self) -> bool:
        """Whether somebody is waited for."""
        return any(isinstance(one, Waiting) for one in self.sections)

    @property
    def disputed(self) -> bool:
        """Whether two laptops disagree on something of them."""
        return any(isinstance(one, Disputed) for one in self.sections)


@dataclass(frozen=True, slots=True)
class Place:
    """One of the two institutions."""

    kind: str  # health_centre, welfare_home
    name: str
    phone: str
    address: str
    director: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works here."""

    name: str
    role: str
    phone: str


@dataclass(frozen=True, slots=True)
class PackFacts:
    """The whole of it; ``people`` in bed order. Times in seconds UTC.

    ``recorded_until``: the newest time that this record believes in. ``doubted``: the laptop's clock is not believed.
    """

    made_at: int
    recorded_until: int
    doubted: bool
    house: str
    places: tuple[Place, ...]
    staff: tuple[Colleague, ...]
    people: tuple[PackedPerson, ...]


def pack_facts(store: Store, now: int) -> PackFacts:
    """What a pack made now says. Reads no chart of anybody, so no look is recorded: the pack itself is an event."""
    with store.reading() as conn:
        staff = list(conn.execute(_STAFF))
        names = {one.id: one.name for one in staff}
        return PackFacts(
            made_at=now,
            recorded_until=conn.execute(select(CLOCK.c.newest_at)).scalar() or now,
            doubted=store.clock.suspect,
            house=conn.execute(select(col(Pair.name)).order_by(col(Pair.id)).limit(1)).scalar() or "",
            places=tuple(
                Place(one.kind, one.name, one.phone, one.address, names.get(one.director_id, ""))
                for one in conn.execute(_PLACES)
            ),
            staff=tuple(
                Colleague(one.name, one.role, one.phone)
                for one in sorted(staff, key=lambda one: natural(one.number))
                if not one.closed
            ),
            people=_people(conn, now),
        )


_STAFF = select(col(Staff.id), col(Staff.number), col(Staff.name), col(Staff.role), col(Staff.phone), col(Staff.closed))
_PLACES = select(
    col(Institution.kind),
    col(Institution.name),
    col(Institution.phone),
    col(Institution.address),
    col(Institution.director_id),
).order_by(col(Institution.kind), col(Institution.id))


def _people(conn: Connection, now: int) -> tuple[PackedPerson, ...]:
    people = [one for one in in_house(conn, now) if not one.practice]
    merged = groups(conn)
    columns = columns_of(conn, merged, [one.person_id for one in people], COLUMNS)
    asked = Asked(conn, people, columns, merged, now)
    found = [make(asked) for make in SECTIONS]
    rooms, outs = _rooms(conn), _outs(conn)
    return tuple(
        _person(
            one,
            columns[one.person_id],
            rooms.get(one.bed_id),
            outs.get(one.person_id),
            tuple(section for by_person in found if (section := by_person.get(one.person_id)) is not None),
            now,
        )
        for one in people
    )


def _person(
    one: InHouse, columns: Mapping[str, Any], bed: Any, out: Out | None, sections: tuple[Section, ...], now: int
) -> PackedPerson:
    at_home = one.bed_kind == "home"
    return PackedPerson(
        person_id=one.person_id,
        name=one.name,
        sex=one.sex,
        age=age(columns["birth"], house_day(now)),
        care_level=one.care_level,
        bed_label=one.bed_label,
        bed_kind=one.bed_kind,
        room="" if bed is None else bed.name or "",
        floor=one.floor,
        address=((bed and bed.address) or columns["address"] or "") if at_home else "",
        out=out,
        last_at=one.last_at,
        due=dues(one.care_level, one.due_at, now),
        turning=one.turning,
        sections=sections,
    )


def dues(level: str, first: int | None, now: int) -> tuple[int, ...]:
    """When rounds fall due in the next 24 hours if each is made on time, and a late one now; at most 200."""
    found: list[int] = []
    at = first
    while at is not None and at < now + AHEAD_S and len(found) < _MOST_DUE:
        found.append(at)
        made = max(at, now)
        at = due_at(level, made, made)
    return tuple(found)


def _rooms(conn: Connection) -> dict[UUID, Any]:
    asked = select(col(Bed.id), col(Bed.address), col(Room.name)).join_from(
        Bed, Room, col(Bed.room_id) == col(Room.id), isouter=True
    )
    return {one.id: one for one in conn.execute(asked)}


def _outs(conn: Connection) -> dict[UUID, Out]:
    """Who is out, by the id they are shown under."""
    outs = open_leaves(conn)
    return {place.person_id: outs[place.leave_id] for place in places(conn).values() if place.leave_id in outs}
