"""Which duties of a care plan are due, and which went by: derived from what rounds and events say was done.

One question for the whole house. For each duty the newest thing that shows it is one short walk back along an index,
no further than two of its intervals: what lies before makes it no less late.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.engine import RowMapping

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
_LEAST_BACK_S = 2 * _DAY_S
_MOST_BACK_S = 180 * _DAY_S


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
    return {
        person: found
        for person, every in duties_planned(conn, people, now).items()
        if (found := tuple(sorted((one for one in every if one.open), key=lambda one: one.due_at)))
    }


def duties_planned(conn: Connection, people: Iterable[InHouse], now: int) -> Mapping[UUID, tuple[DutyDue, ...]]:
    """Every duty in force of the plans of these people, due or not, in the order in which they were planned."""
    rows = conn.execute(_items(), {"now": now, "until": ahead(now)}).mappings().all()
    if not rows:
        return {}
    merged = groups(conn)
    planned: dict[UUID, dict[str, RowMapping]] = {}
    last: dict[tuple[UUID, str], int] = {}
    for row in rows:
        who, duty = merged.of(UUID(bytes=row["person_id"])), row["duty"]
        # A duty planned twice, as by two laptops apart, is done once: the newest plan of it counts.
        planned.setdefault(who, {})[duty] = row
        if row["last_at"]:
            last[who, duty] = max(last.get((who, duty), 0), row["last_at"])
    return {
        person.person_id: tuple(
            _due(row, last.get((person.person_id, duty)), person, now)
            for duty, row in planned[person.person_id].items()
        )
        for person in people
        if person.person_id in planned and not (person.on_leave or person.practice or person.bed_kind == "home")
    }


def due_work(conn: Connection, people: list[InHouse], now: int) -> Iterable[Work]:
    """One line a person with duties to do now whose round is not due: a round has them beside it anyway."""
    found = duties_due(conn, people, now)
    for person in people:
        mine = found.get(person.person_id, ())
        round_due = person.due_at
        if mine and (round_due is None or round_due > now):
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
    begun = _slots(times, start + EARLY_S, now + _DAY_S)
    passed = [slot for slot in begun if slot <= now]
    if passed:
        return passed[-1], len(passed) - 1
    # No hour at all is what a newer program may have written: nobody is called late for it.
    return (begun[0] if begun else now + _DAY_S), 0


def early_s(every_min: int | None) -> int:
    """How long before its hour a duty may be done."""
    return EARLY_S if every_min is None else min(EARLY_S, every_min * 60 // EARLY_SHARE)


def _slots(times: str, after: int, until: int) -> list[int]:
    """The hours of the day in this span, oldest first."""
    day, found = datetime.fromtimestamp(after, LOCAL).date(), []
    # The hour after the last one done may be that of the day after tomorrow: of one that was done early.
    for ahead_days in range(max(0, until - after) // _DAY_S + 3):
        found += [
            int(datetime.combine(day + timedelta(days=ahead_days), hour, LOCAL).timestamp()) for hour in hours(times)
        ]
    inside = [slot for slot in found if after < slot <= until]
    return inside or found[-1:]


def _due(row: RowMapping, last: int | None, person: InHouse, now: int) -> DutyDue:
    duty, every = duties().get(row["duty"]), row["every_min"]
    if duty is not None and duty.proof == LOOK and person.last_at is not None:
        last = max(last or 0, person.last_at)
    start = max(row["from_at"], person.since, now - _back_s(every), last or 0)
    due, missed = next_time(every, row["times"], start, now)
    return DutyDue(
        item_id=UUID(bytes=row["id"]),
        duty=row["duty"],
        words=Words(row["duty"], row["duty"]) if duty is None else duty.words,
        last_at=last,
        due_at=due,
        late_min=max(0, now - due) // 60,
        missed=missed,
        open=due - early_s(every) <= now,
        by_key=duty is None or duty.by_key,
    )


def _back_s(every_min: int | None) -> int:
    return min(_MOST_BACK_S, max(_LEAST_BACK_S, 0 if every_min is None else 120 * every_min))


@cache
def _items() -> TextClause:
    """Plan items in force, each with when its duty was last done; those planned last come last.

    The names in it are ours (``rules/duties``, the tables), never anything typed. What another laptop wrote as facts
    may be no JSON at all.
    """
    back = f"min({_MOST_BACK_S}, max({_LEAST_BACK_S}, coalesce(i.every_min, 0) * 120))"
    said = _newest(
        "event", "e", f"e.kind = '{DONE}' AND {effective(Event, 'e')} AND CASE WHEN json_valid(e.facts) THEN EXISTS ("
        "SELECT 1 FROM json_each(e.facts, '$.done') AS did WHERE did.value = i.duty) ELSE 0 END"
    )  # fmt: skip
    shown = "".join(
        f" WHEN '{duty.code}' THEN {_latest(proofs)}" for duty in duties().values() if (proofs := _proofs(duty))
    )
    return text(
        f"""
SELECT i.id, i.person_id, i.duty, i.every_min, i.times, i.from_at,
       nullif(max({_latest([said])}, CASE i.duty{shown} ELSE 0 END), 0) AS last_at
FROM {OF_HOUSE} CROSS JOIN plan_item AS i ON i.person_id = s.person_id
WHERE i.from_at <= :until AND (i.until_at IS NULL OR i.until_at > :now)
ORDER BY i.from_at, i.id
""".replace("{back}", back)
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


def _newest(table: str, alias: str, where: str) -> str:
    span = f"{alias}.person_id = i.person_id AND {alias}.at BETWEEN :now - {{back}} AND :until"
    return f"SELECT {alias}.at FROM {table} AS {alias} WHERE {span} AND {where} ORDER BY {alias}.at DESC LIMIT 1"
