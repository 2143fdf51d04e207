"""What was typed into an event: checked whole, bounded, and in the shape in which it is kept.

Kept is, by the type of a field: text, the code of a choice, a list of codes (of the body ``hip:left``), a whole number
(tenths, hundredths of money), ``true`` or ``false``, seconds UTC, an ISO date, the id of a person or of a member of
staff as hex digits. What was not said is not kept.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from care.data import table
from care.events.shape import Field, Kind, applies
from db.clock import LOCAL
from db.errors import Refused

_AHEAD_S: Final = 600
"""Clocks of a pair differ by minutes; nothing has happened later than that."""

_FAR_S: Final = 400 * 86400
"""Nothing is recorded that lies further back, or is planned further ahead."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field.

    ``code``: missing, unknown, range (``lo``, ``hi``), long (``hi``), time_ahead, time_far.
    """

    field: str
    code: str
    lo: int = 0
    hi: int = 0


def tidy(of: Kind, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, without blanks and without what does not apply because of another field."""
    kept: dict[str, Any] = {}
    for field in of.fields:
        value = facts.get(field.id)
        if isinstance(value, str):
            value = value.strip()
        if value not in (None, "", [], ()) and applies(field.when, kept):
            kept[field.id] = list(value) if isinstance(value, tuple) else value
    return kept


def problems(of: Kind, facts: Mapping[str, Any], now: int) -> list[Problem]:
    """All that is wrong, field by field in their order; nothing if it can be kept."""
    kept, found = tidy(of, facts), []
    known = {field.id for field in of.fields}
    found += [Problem(name, "unknown") for name in facts if name not in known]
    for field in of.fields:
        if field.id not in kept:
            if field.required and applies(field.when, kept):
                found.append(Problem(field.id, "missing"))
        elif (wrong := _wrong(field, kept[field.id], now)) is not None:
            found.append(wrong)
    return found


def checked(of: Kind, facts: Mapping[str, Any], now: int) -> dict[str, Any]:
    """The facts as they are kept. Raises ``Refused``: event_ and the code of a problem (field; of a range lo, hi)."""
    for wrong in problems(of, facts, now):
        bounds = {"lo": wrong.lo, "hi": wrong.hi} if wrong.code == "range" else {}
        raise Refused(f"event_{wrong.code}", field=wrong.field, **bounds)
    return tidy(of, facts)


def check_at(at: int, now: int) -> None:
    """When it happened. Raises ``Refused``: event_time_ahead, event_time_far."""
    if at > now + _AHEAD_S:
        raise Refused("event_time_ahead")
    if at < now - _FAR_S:
        raise Refused("event_time_far")


def usual(of: Kind, now: int) -> dict[str, Any]:
    """What a form of this kind begins with: a normal one, now."""
    given = {field.id: _usual(field, now) for field in of.fields}
    return tidy(of, {id: value for id, value in given.items() if value is not None})


def _usual(field: Field, now: int) -> Any:
    clock = f"{datetime.fromtimestamp(now, LOCAL):%H:%M}"
    begun = [code for since, code in field.hours if since <= clock]
    if begun:
        return begun[-1]
    return now if field.default == "now" else field.default


def people_in(of: Kind, facts: Mapping[str, Any]) -> dict[str, list[UUID]]:
    """The ids that the facts name: ``staff`` and ``person``."""
    found: dict[str, list[UUID]] = {"staff": [], "person": []}
    for field in of.fields:
        if field.type in found and (id := row_id(facts.get(field.id))) is not None:
            found[field.type].append(id)
    return found


def row_id(value: Any) -> UUID | None:
    """The id that these hex digits are, if they are one."""
    try:
        return UUID(hex=value)
    except (TypeError, ValueError, AttributeError):
        return None


def _wrong(field: Field, value: Any, now: int) -> Problem | None:
    unknown = Problem(field.id, "unknown")
    match field.type:
        case "text" | "words":
            if not isinstance(value, str) or not all(char.isprintable() or char == "\n" for char in value):
                return unknown
            return None if len(value) <= field.longest else Problem(field.id, "long", hi=field.longest)
        case "choice":
            return None if isinstance(value, str) and field.choice(value) else unknown
        case "many" | "body":
            return None if _all_known(field, value) else unknown
        case "int" | "tenths" | "money":
            if not isinstance(value, int) or isinstance(value, bool):
                return unknown
            return None if field.lo <= value <= field.hi else Problem(field.id, "range", field.lo, field.hi)
        case "yes":
            return None if isinstance(value, bool) else unknown
        case "time":
            if not isinstance(value, int) or isinstance(value, bool):
                return unknown
            return _out_of_time(field, value, now)
        case "date":
            return None if isinstance(value, str) and _is_date(value) else unknown
        case "staff" | "person":
            return None if row_id(value) is not None else unknown


def _all_known(field: Field, value: Any) -> bool:
    if not isinstance(value, list) or len(value) > 2 * len(field.choices) or len(set(map(str, value))) < len(value):
        return False
    sides = {one["code"] for one in table("body_parts")["side"]}
    for one in value:
        code, colon, side = str(one).partition(":")
        choice = field.choice(code)
        if choice is None or (colon and not (choice.sides and side in sides)):
            return False
    return True


def _out_of_time(field: Field, value: int, now: int) -> Problem | None:
    if not now - _FAR_S <= value <= now + _FAR_S:
        return Problem(field.id, "time_far")
    return Problem(field.id, "time_ahead") if value > now + _AHEAD_S and not field.ahead else None


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
