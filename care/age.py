"""Days and ages as the house counts them: by the date in China, whatever the machine's own zone."""

import re
from datetime import date, datetime

from db.clock import LOCAL

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def house_day(at: int) -> date:
    """The date in the house at ``at`` (seconds UTC)."""
    return datetime.fromtimestamp(at, LOCAL).date()


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
