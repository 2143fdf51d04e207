"""The doses of one person over some days, order by order and hour by hour, as a paper dose sheet has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from care.groups import groups
from care.medicines.orders import OrderView, rows_of, views
from care.standing import effective
from db.store import Store
from db.tables import Dose

MOST_DAYS = 62


@dataclass(frozen=True, slots=True)
class SheetDose:
    """One recorded dose that stands. ``due_at`` is ``None`` for one given as needed. ``twice``: of this hour stand two."""

    dose_id: UUID
    due_at: int | None
    at: int
    result: str
    cause: str
    who: str
    second: str
    twice: bool = False


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
        today = _day(until)
        orders = views(conn, rows_of(conn, ids), today)
        for one in ids:
            # One walk along ix_dose_person_at for each registration.
            for row in conn.execute(_DOSES, {"person": one.bytes, "since": since, "until": until}).mappings():
                found.setdefault(UUID(bytes=row["order_id"]), []).append(_dose(row))
    lines = []
    for order in orders:
        doses = _marked(found.get(order.id, []))
        passed = _open(order, {one.due_at for one in doses}, since, until)
        if doses or passed:
            lines.append(SheetLine(order, doses, passed))
    return lines


def _dose(row: "Mapping[str, object]") -> SheetDose:
    return SheetDose(
        dose_id=UUID(bytes=row["id"]),  # type: ignore[arg-type]
        due_at=row["due_at"],  # type: ignore[arg-type]
        at=row["at"],  # type: ignore[arg-type]
        result=str(row["result"]),
        cause=str(row["cause"]),
        who=str(row["who"] or ""),
        second=str(row["second"] or ""),
    )
