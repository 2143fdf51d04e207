"""The beds of both houses and at home, and who is in them: one map for the three kinds (三床合一)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.age import age, house_day
from care.data import table
from care.groups import groups
from care.places import Place, natural, places
from care.registered import columns_of
from care.roles import doing, require
from db.errors import Refused
from db.store import Act, Store
from db.tables import Bed, Institution, Room

BedKind = Literal["welfare", "inpatient", "home"]
BED_KINDS: tuple[BedKind, ...] = ("welfare", "inpatient", "home")
HOUSE_OF = {"welfare": "welfare_home", "inpatient": "health_centre"}
"""Which of the two houses a bed of a kind stands in; a home bed stands in none."""

_LONGEST_NAME = 20
_LONGEST_ADDRESS = 200
_DAY_S = 86400
_SHOWN = ("name", "sex", "birth", "care_level", "practice")


@dataclass(frozen=True, slots=True)
class BedCell:
    """One bed on the map. The fields of a person are empty where the bed is free or closed.

    ``days`` since the stay began, the first day counted as 0. ``others``: who else lies here by the record, when two
    laptops filled one bed. ``practice``: a person to try things on; such a cell counts in no figure. ``until_at``: when
    the stay is planned to end, where that is planned.
    """

    id: UUID
    label: str
    kind: str
    person_id: UUID | None
    name: str
    sex: str
    age: int | None
    care_level: str
    state: Literal["free", "in", "leave", "closed"]
    urgent: bool
    until_at: int | None
    due_back_at: int | None
    days: int | None
    others: tuple[UUID, ...] = ()
    practice: bool = False


@dataclass(frozen=True, slots=True)
class RoomCells:
    """A room with its beds; for home beds a village, on no floor (0)."""

    name: str
    floor: int
    cells: tuple[BedCell, ...]


@dataclass(frozen=True, slots=True)
class Ward:
    """All beds of one kind. ``total`` = ``taken`` + ``leave`` + ``free``; closed beds and practice are not counted."""

    kind: BedKind
    rooms: tuple[RoomCells, ...]
    total: int
    taken: int
    leave: int
    free: int


def bed_map(store: Store, now: int, urgent_people: frozenset[UUID] = frozenset()) -> list[Ward]:
    """Every bed by kind and room, in the order people count. ``urgent_people``: those with an open alert."""
    with store.reading() as conn:
        placed = _cells(conn, now, urgent_people)
    return [
        _ward(kind, [(room, floor, cell) for room, floor, cell in placed if cell.kind == kind]) for kind in BED_KINDS
    ]


def free_beds(store: Store, kind: str | None = None) -> list[BedCell]:
    """Beds that somebody can be put on, of one kind or of all, in the order of the map."""
    with store.reading() as conn:
        cells = [cell for _, _, cell in _cells(conn, store.now(), frozenset())]
    wanted = [cell for cell in cells if cell.state == "free" and kind in (None, cell.kind)]
    return sorted(wanted, key=lambda cell: _order(cell.kind))


def add_bed(store: Store, by: UUID, room_name: str, kind: str) -> UUID:
    """Put one more bed in a room of the house of that kind; the room is made when there is none of that name.

    Beds are labelled room-number. Raises ``Refused``: bed_kind_unknown, room_name_shape (most), house_missing.
    """
    name = "".join(room_name.split())
    if kind not in HOUSE_OF:
        raise Refused("bed_kind_unknown")
    if not name or len(name) > _LONGEST_NAME:
        raise Refused("room_name_shape", most=_LONGEST_NAME)
    with doing(store, by, right_to(kind)) as act:
        room, labels = _room(act, name, HOUSE_OF[kind])
        taken = [int(end) for label in labels if (end := label.rpartition("-")[2]).isdecimal()]
        return act.insert(Bed, kind=kind, label=f"{name}-{max(taken, default=0) + 1}", room_id=room)


def add_home_bed(store: Store, by: UUID, village: str, address: str) -> UUID:
    """Open a bed at somebody's home (家庭病床). Raises ``Refused``: village_missing, text_too_long (most)."""
    with doing(store, by, right_to("home")) as act:
        return new_home_bed(act, village, address)


def new_home_bed(act: Act, village: str, address: str) -> UUID:
    """The same inside an act."""
    village, address = "".join(village.split()), address.strip()
    if not village:
        raise Refused("village_missing")
    if len(village) > _LONGEST_NAME:
        raise Refused("text_too_long", most=_LONGEST_NAME)
    if len(address) > _LONGEST_ADDRESS:
        raise Refused("text_too_long", most=_LONGEST_ADDRESS)
    return act.insert(Bed, kind="home", label=village, address=address)


def close(store: Store, by: UUID, bed_id: UUID) -> bool:
    """Take a bed out of use. False if it was. Raises ``NoRight``, ``Refused``: bed_unknown, bed_taken (bed)."""
    with doing(store, by, right_to("home")) as act:
        _require_for(act, by, bed_id)
        label = next((place.label for place in places(act.conn).values() if place.bed_id == bed_id), None)
        if label is not None:
            raise Refused("bed_taken", bed=label)
        return _set_closed(act, bed_id, closed=True)


def open(store: Store, by: UUID, bed_id: UUID) -> bool:
    """Put a bed back into use. False if it was in use. Raises ``NoRight``, ``Refused``: bed_unknown."""
    with doing(store, by, right_to("home")) as act:
        _require_for(act, by, bed_id)
        return _set_closed(act, bed_id, closed=False)


def right_to(kind: str) -> str:
    """What it takes to add a bed of a kind or to close it: one at home is opened and closed by who cares there."""
    beds: dict[str, str] = table("rules/rights")["bed"]
    return beds.get(kind, beds["else"])


def _require_for(act: Act, by: UUID, bed_id: UUID) -> None:
    kind = act.conn.execute(select(col(Bed.kind)).where(col(Bed.id) == bed_id)).scalar()
    if kind is None:
        raise Refused("bed_unknown")
    require(act.conn, by, right_to(kind))


def _set_closed(act: Act, bed_id: UUID, *, closed: bool) -> bool:
    try:
        return act.edit(Bed, bed_id, closed=closed)
    except LookupError:
        raise Refused("bed_unknown") from None


def _room(act: Act, name: str, house: str) -> tuple[UUID, list[str]]:
    """The room of that name in one of the two houses, made when wanting, and the labels of its beds."""
    houses = select(col(Institution.id)).where(col(Institution.kind) == house).order_by(col(Institution.id))
    institution = act.conn.execute(houses).scalar()
    if institution is None:
        raise Refused("house_missing")
    rooms = select(col(Room.id)).where(col(Room.name) == name, col(Room.institution_id) == institution)
    room = act.conn.execute(rooms.order_by(col(Room.id))).scalar()
    if room is None:
        # 204 is on the second floor, 1203 on the twelfth; a name that says nothing is on the first.
        said = name[:-2] if len(name) > 2 and name.isascii() and name.isdigit() else ""
        return act.insert(Room, institution_id=institution, floor=int(said or 1), name=name), []
    return room, list(act.conn.execute(select(col(Bed.label)).where(col(Bed.room_id) == room)).scalars())


def _ward(kind: BedKind, placed: list[tuple[str, int, BedCell]]) -> Ward:
    rooms: dict[tuple[int, str], list[BedCell]] = {}
    for room, floor, cell in placed:
        rooms.setdefault((floor, room), []).append(cell)
    states = [cell.state for _, _, cell in placed if not cell.practice]
    taken, leave, free = (states.count(state) for state in ("in", "leave", "free"))
    listed = tuple(RoomCells(name, floor, tuple(cells)) for (floor, name), cells in rooms.items())
    return Ward(kind, listed, taken + leave + free, taken, leave, free)


def _cells(conn: Connection, now: int, urgent: frozenset[UUID]) -> list[tuple[str, int, BedCell]]:
    """Room name, floor and cell of every bed, by floor, room and label; beds in no room come last, by label."""
    lying: dict[UUID, list[Place]] = {}
    for place in sorted(places(conn).values(), key=lambda place: (place.from_at, place.stay_id), reverse=True):
        lying.setdefault(place.bed_id, []).append(place)
    people = columns_of(conn, groups(conn), [each[0].person_id for each in lying.values()], _SHOWN)
    asked = (
        select(col(Bed.id), col(Bed.label), col(Bed.kind), col(Bed.closed), col(Room.name), col(Room.floor))
        .select_from(Bed)
        .outerjoin(Room, col(Bed.room_id) == col(Room.id))
    )
    beds = sorted(
        conn.execute(asked),
        key=lambda bed: (bed.floor is None, bed.floor or 0, natural(bed.name or bed.label), natural(bed.label), bed.id),
    )
    return [
        (bed.name or bed.label, bed.floor or 0, _cell(bed, lying.get(bed.id, []), people, now, urgent)) for bed in beds
    ]


def _cell(
    bed: Any, lying: list[Place], people: Mapping[UUID, Mapping[str, Any]], now: int, urgent: frozenset[UUID]
) -> BedCell:
    place = lying[0] if lying else None
    person = people.get(place.person_id) if place else None
    if place is None or person is None:
        state: Literal["closed", "free"] = "closed" if bed.closed else "free"
        return BedCell(bed.id, bed.label, bed.kind, None, "", "", None, "", state, False, None, None, None)
    return BedCell(
        id=bed.id,
        label=bed.label,
        kind=bed.kind,
        person_id=person["id"],
        name=person["name"],
        sex=person["sex"],
        age=age(person["birth"], house_day(now)),
        care_level=person["care_level"],
        state="leave" if place.on_leave else "in",
        urgent=any(each.person_id in urgent for each in lying),
        until_at=None,
        due_back_at=place.expected_at,
        days=max(0, (house_day(now) - house_day(place.from_at)).days),
        others=tuple(each.person_id for each in lying[1:]),
        practice=person["practice"],
    )


def _order(kind: str) -> int:
    return BED_KINDS.index(kind) if kind in BED_KINDS else len(BED_KINDS)
