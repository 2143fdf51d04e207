"""The facts of a person as they were registered; of somebody registered twice, those of all registrations together.

Nothing is copied when two registrations are said to be one person: what stands in either is shown, so that an allergy
that another laptop adds to the hidden one later is shown as well, and parting them again gives back both as they were.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.groups import Groups, groups
from care.person_facts import PersonFacts, from_columns, to_columns
from db.errors import Refused
from db.journal import Value
from db.policy import Cautious, Union
from db.tables import Person

LISTS: Final = ("allergies", "conditions", "contacts", "consents")
"""Of these everything is shown that stands in any registration."""

HURTING: Final = tuple(name for name, rule in Person.merge.rules.items() if isinstance(rule, Union))
"""Of these nothing may get lost."""

CAUTIOUS: Final = tuple(name for name, rule in Person.merge.rules.items() if isinstance(rule, Cautious))
"""Of these the most cautious value is shown, as while two laptops disagree."""

FACTS: Final = tuple(one.name for one in fields(PersonFacts))
_COLUMNS = tuple(getattr(Person, name) for name in FACTS)

# An empty one is filled from another registration; those in one tuple belong together.
_FILLED = (
    ("birth",), ("id_number", "id_type", "id_reason"), ("category",), ("phone",), ("village",), ("address",),
    ("record_no",), ("insurance",), ("insurance_no",), ("blood_abo",), ("note",),
)  # fmt: skip
_EMPTY = ("", None)
_BLOOD_UNKNOWN = "5"


def facts_of(conn: Connection, person_id: UUID) -> PersonFacts:
    """All facts of one person. Raises ``Refused``: person_unknown."""
    return joined([one for _, one in registrations_of(conn, groups(conn).all(person_id))])


def registrations_of(conn: Connection, ids: Sequence[UUID]) -> list[tuple[UUID, PersonFacts]]:
    """What each registration says by itself, in the order of ``ids``. Raises ``Refused``: person_unknown."""
    asked = select(col(Person.id), *_COLUMNS).where(col(Person.id).in_(ids))
    found = {row["id"]: from_columns({name: row[name] for name in FACTS}) for row in conn.execute(asked).mappings()}
    if len(found) < len(set(ids)):
        raise Refused("person_unknown")
    return [(one, found[one]) for one in ids]


def columns_of(
    conn: Connection, merged: Groups, ids: Iterable[UUID], names: Sequence[str]
) -> dict[UUID, Mapping[str, Any]]:
    """Some columns of people as they are shown, by their shown ids; who is not here is left out."""
    wanted = list(ids)
    asked = select(col(Person.id), *(getattr(Person, name) for name in names)).where(col(Person.id).in_(wanted))
    found: dict[UUID, Mapping[str, Any]] = {row["id"]: dict(row) for row in conn.execute(asked).mappings()}
    for one in merged.members.keys() & found.keys():
        whole = joined([facts for _, facts in registrations_of(conn, merged.members[one])])
        found[one] = {"id": one, **to_columns(whole, names)}
    return found


def joined(registered: Sequence[PersonFacts]) -> PersonFacts:
    """The facts of one person who was registered several times, the shown registration first."""
    kept = registered[0]
    if len(registered) == 1:
        return kept
    more: dict[str, Any] = {
        name: tuple(dict.fromkeys(item for one in registered for item in getattr(one, name))) for name in LISTS
    }
    more |= {name: most_cautious(name, [getattr(one, name) for one in registered]) for name in CAUTIOUS}
    more["allergies_known"] = any(one.allergies_known for one in registered)
    for names in _FILLED:
        lead = names[0]
        full = next((one for one in registered if not _empty(lead, getattr(one, lead))), kept)
        more |= {name: getattr(full, name) for name in names}
    return replace(kept, **more)


def most_cautious(name: str, values: Sequence[Any]) -> Any:
    """The value of a field that is shown while registrations differ: unknown ones come after all known."""
    rule = Person.merge.rule(name)
    order = rule.order if isinstance(rule, Cautious) else ()
    return min(values, key=lambda value: order.index(value) if value in order else len(order))


def differing(registered: Sequence[PersonFacts]) -> tuple[str, ...]:
    """The fields that can hurt in which registrations of one person differ."""
    return tuple(name for name in CAUTIOUS if len({getattr(one, name) for one in registered}) > 1)


def spread(
    registered: Sequence[tuple[UUID, PersonFacts]], whole: PersonFacts, names: Iterable[str]
) -> dict[UUID, dict[str, Value]]:
    """What to write into which registration so that the person reads as ``whole`` in these fields.

    The shown one holds all of it. Of the others goes what was taken away, and what would stand against it; an allergy
    or illness that is new is written to all of them, as nobody can say later, when they are parted, whose it was.
    """
    wanted = list(names)
    kept, *others = registered
    known = joined([one for _, one in registered])
    found: dict[UUID, dict[str, Value]] = {kept[0]: to_columns(whole, wanted)}
    for person_id, one in others:
        changes: dict[str, Any] = {}
        for name in wanted:
            value = getattr(whole, name)
            if name in LISTS:
                left = tuple(item for item in getattr(one, name) if item in value)
                new = tuple(item for item in value if item not in getattr(known, name))
                changes[name] = left + new if name in HURTING else left
            elif name in CAUTIOUS or name == "allergies_known" or _empty(name, value):
                changes[name] = value
        found[person_id] = to_columns(replace(one, **changes), changes)
    return found


def _empty(name: str, value: object) -> bool:
    return value in _EMPTY or (name == "blood_abo" and value == _BLOOD_UNKNOWN)
