"""What is typed into the form of a round: read, doubted, refused; as an observation, and back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from care.codes import codes
from care.measured import LastVitals, Measured, news_of
from care.news2 import News2
from care.observations import observations, water
from care.rounds import Observation
from care.vitals import Measure, change, contradictions, measure, read, show, unusual
from db.errors import YiyangError
from yiyang_tui.fields import Value
from yiyang_tui.words import has, language, sentence, t

Values = Mapping[str, Value]
"""What the fields hold, by their ids."""

MEASURES: Final = ("temp_c10", "pulse", "resp", "sbp", "dbp", "spo2")
CHOSEN: Final = ("position", "skin", "state", "intake")
WRITTEN: Final = ("abnormal", "note")
BLANK: Final[Mapping[str, Value]] = {
    **dict.fromkeys(MEASURES, ""),
    "acvpu": None,
    "oxygen": False,
    **dict.fromkeys(CHOSEN),
    "water_ml": "",
    **dict.fromkeys(WRITTEN, ""),
    "reason": "",
    "left": None,
}
"""A form in which nothing was typed."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a field cannot be left yet. ``value``: what is accepted when it is confirmed; ``None``: it is refused."""

    field: str
    said: str
    value: int | None = None


def measure_of(field: str) -> Measure:
    """The measure that a number field holds."""
    return water() if field == "water_ml" else measure(field)


def word(of: Measure) -> str:
    """What a measure is called."""
    return of.zh if language() == "zh" else of.en


def typed(values: Values) -> bool:
    """Whether anything was typed but the reason of a correction."""
    return any(values.get(field) != blank for field, blank in BLANK.items() if field != "reason")


def number(field: str, values: Values) -> int | None:
    """The value of a number field; ``None`` where it is empty or cannot be."""
    try:
        return read(measure_of(field), str(values.get(field) or ""))
    except YiyangError:
        return None


def doubt(field: str, values: Values, last: LastVitals | None) -> Doubt | None:
    """What stands against leaving a field as it is: an impossible value is refused, an odd one is asked about."""
    if field not in (*MEASURES, "water_ml"):
        return None
    of = measure_of(field)
    try:
        value = read(of, str(values.get(field) or ""))
    except YiyangError as error:
        key = "rounds.no.not_whole" if error.code == "not_a_number" and not of.decimals else f"rounds.no.{error.code}"
        limits = {"lo": show(of, of.hard_lo), "hi": show(of, of.hard_hi), "unit": of.unit}
        return Doubt(field, t(key, what=word(of), **limits | error.facts) if has(key) else sentence(error))
    if value is None:
        return None
    if field == "dbp":
        for rule in contradictions({"sbp": number("sbp", values), "dbp": value}):
            return Doubt(field, t(f"rounds.no.{rule}", sbp=values["sbp"], dbp=show(of, value)))
    before = None if last is None else last.values.get(field)
    since = change(of, value, before if isinstance(before, int) else None)
    lo, hi = show(of, of.hard_lo), show(of, of.hard_hi)
    if since.big and since.delta is not None:
        way = "higher" if since.delta > 0 else "lower"
        return Doubt(
            field, t(f"rounds.{way}", value=show(of, value), by=show(of, abs(since.delta)), lo=lo, hi=hi), value
        )
    if unusual(of, value):
        return Doubt(field, t("rounds.unusual", what=word(of), value=show(of, value), lo=lo, hi=hi), value)
    return None


def measured(values: Values) -> dict[str, Measured]:
    """The vitals in the form that can be read."""
    found: dict[str, Measured] = {name: value for name in MEASURES if (value := number(name, values)) is not None}
    if codes("consciousness").get(str(values.get("acvpu"))) is not None:
        found["acvpu"] = str(values["acvpu"])
    if values.get("oxygen"):
        found["oxygen"] = True
    return found


def news_so_far(values: Values, spo2_scale: int) -> News2 | None:
    """The score of what is typed; ``None`` while it says nothing."""
    return news_of({**measured(values), "spo2_scale": spo2_scale})


def observation(values: Values, base: Observation | None = None) -> Observation:
    """The form as an observation. ``base``: the round that is corrected; what the form does not ask stays as it was."""
    of = base or Observation()
    kept = {name: value for name, value in of.vitals.items() if name not in (*MEASURES, "acvpu", "oxygen")}
    if "oxygen" in of.vitals and not values.get("oxygen"):
        kept["oxygen"] = False
    abnormal = str(values.get("abnormal") or "").strip()
    return replace(
        of,
        # Whoever only said which duty was not done has looked and found nothing.
        unremarkable=(of.unremarkable or (base is None and not _observed(values))) and not abnormal,
        state=str(values.get("state") or ""),
        position=str(values.get("position") or ""),
        skin=str(values.get("skin") or ""),
        intake=str(values.get("intake") or ""),
        water_ml=number("water_ml", values),
        abnormal=abnormal,
        note=str(values.get("note") or "").strip(),
        vitals=kept | measured(values),
    )


def _observed(values: Values) -> bool:
    return any(values.get(field) != blank for field, blank in BLANK.items() if field not in ("reason", "left"))


def values_of(seen: Observation, reason: str) -> dict[str, Value]:
    """The form as it was when this was observed, to correct it."""
    known = observations()
    return {
        **BLANK,
        **{name: show(measure(name), value) for name in MEASURES if isinstance(value := seen.vitals.get(name), int)},
        "acvpu": None if seen.vitals.get("acvpu") is None else str(seen.vitals["acvpu"]),
        "oxygen": bool(seen.vitals.get("oxygen")),
        **{name: code for name in CHOSEN if known[name].get(code := str(getattr(seen, name))) is not None},
        "water_ml": show(water(), seen.water_ml),
        "abnormal": seen.abnormal,
        "note": seen.note,
        "reason": reason,
    }
