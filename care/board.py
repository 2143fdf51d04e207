"""The rounds board: every resident bed by bed, who is done in this tour, who is late."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from care.alerts import alerts_of
from care.data import table
from care.duties_due import DutyDue, duties_due
from care.levels import is_night, overdue_minutes, period_from
from care.looks import InHouse, in_house
from care.measured import news_of, plain
from care.observations import Finding, last_word, round_findings, unusual_measures
from db.store import Store

Where = Literal["in", "leave"]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One resident. ``last_word`` is for ``observations.say``; ``due_at`` is ``None`` on leave.

    ``done``: looked at in the present tour. ``urgent``: an alert that nobody has answered.
    """

    person_id: UUID
    bed_label: str
    name: str
    care_level: str
    where: Where
    last_at: int | None
    last_word: Finding | None
    due_at: int | None
    late_min: int
    urgent: bool
    allergies: bool
    done: bool
    back_at: int | None  # when a person on leave is expected
    turning: bool  # whether a round also turns the person
    practice: bool
    bed_kind: str
    duties: tuple[DutyDue, ...] = ()  # of the care plan, to be done now


@dataclass(frozen=True, slots=True)
class Board:
    """The board. ``done``, ``total`` and ``remarkable`` count who is in, without practice persons and home beds.

    ``from_at``: when the present tour began, the ``number``-th since ``title_period`` began.
    """

    title_period: Literal["day", "night"]
    from_at: int
    rows: tuple[BoardRow, ...]
    done: int
    total: int
    remarkable: int
    number: int


def board(store: Store, now: int) -> Board:
    """Everybody on a bed, in bed order. Those on home beds stand last: looked at on a visit, due by no hour."""
    with store.reading() as conn:
        people = in_house(conn, now)
        urgent = {alert.person_id for alert in alerts_of(conn, people, now) if not alert.answered}
        duties = duties_due(conn, people, now)
    began = period_from(now)
    rows = tuple(_row(one, one.person_id in urgent, duties.get(one.person_id, ()), began, now) for one in people)
    counted = [row for row in rows if row.where == "in" and not row.practice and row.bed_kind != "home"]
    walked = (one.interval(now) for one in people if not one.on_leave and one.bed_kind != "home")
    tour = min(walked, default=24 * 60) * 60
    number = (now - began) // tour
    return Board(
        title_period="night" if is_night(now) else "day",
        from_at=began + number * tour,
        rows=rows,
        done=sum(row.done for row in counted),
        total=len(counted),
        remarkable=sum(row.done and row.last_word is not None and row.last_word.remarkable for row in counted),
        number=number + 1,
    )


def _row(one: InHouse, urgent: bool, duties: tuple[DutyDue, ...], began: int, now: int) -> BoardRow:
    due = one.due_at
    return BoardRow(
        person_id=one.person_id,
        bed_label=one.bed_label,
        name=one.name,
        care_level=one.care_level,
        where="leave" if one.on_leave else "in",
        last_at=one.last_at,
        last_word=_last_word(one),
        due_at=due,
        late_min=0 if due is None else overdue_minutes(due, now),
        urgent=urgent,
        allergies=one.allergies,
        done=due is not None and now < due and _in_tour(one, began, now),
        back_at=one.expected_at,
        turning=one.turning,
        practice=one.practice,
        bed_kind=one.bed_kind,
        duties=duties,
    )


def _in_tour(one: InHouse, began: int, now: int) -> bool:
    """Whether the last look belongs to the present tour: intervals count from when day or night began."""
    if one.last_at is None:
        return False
    tour = one.interval(now) * 60
    from_at = began + (now - began) // tour * tour
    early = tour * int(table("rounds")["tour"]["early_percent"]) // 100
    return one.last_at >= from_at - early


def _last_word(one: InHouse) -> Finding | None:
    if one.seen is None:
        return None
    measured = () if one.measured is None else _worst_first(one.measured)
    return last_word(bool(one.seen["unremarkable"]), round_findings(one.seen), measured)


def _worst_first(values: Mapping[Any, Any]) -> tuple[Finding, ...]:
    found = unusual_measures(values)
    news = news_of(plain(values)) if len(found) > 1 else None
    parts = {} if news is None else news.parts
    return tuple(sorted(found, key=lambda finding: -parts.get(finding.field, 0)))
