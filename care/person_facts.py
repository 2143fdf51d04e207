"""The facts of a person as plain typed values, and as the columns of the record hold them."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar

from care.id_number import BadIdNumber, IdNumber, parse
from db.journal import Value
from db.search import normal

CITIZEN_ID = "01"
"""The identity document (codes/id_type) whose number can be checked."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call. ``relation``: codes/relation."""

    name: str
    relation: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Allergy:
    """What somebody does not tolerate, how it showed, since when (a year, or an ISO date)."""

    to: str
    reaction: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A lasting illness."""

    name: str
    icd10: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody was asked to agree to, on which date, who answered and what; the last answer to a kind counts.

    ``kind`` and ``state`` are those of ``rules/consents`` (a kind of an older record may be any text), ``relation``
    that of whoever answered (codes/relation), ``how`` paper or oral, ``witness`` who heard it, ``reason`` why not.
    """

    kind: str
    on: str = ""
    by: str = ""
    state: str = "given"
    relation: str = ""
    how: str = ""
    witness: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """All that can be edited of a person. Codes are those of ``db.tables.Person``."""

    name: str
    sex: str = ""
    birth: str | None = None
    id_type: str = CITIZEN_ID
    id_number: str = ""
    id_reason: str = ""
    ethnic: str = "01"
    category: str = ""
    care_level: str = "self"
    phone: str = ""
    village: str = ""
    address: str = ""
    record_no: str = ""
    insurance: str = ""
    insurance_no: str = ""
    blood_abo: str = "5"
    contacts: tuple[Contact, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    allergies_known: bool = False
    conditions: tuple[Condition, ...] = ()
    consents: tuple[Consent, ...] = ()
    no_resuscitation: bool = False
    spo2_scale: int = 1
    note: str = ""
    practice: bool = False


Item = TypeVar("Item", Contact, Allergy, Condition, Consent)
_LISTS: Mapping[str, Callable[..., Any]] = {
    "contacts": Contact,
    "allergies": Allergy,
    "conditions": Condition,
    "consents": Consent,
}


def to_columns(facts: PersonFacts, names: Iterable[str]) -> dict[str, Value]:
    """The named fields as the columns of ``Person`` hold them."""
    return {name: _json(getattr(facts, name)) if name in _LISTS else getattr(facts, name) for name in names}


def from_columns(row: Mapping[str, Any]) -> PersonFacts:
    """The facts out of a row. A list that another program wrote and that does not read counts as empty."""
    values: dict[str, Any] = {one.name: row[one.name] for one in fields(PersonFacts)}
    return PersonFacts(**values | {name: read_items(kind, values[name]) for name, kind in _LISTS.items()})


def read_items(kind: Callable[..., Item], text: str) -> tuple[Item, ...]:
    """The items of a JSON list column; what is no item of this kind is left out."""
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    known = tuple(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    return tuple(
        kind(**{name: each[name] for name in known if isinstance(each.get(name), str)})
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, dict) and isinstance(each.get(known[0]), str)
    )


def _json(items: tuple[Any, ...]) -> str:
    # The spelling in which a merge of two lists compares elements.
    return json.dumps([asdict(item) for item in items], ensure_ascii=False, sort_keys=True)


def complete(facts: PersonFacts, today: date) -> PersonFacts:
    """The facts as they are kept.

    Spaces are tidied, a right ID number has 18 characters, and sex and birth are taken out of it where they are empty.
    """
    tidy = replace(
        facts,
        name=" ".join(facts.name.split()),
        **{
            name: getattr(facts, name).strip()
            for name in ("sex", "id_number", "id_reason", "phone", "village", "address", "record_no", "insurance_no")
        },
        birth=(facts.birth or "").strip() or None,
    )
    number = citizen_number(tidy, today)
    if isinstance(number, IdNumber):
        return replace(
            tidy, id_number=number.number, sex=tidy.sex or number.sex, birth=tidy.birth or number.birth.isoformat()
        )
    return replace(tidy, id_number=normal(tidy.id_number).upper())


def citizen_number(facts: PersonFacts, today: date) -> IdNumber | BadIdNumber | None:
    """The ID number as read; ``None`` where there is none, or one of a document whose numbers have no rule."""
    if facts.id_type != CITIZEN_ID or not facts.id_number:
        return None
    try:
        return parse(facts.id_number, today)
    except BadIdNumber as problem:
        return problem
