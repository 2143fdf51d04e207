"""Finding, registering and changing the people cared for.

A page of a list costs the same among a hundred people and a hundred thousand: a search is one range of one index,
read only as far as the page needs, and those with a bed, who come first, are as many as there are beds.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlmodel import col

from care.age import age, house_day
from care.fact_check import FactProblem, check
from care.person_facts import (
    Allergy,
    Condition,
    Consent,
    Contact,
    PersonFacts,
    complete,
    from_columns,
    read_items,
    to_columns,
)
from care.places import Place, place_of, places
from db.errors import Refused
from db.local import PERSON_TERM
from db.search import normal, term_range
from db.store import Store
from db.tables import Person, Stay

__all__ = [
    "Allergy",
    "Condition",
    "Consent",
    "Contact",
    "FactProblem",
    "PersonFacts",
    "PersonRow",
    "change",
    "check",
    "complete",
    "count",
    "create",
    "facts",
    "facts_of",
    "page",
    "same_people",
    "without_bed",
]

_MOST_ROWS = 500
_NAMES = tuple(one.name for one in fields(PersonFacts))
_COLUMNS = tuple(getattr(Person, name) for name in _NAMES)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of a list of people. ``id_tail``: the last four characters of the ID number."""

    id: UUID
    name: str
    sex: str
    age: int | None
    bed_label: str
    care_level: str
    category: str
    where: Literal["in", "leave", "none"]
    allergies: tuple[str, ...]
    id_tail: str


def count(store: Store, query: str = "", *, most: int | None = None) -> int:
    """How many people a search finds; all of them for an empty one.

    With ``most`` it counts no further: a single letter finds tens of thousands among a hundred thousand, and to count
    them takes longer than a key press may.
    """
    with store.reading() as conn:
        total = _count_found(conn, query, most) if normal(query) else _count_all(conn)
    return total if most is None else min(total, most)


def page(store: Store, query: str, offset: int, limit: int) -> list[PersonRow]:
    """Some of those found, those with a bed first, by bed; then the rest, the newest registered first or by how well
    they match.

    ``query``: initials, pinyin, characters, bed label, or the last digits of the ID number. At most 500 rows.
    """
    offset, limit = max(0, offset), max(0, min(limit, _MOST_ROWS))
    with store.reading() as conn:
        here = places(conn)
        in_beds = _with_bed(conn, query, here) if normal(query) else list(here)
        ids = in_beds[offset : offset + limit]
        after, wanted = max(0, offset - len(in_beds)), limit - len(ids)
        if wanted:
            ids += _others_page(conn, query, in_beds, after, wanted)
        return _rows(conn, ids, here, store.now())


def without_bed(store: Store, query: str, limit: int) -> list[PersonRow]:
    """The first of those found who have no bed, to be admitted: ``query`` and order as in ``page``."""
    with store.reading() as conn:
        here = places(conn)
        return _rows(conn, _others_page(conn, query, here, 0, max(0, min(limit, _MOST_ROWS))), here, store.now())


def facts(store: Store, person_id: UUID) -> PersonFacts:
    """All facts of one person. Raises ``Refused``: person_unknown."""
    with store.reading() as conn:
        return facts_of(conn, person_id)


def facts_of(conn: Connection, person_id: UUID) -> PersonFacts:
    """The same inside a transaction."""
    row = conn.execute(select(*_COLUMNS).where(col(Person.id) == person_id)).mappings().first()
    if row is None:
        raise Refused("person_unknown")
    return from_columns({name: row[name] for name in _NAMES})


def create(store: Store, by: UUID, facts: PersonFacts) -> UUID:
    """Register a person; the facts are completed first. Returns the person id.

    Raises ``Refused`` with the code of the first error that ``check`` finds, or id_number_taken (bed, "-" without one).
    """
    with store.act(by) as act:
        whole = _checked(facts, act.now)
        _refuse_twin(act.conn, whole.id_number, None)
        return act.insert(Person, **to_columns(whole, _NAMES))


def change(store: Store, by: UUID, person_id: UUID, facts: PersonFacts, *, seen: PersonFacts | None = None) -> bool:
    """Save what was changed of a person. False if nothing was.

    ``seen`` is what the form was filled with: only fields that differ from it are written, so that what another laptop
    added while the form was open stays. Raises ``Refused`` as ``create`` does, and person_unknown.
    """
    with store.act(by) as act:
        present = facts_of(act.conn, person_id)
        whole = _checked(facts, act.now)
        base = present if seen is None else seen
        changed = [name for name in _NAMES if getattr(whole, name) != getattr(base, name)]
        if "id_number" in changed:
            _refuse_twin(act.conn, whole.id_number, person_id)
        return act.edit(Person, person_id, **to_columns(whole, changed))


def same_people(store: Store, facts: PersonFacts) -> list[PersonRow]:
    """Who is registered already and may be the same: the same ID number, or the same name with no other birth date."""
    now = store.now()
    whole = complete(facts, house_day(now))
    with store.reading() as conn:
        found = dict.fromkeys(_with_number(conn, whole.id_number))
        if whole.name:
            asked = select(col(Person.id), col(Person.name), col(Person.birth)).where(
                col(Person.id).in_(select(PERSON_TERM.c.person_id).where(PERSON_TERM.c.term == _term(whole.name)))
            )
            found |= dict.fromkeys(
                one.id
                for one in conn.execute(asked)
                if one.name == whole.name and (not one.birth or not whole.birth or _overlap(one.birth, whole.birth))
            )
        return _rows(conn, found, places(conn), now)


def _count_all(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(Person)).scalar_one())


def _count_found(conn: Connection, query: str, most: int | None) -> int:
    low, high = term_range(query)
    found = select(PERSON_TERM.c.person_id).where(PERSON_TERM.c.term >= low, PERSON_TERM.c.term < high)
    by_term = select(func.count()).select_from(found.distinct().limit(most).subquery())
    here = places(conn)
    return int(conn.execute(by_term).scalar_one()) + len(_by_label(here, low) - _by_term(conn, query, here))


def _checked(given: PersonFacts, now: int) -> PersonFacts:
    today = house_day(now)
    for problem in check(given, today):
        if problem.severity == "error":
            raise Refused(problem.code, field=problem.field)
    return complete(given, today)


def _refuse_twin(conn: Connection, number: str, but: UUID | None) -> None:
    twin = next((each for each in _with_number(conn, number) if each != but), None)
    if twin is not None:
        place = place_of(conn, twin)
        raise Refused("id_number_taken", bed=place.label if place else "-")


def _with_number(conn: Connection, number: str) -> list[UUID]:
    if not number:
        return []
    named = select(PERSON_TERM.c.person_id).where(PERSON_TERM.c.term == _term(number))
    asked = select(col(Person.id)).where(col(Person.id).in_(named), col(Person.id_number) == number)
    return list(conn.execute(asked.order_by(col(Person.id))).scalars())


def _term(text: str) -> str:
    return term_range(text)[0]


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _with_bed(conn: Connection, query: str, here: Mapping[UUID, Place]) -> list[UUID]:
    """Those with a bed whom the search finds, by bed."""
    found = _by_term(conn, query, here) | _by_label(here, term_range(query)[0])
    return [person for person in here if person in found]


def _by_label(here: Mapping[UUID, Place], start: str) -> set[UUID]:
    return {person for person, place in here.items() if normal(place.label).startswith(start)}


def _by_term(conn: Connection, query: str, people: Iterable[UUID]) -> set[UUID]:
    """Which of a few people are found by their terms: looked up person by person."""
    low, high = term_range(query)
    asked = select(PERSON_TERM.c.person_id).where(
        PERSON_TERM.c.person_id.in_(list(people)), PERSON_TERM.c.term >= low, PERSON_TERM.c.term < high
    )
    return set(conn.execute(asked.distinct()).scalars())


def _others_page(conn: Connection, query: str, but: Iterable[UUID], offset: int, limit: int) -> list[UUID]:
    if normal(query):
        return [person for place, person in enumerate(_others(conn, query, but, offset + limit)) if place >= offset]
    with_bed = select(col(Stay.person_id)).where(col(Stay.until_at).is_(None))
    asked = select(col(Person.id)).where(col(Person.id).not_in(with_bed)).order_by(col(Person.id).desc())
    return list(conn.execute(asked.offset(offset).limit(limit)).scalars())


def _others(conn: Connection, query: str, but: Iterable[UUID], most: int | None = None) -> Iterator[UUID]:
    """People found by their terms but those named, each once, the best match first; read no further than asked."""
    low, high = term_range(query)
    asked = (
        select(PERSON_TERM.c.person_id)
        .where(PERSON_TERM.c.term >= low, PERSON_TERM.c.term < high)
        .order_by(PERSON_TERM.c.term, PERSON_TERM.c.person_id)
    )
    met = set(but)
    left = most
    for person in conn.execute(asked).scalars():
        if left == 0:
            return
        if person not in met:
            met.add(person)
            left = None if left is None else left - 1
            yield person


def _rows(conn: Connection, ids: Iterable[UUID], here: Mapping[UUID, Place], now: int) -> list[PersonRow]:
    ids = list(ids)
    today = house_day(now)
    wanted = (
        col(Person.id),
        col(Person.name),
        col(Person.sex),
        col(Person.birth),
        col(Person.care_level),
        col(Person.category),
        col(Person.allergies),
        col(Person.id_number),
    )
    found: dict[UUID, Any] = {one.id: one for one in conn.execute(select(*wanted).where(col(Person.id).in_(ids)))}
    return [_row(found[each], here.get(each), today) for each in ids if each in found]


def _row(one: Any, place: Place | None, today: Any) -> PersonRow:
    return PersonRow(
        id=one.id,
        name=one.name,
        sex=one.sex,
        age=age(one.birth, today),
        bed_label=place.label if place else "",
        care_level=one.care_level,
        category=one.category,
        where="none" if place is None else "leave" if place.on_leave else "in",
        allergies=tuple(each.to for each in read_items(Allergy, one.allergies)),
        id_tail=one.id_number[-4:],
    )
