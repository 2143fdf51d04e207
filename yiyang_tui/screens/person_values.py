"""The person form as values of its fields, and as the facts they say. No widget, no store."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from care.person_facts import PersonFacts
    from yiyang_tui.fields import Value

Kind = Literal["text", "code", "flag", "list", "number"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the form: a fact, how it is given, how many characters it may have."""

    field: str
    kind: Kind
    longest: int = 60


GROUPS: Final[Mapping[str, Sequence[Row]]] = {
    "identity": (
        Row("name", "text", 30),
        Row("id_number", "text", 24),
        Row("id_reason", "text", 200),
        Row("sex", "code"),
        Row("birth", "text", 10),
        Row("id_type", "code"),
        Row("ethnic", "code"),
    ),
    "care": (
        Row("care_level", "code"),
        Row("category", "code"),
        Row("allergies_asked", "code"),
        Row("allergies", "list"),
        Row("conditions", "list"),
        Row("no_resuscitation", "flag"),
        Row("spo2_scale", "code"),
        Row("blood_abo", "code"),
    ),
    "family": (
        Row("contacts", "list"),
        Row("phone", "text", 20),
        Row("village", "text"),
        Row("address", "text", 200),
    ),
    "papers": (
        Row("insurance", "code"),
        Row("insurance_no", "text", 30),
        Row("record_no", "text", 24),
        Row("note", "text", 500),
        Row("practice", "flag"),
    ),
}
"""The form: groups of rows in the order they are asked."""

ASKED: Final = ("not_asked", "none", "some")
"""What is known of allergies: nobody has asked; asked, there are none; these."""

ROWS: Final[Mapping[str, Row]] = {row.field: row for rows in GROUPS.values() for row in rows}


def values_of(facts: "PersonFacts") -> "dict[str, Value]":
    """What the form is filled with."""
    found: dict[str, Value] = {}
    for row in ROWS.values():
        if row.field == "allergies_asked":
            found[row.field] = ASKED[2] if facts.allergies else ASKED[1] if facts.allergies_known else ASKED[0]
            continue
        value = getattr(facts, row.field)
        if row.kind == "list":
            found[row.field] = json.dumps([asdict(one) for one in value], ensure_ascii=False) if value else None
        elif row.kind == "code":
            found[row.field] = str(value) if value != "" else None
        else:
            found[row.field] = value if isinstance(value, bool) else value or ""
    return found


def facts_of(values: "Mapping[str, Value]", base: "PersonFacts") -> "PersonFacts":
    """The facts that a form says; what it does not ask stays as in ``base``."""
    from care.person_facts import Allergy, Condition, Contact

    kinds: Mapping[str, Callable[..., Any]] = {
        "contacts": Contact,
        "allergies": Allergy,
        "conditions": Condition,
    }
    known = {one.name for one in fields(base)}
    given: dict[str, Any] = {}
    for row in ROWS.values():
        value = values.get(row.field)
        if row.field not in known:
            continue
        if row.kind == "list":
            given[row.field] = tuple(kinds[row.field](**item) for item in json.loads(str(value or "[]")))
        elif row.field == "birth":
            given[row.field] = str(value or "").strip() or None
        elif row.field == "spo2_scale":
            given[row.field] = int(str(value or base.spo2_scale))
        else:
            given[row.field] = bool(value) if row.kind == "flag" else str(value or "")
    given["allergies_known"] = values.get("allergies_asked") in (ASKED[1], ASKED[2])
    return replace(base, **given)


def allergy_problem(values: "Mapping[str, Value]") -> str:
    """What the two rows of allergies say against each other; a word of ``person.wrong``, empty when they agree."""
    asked, listed = values.get("allergies_asked"), bool(values.get("allergies"))
    if listed and asked in (ASKED[0], ASKED[1]):
        return "allergies_listed"
    return "allergies_unnamed" if asked == ASKED[2] and not listed else ""


def differing(values: "Mapping[str, Value]", base: "Mapping[str, Value]") -> "dict[str, Value]":
    """What was typed: the fields that are not as the form was filled. Only they are kept as a draft."""
    return {name: value for name, value in values.items() if _plain(value) != _plain(base.get(name))}


def _plain(value: "Value") -> "Value":
    return value or None if not isinstance(value, bool) else value


def row_of(field: str) -> str:
    """Which row of the form carries a problem of this fact."""
    return field if field in ROWS else "allergies_asked"
