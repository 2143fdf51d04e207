"""Dates as people write them in a roster: 1943-5-2, 1943.05.02, 1943年5月2日, 19430502, 43.5.2, or a bare year."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

# Digits written as words, and the two ways to write a ten.
_WORDS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_TENS = re.compile(r"([1-9]?)十([1-9]?)")
_MARKS = re.compile(r"[年月/.。．、,，_\-\u2010-\u2015\s]+")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})?")
# A time of day that a spreadsheet hung on to a date.
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
_EARLIEST_YEAR = 1850


@dataclass(frozen=True, slots=True)
class ReadDate:
    """What a text says. ``iso`` is as much as it says: a day, ``YYYY-MM``, ``YYYY``, or nothing.

    ``doubt``: ``century`` (the year had two digits), ``incomplete`` (no day), ``unreadable``.
    """

    iso: str
    doubt: Literal["", "century", "incomplete", "unreadable"]

    @property
    def day(self) -> date | None:
        """The day, when it is one."""
        return date.fromisoformat(self.iso) if len(self.iso) == 10 else None


UNREADABLE = ReadDate("", "unreadable")


def read_date(text: str, today: date, *, recent: bool = False) -> ReadDate:
    """Read a date. ``recent``: of two-digit years the latest that is not to come is meant; otherwise the 1900s."""
    said = _CLOCK.sub("", unicodedata.normalize("NFKC", text[:40]).strip())
    said = _TENS.sub(lambda ten: f"{ten[1] or '1'}{ten[2] or '0'}", said.translate(_WORDS))
    said = said.strip().rstrip("日号生")
    packed = _PACKED.fullmatch(said)
    parts = [part for part in packed.groups() if part] if packed else [part for part in _MARKS.split(said) if part]
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return UNREADABLE
    numbers = [int(part) for part in parts]
    short = len(parts[0]) <= 2
    if short and len(parts) < 3:
        return UNREADABLE  # 43.5 may be a year and a month, or a price
    year = _year(numbers[0], today, recent) if short else numbers[0]
    return _dated(year, numbers[1:], today, short)


def _year(two_digits: int, today: date, recent: bool) -> int:
    if recent and 2000 + two_digits <= today.year:
        return 2000 + two_digits
    return 1900 + two_digits


def _dated(year: int, rest: list[int], today: date, short: bool) -> ReadDate:
    if not _EARLIEST_YEAR <= year <= today.year + 1:
        return UNREADABLE
    try:
        whole = date(year, *[*rest, 1, 1][:2])
    except ValueError:
        return UNREADABLE
    iso = whole.isoformat()[: (4, 7, 10)[len(rest)]]
    if len(rest) < 2:
        return ReadDate(iso, "incomplete")
    return ReadDate(iso, "century" if short else "")
