"""What ends with a stay: orders not stopped, duties of the plan in force. One event says what it was."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.age import house_day
from care.codes import label
from care.duties import words_of
from care.events.record import put
from care.groups import groups
from care.medicines.orders import rows_of, state
from care.words import Words
from db.store import Act
from db.tables import Order, PlanItem

KIND = "care_ended"
"""The kind of event."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended: names of medicines, words of duties."""

    orders: tuple[str, ...]
    duties: tuple[Words, ...]


def running(conn: Connection, person_id: UUID, now: int) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """Orders not stopped nor over with the name of the medicine, and duties in force with their code."""
    ids, today = groups(conn).all(person_id), house_day(now).isoformat()
    orders = {one["id"]: one["name"] for one in rows_of(conn, ids) if state(one, today) not in ("stopped", "over")}
    asked = select(col(PlanItem.id), col(PlanItem.duty)).where(
        col(PlanItem.person_id).in_(ids), col(PlanItem.until_at).is_(None) | (col(PlanItem.until_at) > now)
    )
    return orders, {one.id: one.duty for one in conn.execute(asked)}


def end_care(act: Act, by: UUID, person_id: UUID, reason: str) -> Ended:
    """End all of it. ``reason``: codes/discharge_reason, in the words of which it stands in orders and plan."""
    orders, items = running(act.conn, person_id, act.now)
    said = label("discharge_reason", reason, "zh")
    for order_id in orders:
        act.edit(Order, order_id, stopped=True, stopped_at=act.now, stop_reason=said)
    for item_id in items:
        act.edit(PlanItem, item_id, until_at=act.now, end_reason=said)
    duties = tuple(words_of(duty) for duty in sorted(set(items.values())))
    ended = Ended(tuple(sorted(set(orders.values()))), duties)
    if orders or items:
        what = "、".join([*ended.orders, *(one.zh for one in duties)])[:500]
        facts = {"orders": len(orders), "duties": len(items), "what": what}
        put(act, by, KIND, facts, person_id=person_id)
    return ended
