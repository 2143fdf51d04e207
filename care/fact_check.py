"""What is wrong with the facts of a person: all problems at once, by field, for a form or an import to show."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Literal

from care.age import age
from care.codes import codes
from care.id_number import BadIdNumber, agrees
from care.person_facts import PersonFacts, citizen_number, complete

_OLDEST = 125  # nobody has been older
_MOST_ITEMS = 50
_SHORT, _LONG = 60, 2000
_LONG_FIELDS = ("note", "address", "id_reason")
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_REST_OF_DATE = {4: "-01-01", 7: "-01"}
_CODED = {
    "sex": "sex",
    "id_type": "id_type",
    "ethnic": "ethnic",
    "category": "resident_category",
    "care_level": "home_care_level",
    "insurance": "payment",
    "blood_abo": "blood_abo",
}


@dataclass(frozen=True, slots=True)
class FactProblem:
    """Something wrong with one field. A ``warning`` may be saved as it is, an ``error`` may not."""

    field: str
    code: str
    severity: Literal["error", "warning"]


def check(facts: PersonFacts, today: date) -> list[FactProblem]:
    """Every problem of completed facts, in the order of the fields. What rests on a C rule only warns."""
    whole = complete(facts, today)
    return [
        *_check_name(whole),
        *_check_id(whole, today),
        *_check_birth(whole, today),
        *_check_codes(whole),
        *_check_lengths(whole),
    ]


def _check_name(facts: PersonFacts) -> Iterable[FactProblem]:
    if not facts.name:
        yield FactProblem("name", "name_missing", "error")


def _check_id(facts: PersonFacts, today: date) -> Iterable[FactProblem]:
    """A wrong number, or none, needs a reason; sex and birth must be those of the number, or a reason says why not."""
    grave: Literal["error", "warning"] = "warning" if facts.id_reason else "error"
    if not facts.id_number:
        if not facts.id_reason:
            yield FactProblem("id_number", "id_missing", "error")
        return
    number = citizen_number(facts, today)
    if isinstance(number, BadIdNumber):
        yield FactProblem("id_number", f"id_{number.problem}", grave)
    elif number is not None:
        yield from (FactProblem("id_number", f"id_{warning}", "warning") for warning in number.warnings)
        yield from (FactProblem(name, f"{name}_differs", grave) for name in agrees(number, facts.sex, facts.birth))


def _check_birth(facts: PersonFacts, today: date) -> Iterable[FactProblem]:
    if facts.birth is None:
        yield FactProblem("birth", "birth_missing", "warning")
        return
    if not _is_date(facts.birth):
        yield FactProblem("birth", "birth_invalid", "error")
        return
    years = age(facts.birth, today)
    if years is None or facts.birth > today.isoformat():
        yield FactProblem("birth", "birth_future", "error")
    elif years > _OLDEST:
        yield FactProblem("birth", "birth_long_ago", "warning")


def _is_date(birth: str) -> bool:
    """Whether it is a day, a month or a year: those who know no more give less."""
    if not _DATE.fullmatch(birth):
        return False
    try:
        date.fromisoformat(birth + _REST_OF_DATE.get(len(birth), ""))
    except ValueError:
        return False
    return True


def _check_codes(facts: PersonFacts) -> Iterable[FactProblem]:
    for name, listed in _CODED.items():
        code = getattr(facts, name)
        if code and codes(listed).get(code) is None:
            yield FactProblem(name, "code_unknown", "error")
    if not facts.sex:
        yield FactProblem("sex", "sex_missing", "error")
    if not facts.care_level:
        yield FactProblem("care_level", "level_missing", "error")
    if not facts.category:
        yield FactProblem("category", "category_missing", "warning")
    if facts.spo2_scale not in (1, 2):
        yield FactProblem("spo2_scale", "code_unknown", "error")
    if facts.record_no and not (len(facts.record_no) == 17 and facts.record_no.isascii() and facts.record_no.isdigit()):
        yield FactProblem("record_no", "record_no_shape", "warning")
    if any(each.relation and codes("relation").get(each.relation) is None for each in facts.contacts):
        yield FactProblem("contacts", "relation_unknown", "warning")


def _check_lengths(facts: PersonFacts) -> Iterable[FactProblem]:
    for one in fields(facts):
        value = getattr(facts, one.name)
        if isinstance(value, str):
            if len(value) > (_LONG if one.name in _LONG_FIELDS else _SHORT):
                yield FactProblem(one.name, "text_too_long", "error")
        elif isinstance(value, tuple):
            texts = [text for item in value for text in asdict(item).values()]
            if len(value) > _MOST_ITEMS or any(len(text) > _SHORT for text in texts):
                yield FactProblem(one.name, "text_too_long", "error")
            if any(not next(iter(asdict(item).values())).strip() for item in value):
                yield FactProblem(one.name, "item_unnamed", "error")
