"""Care levels and when the next round is due: an interval for each level, by day and by night.

The intervals are a welfare home's own (certainty C): a screen says that the county sets them.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache

from care.data import table
from db.clock import LOCAL

HOUSE_TIME = LOCAL


@dataclass(frozen=True, slots=True)
class LevelRule:
    """How often a person of a level is looked at, in minutes. ``certainty`` C: to be confirmed by the county."""

    level: str  # codes/home_care_level
    day_min: int
    night_min: int
    turning_min: int | None
    certainty: str


@dataclass(frozen=True, slots=True)
class DayHours:
    """From when until when it is day in the house; the rest is night."""

    day_from: time
    day_until: time
    certainty: str


@cache
def level_rules() -> tuple[LevelRule, ...]:
    """The rule of every care level, most care first."""
    return tuple(
        LevelRule(row["level"], row["day_min"], row["night_min"], row.get("turning_min"), row["certainty"])
        for row in table("rules/nursing_level_rounds")["welfare_home_default"]
    )


@cache
def day_hours() -> DayHours:
    """The hours of day and night."""
    data = table("rules/day_night")
    return DayHours(time.fromisoformat(data["day_from"]), time.fromisoformat(data["day_until"]), data["certainty"])


def level_rule(level: str) -> LevelRule:
    """The rule of one level. A level that is not in the table gets the most care: nobody is looked at too seldom."""
    return _by_level().get(level) or level_rules()[0]


@cache
def _by_level() -> dict[str, LevelRule]:
    return {rule.level: rule for rule in level_rules()}


def is_night(at: int) -> bool:
    """Whether it is night in the house at ``at`` (seconds UTC)."""
    hours = day_hours()
    return not hours.day_from <= datetime.fromtimestamp(at, HOUSE_TIME).time() < hours.day_until


def period_from(now: int) -> int:
    """When the present day or night of the house began."""
    local = datetime.fromtimestamp(now, HOUSE_TIME)
    hours = (day_hours().day_from, day_hours().day_until)
    begun = (
        datetime.combine(local.date() - timedelta(days=back), hour, HOUSE_TIME) for back in (0, 1) for hour in hours
    )
    return max(int(moment.timestamp()) for moment in begun if moment <= local)


def interval(level: str, at: int) -> int:
    """Minutes between two rounds to a person of this level, as in force at ``at`` (seconds UTC)."""
    rule = level_rule(level)
    return rule.night_min if is_night(at) else rule.day_min


def due_at(level: str, last_at: int | None, since: int) -> int:
    """When the next round is due, seconds UTC: as soon as the last one is as old as the interval then in force.

    So a person whom the night wants to see more often is due when night begins, not when the day's interval would end.
    ``since`` is when the person came into the house's care; whoever brought them in has seen them, so without
    any round it counts as the last look.
    """
    last = since if last_at is None else last_at
    moment = last
    while True:
        change = _next_change(moment)
        due = max(moment, last + interval(level, moment) * 60)
        if due < change:
            return due
        moment = change


def overdue_minutes(due: int, now: int) -> int:
    """Whole minutes since a round was due; 0 while it is not."""
    return max(0, (now - due) // 60)


def _next_change(at: int) -> int:
    """The first beginning of day or night after ``at``."""
    return next(change for change in _changes(datetime.fromtimestamp(at, HOUSE_TIME).date()) if change > at)


@lru_cache(maxsize=64)
def _changes(day: date) -> tuple[int, ...]:
    """When day and night begin on a day of the house and on the next, in order."""
    hours = sorted((day_hours().day_from, day_hours().day_until))
    days = (day, day + timedelta(days=1))
    # Everybody in the house is asked about, and nearly all were seen last on one of two days.
    return tuple(int(datetime.combine(one, hour, HOUSE_TIME).timestamp()) for one in days for hour in hours)
