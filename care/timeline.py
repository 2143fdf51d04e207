"""The course of one person: trends of what was measured, and every look at them, corrected ones too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from care.groups import groups, newest_first, place_of_row
from care.looks import EFFECTIVE_VITALS, ROUND_COLUMNS, VITALS_COLUMNS
from care.measured import Measured, news_of, plain
from care.observations import Finding, round_findings
from db.store import Store

_MOST = 500
_MOST_POINTS = 5000


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One set of measurements. ``suspect``: written while the clock was not believed, as far as is still known here."""

    at: int
    values: Mapping[str, Measured]
    suspect: bool


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One look. ``superseded_by`` names the round that stands in its place; ``void``: nothing does.

    ``text_facts`` are for ``observations.say``; ``vitals`` what was measured at it; ``corrects``
    and ``reason`` are of a correction, ``ended_by`` and ``ended_why`` of what stands in its place, or voided it.
    """

    at: int
    kind: str  # codes/round_type
    who: str
    text_facts: tuple[Finding, ...]
    unremarkable: bool
    vitals: Mapping[str, Measured]
    news_total: int | None
    superseded_by: UUID | None
    void: bool
    suspect: bool
    round_id: UUID
    corrects: UUID | None
    reason: str
    reported_to: str
    reported_to_id: UUID | None
    ended_by: str
    ended_why: str


# Written under a doubted clock, as far as the entry is not sealed yet.
_SUSPECT = "EXISTS (SELECT 1 FROM journal WHERE journal.suspect = 1 AND journal.row_id = {row}.id)"

_POINTS = text(
    f"""
SELECT {_SUSPECT.format(row="v")} AS suspect, v.id, v.at, {", ".join(f"v.{column}" for column in VITALS_COLUMNS)}
FROM vitals AS v
WHERE v.person_id = :person AND v.at >= :since AND v.at < :until AND {EFFECTIVE_VITALS.format(v="v")}
ORDER BY v.at DESC, v.id DESC LIMIT :most
"""
)


def trend(store: Store, person_id: UUID, measures: Sequence[str], since: int, until: int) -> list[TrendPoint]:
    """The sets from ``since`` up to, not including, ``until`` in which any of ``measures`` was taken, oldest first.

    ``measures`` are columns of the table of vitals. The newest 5,000 sets at most.
    """
    with store.reading() as conn:
        ids = groups(conn).all(person_id)
        rows = newest_first(conn, _POINTS, ids, {"since": since, "until": until}, _MOST_POINTS)
    points = []
    for row in reversed(rows):
        values = plain(row)
        wanted = {name: values[name] for name in measures if values[name] is not None}
        if wanted:
            points.append(TrendPoint(row["at"], wanted, bool(row["suspect"])))
    return points


# A void row is no look: it only says that the one it names does not count.
_TIMELINE = text(
    f"""
SELECT r.id, r.at, r.kind, {", ".join(f"r.{column}" for column in ROUND_COLUMNS)},
       r.supersedes, r.reason, r.reported_to, {_SUSPECT.format(row="r")} AS suspect,
       w.name AS who, t.name AS told, n.id AS newer_id, n.void AS newer_void,
       n.reason AS newer_reason, e.name AS newer_who,
       v.id AS vitals_id, {", ".join(f"v.{column}" for column in VITALS_COLUMNS)}
FROM round AS r
LEFT JOIN staff AS w ON w.id = r.staff_id
LEFT JOIN staff AS t ON t.id = r.reported_to
LEFT JOIN round AS n ON n.id = (
    SELECT id FROM round AS newer WHERE newer.supersedes = r.id ORDER BY newer.void, newer.id DESC LIMIT 1)
LEFT JOIN staff AS e ON e.id = n.staff_id
LEFT JOIN vitals AS v ON v.id = (
    SELECT id FROM vitals AS one WHERE one.round_id = r.id AND NOT one.void ORDER BY one.id DESC LIMIT 1)
WHERE r.person_id = :person AND NOT r.void AND (r.at < :at OR (r.at = :at AND r.id < :id))
ORDER BY r.at DESC, r.id DESC LIMIT :most
"""
)
_AFTER_ALL = (1 << 62, b"\xff" * 16)
_WALK = "SELECT at, id FROM round WHERE person_id = :person AND NOT void"
_COUNT = text("SELECT count(*) FROM round WHERE person_id = :person AND NOT void")


def timeline(store: Store, person_id: UUID, before: TimelineItem | None = None, limit: int = 50) -> list[TimelineItem]:
    """Looks at a person, newest first, at most 500 at once; ``before``: go on after this last item of a page."""
    with store.reading() as conn:
        return _after(conn, person_id, _AFTER_ALL if before is None else (before.at, before.round_id.bytes), limit)


def timeline_page(store: Store, person_id: UUID, offset: int, limit: int) -> list[TimelineItem]:
    """The same by place from the newest, for a list that scrolls."""
    if offset <= 0:
        return timeline(store, person_id, limit=limit)
    with store.reading() as conn:
        # Only the index is walked up to the page: what the rows before it say is not read.
        last = place_of_row(conn, _WALK, groups(conn).all(person_id), {"skipped": offset - 1})
        return [] if last is None else _after(conn, person_id, (last.at, last.id), limit)


def timeline_count(store: Store, person_id: UUID) -> int:
    """How many looks ``timeline`` has."""
    with store.reading() as conn:
        ids = groups(conn).all(person_id)
        return sum(conn.execute(_COUNT, {"person": one.bytes}).scalar_one() for one in ids)


def _after(conn: Connection, person_id: UUID, place: tuple[int, bytes], limit: int) -> list[TimelineItem]:
    at, last = place
    most = max(0, min(limit, _MOST))
    rows = newest_first(conn, _TIMELINE, groups(conn).all(person_id), {"at": at, "id": last}, most)
    items = []
    for row in rows:
        values = {} if row["vitals_id"] is None else plain(row)
        news = news_of(values) if values else None
        items.append(
            TimelineItem(
                at=row["at"],
                kind=row["kind"],
                who=row["who"] or "",
                text_facts=round_findings(row),
                unremarkable=bool(row["unremarkable"]),
                vitals={name: value for name, value in values.items() if value is not None and name != "spo2_scale"},
                news_total=None if news is None else news.total,
                superseded_by=None if row["newer_id"] is None else UUID(bytes=row["newer_id"]),
                void=bool(row["newer_void"]),
                suspect=bool(row["suspect"]),
                round_id=UUID(bytes=row["id"]),
                corrects=None if row["supersedes"] is None else UUID(bytes=row["supersedes"]),
                reason=row["reason"],
                reported_to=row["told"] or "",
                reported_to_id=None if row["reported_to"] is None else UUID(bytes=row["reported_to"]),
                ended_by=row["newer_who"] or "",
                ended_why=row["newer_reason"] or "",
            )
        )
    return items
