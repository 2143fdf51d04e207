"""Which duties of a care plan are due, and which went by: derived from what rounds and events say was done.

One question for the whole house. For each duty the newest thing that shows it is one short walk back along an index,
no further than some of its intervals, and no further than when somebody said that it was done.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, TextClause, text

from care.alerts import OF_HOUSE
from care.duties import LOOK, VITALS, Duty, duties, hours
from care.groups import groups
from care.looks import ROUND_COLUMNS, InHouse, ahead
from care.standing import effective
from care.words import Words
from care.work import Work
from db.clock import LOCAL
from db.tables import Event, Round, Vitals

DONE = "duties"
"""The kind of event that says which duties were done at a round."""

EARLY_S = 3600
EARLY_SHARE = 4
"""A duty may be done before its hour: in the last quarter of its interval, an hour at most. Own choice."""

_DAY_S = 86400
# How far back is looked for the last time: what lies before makes a duty no less late.
_HOURS_BACK_S = 2 * _DAY_S
_LEAST_BACK_S = _DAY_S // 2
_MOST_BACK_S = 180 * _DAY_S
_BACK_TIMES = 2
_NEAR_DAYS = 8  # further than is looked back


@dataclass(frozen=True, slots=True)
class DutyDue:
    """One duty of somebody's plan, now.

    ``last_at``: when it was last done, as far back as two intervals. ``due_at``: when it is to be done, which may lie
    ahead; ``late_min`` since then. ``missed``: so many times it went by undone until its next time came. ``open``: to
    be done now, or a little early. ``by_key``: whoever stands at the bed may simply say that it is done.
    """

    item_id: UUID
    duty: str
    words: Words
    last_at: int | None
    due_at: int
    late_min: int
    missed: int
    open: bool
    by_key: bool


def duties_due(conn: Connection, people: Iterable[InHouse], now: int) -> Mapping[UUID, tuple[DutyDue, ...]]:
    """The duties of these people that are to be done by now or a little later, latest first; only who has any.

    Nobody is due who is out, on a home bed, or practises.
    """
    found = _of_house(conn, people, now, open_only=True)
    return {person: tuple(sorted(every, key=lambda one: one.due_at)) for person, every in found.items()}


def duties_planned(conn: Connection, people: Iterable[InHouse], now: int) -> Mapping[UUID, tuple[DutyDue, ...]]:
    """Every duty in force of the plans of these people, due or not, in the order in which they were planned."""
    found = _of_house(conn, people, now, open_only=False)
    return {person: tuple(every) for person, every in found.items()}


def _of_house(conn: Connection, people: Iterable[InHouse], now: int, *, open_only: bool) -> dict[UUID, list[DutyDue]]:
    merged = groups(conn)
    # Of somebody registered twice the one registration may have done what the other has planned: all is asked for.
    asked = {"now": now, "until": ahead(now), "every": not open_only or bool(merged.hidden)}
    rows = conn.execute(_items(), asked).all()
    hidden = {one.bytes: shown.bytes for one, shown in merged.hidden.items()}
    planned: dict[bytes, dict[str, Row[Any]]] = {}
    last: dict[tuple[bytes, str], int] = {}
    for row in rows:
        who = hidden.get(row.person_id, row.person_id)
        # A duty planned twice, as by two laptops apart, is done once: the newest plan of it counts.
        planned.setdefault(who, {})[row.duty] = row
        if row.last_at:
            last[who, row.duty] = max(last.get((who, row.duty), 0), row.last_at)
    found: dict[UUID, list[DutyDue]] = {}
    for person in people:
        who = person.person_id.bytes
        if who not in planned or person.on_leave or person.practice or person.bed_kind == "home":
            continue
        every = (_due(row, last.get((who, duty)), person, now, open_only) for duty, row in planned[who].items())
        if mine := [one for one in every if one is not None]:
            found[person.person_id] = mine
    return found


def due_work(conn: Connection, people: list[InHouse], now: int) -> Iterable[Work]:
    """One line a person with duties to do now whose round is not due: a round has them beside it anyway."""
    return lines_of(duties_due(conn, people, now), people, now)


def lines_of(found: Mapping[UUID, tuple[DutyDue, ...]], people: Iterable[InHouse], now: int) -> Iterable[Work]:
    """Those lines, of duties that were asked for already."""
    for person in people:
        mine = found.get(person.person_id, ())
        if not mine:
            continue
        round_due = person.due_at
        if round_due is None or round_due > now:
            yield Work(
                section=DONE,
                key=person.person_id.hex,
                what=Words("  ".join(one.words.zh for one in mine), ", ".join(one.words.en for one in mine)),
                place="rounds",
                due_at=mine[0].due_at,
                late_min=mine[0].late_min,
                person_id=person.person_id,
                bed_label=person.bed_label,
                name=person.name,
            )


def next_time(every_min: int | None, times: str, start: int, now: int) -> tuple[int, int]:
    """When a duty is due that was done, or began to be waited for, at ``start``; and how many of its times went by.

    By an interval it is due that long after. By hours of the day it is due at the last hour that has begun since, else
    at the next one; what was done within ``EARLY_S`` before an hour was done for it.
    """
    if every_min is not None:
        due = start + every_min * 60
        return due, max(0, now - due) // (every_min * 60)
    slots = _near(times, datetime.fromtimestamp(now, LOCAL).date())
    first, passed = bisect_right(slots, start + EARLY_S), bisect_right(slots, now)
    if first < passed:
        return slots[passed - 1], passed - first - 1
    # No hour at all is what a newer program may have written: nobody is called late for it.
    return (slots[first] if first < len(slots) else now + _DAY_S), 0


def early_s(every_min: int | None) -> int:
    """How long before its hour a duty may be done."""
    return EARLY_S if every_min is None else min(EARLY_S, every_min * 60 // EARLY_SHARE)


@lru_cache(maxsize=512)
def _near(times: str, day: date) -> tuple[int, ...]:
    """The hours of the days around one of the house, oldest first: many duties have the same ones."""
    days = (day + timedelta(days=ahead_days) for ahead_days in range(-_NEAR_DAYS, _NEAR_DAYS))
    return tuple(int(datetime.combine(one, hour, LOCAL).timestamp()) for one in days for hour in hours(times))


def _due(row: Row[Any], last: int | None, person: InHouse, now: int, open_only: bool) -> DutyDue | None:
    duty, every = duties().get(row.duty), row.every_min
    if duty is not None and duty.proof == LOOK and person.last_at is not None:
        last = max(last or 0, person.last_at)
    start = max(row.from_at, person.since, now - _back_s(every), last or 0)
    due, missed = next_time(every, row.times, start, now)
    is_open = due - early_s(every) <= now
    if open_only and not is_open:
        return None
    return DutyDue(
        item_id=UUID(bytes=row.id),
        duty=row.duty,
        words=Words(row.duty, row.duty) if duty is None else duty.words,
        last_at=last,
        due_at=due,
        late_min=max(0, now - due) // 60,
        missed=missed,
        open=is_open,
        by_key=duty is None or duty.by_key,
    )


def _back_s(every_min: int | None) -> int:
    if every_min is None:
        return _HOURS_BACK_S
    return min(_MOST_BACK_S, max(_LEAST_BACK_S, 60 * _BACK_TIMES * every_min))


@cache
def _items() -> TextClause:
    """Plan items in force, each with when its duty was last done; those planned last come last.

    The names in it are ours (``rules/duties``, the tables), never anything typed. What another laptop wrote as facts
    may be no JSON at all, so they are looked into as text: what was done stands before what was left.
    """
    back = (
        f"CASE WHEN i.every_min IS NULL THEN {_HOURS_BACK_S}"
        f" ELSE min({_MOST_BACK_S}, max({_LEAST_BACK_S}, i.every_min * {_BACK_TIMES * 60})) END"
    )
    before_left = (
        "substr(e.facts, 1, CASE instr(e.facts, '\"left\"') WHEN 0 THEN 4000 ELSE instr(e.facts, '\"left\"') END)"
    )
    named = f"e.kind = '{DONE}' AND instr({before_left}, '\"' || i.duty || '\"')"
    said = _newest("event", "e", f"{named} AND {effective(Event, 'e')}", f":now - {back}")
    shown = "".join(
        f" WHEN '{duty.code}' THEN {_latest(proofs)}" for duty in duties().values() if (proofs := _proofs(duty))
    )
    # What was said to be done so lately that it is not open is left out, unless every duty is asked for.
    early = f"min({EARLY_S}, i.every_min * {60 // EARLY_SHARE})"
    fresh = f"i.every_min IS NOT NULL AND coalesce(i.said_at > :now - i.every_min * 60 + {early}, 0)"
    return text(
        f"""
WITH said AS MATERIALIZED (
    SELECT i.id, i.person_id, i.duty, i.every_min, i.times, i.from_at, :now - {back} AS since, ({said}) AS said_at
    FROM {OF_HOUSE} CROSS JOIN plan_item AS i ON i.person_id = s.person_id
    WHERE i.from_at <= :until AND (i.until_at IS NULL OR i.until_at > :now))
SELECT i.id, i.person_id, i.duty, i.every_min, i.times, i.from_at,
       nullif(max(coalesce(i.said_at, 0), CASE i.duty{shown} ELSE 0 END), 0) AS last_at
FROM said AS i
WHERE :every OR NOT ({fresh})
ORDER BY i.from_at, i.id
"""
    )


def _latest(asked: list[str]) -> str:
    """SQL: the latest of some moments, 0 for none."""
    return f"max({', '.join([f'coalesce(({one}), 0)' for one in asked])}, 0)"


def _proofs(duty: Duty) -> list[str]:
    """What shows by itself when a duty was last done: a word of a round, a measurement, an event of its own."""
    kinds = [duty.event] if duty.event else duty.shown_by
    proofs = [_newest("event", "e", f"e.kind = '{kind}' AND {effective(Event, 'e')}") for kind in kinds]
    if duty.proof == VITALS:
        some = "coalesce(v.temp_c10, v.pulse, v.resp, v.sbp) IS NOT NULL"
        proofs.append(_newest("vitals", "v", f"{some} AND {effective(Vitals, 'v')}"))
    if duty.proof in ROUND_COLUMNS:
        shows = f"r.{duty.proof} = '{duty.proof_word}'" if duty.proof_word else f"r.{duty.proof} <> ''"
        shows = "r.water_ml IS NOT NULL" if duty.proof == "water_ml" else shows
        proofs.append(_newest("round", "r", f"{shows} AND {effective(Round, 'r')}"))
    return proofs


def _newest(table: str, alias: str, where: str, since: str = "coalesce(i.said_at, i.since)") -> str:
    span = f"{alias}.person_id = i.person_id AND {alias}.at BETWEEN {since} AND :until"
    return f"SELECT {alias}.at FROM {table} AS {alias} WHERE {span} AND {where} ORDER BY {alias}.at DESC LIMIT 1"
