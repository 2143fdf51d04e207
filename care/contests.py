"""Both sides of what two laptops wrote apart: of any field of any row that can be edited, of a person as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.registered import CAUTIOUS, FACTS, differing, registrations_of
from db.journal import EntryRef, Value
from db.local import JOURNAL, ROW_VERSION
from db.rows import shape_of
from db.tables import BY_NAME, Staff
from db.versions import Head, RowHeads


@dataclass(frozen=True, slots=True)
class ContestValue:
    """One side of a disagreement. ``who`` and ``at`` are ``None`` once the entry is sealed into its batch.

    ``ref`` names the entry, so that whoever can read batches finds it there.
    """

    value: Value
    who: str | None
    at: int | None
    ref: EntryRef


@dataclass(frozen=True, slots=True)
class Contest:
    """A field with the values that stand against each other, the later written last."""

    field: str
    values: tuple[ContestValue, ...]


def heads_of(conn: Connection, table: str, row_id: UUID, *, contested_only: bool = True) -> RowHeads | None:
    """The heads of a row of an edited table; ``None`` where nothing of it is contested, or there is no such row."""
    asked = select(ROW_VERSION.c.heads).where(ROW_VERSION.c.table_name == table, ROW_VERSION.c.row_id == row_id)
    if contested_only:
        asked = asked.where(ROW_VERSION.c.contested > 0)
    kept = conn.execute(asked).scalar()
    return None if kept is None else RowHeads.decode(bytes(kept))


def row_of(conn: Connection, table: str, row_id: UUID) -> Mapping[Any, Any] | None:
    """All columns of a row."""
    core = shape_of(BY_NAME[table]).table
    return conn.execute(select(core).where(core.c.id == row_id)).mappings().first()


def contests_of_row(conn: Connection, table: str, row_id: UUID) -> list[Contest]:
    """The contested fields of one row."""
    heads = heads_of(conn, table, row_id)
    if heads is None:
        return []
    return [Contest(name, tuple(_side(conn, head) for head in _in_order(heads.of(name)))) for name in heads.contested]


def contested_of(conn: Connection, ids: Sequence[UUID]) -> tuple[str, ...]:
    """The fields of a person on which laptops disagree; ``ids``: all registrations, the shown one first.

    Registrations of one person that differ in what can hurt disagree, too.
    """
    kept = (heads_of(conn, "person", one) for one in ids)
    named = {name for heads in kept if heads is not None for name in heads.contested if name in FACTS}
    if len(ids) > 1:
        named |= set(differing([facts for _, facts in registrations_of(conn, ids)]))
    return tuple(sorted(named))


def contests(conn: Connection, ids: Sequence[UUID]) -> list[Contest]:
    """Those fields with their values, each value once."""
    found = []
    for name in contested_of(conn, ids):
        sides = {}
        for head in _in_order([head for one in ids for head in _standing(conn, one, name, ids)]):
            sides[type(head.value), head.value] = _side(conn, head)
        found.append(Contest(name, tuple(sides.values())))
    return found


def _standing(conn: Connection, one: UUID, name: str, ids: Sequence[UUID]) -> Sequence[Head]:
    """The heads of a field of one registration, as far as they stand against others, each with its value."""
    # What is shown stands against whatever a hidden registration disagrees on; so does all that can hurt.
    always = len(ids) > 1 and (one == ids[0] or name in CAUTIOUS)
    heads = heads_of(conn, "person", one, contested_only=not always)
    if heads is None or (name not in heads.contested and not always):
        return ()
    stand = heads.of(name)
    if len(stand) > 1:
        return stand
    # While a head stands alone the column is what keeps its value.
    row = row_of(conn, "person", one)
    return () if row is None else (stand[0]._replace(value=row[name]),)


def _in_order(heads: Sequence[Head]) -> list[Head]:
    return sorted(heads, key=lambda head: (head.lamport, head.epoch, head.seq))


def _side(conn: Connection, head: Head) -> ContestValue:
    entry = (
        select(JOURNAL.c.wall, col(Staff.name))
        .join_from(JOURNAL, Staff, col(Staff.id) == JOURNAL.c.staff_id, isouter=True)
        .where(JOURNAL.c.epoch == head.epoch, JOURNAL.c.seq == head.seq)
    )
    found = conn.execute(entry).first()
    who, at = (None, None) if found is None else (found.name, found.wall)
    return ContestValue(head.value, who, at, head.ref)
