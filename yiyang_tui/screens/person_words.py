"""What a person's facts are called on screens: codes by their short words, lists in one line, numbers half hidden."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from care.person_facts import Allergy, Condition, Consent, Contact

LISTS: Final = {
    "sex": "sex",
    "id_type": "id_type",
    "ethnic": "ethnic",
    "category": "resident_category",
    "care_level": "home_care_level",
    "insurance": "payment",
    "blood_abo": "blood_abo",
}
"""The code list of each coded field of a person."""


def word(list_name: str, code: str) -> str:
    """The short word of a code; empty for none."""
    from care.codes import short

    return short(list_name, code, language()) if code else ""


def sex_age(sex: str, age: int | None) -> str:
    """``女 83岁``, ``F 83``."""
    return f"{word('sex', sex)} {t('person.age', n=age) if age is not None else ''}".strip()


def allergy(one: "Allergy") -> str:
    """``青霉素(皮疹 2019)``."""
    return _with(one.to, one.reaction, one.since)


def condition(one: "Condition") -> str:
    """``高血压(2016)``."""
    return _with(one.name, one.since)


def contact(one: "Contact", *, masked: bool = False) -> str:
    """``儿子 李强 13800005521``; masked ``138****5521``."""
    phone = mask(one.phone, 3, 4) if masked else one.phone
    return " ".join(filter(None, (word("relation", one.relation), one.name, phone)))


def consent(one: "Consent") -> str:
    """``记录上传县级: 同意 2026-03-01 子 李强 签字``."""
    from care.consents import Standing
    from yiyang_tui.screens.consents import kind_word, stands_word

    return f"{kind_word(one.kind)}: {stands_word(Standing(one.kind, one))}"


def mask(number: str, head: int, tail: int) -> str:
    """A number with its middle hidden: ``138****5521``. One too short to keep anything is hidden whole."""
    hidden = len(number) - head - tail
    return "*" * len(number) if hidden < 1 else number[:head] + "*" * hidden + number[-tail:]


def _with(name: str, *more: str) -> str:
    said = " ".join(filter(None, more))
    return f"{name}({said})" if said else name


def options(list_name: str) -> list[tuple[str, str]]:
    """The codes of a list with their short words, as a ``Choice`` takes them."""
    from care.codes import codes, label

    found = [(one.code, word(list_name, one.code)) for one in codes(list_name).values]
    seen = Counter(said for _, said in found)
    # Two short words that are the same tell nobody apart.
    return [(code, said if seen[said] == 1 else label(list_name, code, language())) for code, said in found]


def item_words(kind: str, item: Mapping[str, str]) -> str:
    """An item of one of the lists of a person, as a form holds it, in words."""
    from care.person_facts import Allergy, Condition, Contact

    if kind == "contacts":
        return contact(Contact(**item))
    return allergy(Allergy(**item)) if kind == "allergies" else condition(Condition(**item))
