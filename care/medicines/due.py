"""Which doses fall due in a span of time, and what is recorded of each: read for the round, for Today, for a pack.

Hot reads: orders that are open are one small index, the doses of a day are one walk along ``ix_dose_due_order``.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, text

from care.age import house_day
from care.data import table
from care.medicines.schedule import due_between
from care.standing import effective
from db.tables import Dose

TAKEN: Final = ("given", "late", "vomited")
"""Results by which the medicine was swallowed: it is gone from the stock, and must not be given once more."""

_COLUMNS = (
    "id, person_id, drug, name, spec, dose100, unit, route, frequency, times, days, weekdays, as_needed, gap_min,"
    " high_alert, from_on, until_on, entered_at, held, held_reason, stopped, overrides"
)
# Two walks of one index: SQLite does not join an open end and a later date into one.
_OPEN = text(
    f"SELECT {_COLUMNS} FROM medical_order WHERE NOT stopped AND until_on IS NULL AND from_on <= :last"
    f" UNION ALL SELECT {_COLUMNS} FROM medical_order WHERE NOT stopped AND until_on >= :first AND from_on <= :last"
)
_HOURS = text(
    f"SELECT d.order_id, d.due_at FROM dose AS d WHERE d.due_at BETWEEN :since AND :until AND {effective(Dose, 'd')}"
)
_DOSES = text(
    f"""
SELECT d.order_id, d.due_at, d.id, d.result, d.staff_id, d.at, d.cause FROM dose AS d
WHERE d.due_at BETWEEN :since AND :until AND {effective(Dose, "d")} ORDER BY d.id
"""
)


class Recorded(NamedTuple):
    """What stands recorded of one due dose; ids are bytes, as most of them are shown to nobody."""

    dose_id: bytes
    result: str
    staff_id: bytes
    at: int
    cause: str


def rule(name: str) -> int:
    """A number of ``rules/dose``."""
    return int(table("rules/dose")[name])


def open_orders(conn: Connection, since: int, until: int) -> list[Mapping[Any, Any]]:
    """Orders that are neither stopped nor over, of everybody, held ones too; ids are bytes."""
    span = {"first": house_day(since).isoformat(), "last": house_day(until).isoformat()}
    return list(conn.execute(_OPEN, span).mappings())


def dues(order: Mapping[Any, Any], since: int, until: int) -> tuple[int, ...]:
    """When one order falls due. What lay before it was written was never due."""
    if order["as_needed"]:
        return ()
    begin, end = order["from_on"], order["until_on"]
    if order["days"] == 1 and not order["weekdays"]:
        # The same question for nearly all orders, whenever they began: answered once.
        begin, end = max(begin, house_day(since).isoformat()), end and min(end, house_day(until).isoformat())
    found = due_between(begin, end, order["times"], order["days"], order["weekdays"], since, until)
    earliest = order["entered_at"] - rule("before_min") * 60
    return found if earliest <= since else tuple(at for at in found if at >= earliest)


def recorded(conn: Connection, since: int, until: int) -> dict[tuple[bytes, int], Recorded]:
    """What stands recorded of doses due in that time, by order and hour. Of two for one hour what was taken counts."""
    found: dict[tuple[bytes, int], Recorded] = {}
    for order_id, due_at, dose_id, result, staff_id, at, cause in conn.execute(
        _DOSES, {"since": since, "until": until}
    ):
        known = found.get((order_id, due_at))
        if known is None or (known.result not in TAKEN and result in TAKEN):
            found[order_id, due_at] = Recorded(dose_id, result, staff_id, at, cause)
    return found


def unrecorded(
    conn: Connection, orders: Iterable[Mapping[Any, Any]], now: int
) -> Iterator[tuple[Mapping[Any, Any], int]]:
    """Of open orders each hour that should have been given and nobody has recorded; held orders are left out."""
    since, until = span(now)
    known = {(order_id, due_at) for order_id, due_at in conn.execute(_HOURS, {"since": since, "until": until})}
    for order in orders:
        if not order["held"]:
            for due_at in dues(order, since, until):
                if (order["id"], due_at) not in known:
                    yield order, due_at


def span(now: int) -> tuple[int, int]:
    """From when to when a round of now looks for doses."""
    return now - rule("look_back_min") * 60, now + rule("before_min") * 60
