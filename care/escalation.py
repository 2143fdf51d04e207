"""When somebody is waited for at a bed, and what can be answered to it (``rules/escalation``): limits and minutes.

The minutes are the house's own choice (certainty C).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from care.data import table
from care.observations import Finding
from care.words import Words

ANSWER = "answer"
"""The kind of event that answers an alert."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A measurement that asks for somebody by itself, at or beyond this value."""

    measure: str
    at_most: int | None
    at_least: int | None
    waits_for: Literal["doctor", "nurse"]

    @property
    def value(self) -> int:
        """The limit itself."""
        found = self.at_most if self.at_least is None else self.at_least
        assert found is not None
        return found

    def holds(self, value: int) -> bool:
        """Whether that value is beyond it."""
        low = self.at_most is not None and value <= self.at_most
        return low or (self.at_least is not None and value >= self.at_least)


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that is done about an alert. It comes back after ``back_min`` unless something better was measured.

    ``told``: it names who was called. ``until``: whoever answers says for how long. ``right``: what it takes.
    """

    code: str
    words: Words
    right: str
    back_min: int
    told: bool
    until: bool


@cache
def limits() -> tuple[Limit, ...]:
    """Every limit of a single value."""
    return tuple(
        Limit(row["measure"], row.get("at_most"), row.get("at_least"), row["waits_for"])
        for row in table("rules/escalation")["value"]
    )


@cache
def ways() -> Mapping[str, Way]:
    """What can be done about an alert, by code, in the order in which it is offered."""
    return {
        row["code"]: Way(
            row["code"],
            Words(row["zh"], row["en"]),
            row["right"],
            row["back_min"],
            row.get("told", False),
            row.get("until", False),
        )
        for row in table("rules/escalation")["answer"]
    }


def beyond(values: Mapping[str, Any]) -> tuple[tuple[Finding, Limit], ...]:
    """The values of one set that ask for somebody, each with its limit."""
    found = []
    for limit in limits():
        value = values.get(limit.measure)
        if isinstance(value, int) and limit.holds(value):
            found.append((Finding(limit.measure, value, True), limit))
    return tuple(found)
