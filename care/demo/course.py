"""What the bodies of the demo do: each person has usual values of their own; some have a story (``course``)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from care.data import table
from care.demo.residents import Resident

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Body:
    """The usual values of one person, in the units of the table of vitals. ``ill_at``: when an infection was worst."""

    temp_c10: int
    pulse: int
    resp: int
    sbp: int
    dbp: int
    spo2: int
    glucose_mmol10: int
    weight_kg10: int
    ill_at: int


Shift = Mapping[str, float]
"""How far a story moves each measure from what is usual."""


def body_of(one: Resident, draw: Random, since: int, now: int) -> Body:
    """Values drawn for a person, after their conditions."""
    words = table("demo")["people"]
    high = any(name in words["high_pressure"] for name in one.conditions)
    sweet = any(name in words["diabetes"] for name in one.conditions)
    sbp = draw.randrange(134, 147) if high else draw.randrange(116, 130)
    # An infection of the ward's story was four days ago; colds lie anywhere in the time shown but its last days.
    ill_at = now - 100 * _HOUR if one.course == "infection" else draw.randrange(since, max(since + 1, now - 6 * 86400))
    return Body(
        temp_c10=draw.randrange(363, 368),
        pulse=draw.randrange(66, 84),
        resp=draw.randrange(16, 19),
        sbp=sbp,
        dbp=round(sbp * 0.58),
        spo2=draw.choice([96, 97, 97, 98]),
        glucose_mmol10=draw.randrange(72, 92) if sweet else draw.randrange(50, 60),
        weight_kg10=draw.randrange(440, 640),
        ill_at=ill_at,
    )


def measured(
    one: Resident, body: Body, draw: Random, at: int, now: int, *, glucose: bool, weight: bool
) -> dict[str, Any]:
    """One full set, as it was measured at ``at``. Without a story nothing in it alerts."""
    move = _STORIES.get(one.course, _well)(body, at, now)

    def near(name: str, spread: float, lo: int, hi: int) -> int:
        usual = getattr(body, name) + move.get(name, 0)
        return min(hi, max(lo, round(draw.gauss(usual, spread))))

    calm = not move
    sbp = near("sbp", 5, 112, 182)
    values: dict[str, Any] = {
        "temp_c10": near("temp_c10", 1.2, 361, 378 if calm else 395),
        "pulse": near("pulse", 3.5, 54, 88 if calm else 128),
        "resp": near("resp", 0.8, 12, 20 if calm else 28),
        "sbp": sbp,
        "dbp": min(sbp - 25, near("dbp", 4, 55, 104)),
        "spo2": near("spo2", 0.6, 95 if calm else 88, 99),
        "acvpu": "A",
        "oxygen": False,
    }
    if glucose:
        values["glucose_mmol10"] = near("glucose_mmol10", 7, 44, 150)
    if weight:
        values["weight_kg10"] = near("weight_kg10", 3, 350, 900)
    return values


def last_set(one: Resident) -> dict[str, Any] | None:
    """The set by which a story ends just now: NEWS2 7, the red score of a low pressure, a high pressure."""
    return _ENDINGS.get(one.course)


def _well(_body: Body, _at: int, _now: int) -> Shift:
    return {}


def _rising_pressure(_body: Body, at: int, now: int) -> Shift:
    week = _late(at, now, 7 * 24)
    return {"sbp": 14 * week, "dbp": 8 * week} if week else {}


def _breathless(_body: Body, at: int, now: int) -> Shift:
    worse = _late(at, now, 60)
    return {"spo2": -4 * worse, "resp": 4.5 * worse, "pulse": 22 * worse, "temp_c10": 6 * worse} if worse else {}


def _infected(body: Body, at: int, _now: int) -> Shift:
    """A fever that rises within a day and is gone after four."""
    hours = (at - body.ill_at) / _HOUR
    strength = max(0.0, 1 + hours / 24 if hours < 0 else 1 - hours / 96)
    if strength == 0:
        return {}
    return {"temp_c10": 16 * strength, "pulse": 24 * strength, "resp": 5 * strength, "spo2": -3 * strength}


def _thinner(_body: Body, at: int, now: int) -> Shift:
    return {"weight_kg10": -45 * _late(at, now, 60 * 24)}


def _late(at: int, now: int, hours: int) -> float:
    """0 until so many hours before now, then rising to 1."""
    return max(0.0, 1 - (now - at) / (hours * _HOUR))


_STORIES: Mapping[str, Callable[[Body, int, int], Shift]] = {
    "pressure": _rising_pressure,
    "breathless": _breathless,
    "infection": _infected,
    "cold": _infected,
    "thinner": _thinner,
}

_ENDINGS: Mapping[str, dict[str, Any]] = {
    "breathless": {
        "temp_c10": 374, "pulse": 112, "resp": 24, "sbp": 132, "dbp": 78, "spo2": 91, "acvpu": "A", "oxygen": False
    },
    "collapse": {
        "temp_c10": 364, "pulse": 86, "resp": 18, "sbp": 88, "dbp": 50, "spo2": 97, "acvpu": "A", "oxygen": False
    },
    "pressure": {
        "temp_c10": 365, "pulse": 78, "resp": 18, "sbp": 156, "dbp": 92, "spo2": 97, "acvpu": "A", "oxygen": False,
        "glucose_mmol10": 81,
    },
}  # fmt: skip
