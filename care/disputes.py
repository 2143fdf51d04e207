"""Who has something in their record on which edits made apart disagree: work for a person to settle."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from care.places import natural, places
from db.local import ROW_VERSION
from db.store import Store
from db.tables import Person
from db.versions import RowHeads


@dataclass(frozen=True, slots=True)
class Dispute:
    """A person with contested ``fields`` (names of ``person`` columns)."""

    person_id: UUID
    name: str
    bed_label: str
    fields: tuple[str, ...]


def disputes(store: Store, limit: int = 200) -> list[Dispute]:
    """People with contested fields, by bed; at most ``limit``."""
    with store.reading() as conn:
        rows = conn.execute(
            select(col(Person.id), col(Person.name), ROW_VERSION.c.heads)
            .join(ROW_VERSION, ROW_VERSION.c.row_id == col(Person.id))
            .where(ROW_VERSION.c.contested > 0, ROW_VERSION.c.table_name == "person")
            .limit(limit)
        ).all()
        here = places(conn)
    found = [
        Dispute(id, name, here[id].label if id in here else "", RowHeads.decode(bytes(heads)).contested)
        for id, name, heads in rows
    ]
    return sorted(found, key=lambda one: natural(one.bed_label))


def elsewhere(store: Store) -> int:
    """How many rows that are no person's facts (beds, stays, staff) have contested fields."""
    with store.reading() as conn:
        return conn.execute(
            select(func.count())
            .select_from(ROW_VERSION)
            .where(ROW_VERSION.c.contested > 0, ROW_VERSION.c.table_name != "person")
        ).scalar_one()
