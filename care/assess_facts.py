"""What the record knows already when somebody is assessed: age, diagnoses, what happened lately, what was said before.

Which fact comes from where is said by the scale's file; a person sees each of them and may say otherwise.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from care.age import age, house_day
from care.groups import groups
from care.last_assessments import Which, happened, last_of, which
from care.person_facts import PersonFacts
from care.registered import facts_of
from care.scales import Need, Value, scale
from db.store import Store

_DAY_S = 86400

About = tuple[Connection, UUID, PersonFacts, int]
"""The snapshot, the person as shown, what is known of them, now."""


def usual_facts(store: Store, person_id: UUID, scale_id: str) -> dict[str, Value]:
    """The facts of the scale that the record knows, and those by which it suggests answers (``suggested``).

    Raises ``Refused``: scale_unknown (scale), person_unknown.
    """
    of, now = scale(scale_id), store.now()
    with store.reading() as conn:
        shown = groups(conn).of(person_id)
        about = (conn, shown, facts_of(conn, shown), now)
        found = {need.id: _need(need, about, of.id) for need in of.needs if need.source is not None}
        found |= {item.known.fact: _KNOWN[item.known.fact](about) for item in of.items if item.known is not None}
    return {name: value for name, value in found.items() if value is not None}


def _need(need: Need, about: About, scale_id: str) -> Value | None:
    source = need.source or {}
    return next((read(about, source, need.id, scale_id) for name, read in _SOURCES.items() if name in source), None)


def _diagnosed(about: About, source: Mapping[str, Any], _need_id: str, _scale_id: str) -> Value | None:
    """Whether an illness of this part of ICD-10 is written down. That none is does not say that there is none."""
    first, last = source["icd10"]
    known = any(first <= one.icd10[: len(first)].upper() <= last for one in about[2].conditions if one.icd10)
    return True if known else None


def _times(about: About, source: Mapping[str, Any], _need_id: str, _scale_id: str) -> Value | None:
    """How often something of these kinds was recorded in so many days."""
    return _events(about, which(source["events"]), source["days"])


def _last_said(about: About, _source: Mapping[str, Any], need_id: str, scale_id: str) -> Value | None:
    """What was said the last time that this scale was filled in."""
    conn, person, _, now = about
    last = last_of(conn, [person], [scale_id], now).get(person, {}).get(scale_id)
    said: Value | None = None if last is None else last.known().get(f"fact.{need_id}")
    return said


def _events(about: About, wanted: tuple[Which, ...], days: int) -> int:
    conn, person, _, now = about
    return len(happened(conn, wanted, now - days * _DAY_S, now).get(person, ()))


def _age(about: About) -> int | None:
    return age(about[2].birth, house_day(about[3]))


def _diagnoses(about: About) -> int | None:
    # None written down may mean that nobody asked.
    return len(about[2].conditions) or None


def _falls(about: About) -> int | None:
    # What happened before the house kept its record here is not known: only a fall is an answer.
    return _events(about, (Which("fall"), Which("bedfall")), 90) or None


_SOURCES: Mapping[str, Callable[[About, Mapping[str, Any], str, str], Value | None]] = {
    "icd10": _diagnosed,
    "events": _times,
    "last": _last_said,
}
_KNOWN: Mapping[str, Callable[[About], int | None]] = {"age": _age, "diagnoses": _diagnoses, "falls_90d": _falls}
