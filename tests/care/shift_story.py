"""One whole shift in a small house: an alert, a fall, a refused dose, late rounds, somebody admitted, out, visited."""

from dataclasses import dataclass
from uuid import UUID

from care import handover, rounds, stays
from care.events import record
from care.handover import Draft, Handover
from care.medicines import doses
from db.store import Store
from tests.care.household import Household, at
from tests.care.pharmacy import pharmacy

ENDS = "2026-11-22 20:05"
ALERT: dict[str, int | str | bool | None] = {
    "temp_c10": 374, "pulse": 112, "resp": 24, "sbp": 132, "dbp": 78, "spo2": 91, "oxygen": False, "acvpu": "A",
}  # fmt: skip


@dataclass
class Shift:
    """The day of 2026-11-22 in a small house, at its end."""

    house: Household
    nurse: UUID
    now: int

    @property
    def store(self) -> Store:
        """The open record."""
        return self.house.store

    def draft(self) -> Draft:
        """What the program would hand over now."""
        return handover.draft(self.store, self.now)

    def give(self, **items: str) -> UUID:
        """王芳 signs."""
        return handover.give(self.store, self.house.carer, self.draft(), items)

    def past(self) -> list[Handover]:
        """What was handed over."""
        return handover.past(self.store, self.store.now())


def shift_of(house: Household) -> Shift:
    """An alert, a fall, a refused dose, late rounds, somebody admitted, somebody out, somebody visited."""
    house.it_is("2026-11-22 07:00")
    shop = pharmacy(house)
    store, carer = house.store, house.carer
    chen, zhou = house.person("陈德福", "101-2"), house.person("周福", "102-1")
    shop.order("阿司匹林肠溶片")
    due = doses.dose_round(store, house.it_is("2026-11-22 08:10")).rows[0]
    doses.not_given(store, carer, due.order_id, due.due_at, "refused", "说肚子不舒服")
    now = house.it_is("2026-11-22 10:00")
    rounds.record(store, carer, chen, rounds.Observation(vitals=ALERT))
    fell = {"severity": "II", "place": "toilet", "injury": ["bruise"], "body": ["head"], "first_aid": "平卧"}
    record.record(store, carer, "fall", {**fell, "found_at": now}, person_id=shop.person)
    rounds.record(store, carer, shop.person, rounds.Observation(intake="拒食"))
    record.record(store, carer, "visit", {"visitor": "张强", "relation": "child"}, person_id=shop.person)
    house.it_is("2026-11-22 15:00")
    house.person("新来的", "103-1")
    stays.leave(store, carer, zhou, "family", at("2026-11-23 17:00"), "儿子")
    return Shift(house, shop.nurse, house.it_is(ENDS))
