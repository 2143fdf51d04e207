"""Who is on duty when (排班): one row for each colleague, day and shift of the house's pattern."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.age import house_day
from care.places import natural
from care.rights import doing
from care.shifts import began, pattern, shift
from care.standing import row_of
from db.errors import Refused
from db.store import Act, Store
from db.tables import Rota, Staff

RIGHT = "rota.change"
WEEK = 7
_MOST_DAYS = 62


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody who is on duty."""

    staff_id: UUID
    number: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Turn:
    """The days of one colleague: the codes of the shifts of each day, in the order of the days."""

    who: OnDuty
    shifts: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Who works when. ``days`` in order, ``turns`` by staff number."""

    days: tuple[date, ...]
    turns: tuple[Turn, ...]

    def count(self, day: int, code: str) -> int:
        """How many are on duty in that shift of the day at this place."""
        return sum(code in turn.shifts[day] for turn in self.turns)


def plan(store: Store, first: date, days: int = WEEK) -> Plan:
    """The rota from ``first`` on, of everybody who works here. At most 62 days."""
    days = min(days, _MOST_DAYS)
    each = tuple(first + timedelta(days=n) for n in range(days))
    with store.reading() as conn:
        rows = _rows(conn, each[0], each[-1])
        crew = _crew(conn)
    order = [one.id for one in pattern()]
    turns = []
    for who in crew:
        mine = [{row.shift for row in rows if row.staff_id == who.staff_id and row.day == d.isoformat()} for d in each]
        turns.append(Turn(who, tuple(tuple(sorted(codes, key=lambda c: _place(order, c))) for codes in mine)))
    return Plan(each, tuple(turns))


def put(store: Store, by: UUID, staff_id: UUID, day: date, shifts: Sequence[str]) -> None:
    """Somebody's shifts of a day, whole: what is not named is cancelled.

    Raises ``Refused``: shift_unknown, staff_unknown; and as ``care.rights.require``.
    """
    if not set(shifts) <= {one.id for one in pattern()}:
        raise Refused("shift_unknown")
    with doing(store, by, RIGHT) as act:
        if staff_id not in {one.staff_id for one in _crew(act.conn)}:
            raise Refused("staff_unknown")
        _set(act, staff_id, day, set(shifts))


def copy_week(store: Store, by: UUID, source: date, target: date) -> tuple[UUID, ...]:
    """The week that begins at ``target`` as the one that begins at ``source``, where nobody is planned yet.

    Gives the ids of the shifts written. Raises as ``care.rights.require``.
    """
    with doing(store, by, RIGHT) as act:
        crew = {one.staff_id for one in _crew(act.conn)}
        there = {(row.staff_id, row.day) for row in _rows(act.conn, target, target + timedelta(days=WEEK - 1))}
        written = []
        for row in _rows(act.conn, source, source + timedelta(days=WEEK - 1)):
            day = (date.fromisoformat(row.day) + (target - source)).isoformat()
            if row.staff_id in crew and (row.staff_id, day) not in there:
                written.append(act.insert(Rota, staff_id=row.staff_id, day=day, shift=row.shift))
        return tuple(written)


def cancel(store: Store, by: UUID, ids: Sequence[UUID]) -> None:
    """These shifts are not worked after all. Raises ``Refused``: record_unknown; and as ``care.rights.require``."""
    with doing(store, by, RIGHT) as act:
        for id in ids:
            row_of(act.conn, Rota, id)
            act.edit(Rota, id, cancelled=True)


def on_duty(conn: Connection, now: int) -> tuple[OnDuty, ...]:
    """Who is on duty by the rota in the shift that is on; of a night the day on which it began counts."""
    day, code = house_day(began(now)), shift(now).id
    planned = {row.staff_id for row in _rows(conn, day, day) if row.shift == code}
    return tuple(one for one in _crew(conn) if one.staff_id in planned)


def _set(act: Act, staff_id: UUID, day: date, wanted: set[str]) -> None:
    rows = [row for row in _rows(act.conn, day, day) if row.staff_id == staff_id]
    for row in rows:
        if row.shift not in wanted:
            act.edit(Rota, row.id, cancelled=True)
    for code in sorted(wanted - {row.shift for row in rows}):
        act.insert(Rota, staff_id=staff_id, day=day.isoformat(), shift=code)


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    staff_id: UUID
    day: str
    shift: str


def _rows(conn: Connection, first: date, last: date) -> list[_Row]:
    asked = select(col(Rota.id), col(Rota.staff_id), col(Rota.day), col(Rota.shift)).where(
        col(Rota.day) >= first.isoformat(), col(Rota.day) <= last.isoformat(), ~col(Rota.cancelled)
    )
    return [_Row(*row) for row in conn.execute(asked.order_by(col(Rota.day), col(Rota.id)))]


def _crew(conn: Connection) -> list[OnDuty]:
    asked = select(col(Staff.id), col(Staff.number), col(Staff.name), col(Staff.role)).where(~col(Staff.closed))
    return sorted((OnDuty(*row) for row in conn.execute(asked)), key=lambda one: natural(one.number))


def _place(order: list[str], code: str) -> int:
    return order.index(code) if code in order else len(order)
