"""Whom a search finds, those with a bed first: initials, pinyin, characters, bed label, last digits of the ID number.

Somebody registered twice is found by what either registration says, and is one person of those found.
"""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlmodel import col

from care.groups import Groups, groups
from care.places import Place, places
from db.local import PERSON_TERM
from db.search import normal, term_range
from db.tables import Person, Stay


def count(conn: Connection, query: str, most: int | None) -> int:
    """How many are found, everybody by an empty search; counted to about ``most`` if that is given."""
    merged = groups(conn)
    if not normal(query):
        everybody = conn.execute(select(func.count()).select_from(Person)).scalar_one()
        return int(everybody) - len(merged.hidden)
    low, high = term_range(query)
    found = select(PERSON_TERM.c.person_id).where(PERSON_TERM.c.term >= low, PERSON_TERM.c.term < high)
    by_term = select(func.count()).select_from(found.distinct().limit(most).subquery())
    here = places(conn)
    several = _registered_by_term(conn, query, merged.each(merged.members))
    counted_twice = len(several) - len({merged.of(one) for one in several})
    by_label = _by_label(here, low) - _by_term(conn, query, here, merged)
    return int(conn.execute(by_term).scalar_one()) - counted_twice + len(by_label)


def with_bed(conn: Connection, query: str, here: Mapping[UUID, Place], merged: Groups) -> list[UUID]:
    """Those with a bed whom the search finds, by bed."""
    if not normal(query):
        return list(here)
    found = _by_term(conn, query, here, merged) | _by_label(here, term_range(query)[0])
    return [person for person in here if person in found]


def others(conn: Connection, query: str, but: Iterable[UUID], offset: int, limit: int, merged: Groups) -> list[UUID]:
    """Some of those found but those named: by how well they match, the newest registered first by an empty search."""
    if normal(query):
        found = enumerate(_others(conn, query, but, offset + limit, merged))
        return [person for place, person in found if place >= offset]
    with_bed = select(col(Stay.person_id)).where(col(Stay.until_at).is_(None))
    left_out = [*merged.hidden, *(one for one in but if one in merged.members)]
    asked = select(col(Person.id)).where(col(Person.id).not_in(with_bed), col(Person.id).not_in(left_out))
    return list(conn.execute(asked.order_by(col(Person.id).desc()).offset(offset).limit(limit)).scalars())


def _by_label(here: Mapping[UUID, Place], start: str) -> set[UUID]:
    return {person for person, place in here.items() if normal(place.label).startswith(start)}


def _by_term(conn: Connection, query: str, people: Iterable[UUID], merged: Groups) -> set[UUID]:
    """Which of a few people are found by their terms."""
    return {merged.of(one) for one in _registered_by_term(conn, query, merged.each(people))}


def _registered_by_term(conn: Connection, query: str, ids: Iterable[UUID]) -> set[UUID]:
    # Looked up person by person.
    low, high = term_range(query)
    asked = select(PERSON_TERM.c.person_id).where(
        PERSON_TERM.c.person_id.in_(list(ids)), PERSON_TERM.c.term >= low, PERSON_TERM.c.term < high
    )
    return set(conn.execute(asked.distinct()).scalars())


def _others(conn: Connection, query: str, but: Iterable[UUID], most: int, merged: Groups) -> Iterator[UUID]:
    """People found by their terms but those named, each once, the best match first; read no further than asked."""
    low, high = term_range(query)
    asked = (
        select(PERSON_TERM.c.person_id)
        .where(PERSON_TERM.c.term >= low, PERSON_TERM.c.term < high)
        .order_by(PERSON_TERM.c.term, PERSON_TERM.c.person_id)
    )
    met = set(but)
    left = most
    for registered in conn.execute(asked).scalars():
        if left == 0:
            return
        person = merged.of(registered)
        if person not in met:
            met.add(person)
            left -= 1
            yield person
