"""The two or more values that stand against each other in a person's facts, with who wrote each, where and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from yiyang_tui.screens.chart_facts import fact_word
from yiyang_tui.screens.person_words import allergy, condition, consent, contact
from yiyang_tui.words import t

if TYPE_CHECKING:
    from db.journal import Value
    from db.store import Store


@dataclass(frozen=True, slots=True)
class Side:
    """One value. ``who`` is empty and ``at`` ``None`` where that is not known any more."""

    value: "Value"
    who: str
    at: int | None
    here: bool


@dataclass(frozen=True, slots=True)
class Contested:
    """A field with its sides. ``shown`` is what the record shows meanwhile: one of them, or what is safest of all."""

    field: str
    shown: "Value"
    sides: Sequence[Side]


def read_contested(store: "Store", person_id: UUID) -> list[Contested]:
    """What two laptops disagree on about one person. Blocks."""
    from care.chart import contested
    from care.people import facts
    from care.person_facts import to_columns
    from care.staff import everyone
    from sync.written import written

    contests = contested(store, person_id)
    if not contests:
        return []
    known = written(store, [value.ref for contest in contests for value in contest.values])
    names = {one.id: one.name for one in everyone(store)}
    present = facts(store, person_id)
    found = []
    for contest in contests:
        sides = []
        for value in contest.values:
            entry = known.get(value.ref)
            who = names.get(entry.staff_id, "") if entry is not None and entry.staff_id is not None else ""
            sides.append(Side(value.value, who, entry.at if entry else None, entry is not None and entry.here))
        found.append(Contested(contest.field, to_columns(present, [contest.field])[contest.field], sides))
    return found


def value_words(field: str, value: "Value") -> list[str]:
    """A value in words, an item of a list a line."""
    from care.person_facts import Allergy, Condition, Consent, Contact, read_items

    if field == "allergies":
        said = [allergy(one) for one in read_items(Allergy, str(value))]
    elif field == "conditions":
        said = [condition(one) for one in read_items(Condition, str(value))]
    elif field == "contacts":
        said = [contact(one) for one in read_items(Contact, str(value))]
    elif field == "consents":
        said = [consent(one) for one in read_items(Consent, str(value))]
    else:
        said = [fact_word(field, value)] if value not in ("", None) else []
    return said or [t("person.empty")]
