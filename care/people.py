"""Finding, registering and changing the people cared for.

A page of a list costs the same among a hundred people and a hundred thousand: a search is one range of one index,
read only as far as the page needs, and those with a bed, who come first, are as many as there are beds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care import people_found as found
from care.age import age, house_day
from care.fact_check import FactProblem, check
from care.groups import Groups, groups
from care.person_facts import (
    Allergy,
    Condition,
    Consent,
    Contact,
    PersonFacts,
    complete,
    read_items,
    to_columns,
)
from care.places import Place, place_of, places
from care.registered import FACTS, columns_of, facts_of, joined, registrations_of, spread
from care.roles import doing, require_all, rights_of_fields
from db.errors import Refused
from db.local import PERSON_TERM
from db.search import term_range
from db.store import Store
from db.tables import Person

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
        total = found.count(conn, query, most)
    return total if most is None else min(total, most)


def page(store: Store, query: str, offset: int, limit: int) -> list[PersonRow]:
    """Some of those found, those with a bed first, by bed; then the rest, the newest registered first or by how well
    they match.

    ``query``: initials, pinyin, characters, bed label, or the last digits of the ID number. At most 500 rows.
    """
    offset, limit = max(0, offset), max(0, min(limit, _MOST_ROWS))
    with store.reading() as conn:
        here, merged = places(conn), groups(conn)
        in_beds = found.with_bed(conn, query, here, merged)
        ids = in_beds[offset : offset + limit]
        after, wanted = max(0, offset - len(in_beds)), limit - len(ids)
        if wanted:
            ids += found.others(conn, query, in_beds, after, wanted, merged)
        return _rows(conn, ids, here, store.now(), merged)


def without_bed(store: Store, query: str, limit: int) -> list[PersonRow]:
    """The first of those found who have no bed, to be admitted: ``query`` and order as in ``page``."""
    with store.reading() as conn:
        here, merged = places(conn), groups(conn)
        ids = found.others(conn, query, here, 0, max(0, min(limit, _MOST_ROWS)), merged)
        return _rows(conn, ids, here, store.now(), merged)


def facts(store: Store, person_id: UUID) -> PersonFacts:
    """All facts of one person. Raises ``Refused``: person_unknown."""
    with store.reading() as conn:
        return facts_of(conn, person_id)


def create(store: Store, by: UUID, facts: PersonFacts) -> UUID:
    """Register a person; the facts are completed first. Returns the person id.

    Raises ``NoRight``, and ``Refused`` with the code of the first error that ``check`` finds, or id_number_taken (bed,
    "-" without one).
    """
    with doing(store, by, "person.write") as act:
        whole = _checked(facts, act.now)
        said = [name for name in FACTS if getattr(whole, name) != getattr(PersonFacts(""), name)]
        require_all(act.conn, by, rights_of_fields("person", said))
        _refuse_twin(act.conn, whole.id_number, None)
        return act.insert(Person, **to_columns(whole, FACTS))


def change(store: Store, by: UUID, person_id: UUID, facts: PersonFacts, *, seen: PersonFacts | None = None) -> bool:
    """Save what was changed of a person. False if nothing was.

    ``seen`` is what the form was filled with: only fields that differ from it are written, so that what another laptop
    added while the form was open stays. Raises as ``create`` does, and ``Refused``: person_unknown.
    """
    with doing(store, by, "person.write") as act:
        merged = groups(act.conn)
        registered = registrations_of(act.conn, merged.all(person_id))
        whole = _checked(facts, act.now)
        base = joined([one for _, one in registered]) if seen is None else seen
        changed = [name for name in FACTS if getattr(whole, name) != getattr(base, name)]
        require_all(act.conn, by, rights_of_fields("person", changed))
        if "id_number" in changed:
            _refuse_twin(act.conn, whole.id_number, person_id)
        written = [act.edit(Person, one, **values) for one, values in spread(registered, whole, changed).items()]
        return any(written)


def same_people(store: Store, facts: PersonFacts) -> list[PersonRow]:
    """Who is registered already and may be the same: the same ID number, or the same name with no other birth date."""
    now = store.now()
    whole = complete(facts, house_day(now))
    with store.reading() as conn:
        alike = dict.fromkeys(_with_number(conn, whole.id_number))
        if whole.name:
            asked = select(col(Person.id), col(Person.name), col(Person.birth)).where(
                col(Person.id).in_(select(PERSON_TERM.c.person_id).where(PERSON_TERM.c.term == _term(whole.name)))
            )
            alike |= dict.fromkeys(
                one.id
                for one in conn.execute(asked)
                if one.name == whole.name and (not one.birth or not whole.birth or _overlap(one.birth, whole.birth))
            )
        merged = groups(conn)
        return _rows(conn, dict.fromkeys(merged.of(one) for one in alike), places(conn), now, merged)


def _checked(given: PersonFacts, now: int) -> PersonFacts:
    today = house_day(now)
    for problem in check(given, today):
        if problem.severity == "error":
            raise Refused(problem.code, field=problem.field)
    return complete(given, today)


def _refuse_twin(conn: Connection, number: str, but: UUID | None) -> None:
    same = () if but is None else groups(conn).all(but)
    twin = next((each for each in _with_number(conn, number) if each not in same), None)
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


_SHOWN = ("name", "sex", "birth", "care_level", "category", "allergies", "id_number")


def _rows(
    conn: Connection, ids: Iterable[UUID], here: Mapping[UUID, Place], now: int, merged: Groups
) -> list[PersonRow]:
    ids = list(ids)
    found = columns_of(conn, merged, ids, _SHOWN)
    return [_row(found[each], here.get(each), house_day(now)) for each in ids if each in found]


def _row(one: Mapping[str, Any], place: Place | None, today: date) -> PersonRow:
    return PersonRow(
        id=one["id"],
        name=one["name"],
        sex=one["sex"],
        age=age(one["birth"], today),
        bed_label=place.label if place else "",
        care_level=one["care_level"],
        category=one["category"],
        where="none" if place is None else "leave" if place.on_leave else "in",
        allergies=tuple(each.to for each in read_items(Allergy, one["allergies"])),
        id_tail=one["id_number"][-4:],
    )
