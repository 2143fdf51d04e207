"""Duties: what a care plan is made of, what asks for each, and what shows that it was done (``rules/duties``).

The hours are a vendor's default: a screen that shows one that nobody changed says that the county is to confirm it.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache

from care.codes import Lang
from care.data import table
from care.words import Words
from db.errors import Refused

LOOK, VITALS = "look", "vitals"
"""Proofs that are no field of a round: any round, any measurement."""

_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty. Either ``every_min`` or ``times`` (hours of the house's clock) is where its hours start.

    ``risks``: codes of rules/gb38600 that ask for it. ``abilities``: grades of GB/T 42195 that ask for it, with minutes
    between two times (0: by ``times``). ``proof``: a column of the table of rounds, ``look`` or ``vitals``;
    ``proof_word``: that word of it alone. ``shown_by``: kinds of events that show it too. ``event``: the kind of event
    that is its record. ``certainty`` as in every rule: C is to be confirmed by the county.
    """

    code: str
    words: Words
    sign: Words
    every_min: int | None
    times: tuple[time, ...]
    risks: tuple[str, ...]
    abilities: Mapping[str, int]
    proof: str
    proof_word: str
    shown_by: tuple[str, ...]
    event: str
    certainty: str

    @property
    def by_key(self) -> bool:
        """Whether somebody at the bedside may simply say that it was done: no numbers or facts are its record."""
        return not self.event and self.proof != VITALS


@dataclass(frozen=True, slots=True)
class Asked:
    """A duty with hours, as a risk or a grade asks for it."""

    duty: Duty
    every_min: int | None
    times: str


@cache
def duties() -> Mapping[str, Duty]:
    """Every duty by its code, in the order of the list."""
    return {
        row["code"]: Duty(
            code=row["code"],
            words=Words(row["zh"], row["en"]),
            sign=Words(row["sign"], row["sign_en"]),
            every_min=row.get("every_min"),
            times=hours(row.get("times", "")),
            risks=tuple(row["risks"]),
            abilities=row["abilities"],
            proof=row.get("proof", ""),
            proof_word=row.get("proof_word", ""),
            shown_by=tuple(row.get("shown_by", ())),
            event=row.get("event", ""),
            certainty=row["certainty"],
        )
        for row in table("rules/duties")["duty"]
    }


def said_by(role: str) -> bool:
    """Whether somebody of that role does duties when they look at a person: a doctor's visit turns nobody."""
    return role in table("rules/duties")["roles"]


def words_of(code: str) -> Words:
    """What a duty is called; one of a newer program is shown as it is kept."""
    known = duties().get(code)
    return Words(code, code) if known is None else known.words


def for_risk(risk: str) -> tuple[Asked, ...]:
    """The duties that a risk of GB 38600 asks for."""
    return tuple(_as_listed(duty) for duty in duties().values() if risk in duty.risks)


def for_ability(grade: str) -> tuple[Asked, ...]:
    """The duties that a grade of GB/T 42195 asks for (intact, mild, moderate, severe, complete)."""
    return tuple(
        Asked(duty, duty.abilities[grade], "") if duty.abilities[grade] else _as_listed(duty)
        for duty in duties().values()
        if grade in duty.abilities
    )


def _as_listed(duty: Duty) -> Asked:
    return Asked(duty, duty.every_min, said_hours(duty.times))


@cache
def causes() -> Mapping[str, Words]:
    """Why a duty was not done, by code, in the order of the list."""
    return {row["code"]: Words(row["zh"], row["en"]) for row in table("rules/duties")["cause"]}


def hours(typed: str) -> tuple[time, ...]:
    """Hours as they are kept, ``"07:00 21:00"``: each once, in order. What is no hour is left out."""
    return tuple(time.fromisoformat(one) for one in sorted({*typed.split()}) if _HOUR.fullmatch(one))


def said_hours(times: tuple[time, ...]) -> str:
    """As they are kept."""
    return " ".join(f"{one:%H:%M}" for one in times)


def check_hours(every_min: int | None, times: str) -> tuple[int | None, str]:
    """Hours as somebody set them: either an interval in minutes or hours of the day.

    Raises ``Refused``: duty_hours_missing, duty_hours_both, duty_hours_unclear, duty_hours_many (most),
    duty_interval (least, most).
    """
    rules = table("rules/duties")
    if every_min is not None and times.strip():
        raise Refused("duty_hours_both")
    if every_min is not None:
        if not rules["least_min"] <= every_min <= rules["most_min"]:
            raise Refused("duty_interval", least=rules["least_min"], most=rules["most_min"])
        return every_min, ""
    # Full-width digits and colons are what an input method sends.
    typed = unicodedata.normalize("NFKC", times).split()
    if not typed:
        raise Refused("duty_hours_missing")
    if not all(_HOUR.fullmatch(one) for one in typed):
        raise Refused("duty_hours_unclear")
    if len(typed) > rules["most_times"]:
        raise Refused("duty_hours_many", most=rules["most_times"])
    return None, said_hours(hours(" ".join(typed)))


def say_hours(every_min: int | None, times: str, lang: Lang) -> str:
    """``每 2 小时``, ``每天``, ``07:00 21:00``."""
    if every_min is None:
        return times
    days, rest = divmod(every_min, 1440)
    if not rest:
        return (
            (f"每 {days} 天" if days > 1 else "每天") if lang == "zh" else f"every {days} days" if days > 1 else "daily"
        )
    if every_min % 60 == 0:
        return f"每 {every_min // 60} 小时" if lang == "zh" else f"every {every_min // 60} h"
    return f"每 {every_min} 分" if lang == "zh" else f"every {every_min} min"
