"""Doses of some days as a sheet has them; everything kept in the house, what asks for somebody first."""

from pathlib import Path

import pytest

from care import amending
from care.medicines import doses, orders
from care.medicines.orders import NewOrder
from care.medicines.sheet import dose_sheet
from care.medicines.stock import Received, receive
from care.medicines.stock_everywhere import everything
from care.pins import set_pin
from tests.care.household import Household, at, founded


@pytest.fixture
def house(tmp_path: Path) -> Household:
    """A founded house on the morning of the 22nd."""
    made = founded(tmp_path / "record.db")
    made.it_is("2026-11-20 07:00")
    return made


def test_a_sheet_has_what_was_recorded_and_the_hours_that_nobody_recorded(house: Household) -> None:
    person = house.person("王长生", "101-1")
    new = NewOrder("", 100, "片", "BID", "2026-11-20", name="降压片", times="08:00 18:00", prescriber="孙医生")
    order = orders.prescribe(house.store, house.director, person, new)
    house.it_is("2026-11-20 08:05")
    doses.give(house.store, house.carer, order, at("2026-11-20 08:00"))
    house.it_is("2026-11-21 08:10")
    doses.not_given(house.store, house.carer, order, at("2026-11-21 08:00"), "refused", "说不想吃")
    house.it_is("2026-11-21 18:05")
    given = doses.give(house.store, house.carer, order, at("2026-11-21 18:00"))
    doses.undo(house.store, house.carer, given)
    now = house.it_is("2026-11-21 20:00")
    (line,) = dose_sheet(house.store, person, at("2026-11-20 00:00"), now)
    told = [(one.due_at, one.result, one.cause, one.who) for one in line.doses]
    assert told == [
        (at("2026-11-20 08:00"), "given", "", "王芳"),
        (at("2026-11-21 08:00"), "refused", "说不想吃", "王芳"),
    ]
    # A dose that was taken back is open again.
    assert line.open == (at("2026-11-20 18:00"), at("2026-11-21 18:00"))
    orders.stop(house.store, house.director, order, "换药")
    now = house.it_is("2026-11-23 20:00")
    (line,) = dose_sheet(house.store, person, at("2026-11-20 00:00"), now)
    assert line.open == (at("2026-11-20 18:00"), at("2026-11-21 18:00"))
    assert dose_sheet(house.store, person, at("2026-11-22 00:00"), now) == []


def test_what_is_kept_of_everybody_and_of_the_house_worst_first(house: Household) -> None:
    person = house.person("王长生", "101-1")
    for whose, name, expires in (
        (None, "碘伏", "2029-01-01"),
        (person, "降压片", "2026-12-01"),
        (person, "维生素", "2028-01-01"),
    ):
        receive(house.store, house.director, whose, Received("", 1000, "片", name=name, lot="1", expires=expires))
    found = [(one.bed_label, one.name, one.line.name, one.line.state) for one in everything(house.store)]
    assert found == [
        ("101-1", "王长生", "降压片", "soon"),
        ("101-1", "王长生", "维生素", "ok"),
        ("", "", "碘伏", "ok"),
    ]


def test_the_second_person_is_anybody_else_with_the_right_who_has_a_pin_here_first(house: Household) -> None:
    nurse, admin = house.colleague("nurse"), house.colleague("admin")
    set_pin(house.store, nurse, "4711")
    found = amending.colleagues(house.store, house.carer, "dose.give")
    assert [(one.id, one.has_pin) for one in found] == [(nurse, True), (house.director, False)]
    assert admin not in {one.id for one in found}
