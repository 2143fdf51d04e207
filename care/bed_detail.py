"""What is worth knowing of a bed before a chart is opened: who lies there, since when, allergies, out with whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.age import age, house_day
from care.groups import groups
from care.person_facts import Allergy, read_items
from care.places import Place, places
from care.registered import columns_of
from db.store import Store
from db.tables import Bed, Leave


@dataclass(frozen=True, slots=True)
class Out:
    """A leave that has not ended. Times in seconds UTC."""

    kind: str  # stays.LEAVE_KINDS
    left_at: int
    expected_at: int | None
    companion: str
    note: str


@dataclass(frozen=True, slots=True)
class Lying:
    """Somebody on a bed. ``since_at``: when they came to this bed. An empty ``allergies`` with ``allergies_known``
    unset says that nobody has asked yet."""

    person_id: UUID
    name: str
    sex: str
    age: int | None
    care_level: str
    category: str
    since_at: int
    allergies: tuple[str, ...]
    allergies_known: bool
    out: Out | None


@dataclass(frozen=True, slots=True)
class BedDetail:
    """A bed with everybody on it by the record, who came last first. ``address``: of a home bed."""

    address: str
    lying: tuple[Lying, ...]


def details(store: Store, now: int) -> dict[UUID, BedDetail]:
    """Every bed by its id."""
    with store.reading() as conn:
        here = places(conn)
        people = columns_of(conn, groups(conn), here, _SHOWN)
        outs = open_leaves(conn)
        addresses = {bed.id: bed.address for bed in conn.execute(select(col(Bed.id), col(Bed.address)))}
    lying: dict[UUID, list[Lying]] = {}
    # The order of the map: whoever came last lies in front.
    for place in sorted(here.values(), key=lambda one: (one.from_at, one.stay_id), reverse=True):
        if place.person_id in people:
            lying.setdefault(place.bed_id, []).append(_lying(place, people[place.person_id], outs, now))
    return {id: BedDetail(address, tuple(lying.get(id, ()))) for id, address in addresses.items()}


_SHOWN = ("name", "sex", "birth", "care_level", "category", "allergies", "allergies_known")


def open_leaves(conn: Connection) -> dict[UUID, Out]:
    """Every leave that has not ended, by its id."""
    asked = select(
        col(Leave.id),
        col(Leave.kind),
        col(Leave.left_at),
        col(Leave.expected_at),
        col(Leave.companion),
        col(Leave.note),
    ).where(col(Leave.back_at).is_(None))
    return {row.id: Out(row.kind, row.left_at, row.expected_at, row.companion, row.note) for row in conn.execute(asked)}


def _lying(place: Place, person: Mapping[str, Any], outs: dict[UUID, Out], now: int) -> Lying:
    return Lying(
        person_id=place.person_id,
        name=person["name"],
        sex=person["sex"],
        age=age(person["birth"], house_day(now)),
        care_level=person["care_level"],
        category=person["category"],
        since_at=place.from_at,
        allergies=tuple(each.to for each in read_items(Allergy, person["allergies"])),
        allergies_known=person["allergies_known"],
        out=outs.get(place.leave_id) if place.leave_id is not None else None,
    )
