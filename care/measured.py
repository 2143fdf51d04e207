"""What was measured of a person before: the last value beside each field, what is usual, the score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import median_low
from typing import Any
from uuid import UUID

from sqlalchemy import text

from care.groups import groups, newest_first
from care.looks import EFFECTIVE_VITALS, VITALS_COLUMNS, ahead
from care.news2 import News2, NewsInput, news2
from care.vitals import measures
from db.store import Store

USUAL_DAYS = 30

Measured = int | str | bool | None

_SETS = text(
    f"""
SELECT v.id, v.at, {", ".join(f"v.{column}" for column in VITALS_COLUMNS)} FROM vitals AS v
WHERE v.person_id = :person AND v.at BETWEEN :since AND :until AND {EFFECTIVE_VITALS.format(v="v")}
ORDER BY v.at DESC LIMIT :most
"""
)
# More sets than a person can have measured in thirty days; an import of a device's log must not stall a screen.
_MOST_SETS = 2000


@dataclass(frozen=True, slots=True)
class LastVitals:
    """``values``: the last one of each measure, of the last thirty days, or of the newest set if that is older.

    ``at`` and ``news`` are of the newest set. ``usual`` is the median of each measure over the thirty days.
    """

    at: int
    values: Mapping[str, Measured]
    news: News2 | None
    usual: Mapping[str, int]


def last_vitals(store: Store, person_id: UUID, now: int) -> LastVitals | None:
    """What was last measured of a person, or ``None`` if nothing ever was."""
    until = ahead(now)
    with store.reading() as conn:
        ids = groups(conn).all(person_id)
        sets = newest_first(conn, _SETS, ids, {"until": until, "since": now - USUAL_DAYS * 86400}, _MOST_SETS)
        usual = {of.id: median_low(taken) for of in measures() if (taken := _taken(sets, of.id))}
        if not sets:
            sets = newest_first(conn, _SETS, ids, {"until": until, "since": 0}, 1)
    if not sets:
        return None
    values = {name: next((s[name] for s in sets if s[name] is not None), None) for name in VITALS_COLUMNS}
    given = {name: value for name, value in plain(values).items() if value is not None}
    return LastVitals(sets[0]["at"], given, news_of(plain(sets[0])), usual)


def plain(row: Mapping[Any, Any]) -> dict[str, Measured]:
    """The measured columns of a row as they are kept: SQLite hands booleans out as numbers."""
    values = {name: row[name] for name in VITALS_COLUMNS if name != "spo2_scale"}
    if values["oxygen"] is not None:
        values["oxygen"] = bool(values["oxygen"])
    return values | {"spo2_scale": int(row["spo2_scale"] or 1)}


def news_of(values: Mapping[Any, Any]) -> News2 | None:
    """The score of one set of measurements; ``None`` if nothing that it scores was measured."""
    seen = NewsInput(
        resp=values.get("resp"),
        spo2=values.get("spo2"),
        oxygen=values.get("oxygen"),
        spo2_scale=values.get("spo2_scale") or 1,
        sbp=values.get("sbp"),
        pulse=values.get("pulse"),
        acvpu=values.get("acvpu"),
        temp_c10=values.get("temp_c10"),
    )
    score = _scored(seen)
    # Breathing air scores 0 also when nobody noted it: alone it says nothing.
    return score if score.parts.keys() - {"oxygen"} or seen.oxygen is not None else None


@lru_cache(maxsize=1024)
def _scored(seen: NewsInput) -> News2:
    # Today is drawn anew after each saved round, and nearly all sets of the house are those of the time before.
    return news2(seen)


def _taken(sets: Iterable[Mapping[Any, Any]], name: str) -> list[int]:
    return [one[name] for one in sets if one[name] is not None]
