"""The dose round: who gets what at this hour, bed by bed, and what became of it; giving is ``giving``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.codes import label
from care.data import table
from care.groups import groups
from care.looks import bed_order
from care.medicines.allergies import Read, as_read
from care.medicines.catalogue import every_drug
from care.medicines.due import Recorded, dues, open_orders, recorded, rule, span
from care.medicines.giving import (
    give,
    give_as_needed,
    not_given,
    prepare,
    undo,
    void,
    vomited,
)
from care.medicines.orders import dose_words
from care.medicines.schedule import clock
from care.medicines.unanswered import blocking
from care.person_facts import Allergy, read_items
from care.places import Place, places
from care.registered import columns_of
from care.words import Words
from db.store import Store
from db.tables import Bed, Room, Staff

__all__ = [
    "DoseRound",
    "DoseRow",
    "causes",
    "dose_round",
    "give",
    "give_as_needed",
    "not_given",
    "prepare",
    "undo",
    "void",
    "vomited",
]


@dataclass(frozen=True, slots=True)
class DoseRow:
    """One dose of one person. ``late_min`` is 0 for what is not late. ``blocked``: why it cannot be given now.

    ``blocked``: held (the order is), away (out, or in hospital), allergy (told after the order was written), past
    (too late: it is recorded as missed), or ``None``. ``result`` of codes/med_result with ``who`` and ``at``, or
    ``None`` while nothing is recorded.
    ``order_words``: the drug with its strength.
    """

    order_id: UUID
    person_id: UUID
    bed_label: str
    floor: int | None
    room: str
    name: str
    drug: Words
    spec: str
    dose: Words
    route: Words
    due_at: int
    late_min: int
    high_alert: bool
    allergies: tuple[str, ...]
    result: str | None = None
    dose_id: UUID | None = None
    who: str = ""
    at: int | None = None
    cause: str = ""
    blocked: str | None = None


@dataclass(frozen=True, slots=True)
class DoseRound:
    """The round of now: what is open of the last day, and what was recorded of the present hours, in bed order.

    ``hour``: the due hour it is about, ``08:00``, empty for none. ``total`` without what is held or away.
    """

    title: Words
    hour: str
    rows: tuple[DoseRow, ...]
    done: int
    total: int
    next_due_at: int | None


_NEXT_S: Final = 86400


def dose_round(store: Store, now: int) -> DoseRound:
    """The round of now. Who lies at home takes their own medicine, who has no bed is not here: both are left out."""
    since, until = span(now)
    with store.reading() as conn:
        orders = open_orders(conn, since, now + _NEXT_S)
        known = recorded(conn, since, until)
        whole = _House(conn, {one.staff_id for one in known.values()})
    rows, ahead = [], []
    for order in orders:
        place = whole.place(order)
        if place is None:
            continue
        for due_at in dues(order, since, now + _NEXT_S):
            if due_at > until:
                ahead.append(due_at)
                break
            said = known.get((order["id"], due_at))
            if said is None or due_at >= now - rule("give_until_min") * 60:
                rows.append(whole.row(order, place, due_at, said, now))
    rows.sort(key=lambda row: (whole.order_of(row), row.due_at, row.drug.zh))
    counted = [row for row in rows if row.result is not None or row.blocked not in ("held", "away")]
    open_now = [row.due_at for row in counted if row.result is None] or [row.due_at for row in counted]
    hour = clock(max(open_now)) if open_now else ""
    return DoseRound(
        title=Words(f"{hour} 给药".strip(), f"Medicines {hour}".strip()),
        hour=hour,
        rows=tuple(rows),
        done=sum(row.result is not None for row in counted),
        total=len(counted),
        next_due_at=min(ahead, default=None),
    )


def causes(result: str) -> tuple[Words, ...]:
    """What is usually said of a dose that was late, refused, held, away, missed, vomited, or given as needed."""
    return tuple(Words(one["zh"], one["en"]) for one in table("rules/dose")["cause"].get(result, ()))


class _House:
    """Who lies where, and what they are allergic to: read once for all rows of a round."""

    def __init__(self, conn: Connection, staff: set[bytes]) -> None:
        self._known: dict[bytes, Place | None] = {}
        self.merged = groups(conn)
        self.places = places(conn)
        self.people = columns_of(conn, self.merged, self.places, ("name", "practice", "allergies"))
        rooms = select(col(Bed.id), col(Room.name), col(Room.floor)).join_from(
            Bed, Room, col(Bed.room_id) == col(Room.id)
        )
        self.known = every_drug(conn)
        self.read: dict[UUID, tuple[Read, ...]] = {}
        self.rooms = {bed: (name, floor) for bed, name, floor in conn.execute(rooms)}
        named = select(col(Staff.id), col(Staff.name)).where(col(Staff.id).in_([UUID(bytes=one) for one in staff]))
        self.staff = {one.id.bytes: one.name for one in conn.execute(named)}

    def place(self, order: Mapping[Any, Any]) -> Place | None:
        """Where the person of an order lies, if the house gives them their medicine."""
        registered = order["person_id"]
        if registered not in self._known:
            self._known[registered] = self._look_up(UUID(bytes=registered))
        return self._known[registered]

    def _look_up(self, registered: UUID) -> Place | None:
        place = self.places.get(self.merged.of(registered))
        if place is None or place.kind == "home" or self.people[place.person_id]["practice"]:
            return None
        return place

    def order_of(self, row: DoseRow) -> Any:
        """The place of a row in the walk through the house."""
        place = self.places[row.person_id]
        return bed_order(place.kind, place.label), row.name

    def row(self, order: Mapping[Any, Any], place: Place, due_at: int, said: Recorded | None, now: int) -> DoseRow:
        """One line of the round."""
        person = self.people[place.person_id]
        room, floor = self.rooms.get(place.bed_id, ("", None))
        late = (now - due_at) // 60
        return DoseRow(
            order_id=UUID(bytes=order["id"]),
            person_id=place.person_id,
            bed_label=place.label,
            floor=floor,
            room=room,
            name=person["name"],
            drug=Words(order["name"], order["name"]),
            spec=order["spec"],
            dose=dose_words(order["dose100"], order["unit"]),
            route=_route(order["route"]),
            due_at=due_at,
            late_min=late if said is None and late > rule("late_min") else 0,
            high_alert=bool(order["high_alert"]),
            allergies=_allergies(person["allergies"]),
            result=None if said is None else said.result,
            dose_id=None if said is None else UUID(bytes=said.dose_id),
            who="" if said is None else self.staff.get(said.staff_id, ""),
            at=None if said is None else said.at,
            cause="" if said is None else said.cause,
            blocked=None if said is not None else self._blocked(order, place, late),
        )

    def _blocked(self, order: Mapping[Any, Any], place: Place, late_min: int) -> str | None:
        if order["held"]:
            return "held"
        if place.on_leave:
            return "away"
        if blocking(self.known, order, self._allergies(place.person_id)):
            return "allergy"
        return "past" if late_min > rule("give_until_min") else None

    def _allergies(self, person: UUID) -> tuple[Read, ...]:
        if person not in self.read:
            self.read[person] = as_read(read_items(Allergy, self.people[person]["allergies"]), self.known)
        return self.read[person]


@cache
def _route(code: str) -> Words:
    return Words(label("drug_route", code, "zh"), label("drug_route", code, "en"))


@lru_cache(maxsize=1024)
def _allergies(listed: str) -> tuple[str, ...]:
    return tuple(one.to for one in read_items(Allergy, listed))
