"""Where everybody is now: the current stay of each person, and whether they are out on leave.

Two laptops that were apart may each have put a person on a bed, or two people on one bed. Nothing is dropped and
nothing crashes: of one person's current stays the newest counts, and their next move ends them all. Whoever was
registered twice is where either registration has a stay.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.groups import groups
from db.search import normal
from db.tables import Bed, Leave, Stay

_DIGITS = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class Place:
    """One person's bed now. ``leave_id``, ``left_at``, ``expected_at`` are set while they are out."""

    person_id: UUID
    stay_id: UUID
    bed_id: UUID
    label: str
    kind: str  # welfare, inpatient, home
    from_at: int
    leave_id: UUID | None = None
    left_at: int | None = None
    expected_at: int | None = None

    @property
    def on_leave(self) -> bool:
        """Whether the person is out while the bed is kept."""
        return self.leave_id is not None


def natural(label: str) -> tuple[tuple[int, int, str], ...]:
    """A key that orders labels as people count: ``2-1`` before ``10-1``, numbers before words."""
    typed = normal(label)
    parts = [part for part in _DIGITS.split(typed) if part]
    # Digits of other scripts are words here: only what int() reads for certain is a number.
    key = [(0, int(part[:18]), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts]
    # Labels that count alike, 07 and 7, still have one order; the end of a label comes before more of it.
    return (*key, (-1, 0, typed))


def places(conn: Connection) -> dict[UUID, Place]:
    """Where each person with a bed is, by person id, in the order of their bed labels."""
    found = _read(conn, None)
    return {place.person_id: place for place in sorted(found, key=lambda place: natural(place.label))}


def place_of(conn: Connection, person_id: UUID) -> Place | None:
    """Where one person is; ``None`` without a bed."""
    return next(iter(_read(conn, person_id)), None)


def _read(conn: Connection, person_id: UUID | None) -> Iterable[Place]:
    merged = groups(conn)
    stays = (
        select(col(Stay.id), col(Stay.person_id), col(Stay.bed_id), col(Stay.from_at), col(Bed.label), col(Bed.kind))
        .join_from(Stay, Bed, col(Stay.bed_id) == col(Bed.id))
        .where(col(Stay.until_at).is_(None))
        .order_by(col(Stay.from_at), col(Stay.id))
    )
    leaves = (
        select(col(Leave.stay_id), col(Leave.id), col(Leave.left_at), col(Leave.expected_at))
        .where(col(Leave.back_at).is_(None))
        .order_by(col(Leave.left_at), col(Leave.id))
    )
    if person_id is not None:
        stays = stays.where(col(Stay.person_id).in_(merged.all(person_id)))
        leaves = leaves.where(col(Leave.person_id).in_(merged.all(person_id)))
    out = {stay: (leave, left, expected) for stay, leave, left, expected in conn.execute(leaves)}
    none = (None, None, None)
    newest: dict[UUID, Place] = {}
    for stay, registered, bed, since, label, kind in conn.execute(stays):
        person = merged.of(registered)
        newest[person] = Place(person, stay, bed, label, kind, since, *out.get(stay, none))
    return newest.values()
