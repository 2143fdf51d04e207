"""What a kind of event is: its fields, what it opens and closes, what must come after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from care.words import Words

FieldType = Literal[
    "text", "words", "choice", "many", "body", "int", "tenths", "yes", "time", "date", "staff", "person", "money"
]
TYPES: Final = frozenset(get_args(FieldType))
CHOSEN: Final = frozenset({"choice", "many", "body"})
NUMBERS: Final = frozenset({"int", "tenths", "money"})

When = Mapping[str, tuple[str, ...]]
"""Field -> the values of which it has to hold one. ``yes`` fields hold ``"yes"`` or ``"no"`` here."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One word that can be chosen. ``sides``: of the body, left and right are told apart."""

    code: str
    words: Words
    sides: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked. ``default``: what a normal one holds; of a time ``now``. ``hours``: from
    which hour on which choice is the usual one. ``ahead``: may lie ahead.

    ``lo`` and ``hi`` bound a number as it is kept: tenths as tenths, money as hundredths.
    """

    id: str
    words: Words
    type: FieldType
    required: bool
    choices: tuple[Choice, ...]
    lo: int
    hi: int
    unit: Words
    default: Any
    when: When
    hours: tuple[tuple[str, str], ...]
    ahead: bool
    brief: bool
    longest: int

    def choice(self, code: str) -> Choice | None:
        """The choice of that code."""
        return next((one for one in self.choices if one.code == code), None)


@dataclass(frozen=True, slots=True)
class Follow:
    """What has to come after an event: an event of the kind ``by`` that is about it.

    Once, ``within_min`` of it (done also by a value of ``field`` in the event itself), at the time that ``at_field``
    holds, or again and again every ``every_min``.
    """

    by: str
    words: Words
    field: str
    at_field: str
    within_min: int
    every_min: int
    waits_for: str
    when: When


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event; what its parts mean stands at the top of ``care.events.kinds``."""

    id: str
    version: str
    words: Words
    group: str
    of: Literal["person", "house"]
    fields: tuple[Field, ...]
    opens: bool
    open_days: int
    case: bool
    closes: bool
    alone: bool
    follows: tuple[str, ...]
    then: tuple[Follow, ...]
    urgent: bool | When
    right: str
    second: bool
    many: bool
    quick: int
    form: bool
    listed: bool
    does: str
    order: int

    def field(self, id: str) -> Field:
        """The field of that id. Raises ``KeyError``."""
        for one in self.fields:
            if one.id == id:
                return one
        raise KeyError(id)

    def is_urgent(self, facts: Mapping[str, Any]) -> bool:
        """Whether the county and the doctor must know at once."""
        return self.urgent if isinstance(self.urgent, bool) else holds_any(self.urgent, facts)


def applies(when: When, facts: Mapping[str, Any]) -> bool:
    """Whether all fields hold one of their values."""
    return all(_held(facts.get(field)) & set(values) for field, values in when.items())


def holds_any(when: When, facts: Mapping[str, Any]) -> bool:
    """Whether one of the fields holds one of its values."""
    return any(_held(facts.get(field)) & set(values) for field, values in when.items())


def _held(value: Any) -> set[str]:
    if isinstance(value, bool):
        return {"yes" if value else "no"}
    if isinstance(value, list | tuple):
        return {str(one).partition(":")[0] for one in value}
    return set() if value is None else {str(value)}
