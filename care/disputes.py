"""Who has something in their record on which edits made apart disagree: work for a person to settle."""

from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from care.age import house_day
from care.fact_check import check
from care.people import facts_of
from care.person_facts import PersonFacts, from_columns, to_columns
from care.places import natural, places
from db.errors import Refused
from db.journal import Value
from db.local import ROW_VERSION
from db.store import Act, Store
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


def settle(store: Store, by: UUID, person_id: UUID, field: str, value: Value) -> PersonFacts:
    """Write down what is true of a contested field, also when it is what is shown already: that closes the matter.

    ``value`` as the column keeps it (a list is JSON text). Returns the facts as they are now. Raises ``Refused``:
    person_unknown, settled_already (nothing is contested there any more), or the code of an error in the field.
    """
    with store.act(by) as act:
        present = facts_of(act.conn, person_id)
        if field not in _contested(act, person_id):
            raise Refused("settled_already")
        columns = to_columns(present, [one.name for one in fields(PersonFacts)])
        settled = from_columns(columns | {field: value})
        for problem in check(settled, house_day(act.now)):
            if problem.severity == "error" and problem.field == field:
                raise Refused(problem.code, field=field)
        act.edit(Person, person_id, **{field: value})
        return settled


def _contested(act: Act, person_id: UUID) -> tuple[str, ...]:
    kept = select(ROW_VERSION.c.heads).where(
        ROW_VERSION.c.table_name == "person", ROW_VERSION.c.row_id == person_id, ROW_VERSION.c.contested > 0
    )
    heads = act.conn.execute(kept).scalar()
    return () if heads is None else RowHeads.decode(bytes(heads)).contested
