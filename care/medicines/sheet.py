"""The doses of one person over some days, order by order and hour by hour, as a paper dose sheet has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from care.age import house_day
from care.groups import groups
from care.medicines.due import dues, rule
from care.medicines.orders import OrderView, rows_of, views
from care.standing import effective
from db.store import Store
from db.tables import Dose

MOST_DAYS = 62


@dataclass(frozen=True, slots=True)
class SheetDose:
    """One recorded dose that stands. ``due_at`` is ``None`` for one given as needed."""

    dose_id: UUID
    due_at: int | None
    at: int
    result: str
    cause: str
    who: str
    second: str


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One order: what was recorded, in order of time, and the hours that passed with nothing recorded."""

    order: OrderView
    doses: tuple[SheetDose, ...]
    open: tuple[int, ...]


_DOSES = text(
    f"""
SELECT d.id, d.order_id, d.due_at, d.at, d.result, d.cause, w.name AS who, s.name AS second
FROM dose AS d LEFT JOIN staff AS w ON w.id = d.staff_id LEFT JOIN staff AS s ON s.id = d.second_id
WHERE d.person_id = :person AND d.at BETWEEN :since AND :until AND {effective(Dose, "d")}
ORDER BY d.at, d.id
"""
)


def dose_sheet(store: Store, person_id: UUID, since: int, until: int) -> list[SheetLine]:
    """Every order that had a dose, or should have had one, between two moments (seconds UTC, at most 62 days)."""
    since = max(since, until - MOST_DAYS * 86400)
    found: dict[UUID, list[SheetDose]] = {}
    with store.reading() as conn:
        ids = groups(conn).all(person_id)
        raw = rows_of(conn, ids)
        orders = views(conn, raw, house_day(until).isoformat())
        for one in ids:
            # One walk along ix_dose_person_at for each registration.
            for row in conn.execute(_DOSES, {"person": one.bytes, "since": since, "until": until}).mappings():
                found.setdefault(UUID(bytes=row["order_id"]), []).append(_dose(row))
    lines = []
    for of, order in zip(raw, orders, strict=True):
        doses = tuple(found.get(order.id, ()))
        passed = () if order.held else _open(of, {one.due_at for one in doses}, since, until)
        if doses or passed:
            lines.append(SheetLine(order, doses, passed))
    return lines


def _dose(row: Mapping[Any, Any]) -> SheetDose:
    return SheetDose(
        UUID(bytes=row["id"]),
        row["due_at"],
        row["at"],
        row["result"],
        row["cause"],
        row["who"] or "",
        row["second"] or "",
    )


def _open(order: Mapping[Any, Any], known: set[int | None], since: int, until: int) -> tuple[int, ...]:
    """Hours that are over and have no record; none after the order was stopped."""
    last = until - rule("late_min") * 60
    if order["stopped"] and order["stopped_at"] is not None:
        last = min(last, order["stopped_at"])
    return tuple(due for due in dues(order, since, last) if due not in known)
