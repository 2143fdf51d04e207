"""Between an event and the fields of its form: what is typed is text, what is kept is of the type of each field.

The ids of the fields in the form begin with ``f-``: a kind may call a field as it likes. ``f-at`` is when it happened.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from yiyang_tui.cells import narrow
from yiyang_tui.fields import Value
from yiyang_tui.words import times

if TYPE_CHECKING:
    from care.events.shape import Field, Kind

PREFIX: Final = "f-"
AT: Final = "f-at"
YES: Final = ("yes", "no")
_AHEAD_S: Final = 600

_TIME = re.compile(r"(?:(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?\s+)?(\d{1,2})[:.点时](\d{2})分?")
_SHORT = re.compile(r"(\d{1,2})(\d{2})")
_DATE = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")
_DECIMAL = re.compile(r"(\d{1,7})(?:\.(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Read:
    """What a form says. ``wrong``: fields whose text says nothing of their type, by how it should be typed."""

    facts: Mapping[str, Any]
    wrong: Mapping[str, str]


def form_id(field: str) -> str:
    """The id of a field in the form."""
    return PREFIX + field


def values_of(of: "Kind", facts: Mapping[str, Any], now: int) -> dict[str, Value]:
    """What the fields show for these facts; a field of which nothing is said is empty."""
    return {form_id(field.id): _shown(field, facts.get(field.id), now) for field in of.fields}


def facts_of(of: "Kind", typed: Mapping[str, Value], now: int) -> Read:
    """The facts that the fields say, and which of them say nothing of their type: time, date, number."""
    facts: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in of.fields:
        value = str(typed.get(form_id(field.id)) or "").strip()
        if not value:
            continue
        try:
            facts[field.id] = _kept(field, value, now)
        except ValueError:
            wrong[field.id] = "time" if field.type == "time" else "date" if field.type == "date" else "number"
    return Read(facts, wrong)


def shown_time(at: int, now: int) -> str:
    """``21:04`` of today, ``11-21 21:04``, ``2025-11-21 21:04``."""
    then, today = times.local(at), times.local(now)
    if then.date() == today.date():
        return f"{then:%H:%M}"
    return f"{then:%m-%d %H:%M}" if then.year == today.year else f"{then:%Y-%m-%d %H:%M}"


def read_time(typed: str, now: int, *, ahead: bool = False) -> int:
    """``21:04``, ``2104``, ``11-21 21:04`` as seconds UTC. Raises ``ValueError``.

    An hour that is still to come was yesterday's, and a day that is still to come last year's, unless it may lie ahead.
    """
    said = narrow(typed).strip()
    if (short := _SHORT.fullmatch(said)) is not None:
        said = f"{short[1]}:{short[2]}"
    found = _TIME.fullmatch(said)
    if found is None:
        raise ValueError("no time")
    year, month, day, hour, minute = (int(part) if part else None for part in found.groups())
    today = times.local(now)
    then = datetime(
        year or today.year,
        month or today.month,
        day or today.day,
        hour or 0,
        minute or 0,
        tzinfo=times.HOUSE,
    )
    late = not ahead and then.timestamp() > now + _AHEAD_S
    if late and month is None:
        then -= timedelta(days=1)
    elif late and year is None:
        then = then.replace(year=today.year - 1)
    return int(then.timestamp())


def _shown(field: "Field", value: Any, now: int) -> Value:
    if value is None:
        return None if field.type in ("choice", "many", "body", "yes", "staff", "person") else ""
    match field.type:
        case "yes":
            return YES[0] if value else YES[1]
        case "many" | "body":
            return " ".join(str(one) for one in value)
        case "time":
            return shown_time(int(value), now)
        case "tenths":
            return f"{value // 10}.{value % 10}"
        case "money":
            return f"{value // 100}.{value % 100:02}"
    return str(value)


def _kept(field: "Field", typed: str, now: int) -> Any:
    match field.type:
        case "yes":
            return typed == YES[0]
        case "many" | "body":
            return typed.split()
        case "time":
            return read_time(typed, now, ahead=field.ahead)
        case "date":
            return _date(typed, now)
        case "int":
            return _number(typed, 0)
        case "tenths":
            return _number(typed, 1)
        case "money":
            return _number(typed, 2)
    return typed


def _number(typed: str, decimals: int) -> int:
    factor: int = 10**decimals
    found = _DECIMAL.fullmatch(narrow(typed))
    if found is None or len(found[2] or "") > decimals:
        raise ValueError("no number")
    return int(found[1]) * factor + int((found[2] or "").ljust(decimals, "0") or 0)


def _date(typed: str, now: int) -> str:
    found = _DATE.fullmatch(narrow(typed))
    if found is None:
        raise ValueError("no date")
    return date(int(found[1] or times.local(now).year), int(found[2]), int(found[3])).isoformat()
