"""When an order falls due: hours of the house's clock on the days that it is for. Nothing here asks the record."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from care.age import house_day, house_moment
from db.clock import LOCAL

_DAY_S = 86400


def hours(text: str) -> tuple[time, ...]:
    """``"08:00 18:00"`` as times of a day. Raises ``ValueError`` for anything else."""
    return tuple(time.fromisoformat(part) for part in text.split())


@lru_cache(maxsize=4096)
def due_between(
    from_on: str, until_on: str | None, times: str, days: int, weekdays: str, since: int, until: int
) -> tuple[int, ...]:
    """Every due moment of an order from ``since`` up to ``until`` (seconds UTC, both included), in order.

    ``weekdays`` (``"14"``: Monday and Thursday) go before ``days`` (every so many, counted from ``from_on``). What
    cannot be read, written by another program say, falls due never.
    """
    if since > until or not times:
        return ()
    found: list[int] = []
    for day in _days(house_day(since), house_day(until)):
        if is_day_of(day.isoformat(), from_on, until_on, days, weekdays):
            found += [at for at in _moments(day, times) if since <= at <= until]
    return tuple(sorted(found))


@lru_cache(maxsize=4096)
def is_day_of(day: str, from_on: str, until_on: str | None, days: int, weekdays: str) -> bool:
    """Whether an order is for that day."""
    if day < from_on or (until_on is not None and day > until_on):
        return False
    try:
        here, began = date.fromisoformat(day), date.fromisoformat(from_on)
    except ValueError:
        return False
    if weekdays:
        return str(here.isoweekday()) in weekdays
    return days > 0 and (here - began).days % days == 0


@lru_cache(maxsize=4096)
def _moments(day: date, times: str) -> tuple[int, ...]:
    try:
        return tuple(int(datetime.combine(day, hour, LOCAL).timestamp()) for hour in hours(times))
    except ValueError:
        return ()


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def clock(at: int) -> str:
    """The hour of the house at a moment, ``08:00``."""
    return house_moment(at).strftime("%H:%M")
