"""What one look at a person found, and what may stand in it: checked whole before any of it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from care.codes import codes
from care.data import table
from care.measured import Measured
from care.observations import observations
from care.vitals import ImpossibleValue, contradictions, measure, show
from db.errors import Refused


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look at a person found. Words are codes of ``observations()``; empty means not looked at.

    ``kind`` is one of codes/round_type; empty stands for what is usual for whoever looks, by day or night. ``vitals``
    has columns of the table of vitals: whole numbers (tenths where kept so), ``oxygen`` a bool, ``acvpu`` its letter.
    """

    kind: str = ""
    unremarkable: bool = False
    state: str = ""
    position: str = ""
    skin: str = ""
    intake: str = ""
    water_ml: int | None = None
    mood: str = ""
    abnormal: str = ""
    note: str = ""
    reported_to: UUID | None = None
    vitals: Mapping[str, Measured] = field(default_factory=dict)

    @property
    def measured(self) -> dict[str, Measured]:
        """The vitals that have a value."""
        return {name: value for name, value in self.vitals.items() if value is not None}


def reason_of(typed: str) -> str:
    """A reason as it is kept. Raises ``Refused``: reason_missing, text_too_long (most)."""
    reason = typed.strip()
    if not reason:
        raise Refused("reason_missing")
    _check_text(reason)
    return reason


def check(observation: Observation) -> None:
    """Raise as ``care.rounds.record`` does for what no look can have found."""
    words = _words(observation)
    found = any(words.values()) or observation.water_ml is not None
    if not found and not observation.measured and not observation.unremarkable:
        raise Refused("nothing_observed")
    if observation.unremarkable and observation.abnormal.strip():
        raise Refused("unremarkable_with_finding")
    if observation.kind and codes("round_type").get(observation.kind) is None:
        raise Refused("kind_unknown")
    for name, of in observations().items():
        if words[name] and of.get(words[name]) is None:
            raise Refused("choice_unknown", field=name)
    _check_text(observation.abnormal)
    _check_text(observation.note)
    water = table("rounds")["water_ml"]
    if observation.water_ml is not None and not water["hard_lo"] <= observation.water_ml <= water["hard_hi"]:
        raise Refused("water_impossible", lo=water["hard_lo"], hi=water["hard_hi"])
    _check_measured(observation.measured)


def _check_text(typed: str) -> None:
    most = int(table("rounds")["text"]["most"])
    if len(typed) > most:
        raise Refused("text_too_long", most=most)


def _check_measured(given: Mapping[str, Measured]) -> None:
    numbers: dict[str, int | None] = {}
    for name, value in given.items():
        if name == "acvpu":
            if codes("consciousness").get(str(value)) is None:
                raise Refused("acvpu_unknown")
        elif name != "oxygen":
            of = measure(name)
            if not isinstance(value, int) or not of.hard_lo <= value <= of.hard_hi:
                lo, hi = show(of, of.hard_lo), show(of, of.hard_hi)
                raise ImpossibleValue(measure=of.id, lo=lo, hi=hi, unit=of.unit)
            numbers[name] = value
    for rule in contradictions(numbers):
        raise Refused(rule)


def _words(observation: Observation) -> dict[str, str]:
    choices = {name: getattr(observation, name) for name in observations()}
    return {**choices, "abnormal": observation.abnormal.strip(), "note": observation.note.strip()}


def noted(observation: Observation) -> dict[str, Any]:
    """The columns of a round that an observation fills."""
    return {
        "unremarkable": observation.unremarkable,
        "water_ml": observation.water_ml,
        "reported_to": observation.reported_to,
        **_words(observation),
    }
