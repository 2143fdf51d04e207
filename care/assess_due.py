"""Who is to be assessed again, by which scale and why: derived from what was assessed and what happened since."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from care.county_facts import known_facts
from care.data import table
from care.groups import groups
from care.last_assessments import Happened, Last, Which, happened, last_of, which
from care.levels import overdue_minutes
from care.looks import InHouse, ahead, in_house
from care.words import Words
from care.work import Work
from db.identity import counter_of, issued_at
from db.store import Store

SECTION = "assess"

_DAY_S = 86400
_WITHIN_S = 400 * _DAY_S
"""An event older than the longest interval asks for nothing that is not due anyway."""

_GOLDEN = 0x9E3779B1
"""2**32 over the golden ratio: multiples of it spread evenly over 32 bits, whatever the step between them."""

# Each person's stays and ways out of the house are few; of the whole house they are years.
_CAME = text(
    """
SELECT s.person_id, max(s.from_at) AS came_at,
       (SELECT min(f.from_at) FROM stay AS f WHERE f.person_id = s.person_id) AS first_at,
       (SELECT max(l.back_at) FROM leave AS l
        WHERE l.person_id = s.person_id AND l.kind = 'hospital' AND l.back_at BETWEEN :since AND :until) AS back_at
FROM json_each(:ids) AS p CROSS JOIN stay AS s ON s.person_id = unhex(p.value)
WHERE s.until_at IS NULL
GROUP BY s.person_id
"""
)


@dataclass(frozen=True, slots=True)
class DueScale:
    """One scale that somebody is to be assessed by. ``last_at`` is ``None`` for the first time."""

    scale: str
    words: Words
    reason: Words
    due_at: int
    late_min: int
    last_at: int | None


@dataclass(frozen=True, slots=True)
class _Came:
    """When somebody came to their bed, first to any bed, and last back from hospital (0: not within what counts)."""

    at: int
    first_at: int
    back_at: int


@dataclass(frozen=True, slots=True)
class _Rule:
    scale: str
    words: Words
    first_days: str
    after_days: str
    days: str
    grades: tuple[str, ...]
    days_of_grades: str
    beds: tuple[str, ...]
    hospital: bool
    events: tuple[Which, ...]
    event_words: Words


def due(conn: Connection, people: list[InHouse], now: int) -> Iterable[Work]:
    """A line for each person who is to be assessed, with all the scales: they are done at one sitting."""
    found = due_scales(conn, people, now)
    for one in people:
        if not (scales := found.get(one.person_id)):
            continue
        yield Work(
            section=SECTION,
            key=f"{SECTION}/{one.person_id.hex}",
            what=_said(scales),
            place=SECTION,
            due_at=scales[0].due_at,
            late_min=scales[0].late_min,
            person_id=one.person_id,
            bed_label=one.bed_label,
            name=one.name,
            waits_for="nurse",
        )


def due_of(store: Store, person_id: UUID) -> tuple[DueScale, ...]:
    """What one person is to be assessed by now, latest first; nothing of somebody who is not in the house."""
    now = store.now()
    with store.reading() as conn:
        shown = groups(conn).of(person_id)
        here = [one for one in in_house(conn, now) if one.person_id == shown]
        return due_scales(conn, here, now).get(shown, ())


def due_scales(conn: Connection, people: Collection[InHouse], now: int) -> Mapping[UUID, tuple[DueScale, ...]]:
    """Person -> the scales that are due or nearly so, latest first. Nobody is due who is out of the house."""
    rules, days = _rules(), known_facts(conn)
    last = last_of(conn, [one.person_id for one in people], [rule.scale for rule in rules], now)
    events = happened(conn, {event for rule in rules for event in rule.events}, now - _WITHIN_S, now)
    came = _came(conn, people, now)
    soon, found = now + table("rules/assess_due")["soon_s"], {}
    for one in people:
        if one.on_leave:
            continue
        known, happened_to = last.get(one.person_id, {}), events.get(one.person_id, ())
        here = came.get(one.person_id) or _Came(one.since, one.since, 0)
        listed = []
        for rule in rules:
            if one.bed_kind not in rule.beds:
                continue
            due_at, reason = _earliest(rule, known.get(rule.scale), happened_to, here, one.person_id, days)
            if due_at <= soon:
                before = known.get(rule.scale)
                last_at = None if before is None else before.at
                late = overdue_minutes(due_at, now)
                listed.append(DueScale(rule.scale, rule.words, reason, due_at, late, last_at))
        if listed:
            found[one.person_id] = tuple(sorted(listed, key=lambda due: due.due_at))
    return found


def _earliest(
    rule: _Rule,
    last: Last | None,
    events: Iterable[Happened],
    came: _Came,
    person_id: UUID,
    days: Mapping[str, int],
) -> tuple[int, Words]:
    """When it is due, and why: the earliest of all that asks for it."""
    if last is None:
        first_s = days[rule.first_days] * _DAY_S
        since, due_at, reason = 0, came.at + first_s, _reason("first")
        if came.first_at + first_s < issued_at(person_id):
            due_at, reason = max(due_at, _in_turn(person_id, days["assess_begin_days"])), _reason("lived_here")
    else:
        every = days[rule.days_of_grades if last.grade in rule.grades else rule.days]
        since, due_at, reason = last.at, last.at + every * _DAY_S, _reason("every")
    after = days[rule.after_days] * _DAY_S
    for one in events:
        if one.at > since and one.at + after < due_at and any(event.fits(one) for event in rule.events):
            due_at, reason = one.at + after, rule.event_words
    if rule.hospital and came.back_at > since and came.back_at + after < due_at:
        due_at, reason = came.back_at + after, _reason("hospital")
    return due_at, reason


def _in_turn(person_id: UUID, days: int) -> int:
    """When somebody has their turn who lived here before the record did: a few each day, from the day after on.

    Nobody is late for what could not have been done here, and no two laptops differ.
    """
    turn = counter_of(person_id) * _GOLDEN % 2**32
    return issued_at(person_id) + _DAY_S + (turn * days // 2**32) * _DAY_S


def _came(conn: Connection, people: Collection[InHouse], now: int) -> dict[UUID, _Came]:
    merged = groups(conn)
    ids = json.dumps([one.hex for one in merged.each(one.person_id for one in people)])
    found: dict[UUID, _Came] = {}
    for person, at, first_at, back_at in conn.execute(
        _CAME, {"ids": ids, "since": now - _WITHIN_S, "until": ahead(now)}
    ):
        who = merged.of(UUID(bytes=person))
        before = found.get(who, _Came(at, first_at, 0))
        found[who] = _Came(max(before.at, at), min(before.first_at, first_at), max(before.back_at, back_at or 0))
    return found


def _said(scales: tuple[DueScale, ...]) -> Words:
    """``Morse（跌倒后）、Braden（到期）``."""
    return Words(
        "、".join(f"{one.words.zh}（{one.reason.zh}）" for one in scales),
        ", ".join(f"{one.words.en} ({one.reason.en})" for one in scales),
    )


@cache
def _reason(code: str) -> Words:
    row = table("rules/assess_due")["reason"][code]
    return Words(row["zh"], row["en"])


@cache
def _rules() -> tuple[_Rule, ...]:
    file = table("rules/assess_due")
    return tuple(_rule(row, file) for row in file["due"])


def _rule(row: Mapping[str, Any], file: Mapping[str, Any]) -> _Rule:
    return _Rule(
        row["scale"],
        Words(row["zh"], row["en"]),
        row.get("first_days", file["first_days"]),
        row.get("after_days", file["after_days"]),
        row["days"],
        tuple(row.get("grades", ())),
        row.get("days_of_grades", row["days"]),
        tuple(row["beds"]),
        row.get("hospital", False),
        which(row.get("events", ())),
        Words(row.get("event_zh", ""), row.get("event_en", "")),
    )
