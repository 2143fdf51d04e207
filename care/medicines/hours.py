"""The hours of the day at which a frequency falls due: those of the pair, else those of ``codes/frequency``."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from care.agreed import agree, agreed
from care.codes import codes
from care.data import table
from care.rights import doing
from db.errors import Refused
from db.store import Store

AS_NEEDED: Final = "PRN"
AT_ONCE: Final = "ST"
_PREFIX = "times."


def usual_times(store: Store, frequency: str) -> str:
    """Hours that an order of this frequency starts from, ``"08:00 18:00"``; empty for as needed and at once."""
    with store.reading() as conn:
        return times_of(conn, frequency)


def times_of(conn: Connection, frequency: str) -> str:
    """The same in the reader's snapshot."""
    set_here = agreed(conn, _PREFIX + frequency)
    if set_here is not None and _is_hours(set_here.value):
        return set_here.value
    return " ".join(_defaults("default_times").get(frequency, ()))


def usual_days(frequency: str) -> tuple[int, str]:
    """Every so many days, and on which days of the week, an order of this frequency is for."""
    return int(_defaults("default_days").get(frequency, 1)), str(_defaults("default_weekdays").get(frequency, ""))


def set_times(store: Store, by: UUID, frequency: str, times: Sequence[str]) -> None:
    """The pair sets the hours of a frequency; orders that are written already keep theirs.

    Raises ``Refused``: order_frequency, order_times (most), and as ``care.rights.require`` for house.change.
    """
    if codes("frequency").get(frequency) is None or frequency in (AS_NEEDED, AT_ONCE):
        raise Refused("order_frequency")
    value = ordered(times)
    with doing(store, by, "house.change") as act:
        agree(act, _PREFIX + frequency, value)


def ordered(times: Sequence[str]) -> str:
    """Hours as an order keeps them. Raises ``Refused``: order_times (most)."""
    most: int = table("rules/dose")["most_times"]
    if not 1 <= len(times) <= most or not _is_hours(" ".join(times)):
        raise Refused("order_times", most=most)
    return " ".join(sorted(set(times)))


def _is_hours(text: str) -> bool:
    try:
        found = [time.fromisoformat(part) for part in text.split()]
    except ValueError:
        return False
    return bool(found) and all(f"{one:%H:%M}" == part for one, part in zip(found, text.split(), strict=True))


def _defaults(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = table("codes/frequency")[name]
    return found
