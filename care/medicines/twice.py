"""One dose that was recorded twice: two laptops that were apart each gave it, and both rows stand after they met.

Nothing is merged away. A nurse looks at the person, and then either voids the row that was wrong, or says that both
are true and what was done (an event ``dose_twice``).
"""

import json
from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from care.findings import DoseTwice, TwiceRow
from care.groups import Groups
from care.medicines.causes import cause_of
from care.medicines.due import TAKEN, rule
from care.places import Place, places
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
_ROWS = text(
    f"""
SELECT d.id, d.person_id, d.staff_id, d.at, d.result, d.cause, w.name AS who, o.name AS drug
FROM dose AS d LEFT JOIN staff AS w ON w.id = d.staff_id LEFT JOIN medical_order AS o ON o.id = d.order_id
WHERE d.due_at = :due AND d.order_id = :order AND {effective(Dose, "d")} ORDER BY d.at, d.id
"""
)
_SEEN_TO = text(
    f"SELECT e.facts FROM event AS e WHERE e.about = :order AND e.kind = '{SEEN_TO}' AND {effective(Event, 'e')}"
)


def doses_twice(conn: Connection, merged: Groups, now: int, days: int | None = None) -> Iterator[DoseTwice]:
    """Every hour of an order for which two rows stand, one of them taken, and nobody has seen to all of them."""
    since = now - (rule("twice_days") if days is None else days) * _DAY_S
    pairs = conn.execute(_MORE_THAN_ONE, {"since": since, "until": now + _DAY_S}).all()
    found = [one for order_id, due_at in pairs if (one := _twice(conn, order_id, due_at)) is not None]
    if not found:
        return
    here = places(conn)
    shown = {merged.of(person) for person, *_ in found}
    names = columns_of(conn, merged, shown, ("name",))
    for person, order_id, due_at, drug, rows in found:
        who = merged.of(person)
        if who in names:
            yield DoseTwice(order_id, due_at, who, names[who]["name"], _label(here, who), drug, rows)


def see_to(store: Store, by: UUID, found: DoseTwice, outcome: str, note: str) -> UUID:
    """A nurse has looked at the person: taken_twice, taken_once or unclear, and what was done.

    Raises ``Refused``: cause_missing, text_too_long (most), settled_already, event_unknown; and as
    ``care.rights.require`` for alert.answer.
    """
    # What checks an event is loaded when somebody writes one.
    from care.events.record import put

    note = cause_of(note)
    with doing(store, by, "alert.answer") as act:
        now = _twice(act.conn, found.order_id.bytes, found.due_at)
        if now is None:
            raise Refused("settled_already")
        ids = " ".join(row.dose_id.hex for row in now[-1])
        facts = {"doses": ids, "found": outcome, "note": note}
        return put(act, by, SEEN_TO, facts, person_id=found.person_id, about=found.order_id)


Found = tuple[UUID, UUID, int, str, tuple[TwiceRow, ...]]


def _twice(conn: Connection, order_id: bytes, due_at: int) -> Found | None:
    lines = conn.execute(_ROWS, {"due": due_at, "order": order_id}).all()
    if len(lines) < 2 or not any(line.result in TAKEN for line in lines):
        return None
    rows = tuple(
        TwiceRow(
            dose_id=UUID(bytes=line.id),
            staff_id=UUID(bytes=line.staff_id),
            who=line.who or "",
            at=line.at,
            result=line.result,
            cause=line.cause,
        )
        for line in lines
    )
    if {row.dose_id.hex for row in rows} <= set(_seen(conn, order_id)):
        return None
    return UUID(bytes=lines[0].person_id), UUID(bytes=order_id), due_at, lines[0].drug or "", rows


def _seen(conn: Connection, order_id: bytes) -> Iterable[str]:
    for (facts,) in conn.execute(_SEEN_TO, {"order": order_id}):
        yield from str(json.loads(facts).get("doses", "")).split()


def _label(here: dict[UUID, Place], person_id: UUID) -> str:
    return here[person_id].label if person_id in here else ""
