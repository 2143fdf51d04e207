"""One dose that was recorded twice: two laptops that were apart each gave it, and both rows stand after they met.

Nothing is merged away. A nurse looks at the person, and then either voids the row that was wrong, or says that both
are true and what was done (an event ``dose_twice``). Of an as-needed medicine two doses are one too many when the
second came sooner than the order allows.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, text

from care.findings import DoseTwice, TwiceRow
from care.groups import Groups
from care.kept_json import object_of
from care.medicines.causes import cause_of
from care.medicines.due import TAKEN, rule
from care.places import places
from care.registered import columns_of
from care.rights import doing
from care.standing import effective
from db.errors import Refused
from db.store import Store
from db.tables import Dose, Event

SEEN_TO: Final = "dose_twice"
_DAY_S: Final = 86400

# Orders and hours alone: this walks one index and reads no row.
_MORE_THAN_ONE = text(
    "SELECT d.order_id, d.due_at FROM dose AS d WHERE d.due_at BETWEEN :since AND :until"
    " GROUP BY d.due_at, d.order_id HAVING count(*) > 1"
)
_OF_HOUR = text(
    f"SELECT d.id, d.result FROM dose AS d WHERE d.due_at = :due AND d.order_id = :order AND {effective(Dose, 'd')}"
)
_AS_NEEDED = text(
    f"""
SELECT d.order_id, d.at, d.id, o.gap_min FROM dose AS d CROSS JOIN medical_order AS o ON o.id = d.order_id
WHERE d.due_at IS NULL AND d.at BETWEEN :since AND :until AND d.result IN {TAKEN} AND {effective(Dose, "d")}
ORDER BY d.at, d.id
"""
)
_ROWS = text(
    f"""
SELECT d.id, d.person_id, d.order_id, d.staff_id, d.at, d.result, d.cause, w.name AS who, o.name AS drug
FROM dose AS d LEFT JOIN staff AS w ON w.id = d.staff_id LEFT JOIN medical_order AS o ON o.id = d.order_id
WHERE d.id IN :ids AND {effective(Dose, "d")} ORDER BY d.at, d.id
"""
).bindparams(bindparam("ids", expanding=True))
_SEEN_TO = text(
    f"SELECT e.facts FROM event AS e WHERE e.about = :order AND e.kind = '{SEEN_TO}' AND {effective(Event, 'e')}"
)


def doses_twice(conn: Connection, merged: Groups, now: int, days: int | None = None) -> Iterator[DoseTwice]:
    """Every hour of an order for which two rows stand, one of them taken, and nobody has seen to all of them.

    Of an as-needed order every two doses that lie closer than it allows; ``due_at`` is when the later one was given.
    """
    span = {"since": now - (rule("twice_days") if days is None else days) * _DAY_S, "until": now + _DAY_S}
    found = [(due_at, rows) for due_at, ids in _candidates(conn, span) if (rows := _open(conn, ids))]
    if not found:
        return
    here = places(conn)
    shown = {merged.of(UUID(bytes=rows[0].person_id)) for _, rows in found}
    names = columns_of(conn, merged, shown, ("name",))
    for due_at, rows in found:
        who = merged.of(UUID(bytes=rows[0].person_id))
        if who in names:
            label = here[who].label if who in here else ""
            order = UUID(bytes=rows[0].order_id)
            said = tuple(_said(row) for row in rows)
            yield DoseTwice(order, due_at, who, names[who]["name"], label, rows[0].drug or "", said)


def see_to(store: Store, by: UUID, found: DoseTwice, outcome: str, note: str) -> UUID:
    """A nurse has looked at the person: taken_twice, taken_once or unclear, and what was done.

    Raises ``Refused``: cause_missing, text_too_long (most), settled_already, what ``care.events.record.put`` raises;
    and as ``care.rights.require`` for alert.answer.
    """
    # What checks an event is loaded when somebody writes one.
    from care.events.record import put

    note = cause_of(note)
    ids = [row.dose_id.bytes for row in found.doses]
    with doing(store, by, "alert.answer") as act:
        if not _open(act.conn, ids):
            raise Refused("settled_already")
        facts = {"doses": " ".join(one.hex() for one in ids), "found": outcome, "note": note}
        return put(act, by, SEEN_TO, facts, person_id=found.person_id, about=found.order_id)


def _candidates(conn: Connection, span: dict[str, int]) -> Iterator[tuple[int, list[bytes]]]:
    """Rows that may be one dose too many, by the hour that they are of."""
    for order_id, due_at in conn.execute(_MORE_THAN_ONE, span).all():
        rows = conn.execute(_OF_HOUR, {"due": due_at, "order": order_id}).all()
        if any(row.result in TAKEN for row in rows):
            yield due_at, [row.id for row in rows]
    given: dict[bytes, list[Any]] = {}
    for row in conn.execute(_AS_NEEDED, span):
        given.setdefault(row.order_id, []).append(row)
    for rows in given.values():
        for one, other in pairwise(rows):
            if other.at - one.at < other.gap_min * 60:
                yield other.at, [one.id, other.id]


def _open(conn: Connection, ids: Sequence[bytes]) -> list[Any]:
    """Those of the rows that stand, if they are more than one and nobody has seen to all of them."""
    rows = list(conn.execute(_ROWS, {"ids": list(ids)})) if len(ids) > 1 else []
    if len(rows) < 2 or {row.id.hex() for row in rows} <= set(_seen(conn, rows[0].order_id)):
        return []
    return rows


def _seen(conn: Connection, order_id: bytes) -> Iterable[str]:
    for (facts,) in conn.execute(_SEEN_TO, {"order": order_id}):
        yield from str(object_of(facts).get("doses", "")).split()


def _said(row: Any) -> TwiceRow:
    return TwiceRow(
        dose_id=UUID(bytes=row.id),
        staff_id=UUID(bytes=row.staff_id),
        who=row.who or "",
        at=row.at,
        result=row.result,
        cause=row.cause,
    )
