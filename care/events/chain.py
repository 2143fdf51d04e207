"""One event through its corrections: whoever wrote about an earlier version of it wrote about it."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.engine import RowMapping

from care.standing import effective, row_of
from db.errors import Refused
from db.tables import Event

# UNION, not UNION ALL: a circle that a broken laptop sent ends.
_VERSIONS = text(
    """
WITH RECURSIVE older(id) AS (
    SELECT :id UNION SELECT e.supersedes FROM event AS e JOIN older ON e.id = older.id WHERE e.supersedes IS NOT NULL),
every(id) AS (
    SELECT id FROM older UNION SELECT e.id FROM event AS e JOIN every ON e.supersedes = every.id)
SELECT id FROM every
"""
)

_CLOSED = text(
    f"SELECT 1 FROM event AS c WHERE c.about IN :about AND +c.kind IN :kinds AND {effective(Event, 'c')} LIMIT 1"
).bindparams(bindparam("about", expanding=True), bindparam("kinds", expanding=True))


def versions(conn: Connection, event_id: UUID) -> list[UUID]:
    """All rows that are this event, whichever of them is named; the one named alone if there is no such event."""
    return [UUID(bytes=one) for (one,) in conn.execute(_VERSIONS, {"id": event_id.bytes})]


def newest_of(conn: Connection, event_id: UUID) -> RowMapping | None:
    """The row that nothing supersedes, void or not; of two made apart the later one. ``None``: no such event."""
    ids = versions(conn, event_id)
    try:
        rows = [row_of(conn, Event, one) for one in ids]
    except Refused:
        return None
    before = {row["supersedes"] for row in rows}
    return max((row for row in rows if row["id"] not in before), key=lambda row: row["id"].bytes, default=None)


def closed(conn: Connection, event_id: UUID, by: Collection[str]) -> bool:
    """Whether an event of one of these kinds that stands is about it."""
    return bool(by) and _closed(conn, versions(conn, event_id), by)


def _closed(conn: Connection, ids: Sequence[UUID], by: Collection[str]) -> bool:
    asked = {"about": [one.bytes for one in ids], "kinds": list(by)}
    return conn.execute(_CLOSED, asked).first() is not None
