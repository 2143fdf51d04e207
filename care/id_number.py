"""Citizen identity numbers: GB 11643-1999, 18 characters with a check digit, and the older 15 digits.

Weights, check characters and the upgrade rule stand in ``data/codes/id_number.toml``, the provinces in
``data/codes/region_shape.toml``.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from care.data import table
from db.errors import Refused

# Longer input is no number with spaces in it; it is not looked at further.
_MOST_TYPED = 64
# What people put between or before the digits: spaces, hyphens, the apostrophe that makes a cell text in a spreadsheet.
_IGNORED = re.compile(r"[\s\-'‘’\u2010-\u2015\u200b\ufeff]")
_DIGITS = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}")
# Nobody alive was born before; an earlier year is a mistyped one.
_EARLIEST_YEAR = 1800
# Sequences kept for people who were over a hundred years old when 15 digits were given out.
_OVER_HUNDRED = range(996, 1000)


class IdProblem(StrEnum):
    """What is wrong with a number. The last one is a warning: boundaries change, the number stands."""

    EMPTY = "empty"
    LENGTH = "length"
    CHARACTERS = "characters"
    BIRTH_DATE = "birth_date"
    BIRTH_FUTURE = "birth_future"
    CHECK_DIGIT = "check_digit"
    PROVINCE_UNKNOWN = "province_unknown"


class BadIdNumber(Refused):
    """The text is no identity number; the rule is ``id_<problem>``. Facts: rule, length (how many were typed)."""

    def __init__(self, problem: IdProblem, length: int = 0) -> None:
        super().__init__(f"id_{problem}", length=length)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A number that holds together. ``number`` has 18 characters also when 15 were typed (``upgraded``)."""

    number: str
    region: str  # six digits; the county may have been abolished since
    birth: date
    sex: str  # codes/sex: 1 male, 2 female
    upgraded: bool
    warnings: tuple[IdProblem, ...]


def check_digit(first17: str) -> str:
    """The 18th character, ``0`` to ``9`` or ``X``, for the 17 digits before it (ISO 7064 MOD 11-2)."""
    rule = table("codes/id_number")
    total = sum(weight * int(digit) for weight, digit in zip(rule["weights"], first17, strict=True))
    character: str = rule["check_chars"][total % 11]
    return character


def parse(text: str, today: date) -> IdNumber:
    """Read a typed number: full-width digits, spaces, hyphens and a small x are understood, 15 digits are upgraded.

    Raises BadIdNumber with the first problem found.
    """
    typed = _clean(text)
    if not typed:
        raise BadIdNumber(IdProblem.EMPTY)
    if len(typed) not in (15, 18):
        raise BadIdNumber(IdProblem.LENGTH, len(typed))
    if not _DIGITS.fullmatch(typed):
        raise BadIdNumber(IdProblem.CHARACTERS)
    upgraded = len(typed) == 15
    number = _upgrade(typed) if upgraded else typed
    birth = _birth(number, today)
    if check_digit(number[:17]) != number[17]:
        raise BadIdNumber(IdProblem.CHECK_DIGIT)
    known = number[:2] in table("codes/region_shape")["province_codes"]
    return IdNumber(
        number=number,
        region=number[:6],
        birth=birth,
        sex="1" if int(number[16]) % 2 else "2",
        upgraded=upgraded,
        warnings=() if known else (IdProblem.PROVINCE_UNKNOWN,),
    )


def agrees(number: IdNumber, sex: str, birth: str | None) -> tuple[Literal["sex", "birth"], ...]:
    """Which of the two facts kept beside the number speak against it. An unstated sex, or no birth date, never does.

    ``sex`` as in codes/sex; ``birth`` ISO text, possibly only ``YYYY-MM`` or ``YYYY``.
    """
    against: list[Literal["sex", "birth"]] = []
    if sex in ("1", "2") and sex != number.sex:
        against.append("sex")
    if birth and not number.birth.isoformat().startswith(birth):
        against.append("birth")
    return tuple(against)


def mask(number: str) -> str:
    """The number as lists show it: first six and last two characters. Too short a text is hidden whole."""
    if len(number) < 15:
        return "*" * len(number)
    return number[:6] + "*" * (len(number) - 8) + number[-2:]


def _clean(text: str) -> str:
    typed = _IGNORED.sub("", unicodedata.normalize("NFKC", text[:_MOST_TYPED]))
    return typed.upper() if len(text) <= _MOST_TYPED else typed + "?"


def _upgrade(fifteen: str) -> str:
    century = "18" if int(fifteen[12:]) in _OVER_HUNDRED else "19"
    first17 = fifteen[:6] + century + fifteen[6:]
    return first17 + check_digit(first17)


def _birth(number: str, today: date) -> date:
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise BadIdNumber(IdProblem.BIRTH_DATE) from None
    if birth.year < _EARLIEST_YEAR:
        raise BadIdNumber(IdProblem.BIRTH_DATE)
    if birth > today:
        raise BadIdNumber(IdProblem.BIRTH_FUTURE)
    return birth
