"""Whom and when a sheet is about, who prints it; and the event that it was printed."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.audit import note
from care.chart import header
from care.rights import doing, require
from care.setup import house_name
from db.store import Store
from db.tables import Staff

RIGHT: Final = "care.print"


@dataclass(frozen=True, slots=True)
class SheetHead:
    """``name`` is empty on a sheet of the house. ``allergies``: ``None`` while nobody has asked."""

    house: str
    made_at: int
    made_by: str
    person_id: UUID | None = None
    name: str = ""
    sex: str = ""
    age: int | None = None
    bed_label: str = ""
    care_level: str = ""
    allergies: tuple[str, ...] | None = None


def head_of(store: Store, conn: Connection, by: UUID, person_id: UUID | None) -> SheetHead:
    """The head of a sheet, for somebody who may print. Raises ``NoRight``, ``Refused``: person_unknown."""
    require(conn, by, RIGHT)
    now = store.now()
    who = conn.execute(select(col(Staff.name)).where(col(Staff.id) == by)).scalar() or ""
    if person_id is None:
        return SheetHead(house_name(store), now, who)
    of = header(conn, person_id, now)
    allergies = tuple(one.to for one in of.allergies)
    return SheetHead(
        house=house_name(store),
        made_at=now,
        made_by=who,
        person_id=of.id,
        name=of.name,
        sex=of.sex,
        age=of.age,
        bed_label=of.bed_label,
        care_level=of.care_level,
        allergies=allergies if allergies or of.allergies_known else None,
    )


def note_printed(store: Store, by: UUID, sheet: str, head: SheetHead, file: str, *, empty: bool = False) -> None:
    """That a sheet leaves the record, written down before it does. ``file``: its name, not where it lies.

    ``empty``: nobody is on it. Raises ``NoRight``.
    """
    with doing(store, by, RIGHT) as act:
        facts: dict[str, Any] = {"empty": 1} if empty else {}
        note(act, "printed", head.person_id, sheet=sheet, file=file[-80:], **facts)
