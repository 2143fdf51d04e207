"""Today: what must be done now, worst first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from care.alerts import Alert, alerts_of
from care.duties_due import DutyDue, duties_due, lines_of
from care.levels import overdue_minutes
from care.looks import InHouse, in_house
from care.work import Work, work_of
from db.store import Store
from db.tables import Pair

SOON_S = 3600
"""Rounds that fall due within this time are listed beside those that are late."""

_BACK_SOON_S = 86400


@dataclass(frozen=True, slots=True)
class DueRow:
    """A round that is late, or due within the hour. ``floor`` is ``None`` for a bed without a room."""

    person_id: UUID
    bed_label: str
    bed_kind: str
    floor: int | None
    name: str
    care_level: str
    turning: bool  # whether the round also turns the person
    last_at: int | None
    due_at: int
    late_min: int
    duties: tuple[DutyDue, ...] = ()  # of the care plan, to be done at it


@dataclass(frozen=True, slots=True)
class BackRow:
    """Somebody on leave who is expected within a day, or should be back already (``late_min``)."""

    person_id: UUID
    bed_label: str
    name: str
    expected_at: int
    late_min: int


@dataclass(frozen=True, slots=True)
class Today:
    """The day of the house. ``alerts``: those nobody has answered, or that are back; ``answered``: those that wait for
    what was decided. ``due``: late ones first, by how late. ``duties``: of care plans, to be done now, by person.

    ``next_due_at``: the next moment at which a round falls due.
    """

    alerts: tuple[Alert, ...]
    due: tuple[DueRow, ...]
    due_total: int
    late_total: int
    next_due_at: int | None
    leaves_due_back: tuple[BackRow, ...]
    house: str
    work: tuple[Work, ...] = ()
    answered: tuple[Alert, ...] = ()
    duties: Mapping[UUID, tuple[DutyDue, ...]] = field(default_factory=dict)


def today(store: Store, now: int) -> Today:
    """What must be done now. Practice persons are left out."""
    with store.reading() as conn:
        people = [one for one in in_house(conn, now) if not one.practice]
        alerts = alerts_of(conn, people, now)
        duties = duties_due(conn, people, now)
        work = work_of(conn, people, now, {"duties": lines_of(duties, people, now)})
        house = conn.execute(select(col(Pair.name)).order_by(col(Pair.id)).limit(1)).scalar() or ""
    dues = [(due, one) for one in people if (due := one.due_at) is not None]
    # Walking order within the same minute: a tour that began late is late for a whole floor at once.
    rows = sorted(
        (_row(one, due, duties.get(one.person_id, ()), now) for due, one in dues if due <= now + SOON_S),
        key=lambda row: (-row.late_min, row.due_at // 60),
    )
    return Today(
        alerts=tuple(alert for alert in alerts if not alert.answered),
        due=tuple(rows),
        due_total=len(rows),
        late_total=sum(row.late_min > 0 for row in rows),
        next_due_at=min((due for due, _ in dues if due > now), default=None),
        leaves_due_back=tuple(_back_soon(people, now)),
        house=house,
        work=work,
        answered=tuple(alert for alert in alerts if alert.answered and alert.answer is not None),
        duties=duties,
    )


def _row(one: InHouse, due: int, duties: tuple[DutyDue, ...], now: int) -> DueRow:
    return DueRow(
        person_id=one.person_id,
        bed_label=one.bed_label,
        bed_kind=one.bed_kind,
        floor=one.floor,
        name=one.name,
        care_level=one.care_level,
        turning=one.turning,
        last_at=one.last_at,
        due_at=due,
        late_min=overdue_minutes(due, now),
        duties=duties,
    )


def _back_soon(people: list[InHouse], now: int) -> list[BackRow]:
    rows = [
        BackRow(one.person_id, one.bed_label, one.name, one.expected_at, overdue_minutes(one.expected_at, now))
        for one in people
        if one.on_leave and one.expected_at is not None and one.expected_at <= now + _BACK_SOON_S
    ]
    return sorted(rows, key=lambda row: row.expected_at)
