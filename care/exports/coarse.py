"""Values made coarse: what is left of a birth date and of a time in an export without names."""

from datetime import date, datetime
from typing import Any

from care.data import table
from db.clock import LOCAL


def rule() -> Any:
    """The limits of exports (``rules/exports``)."""
    return table("rules/exports")


def age_band(birth: str | None, today: date) -> str:
    """``80-84``, ``90+``; empty where the year of birth is not known.

    By the years alone: an age by the day would tell the birthday to whoever compares the exports of two weeks.
    """
    year = (birth or "")[:4]
    if not (year.isascii() and year.isdigit()) or len(year) < 4 or int(year) > today.year:
        return ""
    years, step, oldest = today.year - int(year), int(rule()["age_band_years"]), int(rule()["oldest_band"])
    if years >= oldest:
        return f"{oldest}+"
    low = years - years % step
    return f"{low}-{low + step - 1}"


def moment(at: int | None, *, coarse: bool) -> str:
    """A time in the house: ``2026-11-22 21:04``; coarse to the hour or the day, as the rule says."""
    if at is None:
        return ""
    if not coarse:
        return _local(at).strftime("%Y-%m-%d %H:%M")
    return _local(at).strftime("%Y-%m-%d %H:00" if rule()["time_step"] == "hour" else "%Y-%m-%d")


def day(at: int | None) -> str:
    """A day in the house."""
    return "" if at is None else _local(at).strftime("%Y-%m-%d")


def _local(at: int) -> datetime:
    # A row of a broken laptop may hold any number for a time.
    return datetime.fromtimestamp(max(0, min(at, 253_402_214_399)), LOCAL)
