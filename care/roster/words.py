"""What people write in a roster's cells, and the code the record keeps for it (``data/roster_words.toml``)."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Literal

from care.codes import codes
from care.data import table
from care.roster.cell import plain

Said = Literal["", "blank", "none", "unknown", "broken"]

_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}|[2-9][0-9]{6,7}|[48]00[0-9]{7}")
_IN_PHONE = re.compile(r"[\s()\-\u2010-\u2015]|^\+?86(?=1)")


def said(text: str) -> Said:
    """What a cell says beside facts: nothing, that there is none, that nobody knows; ``broken``: a formula's error."""
    words = table("roster_words")
    if text in words["broken"]:
        return "broken"
    word = plain(text)
    if not word or text.strip() in words["blank"]:
        return "blank"
    return "none" if word in words["none"] else "unknown" if word in words["unknown"] else ""


def code_of(list_name: str, text: str) -> str | None:
    """The code that a word means in a list; ``None`` when it is not understood."""
    return _words(list_name).get(plain(text))


def parts(text: str) -> tuple[str, ...]:
    """The parts of a list written in one cell, without those that say nothing."""
    separators = re.escape(table("roster_words")["separators"])
    found = (part.strip() for part in re.split(f"[{separators}]", text))
    return tuple(part for part in found if part and said(part) != "blank")


def allergen(text: str) -> str:
    """What somebody is allergic to, without the words around it; empty when nothing is named."""
    words = table("roster_words")
    name = text.strip()
    for prefix in words["allergy_prefixes"]:
        name = name.removeprefix(prefix)
    for suffix in words["allergy_suffixes"]:
        if name.endswith(suffix):
            return str(name.removesuffix(suffix)).strip()
    return name


def is_phone(text: str) -> bool:
    """Whether every number in a cell has the shape of a telephone number."""
    for part in parts(unicodedata.normalize("NFKC", text)):
        whole = _PHONE.fullmatch(_IN_PHONE.sub("", part))
        if not whole and not all(_PHONE.fullmatch(_IN_PHONE.sub("", one)) for one in part.split()):
            return False
    return True


def says_gone(text: str) -> bool:
    """Whether a note says that the person has died or left the house."""
    return any(word in text for word in table("roster_words")["gone"])


@cache
def _words(list_name: str) -> Mapping[str, str]:
    meant: dict[str, str] = {}
    for value in codes(list_name).values:
        names = [*value.zh.split("/"), value.zh, value.en, value.code, value.code.lstrip("0")]
        if list_name == "ethnic":
            names.append(value.zh.removesuffix("族"))
        for name in names:
            meant.setdefault(plain(name), value.code)
    for code, words in table("roster_words").get(list_name, {}).items():
        meant.update({plain(word): code for word in words})
    meant.pop("", None)
    return meant
