"""Which shift of the house it is, by the clock (``data/rules/shift_handover.toml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from care.data import table
from db.clock import LOCAL

_DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift of a day. ``start`` and ``end`` as people write them, ``20:00``; a night ends on the next morning."""

    id: str
    zh: str
    en: str
    start: str
    end: str

    def covers(self, minute: int) -> bool:
        """Whether the shift is on at this minute of the day (0 to 1439)."""
        start, end = _minute(self.start), _minute(self.end)
        return (minute - start) % _DAY_MIN < ((end - start) % _DAY_MIN or _DAY_MIN)


@cache
def pattern() -> tuple[Shift, ...]:
    """The shifts that the house works by. Raises KeyError where the data file names a pattern it does not hold."""
    rules = table("rules/shift_handover")
    rows: list[Mapping[str, str]] = rules[rules["in_force"]]
    return tuple(Shift(row["id"], row["zh"], row["en"], row["start"], row["end"]) for row in rows)


def shift(now: int, shifts: tuple[Shift, ...] | None = None) -> Shift:
    """The shift that is on at ``now`` (seconds UTC), of the house's pattern or of another one.

    Raises LookupError for a pattern with a gap.
    """
    local = datetime.fromtimestamp(now, LOCAL)
    minute = local.hour * 60 + local.minute
    for one in pattern() if shifts is None else shifts:
        if one.covers(minute):
            return one
    raise LookupError(f"no shift at {local:%H:%M}")


def began(now: int) -> int:
    """When the shift that is on at ``now`` began, seconds UTC."""
    local = datetime.fromtimestamp(now, LOCAL)
    since = (local.hour * 60 + local.minute - _minute(shift(now).start)) % _DAY_MIN
    return now - since * 60 - local.second


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
