"""Medicines in a founded house: somebody in a bed, orders of a doctor, the hours of one day."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from care.medicines import catalogue, orders
from care.medicines.orders import NewOrder
from db.store import Store
from tests.care.household import Household, at

DAY = "2026-11-22"


@dataclass
class Pharmacy:
    """A house, a doctor and a nurse of it, and 张秀英 on bed 101-1."""

    house: Household
    doctor: UUID
    nurse: UUID
    person: UUID

    @property
    def store(self) -> Store:
        """The open record."""
        return self.house.store

    def code(self, zh: str) -> str:
        """The code of a drug of the catalogue by its name."""
        return next(one.code for one in catalogue.drugs(self.store, zh) if one.zh == zh)

    def new(self, zh: str, frequency: str = "BID", **more: object) -> NewOrder:
        """One piece of a drug, from today on."""
        known = [one for one in catalogue.drugs(self.store, zh) if one.zh == zh]
        given: dict[str, object] = {"drug": known[0].code if known else "", "name": zh, "unit": "片", "dose100": 100}
        given |= {"frequency": frequency, "from_on": DAY, **more}
        return NewOrder(**given)  # type: ignore[arg-type]

    def order(self, zh: str, frequency: str = "BID", *, person: UUID | None = None, **more: Any) -> UUID:
        """An order of the doctor, who answers every warning with the same word."""
        from care.medicines.checks import check

        who = person or self.person
        new = self.new(zh, frequency, **more)
        overrides = {one.code: "已权衡" for one in check(self.store, who, new) if one.needs_reason}
        return orders.prescribe(self.store, self.doctor, who, new, overrides)


def pharmacy(house: Household, **facts: object) -> Pharmacy:
    """Nobody is allergic to anything, and they were asked."""
    person = house.person("张秀英", "101-1", allergies_known=True, **facts)
    return Pharmacy(house, house.colleague("doctor"), house.colleague("nurse"), person)


def hour(text: str, day: str = DAY) -> int:
    """Seconds UTC of an hour of the day."""
    return at(f"{day} {text}")
