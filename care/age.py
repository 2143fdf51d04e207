"""Days and ages as the house counts them: by the date in China, whatever the machine's own zone."""

import re
from datetime import date, datetime

from db.clock import LOCAL

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


# What a calendar can write, and a year less, so that days can be added. A row of a broken laptop may hold any number.
_FIRST, _LAST = -62_135_510_400, 253_370_678_399


def house_moment(at: int) -> datetime:
    """``at`` (seconds UTC) on the wall clock of the house, the nearest that a calendar can write."""
    return datetime.fromtimestamp(max(_FIRST, min(at, _LAST)), LOCAL)


def house_day(at: int) -> date:
    """The date in the house at ``at`` (seconds UTC)."""
    return house_moment(at).date()


def age(birth: str | None, today: date) -> int | None:
    """Full years since ``birth`` (ISO text, possibly only a year, or year and month); ``None`` if that is not known.

    With only a year the birthday counts as reached: nobody is made younger than they may be.
    """
    if not birth:
        return None
    parts = birth.split("-")
    if len(parts) > 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    year, *rest = (int(part) for part in parts)
    years = today.year - year - (tuple(rest) > (today.month, today.day)[: len(rest)])
    return years if years >= 0 else None


def is_day(text: object) -> bool:
    """Whether it is the ISO text of a day that exists."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
