"""Weighing everybody once a month: who is due, and somebody's course, weighed for itself or at a round."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from care.data import table
from care.events.said import read_facts
from care.groups import groups
from care.levels import overdue_minutes
from care.looks import EFFECTIVE_VITALS, InHouse, ahead
from care.standing import effective
from care.words import Words
from care.work import Work
from db.store import Store
from db.tables import Event

_DAY_S = 86400

# Two seeks a person; measurements without a weight are in no index that is walked here.
_LAST = text(
    f"""
SELECT s.person_id, max(
    coalesce((SELECT e.at FROM event AS e WHERE e.person_id = s.person_id AND e.kind = 'weight' AND e.at <= :until
        AND {effective(Event, "e")} ORDER BY e.at DESC LIMIT 1), 0),
    coalesce((SELECT v.at FROM vitals AS v WHERE v.person_id = s.person_id AND v.weight_kg10 IS NOT NULL
        AND v.at <= :until AND {EFFECTIVE_VITALS.format(v="v")} ORDER BY v.at DESC LIMIT 1), 0))
FROM stay AS s WHERE s.until_at IS NULL
"""
)
_COURSE = text(
    f"""
SELECT at, kg10 FROM (
    SELECT e.at, json_extract(e.facts, '$.weight_kg10') AS kg10 FROM event AS e
    WHERE e.person_id = :person AND e.kind = 'weight' AND e.at >= :since AND json_valid(e.facts)
        AND {effective(Event, "e")}
    UNION ALL SELECT v.at, v.weight_kg10 FROM vitals AS v
    WHERE v.person_id = :person AND v.weight_kg10 IS NOT NULL AND v.at >= :since AND {EFFECTIVE_VITALS.format(v="v")})
WHERE typeof(kg10) = 'integer' ORDER BY at
"""
)
_BALANCE = text(
    f"""
SELECT e.at, e.facts FROM event AS e
WHERE e.person_id = :person AND e.kind = 'intake_output' AND e.at >= :since AND {effective(Event, "e")} ORDER BY e.at
"""
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """One weight, in tenths of a kilogram."""

    at: int
    kg10: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What went in and what came out, in millilitres."""

    at: int
    in_ml: int
    out_ml: int


def weights(store: Store, person_id: UUID, since: int) -> list[Weighed]:
    """Every weight since then under all registrations, the oldest first."""
    with store.reading() as conn:
        found = [
            Weighed(at, kg10)
            for one in groups(conn).all(person_id)
            for at, kg10 in conn.execute(_COURSE, {"person": one.bytes, "since": since})
        ]
    return sorted(found, key=lambda one: one.at)


def balances(store: Store, person_id: UUID, since: int) -> list[Balance]:
    """Intake and output since then, the oldest first."""
    found = []
    with store.reading() as conn:
        for one in groups(conn).all(person_id):
            for at, kept in conn.execute(_BALANCE, {"person": one.bytes, "since": since}):
                facts = read_facts(kept)
                into, out = _sum(facts, "in_ml", "in_drip_ml"), _sum(facts, "out_urine_ml", "out_other_ml")
                found.append(Balance(at, into, out))
    return sorted(found, key=lambda one: one.at)


def weighing_due(conn: Connection, people: list[InHouse], now: int) -> Iterator[Work]:
    """Work: one line for all who are due, with the name where it is one."""
    rule = table("rules/event_routine")["routine"]["weight"]
    merged = groups(conn)
    last: dict[UUID, int] = {}
    for person, at in conn.execute(_LAST, {"until": ahead(now)}):
        shown = merged.of(UUID(bytes=person))
        last[shown] = max(at, last.get(shown, 0))
    dues = [
        (max(last.get(one.person_id, 0) or one.since, 0) + rule["every_days"] * _DAY_S, one)
        for one in people
        if one.bed_kind in rule["beds"] and not one.on_leave
    ]
    late = sorted(((due, one) for due, one in dues if due <= now), key=lambda each: each[0])
    if not late:
        return
    due, first = late[0]
    alone = len(late) == 1
    zh, en, many = rule["zh"], rule["en"], len(late)
    what = Words(zh, en) if alone else Words(f"{zh}  {many} 人", f"{en}  {many}")
    yield Work(
        "follow_up",
        "weight",
        what,
        "events",
        due,
        overdue_minutes(due, now),
        first.person_id if alone else None,
        first.bed_label if alone else "",
        first.name if alone else "",
    )


def _sum(facts: Mapping[str, Any], *names: str) -> int:
    return sum(value for name in names if isinstance(value := facts.get(name), int))
