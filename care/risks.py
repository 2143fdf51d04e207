"""The nine risks of GB 38600 (九类风险), derived from the newest assessments and from what happened: nothing is stored.

Which result raises which risk is ``data/rules/gb38600.toml``; what protects is ``care.duties``.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection

from care.data import table
from care.groups import groups
from care.last_assessments import Happened, Last, Which, happened, last_of, which
from care.looks import InHouse
from care.scales.conditions import holds, read
from care.scales.model import Condition
from care.words import Words
from db.store import Store

Level = Literal["high", "some"]

_DAY_S = 86400


@dataclass(frozen=True, slots=True)
class Risk:
    """One risk of somebody. ``cause``: what raised it, of the strongest the newest; ``at``: when that was.

    ``about``: the assessment, or the event.
    """

    code: str
    words: Words
    level: Level
    cause: Words
    at: int
    about: UUID


@dataclass(frozen=True, slots=True)
class _Source:
    level: Level
    words: Words
    scale: str
    when: tuple[Condition, ...]
    events: tuple[Which, ...]
    days: int


@dataclass(frozen=True, slots=True)
class RiskKind:
    """One of the nine, as the standard lists them."""

    code: str
    words: Words
    sources: tuple[_Source, ...]


def risks(conn: Connection, people: Iterable[InHouse], now: int) -> Mapping[UUID, tuple[Risk, ...]]:
    """The risks of these people, high ones first, then in the standard's order; only who has any."""
    return risks_of(conn, [one.person_id for one in people], now)


def risks_of_person(store: Store, person_id: UUID) -> tuple[Risk, ...]:
    """The risks of one person, also of one who is not in the house."""
    now = store.now()
    with store.reading() as conn:
        return next(iter(risks_of(conn, [person_id], now).values()), ())


def risks_of(conn: Connection, people: Collection[UUID], now: int) -> Mapping[UUID, tuple[Risk, ...]]:
    """The same by ids, in two questions for all of them."""
    sources = [source for kind in risk_kinds().values() for source in kind.sources]
    assessed = last_of(conn, people, sorted({one.scale for one in sources if one.scale}), now)
    longest = max(one.days for one in sources)
    events = happened(conn, {event for one in sources for event in one.events}, now - longest * _DAY_S, now)
    merged = groups(conn)
    found = {one: _of(assessed.get(one, {}), events.get(one, []), now) for one in map(merged.of, people)}
    return {person: of for person, of in found.items() if of}


@cache
def risk_kinds() -> Mapping[str, RiskKind]:
    """The nine by their codes, in the standard's order."""
    return {row["code"]: _kind(row) for row in table("rules/gb38600")["risk"]}


def _of(assessed: Mapping[str, Last], events: list[Happened], now: int) -> tuple[Risk, ...]:
    known = {scale: last.known() for scale, last in assessed.items()}
    found = []
    for kind in risk_kinds().values():
        raised = [
            (source.level == "high", at, about, source)
            for source in kind.sources
            for at, about in _raised(source, assessed, known, events, now)
        ]
        if raised:
            _, at, about, source = max(raised, key=lambda one: one[:2])
            found.append(Risk(kind.code, kind.words, source.level, _cause(source, assessed), at, about))
    return tuple(sorted(found, key=lambda one: one.level != "high"))


def _raised(
    source: _Source,
    assessed: Mapping[str, Last],
    known: Mapping[str, dict[str, Any]],
    events: list[Happened],
    now: int,
) -> list[tuple[int, UUID]]:
    """When, and by which row, a source raises its risk."""
    if source.scale:
        last = assessed.get(source.scale)
        return [(last.at, last.id)] if last is not None and holds(source.when, known[source.scale]) else []
    since = now - source.days * _DAY_S
    return [(one.at, one.id) for one in events if one.at >= since and any(event.fits(one) for event in source.events)]


def _cause(source: _Source, assessed: Mapping[str, Last]) -> Words:
    total = assessed[source.scale].total if source.scale else None
    asks_total = any("total" in condition.of or "grade" in condition.of for condition in source.when)
    if total is None or not asks_total:
        return source.words
    return Words(f"{source.words.zh}（{total} 分）", f"{source.words.en} ({total})")


def _kind(row: Mapping[str, Any]) -> RiskKind:
    return RiskKind(
        row["code"],
        Words(row["zh"], row["en"]),
        tuple(
            _Source(
                one["level"],
                Words(one["zh"], one["en"]),
                one.get("scale", ""),
                read(one.get("when", ())),
                which(one.get("events", ())),
                one.get("days", 0),
            )
            for one in row["from"]
        ),
    )
