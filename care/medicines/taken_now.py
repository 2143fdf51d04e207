"""What somebody takes now, as far as their orders say: each order with the drug that it speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from care.medicines.catalogue import Drug, Formulary, bare, resembling
from care.medicines.orders import CURRENT, NewOrder, rows_of, state

_LOCAL: Final = frozenset({"5", "6", "609"})
"""Routes by which little of it gets into the blood: inhaled, on the skin, into the eye."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One medicine. ``drug`` is ``None`` for a name that is no drug we know."""

    name: str
    drug: Drug | None
    route: str

    @property
    def systemic(self) -> bool:
        """Whether it acts on the whole body."""
        return self.route not in _LOCAL

    @property
    def same(self) -> str:
        """What two orders of one medicine have in common."""
        return self.drug.inn or self.drug.code if self.drug is not None else bare(self.name)

    def is_(self, term: str) -> bool:
        """Whether an interaction that speaks of ``term`` means this: a substance, a group, or a kind of drug."""
        if self.drug is None or not self.systemic:
            return False
        if term == "other oral drugs":
            return self.route == "1"
        return term in self.drug.inns or term in (self.drug.inn, self.drug.group) or term in self.drug.tags


def meant(known: Formulary, new: NewOrder) -> Taken:
    """The medicine of an order that is being written."""
    drug = known.get(new.drug) or resembling(known, new.name)
    return Taken(new.name or ("" if drug is None else drug.zh), drug, new.route)


def taken_now(conn: Connection, known: Formulary, ids: Sequence[UUID], today: str) -> list[Taken]:
    """Every medicine of a person's orders that are not stopped and not over: held ones may be gone on with."""
    found: dict[str, Taken] = {}
    for row in rows_of(conn, ids):
        if state(row, today) in CURRENT:
            one = Taken(row["name"], known.get(row["drug"]) or resembling(known, row["name"]), row["route"])
            found.setdefault(one.same, one)
    return list(found.values())
