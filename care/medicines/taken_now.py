"""What somebody takes now, as far as their orders say: each order with the drugs that it speaks of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from care.medicines.catalogue import Drug, Formulary, bare, meant_by
from care.medicines.group_words import groups_named
from care.medicines.orders import CURRENT, NewOrder, rows_of, state

_LOCAL: Final = frozenset({"5", "6", "609"})
"""Routes by which little of it gets into the blood: inhaled, on the skin, into the eye."""
_THROUGH_SKIN: Final = "贴"
"""A patch (透皮贴) is put on the skin and acts on the whole body."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One medicine. ``drug`` is ``None`` for a name that is no drug we know; then its words may name a group."""

    name: str
    drug: Drug | None
    route: str

    @property
    def systemic(self) -> bool:
        """Whether it acts on the whole body."""
        patch = _THROUGH_SKIN in self.name or (self.drug is not None and _THROUGH_SKIN in self.drug.form)
        return self.route not in _LOCAL or (patch and self.route == "6")

    @property
    def same(self) -> str:
        """What two orders of one medicine have in common."""
        return self.drug.inn or self.drug.code if self.drug is not None else bare(self.name)

    @property
    def parts(self) -> frozenset[str]:
        """Each substance in it, or what it is called."""
        return (self.drug.substances if self.drug is not None else frozenset()) or frozenset({self.same})

    @property
    def groups(self) -> frozenset[str]:
        """The allergy groups that it is of: that of the list, else those that its name speaks of."""
        if self.drug is not None and self.drug.group:
            return frozenset({self.drug.group})
        return groups_named(self.name)

    def is_(self, term: str) -> bool:
        """Whether an interaction that speaks of ``term`` means this: a substance, a group, or a kind of drug."""
        if not self.systemic:
            return False
        if term == "other oral drugs":
            return self.route == "1"
        if self.drug is None:
            return term in self.groups
        return term in self.drug.inns or term in (self.drug.inn, self.drug.group) or term in self.drug.tags


def meant(known: Formulary, new: NewOrder) -> tuple[Taken, ...]:
    """The medicines of an order that is being written: several of a combination that the list does not have."""
    return _taken(known, new.drug, new.name, new.route)


def taken_by(known: Formulary, order: Mapping[Any, Any]) -> tuple[Taken, ...]:
    """The same of an order that is written."""
    return _taken(known, order["drug"], order["name"], order["route"])


def taken_now(conn: Connection, known: Formulary, ids: Sequence[UUID], today: str) -> list[Taken]:
    """Every medicine of a person's orders that are not stopped and not over: held ones may be gone on with."""
    found: dict[tuple[str, str], Taken] = {}
    for row in rows_of(conn, ids):
        if state(row, today) in CURRENT:
            for one in taken_by(known, row):
                # An ointment must not hide the tablets of the same substance.
                found.setdefault((one.same, one.route), one)
    return list(found.values())


def _taken(known: Formulary, code: str, name: str, route: str) -> tuple[Taken, ...]:
    drugs = meant_by(known, code, name)
    if not drugs:
        return (Taken(name, None, route),)
    return tuple(Taken(name or one.zh, one, route) for one in drugs)
