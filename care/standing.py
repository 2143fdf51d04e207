"""Records that are inserted and never updated: which of them stand, and the rows that correct, void or take them back.

Every append-only table of care has ``staff_id``, ``at``, ``supersedes``, ``void`` and ``reason``. A record stands if
it is not void itself and nothing names it as superseded. What a table keeps beside one row is its own module's
business: a round has its measurements (``care.rounds``).
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from care.amending import amending
from care.data import table
from care.one_look import reason_of
from care.rights import Second, doing
from db.errors import Refused
from db.identity import epoch_of
from db.journal import Value
from db.local import JOURNAL
from db.rows import shape_of
from db.store import Act, Store
from db.tables import Synced

UNDO_S = 600
"""For so long after it was recorded a record can be taken back by whoever recorded it."""

Beside = Callable[[Act, UUID], object]
"""What else an act writes once a row, the new one of that id, has taken the place of another."""


def effective(of: type[Synced], alias: str) -> str:
    """SQL: the row of this table called ``alias`` stands."""
    name = shape_of(of).name
    return f"NOT {alias}.void AND NOT EXISTS (SELECT 1 FROM {name} AS newer WHERE newer.supersedes = {alias}.id)"


def standing(conn: Connection, of: type[Synced], row_id: UUID) -> RowMapping:
    """The record of that id, which stands. Raises ``Refused``: record_unknown, record_superseded."""
    row = row_of(conn, of, row_id)
    core = shape_of(of).table
    if row["void"] or conn.execute(select(core.c.id).where(core.c.supersedes == row_id)).first() is not None:
        raise Refused("record_superseded")
    return row


def row_of(conn: Connection, of: type[Synced], row_id: UUID) -> RowMapping:
    """A row by its id. Raises ``Refused``: record_unknown."""
    core = shape_of(of).table
    found = conn.execute(select(core).where(core.c.id == row_id)).mappings().first()
    if found is None:
        raise Refused("record_unknown")
    return found


def correct_record(
    store: Store,
    by: UUID,
    of: type[Synced],
    row_id: UUID,
    values: dict[str, Value],
    reason: str,
    *,
    second: Second | None = None,
    beside: Beside | None = None,
) -> UUID:
    """Put a row with other ``values`` in the place of a record; what they do not name stays. Gives the new id.

    Of a record of somebody else it takes a ``second`` person. Raises what ``amending`` raises, and ``Refused``:
    reason_missing, text_too_long (most), record_unknown, record_superseded.
    """
    reason = reason_of(reason)
    with amending(store, by, row_id, second, "corrected", of) as act:
        old = standing(act.conn, of, row_id)
        kept: dict[str, Value] = {name: old[name] for name in shape_of(of).columns}
        new_id = act.insert(of, **{**kept, **values, "staff_id": by, "supersedes": row_id, "reason": reason})
        if beside is not None:
            beside(act, new_id)
        return new_id


def void_record(
    store: Store,
    by: UUID,
    of: type[Synced],
    row_id: UUID,
    reason: str,
    *,
    second: Second | None = None,
    beside: Beside | None = None,
) -> UUID:
    """Say that a record counts no more, by a void row with a reason, at any time. Raises as ``correct_record``."""
    reason = reason_of(reason)
    with amending(store, by, row_id, second, "voided", of) as act:
        old = standing(act.conn, of, row_id)
        new_id = void_row(act, of, old, staff_id=by, reason=reason)
        if beside is not None:
            beside(act, new_id)
        return new_id


def undo_record(store: Store, by: UUID, of: type[Synced], row_id: UUID, beside: Beside | None = None) -> None:
    """Take back a record just written; taking back a correction puts what it corrected in its place.

    Raises ``Refused``: undo_not_yours, undo_too_late (minutes after it was recorded), record_unknown,
    record_superseded.
    """
    with doing(store, by, "record.correct") as act:
        old = standing(act.conn, of, row_id)
        check_undo(act, by, old)
        new_id = take_back(act, of, old)
        if beside is not None:
            beside(act, new_id)


def check_undo(act: Act, by: UUID, row: RowMapping) -> None:
    """Whether somebody may take a row back now. Raises ``Refused``: undo_not_yours, undo_too_late (minutes)."""
    # What stands again because its correction was taken back was not just written by its writer.
    if row["staff_id"] != by or (row["supersedes"] is not None and row["reason"] == _undone()):
        raise Refused("undo_not_yours")
    if act.now - _recorded_at(act.conn, row) > UNDO_S:
        raise Refused("undo_too_late", minutes=UNDO_S // 60)


def take_back(act: Act, of: type[Synced], row: RowMapping, **now: Value) -> UUID:
    """Insert what stands after ``row`` is taken back: what it had superseded, or a void row."""
    before = row if row["supersedes"] is None else row_of(act.conn, of, row["supersedes"])
    values: dict[str, Value] = {name: before[name] for name in shape_of(of).columns}
    values |= {"supersedes": row["id"], "void": row["supersedes"] is None, "reason": _undone(), **now}
    return act.insert(of, **values)


def void_row(act: Act, of: type[Synced], row: RowMapping, **now: Value) -> UUID:
    """Insert the row that says that ``row`` counts no more."""
    values: dict[str, Value] = {name: row[name] for name in shape_of(of).columns}
    return act.insert(of, **{**values, "supersedes": row["id"], "void": True, **now})


def _recorded_at(conn: Connection, row: RowMapping) -> int:
    """When a row was written. Once its journal entry is sealed, the time it is of has to stand for it."""
    entry = (
        select(JOURNAL.c.wall)
        .where(JOURNAL.c.epoch == epoch_of(row["id"]), JOURNAL.c.row_id == row["id"])
        .order_by(JOURNAL.c.seq.desc())  # what was just written is found first
        .limit(1)
    )
    wall: int | None = conn.execute(entry).scalar()
    return row["at"] if wall is None else wall


def _undone() -> str:
    said: str = table("rounds")["words"]["undo"]["zh"]
    return said
