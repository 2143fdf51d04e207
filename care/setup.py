"""Founding the house: the pair, its two institutions with both licences, rooms, beds, the first user."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from care.age import is_day
from care.beds import HOUSE_OF, bed_map
from care.codes import codes
from care.data import table
from care.roles import by_itself, doing, roles_of
from care.staff import check_new
from db.errors import Refused
from db.store import Act, Store
from db.tables import Bed, Institution, Pair, Person, Room, Staff, Stay

_REGION = re.compile(r"[0-9]{6}")
_LONGEST_NAME = 60
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class House:
    """What a new house looks like.

    ``region``: GB/T 2260 county code, six digits, or empty. ``wards``: rooms on the ward; ``ward_beds``: beds in each.
    Limits: ``care/data/rules/house.toml``.
    """

    pair_name: str
    township: str
    region: str
    health_centre: str
    welfare_home: str
    floors: int
    rooms_per_floor: int
    beds_per_room: int
    wards: int
    ward_beds: int


@dataclass(frozen=True, slots=True)
class PairView:
    """The pair (两院): one health centre and one welfare home, and the agreement between them."""

    id: UUID
    name: str
    region: str
    township: str
    mode: str
    agreement_no: str
    agreement_from: str | None
    agreement_until: str | None


@dataclass(frozen=True, slots=True)
class InstitutionView:
    """One of the two, with both licences it may hold (两证). Dates are ISO text."""

    id: UUID
    kind: Literal["health_centre", "welfare_home"]
    name: str
    director_id: UUID | None
    phone: str
    address: str
    medical_licence_no: str
    medical_licence_until: str | None
    care_licence_no: str
    care_licence_until: str | None

    def holds(self, licence: Literal["medical", "care"], on: date) -> bool:
        """Whether a licence is in force on a day. Without a last day it does not end."""
        medical = (self.medical_licence_no, self.medical_licence_until)
        number, until = medical if licence == "medical" else (self.care_licence_no, self.care_licence_until)
        return bool(number) and (until is None or on.isoformat() <= until)

    def both_licences(self, on: date) -> bool:
        """Whether it may both treat and house people on a day (两证齐全)."""
        return self.holds("medical", on) and self.holds("care", on)


def found(store: Store, house: House, *, number: str, name: str, role: str) -> UUID:
    """Make the house with its rooms and beds, its first user, and a practice person on a bed of their own.

    Returns the first user's staff id; a director directs both institutions.

    Raises ``Refused``: already_founded, house_name_missing, text_too_long (most), region_shape,
    house_size (field, least, most), first_manages (somebody must be able to take on the others), and what ``staff.add``
    raises.
    """
    _refuse_bad(house)
    number, name, _ = check_new(number, name, role)
    if role not in roles_of("staff.change"):
        raise Refused("first_manages")
    with by_itself(store) as act:
        if act.conn.execute(select(col(Pair.id))).first() is not None:
            raise Refused("already_founded")
        first = act.insert(Staff, number=number, name=name, role=role)
        director = first if role == "director" else None
        act.insert(Pair, name=_text(house.pair_name), region=house.region, township=_text(house.township))
        centre = act.insert(Institution, kind="health_centre", name=_text(house.health_centre), director_id=director)
        home = act.insert(Institution, kind="welfare_home", name=_text(house.welfare_home), director_id=director)
        for floor in range(1, house.floors + 1):
            for room in range(1, house.rooms_per_floor + 1):
                _room(act, home, "welfare", f"{floor}{room:02}", floor, house.beds_per_room)
        for ward in range(1, house.wards + 1):
            _room(act, centre, "inpatient", f"{table('rules/house')['ward_prefix']}{ward}", 1, house.ward_beds)
        _practice(act)
        return first


def house_name(store: Store) -> str:
    """The name of the pair, as the top line of every screen shows it; empty before there is one."""
    known = pair(store)
    return known.name if known else ""


def pair(store: Store) -> PairView | None:
    """The pair of this record; ``None`` before the house is founded or has arrived from another laptop."""
    wanted = [getattr(Pair, one.name) for one in fields(PairView)]
    with store.reading() as conn:
        row = conn.execute(select(*wanted).order_by(col(Pair.id))).first()
    return None if row is None else PairView(*row)


def institutions(store: Store) -> list[InstitutionView]:
    """Both institutions, the health centre first."""
    wanted = [getattr(Institution, one.name) for one in fields(InstitutionView)]
    with store.reading() as conn:
        rows = conn.execute(select(*wanted).order_by(col(Institution.kind), col(Institution.id))).all()
    return [InstitutionView(*row) for row in rows]


def integrated_beds(store: Store, on: date) -> int:
    """Beds in use of those institutions that hold both licences on a day (医养床位). Beds at home are none."""
    both = {one.kind for one in institutions(store) if one.both_licences(on)}
    return sum(ward.total for ward in bed_map(store, store.now()) if HOUSE_OF.get(ward.kind) in both)


def change_pair(store: Store, by: UUID, **changes: str | None) -> bool:
    """Change fields of the pair, as ``PairView`` names them but id. False if nothing changed.

    ``mode``: codes/pair_mode, or empty. Raises ``Refused``: house_missing, house_name_missing, text_too_long (most),
    region_shape, mode_unknown, date_shape (field); ``TypeError`` for a field that cannot be changed.
    """
    known = pair(store)
    if known is None:
        raise Refused("house_missing")
    if "id" in changes:
        raise TypeError("a pair keeps its id")
    tidy = {field: value if value is None else _text(value) for field, value in changes.items()}
    if tidy.get("name") == "":
        raise Refused("house_name_missing")
    _refuse_values(tidy)
    if tidy.get("region") and not _REGION.fullmatch(str(tidy["region"])):
        raise Refused("region_shape")
    if tidy.get("mode") and codes("pair_mode").get(str(tidy["mode"])) is None:
        raise Refused("mode_unknown")
    with doing(store, by, "house.change") as act:
        return act.edit(Pair, known.id, **tidy)


def change_institution(store: Store, by: UUID, institution_id: UUID, **changes: str | UUID | None) -> bool:
    """Change fields of an institution, as ``InstitutionView`` names them but id and kind. False if nothing changed.

    Raises ``Refused``: institution_unknown, name_missing, text_too_long (most), date_shape (field), staff_unknown;
    ``TypeError`` for a field that cannot be changed or a value of another type.
    """
    if {"id", "kind"} & changes.keys():
        raise TypeError("an institution keeps its id and kind")
    tidy = {field: value.strip() if isinstance(value, str) else value for field, value in changes.items()}
    if tidy.get("name") == "":
        raise Refused("name_missing")
    _refuse_values(tidy)
    with doing(store, by, "house.change") as act:
        director = tidy.get("director_id")
        if (
            director is not None
            and act.conn.execute(select(col(Staff.id)).where(col(Staff.id) == director)).first() is None
        ):
            raise Refused("staff_unknown")
        try:
            return act.edit(Institution, institution_id, **tidy)
        except LookupError:
            raise Refused("institution_unknown") from None


def _refuse_values(values: Mapping[str, object]) -> None:
    for field, value in values.items():
        if isinstance(value, str) and len(value) > _LONGEST_TEXT:
            raise Refused("text_too_long", most=_LONGEST_TEXT)
        if field.endswith(("_from", "_until")) and value is not None and not is_day(value):
            raise Refused("date_shape", field=field)


def _refuse_bad(house: House) -> None:
    for text in (house.pair_name, house.health_centre, house.welfare_home):
        if not _text(text):
            raise Refused("house_name_missing")
    if (
        max(len(text) for text in (house.pair_name, house.health_centre, house.welfare_home, house.township))
        > _LONGEST_NAME
    ):
        raise Refused("text_too_long", most=_LONGEST_NAME)
    if house.region and not _REGION.fullmatch(house.region):
        raise Refused("region_shape")
    for field, (least, most) in table("rules/house")["limits"].items():
        if not least <= getattr(house, field) <= most:
            raise Refused("house_size", field=field, least=least, most=most)


def _room(act: Act, institution: UUID, kind: str, name: str, floor: int, beds: int) -> None:
    room = act.insert(Room, institution_id=institution, floor=floor, name=name)
    for bed in range(1, beds + 1):
        act.insert(Bed, kind=kind, label=f"{name}-{bed}", room_id=room)


def _practice(act: Act) -> None:
    """Somebody to try every key on. Their bed is out of use for others, so that it counts in no figure."""
    words = table("rules/house")
    bed = act.insert(Bed, kind="welfare", label=words["practice_bed"], closed=True)
    person = act.insert(
        Person,
        name=words["practice_name"],
        sex="2",
        id_reason=words["practice_reason"],
        category="daiyang",
        care_level="half",
        practice=True,
    )
    act.insert(Stay, person_id=person, bed_id=bed, from_at=act.now)


def _text(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
