"""The dose sheet (给药单): drugs and hours downwards, days across, what became of each dose and by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from care.age import house_day
from care.medicines.orders import OrderView, orders
from care.medicines.schedule import clock, is_day_of
from care.medicines.sheet import SheetDose, SheetLine, dose_sheet
from care.sheets.head import SheetHead, head_of
from care.sheets.rounds import MOST_DAYS, midnight
from db.errors import Refused
from db.store import Store


@dataclass(frozen=True, slots=True)
class DoseCell:
    """What one hour of one day says. ``due``: the order is for that day; ``passed``: nobody has recorded it."""

    due: bool
    passed: bool = False
    dose: SheetDose | None = None


@dataclass(frozen=True, slots=True)
class HourRow:
    """One hour of an order, a cell for each day."""

    hour: str
    cells: tuple[DoseCell, ...]


@dataclass(frozen=True, slots=True)
class OrderRows:
    """One order. ``needed``: what was given as needed, which has no hours but a row a day."""

    order: OrderView
    hours: tuple[HourRow, ...]
    needed: tuple[SheetDose, ...]


@dataclass(frozen=True, slots=True)
class DosesSheet:
    """``reasons``: every dose with something to say of it, with its drug, in order of time."""

    head: SheetHead
    days: tuple[date, ...]
    orders: tuple[OrderRows, ...]
    reasons: tuple[tuple[str, SheetDose], ...]
    blank: bool


def doses_sheet(store: Store, by: UUID, person_id: UUID, first: date, last: date, *, blank: bool = False) -> DosesSheet:
    """The sheet of one person from one day to another, both included, at most 31. ``blank``: to be filled in by hand.

    Raises ``NoRight``, ``Refused``: person_unknown, print_period (most).
    """
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Refused("print_period", most=MOST_DAYS)
    with store.reading() as conn:
        head = head_of(store, conn, by, person_id)
    days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    since, until = midnight(first), midnight(last + timedelta(days=1)) - 1
    lines = [] if blank else dose_sheet(store, person_id, since, min(until, store.now()))
    known = {line.order.id for line in lines}
    # What is prescribed and has no dose yet has its row all the same.
    lines += [SheetLine(one, (), ()) for one in orders(store, person_id) if one.id not in known and _within(one, days)]
    rows = tuple(_rows(line, days) for line in lines)
    reasons = [(line.order.name, one) for line in lines for one in line.doses if one.cause or one.result != "given"]
    return DosesSheet(head, days, rows, tuple(sorted(reasons, key=lambda one: one[1].at)), blank)


def _within(order: OrderView, days: Iterable[date]) -> bool:
    return bool(order.as_needed) or any(_is_day(order, day) for day in days)


def _rows(line: SheetLine, days: tuple[date, ...]) -> OrderRows:
    by_hour: dict[tuple[str, date], SheetDose] = {}
    needed = []
    for one in line.doses:
        if one.due_at is None:
            needed.append(one)
        else:
            by_hour[clock(one.due_at), house_day(one.due_at)] = one
    passed = {(clock(at), house_day(at)) for at in line.open}
    hours = {*line.order.times.split(), *(hour for hour, _ in by_hour), *(hour for hour, _ in passed)}
    rows = tuple(
        HourRow(hour, tuple(_cell(line.order, hour, day, by_hour, passed) for day in days)) for hour in sorted(hours)
    )
    return OrderRows(line.order, rows, tuple(needed))


def _cell(
    order: OrderView,
    hour: str,
    day: date,
    by_hour: dict[tuple[str, date], SheetDose],
    passed: set[tuple[str, date]],
) -> DoseCell:
    dose = by_hour.get((hour, day))
    due = hour in order.times.split() and _is_day(order, day) and not _stopped(order, hour, day)
    return DoseCell(due or dose is not None, (hour, day) in passed, dose)


def _is_day(order: OrderView, day: date) -> bool:
    return is_day_of(day.isoformat(), order.from_on, order.until_on, order.days, order.weekdays)


def _stopped(order: OrderView, hour: str, day: date) -> bool:
    if order.stopped_at is None or not order.stopped:
        return False
    return (day, hour) > (house_day(order.stopped_at), clock(order.stopped_at))
