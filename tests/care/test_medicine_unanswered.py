"""What was not known when an order was written: an allergy told later, the same medicine written on two laptops."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from care import people, same_person
from care.medicines import doses, orders
from care.medicines.checks import check
from care.person_facts import Allergy
from care.today import today
from care.work import Work
from db.rows import shape_of
from db.tables import Order
from tests.care.household import Household, refuses
from tests.care.pharmacy import Pharmacy, hour, pharmacy


@pytest.fixture
def p(house: Household) -> Pharmacy:
    """张秀英 on a bed, and no order yet."""
    return pharmacy(house)


def told(p: Pharmacy, to: str) -> None:
    """An allergy is entered now."""
    known = people.facts(p.store, p.person)
    people.change(p.store, p.nurse, p.person, replace(known, allergies=(Allergy(to, "皮疹"),)))


def lines(p: Pharmacy) -> list[Work]:
    """What Today says of orders that somebody must look at."""
    return [one for one in today(p.store, p.store.now()).work if one.key.startswith("doses/against/")]


def at_eight(p: Pharmacy, zh: str, frequency: str = "BID", **more: Any) -> UUID:
    """An order that was written the evening before."""
    p.house.it_is("2026-11-21 20:00")
    one = p.order(zh, frequency, from_on="2026-11-21", **more)
    p.house.it_is("2026-11-22 08:05")
    return one


def test_an_allergy_told_after_the_order_stops_the_dose_and_stands_on_today(p: Pharmacy) -> None:
    one = at_eight(p, "阿莫西林")
    assert lines(p) == []
    told(p, "青霉素")
    (line,) = lines(p)
    assert (line.urgent, line.place, line.person_id, line.about) == (True, "orders", p.person, one)
    assert "青霉素" in line.what.zh
    (row,) = doses.dose_round(p.store, p.store.now()).rows
    assert row.blocked == "allergy"
    with refuses("dose_allergy"):
        doses.give(p.store, p.house.carer, one, hour("08:00"))
    doses.not_given(p.store, p.house.carer, one, hour("08:00"), "held", "医生让停一次")
    orders.stop(p.store, p.nurse, one, "过敏")
    assert lines(p) == []


def test_a_medicine_as_needed_is_stopped_by_it_as_well(p: Pharmacy) -> None:
    one = at_eight(p, "布洛芬", "PRN", as_needed="疼")
    told(p, "阿司匹林")
    with refuses("dose_allergy"):
        doses.give_as_needed(p.store, p.house.carer, one, "疼")


def test_what_a_doctor_went_past_is_given(p: Pharmacy) -> None:
    told(p, "青霉素")
    one = at_eight(p, "阿莫西林")
    assert lines(p) == []
    assert doses.dose_round(p.store, p.store.now()).rows[0].blocked is None
    doses.give(p.store, p.house.carer, one, hour("08:00"))


def test_the_allergy_of_a_second_registration_counts(p: Pharmacy) -> None:
    one = at_eight(p, "阿莫西林")
    again = p.house.person("张秀英", allergies=(Allergy("头孢"), Allergy("盘尼西林")))
    same_person.merge_people(p.store, p.house.director, again, p.person)
    assert [line.about for line in lines(p)] == [one]
    with refuses("dose_allergy"):
        doses.give(p.store, p.house.carer, one, hour("08:00"))


def test_what_only_may_cross_react_stops_nothing(p: Pharmacy) -> None:
    one = at_eight(p, "头孢氨苄")
    told(p, "青霉素")
    assert lines(p) == []
    doses.give(p.store, p.house.carer, one, hour("08:00"))


def test_one_medicine_written_on_two_laptops_stands_on_today_until_one_is_stopped(p: Pharmacy) -> None:
    at_eight(p, "氨氯地平")
    # As a merge leaves it: the other laptop saw no order of it, so nobody was warned there.
    with p.store.act(None) as act:
        core = shape_of(Order).table
        (row,) = act.conn.execute(core.select()).mappings().all()
        values = {name: row[name] for name in shape_of(Order).columns}
        again = act.insert(Order, **{**values, "drug": "", "name": "氨氯地平片", "overrides": "[]"})
    assert [line.about for line in lines(p)] == [again]
    orders.stop(p.store, p.nurse, again, "重复")
    assert lines(p) == []


def test_a_second_order_that_was_written_knowingly_is_no_work(p: Pharmacy) -> None:
    p.order("对乙酰氨基酚")
    p.order("对乙酰氨基酚", "PRN", as_needed="发热")
    assert lines(p) == []


def test_an_order_after_one_that_ended_is_no_work(p: Pharmacy) -> None:
    p.house.it_is("2026-11-21 20:00")
    p.order("氨氯地平", from_on="2026-11-21", until_on="2026-11-21")
    p.house.it_is("2026-11-22 08:05")
    p.order("氨氯地平")
    assert not [one for one in check(p.store, p.person, p.new("叶酸")) if one.kind == "duplicate"]
    assert lines(p) == []
