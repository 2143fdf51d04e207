"""The ledger of medicines: what there is of each lot, what a dose takes, and what may no longer be given."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care import same_person
from care.medicines import custody, doses, stock
from care.medicines.ledger import Item, Lot, LotKey, add_up, shared_out
from care.medicines.stock import Received, StockLine
from db.errors import Refused
from db.journal import Value
from db.tables import StockMove
from tests.care.household import Household, at, refuses
from tests.care.pharmacy import DAY, Pharmacy, hour, pharmacy

NOBODY = Item(None, "D043", "氨氯地平", "", "片")
LOTS = st.lists(st.tuples(st.integers(-300, 2000), st.none() | st.integers(-40, 400)), min_size=1, max_size=8).map(
    lambda some: [
        Lot(
            NOBODY,
            LotKey("", "片", f"L{n}", None),
            left,
            use_by=None if days is None else (date(2026, 11, 22) + timedelta(days=days)).isoformat(),
        )
        for n, (left, days) in enumerate(some)
    ]
)


@pytest.fixture
def p(house: Household) -> Pharmacy:
    """张秀英 on a bed; it is half past eight in the evening before, so that the morning is due later."""
    made = pharmacy(house)
    house.it_is("2026-11-21 20:30")
    return made


def came(p: Pharmacy, lot: str, expires: str | None, pieces: int, *, zh: str = "氨氯地平", **more: object) -> UUID:
    """So many pieces of a lot were brought."""
    given = {"drug": p.code(zh), "quantity100": pieces * 100, "unit": "片", "lot": lot, "expires": expires, **more}
    return stock.receive(p.store, p.nurse, p.person, Received(**given))  # type: ignore[arg-type]


def left(p: Pharmacy, person: UUID | None = None) -> dict[str, float]:
    """Pieces of each lot of the person."""
    return {one.lot: one.quantity100 / 100 for one in stock.stock(p.store, person or p.person)}


def line(p: Pharmacy, lot: str) -> StockLine:
    """The line of one lot."""
    return next(one for one in stock.stock(p.store, p.person) if one.lot == lot)


@given(LOTS, st.integers(1, 4000))
@settings(max_examples=100)
def test_what_expires_first_goes_first_and_nothing_expired_or_missing_is_given_out(
    lots: list[Lot], wanted: int
) -> None:
    parts = shared_out(lots, wanted, DAY)
    of = {lot.key: lot for lot in lots}
    usable = sum(lot.left100 for lot in lots if lot.left100 > 0 and not lot.expired(DAY))
    assert sum(part for _, part in parts) == min(wanted, usable)
    assert all(0 < part <= of[key].left100 and not of[key].expired(DAY) for key, part in parts)
    days = [of[key].use_by or "9999" for key, _ in parts]
    assert days == sorted(days)
    # Only the last lot is broken into, and no lot that expires earlier is passed over.
    assert all(part == of[key].left100 for key, part in parts[:-1])
    passed = [lot for lot in lots if lot.left100 > 0 and not lot.expired(DAY) and lot.key not in dict(parts)]
    assert all((lot.use_by or "9999") >= (days[-1] if days else "") for lot in passed)


@given(st.lists(st.tuples(st.sampled_from(["received", "given", "counted"]), st.integers(0, 500)), max_size=15))
@settings(max_examples=80)
def test_what_is_there_is_the_last_count_and_what_came_and_went_since(moves: list[tuple[str, int]]) -> None:
    lines, there = [], 0
    for n, (kind, amount) in enumerate(moves):
        signed = {"received": amount, "given": -amount, "counted": amount - there}[kind]
        there = amount if kind == "counted" else there + signed
        counted = amount if kind == "counted" else None
        lines.append((None, "D043", "氨氯地平", "", "片", "L1", None, signed, counted, kind, n, b""))
    assert sum(lot.left100 for lot in add_up(lines)) == there
    # A count says what was found: with lines before it that only another laptop knew, it says the same.
    unknown = (None, "D043", "氨氯地平", "", "片", "L1", None, -700, None, "given", -1, b"")
    if any(kind == "counted" for kind, _ in moves):
        assert sum(lot.left100 for lot in add_up([unknown, *lines])) == there


def test_a_dose_takes_from_the_lot_that_expires_first(p: Pharmacy) -> None:
    came(p, "B", "2027-06-30", 10)
    came(p, "A", "2027-01-31", 1)
    one = p.order("氨氯地平", dose100=200, from_on="2026-11-21")
    p.house.it_is("2026-11-22 08:05")
    dose = doses.give(p.store, p.house.carer, one, hour("08:00"))
    assert left(p) == {"B": 9}
    doses.undo(p.store, p.house.carer, dose)
    assert left(p) == {"A": 1, "B": 10}


def test_a_dose_that_came_up_and_then_was_none_is_back_once(p: Pharmacy) -> None:
    one = p.order("氨氯地平", from_on="2026-11-21")
    came(p, "A", None, 10)
    p.house.it_is("2026-11-22 08:05")
    dose = doses.give(p.store, p.house.carer, one, hour("08:00"))
    up = doses.vomited(p.store, p.house.carer, dose, "吃后就吐")
    assert left(p) == {"A": 9}
    doses.undo(p.store, p.house.carer, up)
    assert left(p) == {"A": 9}
    (row,) = doses.dose_round(p.store, p.store.now()).rows
    assert row.result == "given"
    assert row.dose_id is not None
    again = doses.vomited(p.store, p.house.carer, row.dose_id, "吃后就吐")
    doses.void(p.store, p.house.carer, again, "记错人")
    assert left(p) == {"A": 10}
    with refuses("record_superseded"):
        doses.void(p.store, p.house.carer, again, "记错人")
    doses.give(p.store, p.house.carer, one, hour("08:00"))
    assert left(p) == {"A": 9}


def test_nothing_expired_is_given(p: Pharmacy) -> None:
    came(p, "A", "2026-11-22", 10)
    one = p.order("氨氯地平", from_on="2026-11-21")
    p.house.it_is("2026-11-22 08:05")
    doses.give(p.store, p.house.carer, one, hour("08:00"))
    p.house.it_is("2026-11-23 08:05")
    with refuses("dose_expired", on="2026-11-22"):
        doses.give(p.store, p.house.carer, one, hour("08:00", "2026-11-23"))
    assert line(p, "A").state == "expired"
    came(p, "B", "2027-06-30", 10)
    doses.give(p.store, p.house.carer, one, hour("08:00", "2026-11-23"))
    assert left(p) == {"A": 9, "B": 9}


def test_a_house_without_a_ledger_gives_all_the_same(p: Pharmacy) -> None:
    one = p.order("氨氯地平", from_on="2026-11-21")
    p.house.it_is("2026-11-22 08:05")
    doses.give(p.store, p.house.carer, one, hour("08:00"))
    assert stock.stock(p.store, p.person) == []


def test_what_the_ledger_lacks_is_taken_and_the_next_count_says_so(p: Pharmacy) -> None:
    came(p, "A", "2027-06-30", 1)
    one = p.order("氨氯地平", dose100=200, from_on="2026-11-21")
    p.house.it_is("2026-11-22 08:05")
    doses.give(p.store, p.house.carer, one, hour("08:00"))
    assert left(p) == {"A": -1}
    code = p.code("氨氯地平")
    key = line(p, "A").key
    assert stock.count(p.store, p.nurse, p.person, code, "氨氯地平", {key: 300}) == {key: 400}
    assert left(p) == {"A": 3}


def test_one_s_own_medicine_is_used_before_the_houses_which_stands_in_when_it_is_used_up(p: Pharmacy) -> None:
    stock.receive(p.store, p.nurse, None, Received(p.code("氨氯地平"), 1000, "片", lot="H", expires="2027-06-30"))
    came(p, "A", "2027-06-30", 1)
    one = p.order("氨氯地平", from_on="2026-11-21")
    p.house.it_is("2026-11-22 08:05")
    doses.give(p.store, p.house.carer, one, hour("08:00"))
    p.house.it_is("2026-11-22 18:00")
    doses.give(p.store, p.house.carer, one, hour("18:00"))
    assert [(one.lot, one.quantity100) for one in stock.stock(p.store, None)] == [("H", 900)]
    assert [(one.state, one.quantity100) for one in stock.stock(p.store, p.person)] == [("short", 0)]


def test_another_strength_is_another_medicine(p: Pharmacy) -> None:
    came(p, "A", "2027-06-30", 10, spec="5mg")
    one = p.order("氨氯地平", spec="10mg", from_on="2026-11-21")
    p.house.it_is("2026-11-22 08:05")
    doses.give(p.store, p.house.carer, one, hour("08:00"))
    assert left(p) == {"A": 10}


def test_a_count_stands_for_all_lots_and_doses_after_it_go_on_from_it(p: Pharmacy) -> None:
    came(p, "A", "2027-01-31", 10)
    came(p, "B", "2027-06-30", 10)
    code, a = p.code("氨氯地平"), line(p, "A").key
    differs = stock.count(p.store, p.nurse, p.person, code, "氨氯地平", {a: 800})
    assert {key.lot: difference for key, difference in differs.items()} == {"A": -200, "B": -1000}
    assert left(p) == {"A": 8}
    one = p.order("氨氯地平", from_on="2026-11-21")
    p.house.it_is("2026-11-22 08:05")
    doses.give(p.store, p.house.carer, one, hour("08:00"))
    assert left(p) == {"A": 7}


def test_a_count_of_a_clock_that_ran_years_ahead_does_not_stand_for_ever(p: Pharmacy) -> None:
    came(p, "A", None, 10)
    with p.store.act(None) as act:
        item: dict[str, Value] = {
            "person_id": p.person,
            "drug": p.code("氨氯地平"),
            "name": "氨氯地平",
            "unit": "片",
            "lot": "A",
        }
        act.insert(
            StockMove, **item, kind="counted", quantity100=0, left100=0, at=at("2099-01-01 00:00"), staff_id=p.nurse
        )
    assert left(p) == {"A": 10}
    stock.count(p.store, p.nurse, p.person, p.code("氨氯地平"), "氨氯地平", {LotKey("", "片", "A", None): 800})
    assert left(p) == {"A": 8}


def test_days_left_are_what_there_is_over_what_orders_use(p: Pharmacy) -> None:
    came(p, "A", "2027-06-30", 10)
    p.order("氨氯地平", from_on="2026-11-21")
    assert (line(p, "A").days_left, line(p, "A").state) == (5, "low")
    came(p, "B", "2027-06-30", 90)
    assert (line(p, "A").days_left, line(p, "A").state) == (50, "ok")
    came(p, "C", "2027-01-31", 1)
    assert line(p, "C").state == "soon"


def test_insulin_is_used_up_within_four_weeks_of_opening(p: Pharmacy) -> None:
    came(p, "I", "2027-12-31", 300, zh="甘精胰岛素", unit="单位")
    one = p.order("甘精胰岛素", "QD", unit="单位", dose100=1000, from_on="2026-11-21")
    stock.open_lot(p.store, p.nurse, line(p, "I"))
    assert line(p, "I").use_by == "2026-12-19"
    second = p.house.second()
    p.house.it_is("2026-12-19 08:00")
    doses.give(p.store, p.house.carer, one, hour("08:00", "2026-12-19"), second=second)
    p.house.it_is("2026-12-20 08:00")
    with refuses("dose_expired", on="2026-12-19"):
        doses.give(p.store, p.house.carer, one, hour("08:00", "2026-12-20"), second=second)


def test_the_shelves_of_both_registrations_of_a_person_are_one(p: Pharmacy) -> None:
    again = p.house.person("张秀英", allergies_known=True)
    stock.receive(p.store, p.nurse, again, Received(p.code("氨氯地平"), 500, "片", lot="A", expires="2027-06-30"))
    came(p, "A", "2027-06-30", 2)
    one = p.order("氨氯地平", person=again, from_on="2026-11-21")
    same_person.merge_people(p.store, p.house.director, p.person, again)
    assert left(p) == left(p, again) == {"A": 7}
    assert line(p, "A").days_left == 3
    p.house.it_is("2026-11-22 08:05")
    doses.give(p.store, p.house.carer, one, hour("08:00"))
    assert left(p) == {"A": 6}
    stock.count(p.store, p.nurse, again, p.code("氨氯地平"), "氨氯地平", {line(p, "A").key: 300})
    assert left(p) == {"A": 3}


@pytest.mark.seed("R188")
def test_the_house_has_a_stock_of_its_own_beside_that_of_each_person(p: Pharmacy) -> None:
    stock.receive(p.store, p.nurse, None, Received(p.code("对乙酰氨基酚"), 2000, "片", lot="H", expires="2027-06-30"))
    came(p, "A", "2027-06-30", 10)
    assert [(one.name, one.quantity100) for one in stock.stock(p.store, None)] == [("对乙酰氨基酚", 2000)]
    assert left(p) == {"A": 10}


def test_what_goes_out_was_there_and_a_controlled_drug_takes_two(p: Pharmacy) -> None:
    came(p, "A", "2027-06-30", 10)
    with refuses("stock_not_there", left=10):
        stock.destroy(p.store, p.nurse, line(p, "A"), 1100, "受潮")
    with refuses("cause_missing"):
        stock.destroy(p.store, p.nurse, line(p, "A"), 100, " ")
    stock.give_back(p.store, p.nurse, line(p, "A"), 400, "女儿带回")
    stock.destroy(p.store, p.nurse, line(p, "A"), 100, "受潮")
    assert left(p) == {"A": 5}
    tablets = Received(p.code("地西泮"), 1000, "片", lot="D", expires="2027-06-30")
    with refuses("stock_second_needed"):
        stock.receive(p.store, p.nurse, p.person, tablets)
    second = p.house.second("doctor")
    stock.receive(p.store, p.nurse, p.person, tablets, second=second)
    with refuses("stock_second_needed"):
        stock.count(p.store, p.nurse, p.person, p.code("地西泮"), "地西泮", {})
    assert left(p) == {"A": 5, "D": 10}


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"quantity100": 0}, "stock_quantity"),
        ({"unit": " "}, "order_unit_missing"),
        ({"expires": "2026-13-01"}, "date_shape"),
        ({"expires": "2026-11-20"}, "stock_expired"),
        ({"drug": "D999"}, "drug_unknown"),
        ({"drug": "", "name": ""}, "order_name_missing"),
        ({"lot": "x" * 101}, "text_too_long"),
    ],
)
def test_what_cannot_have_come_in_is_refused(p: Pharmacy, more: dict[str, object], rule: str) -> None:
    given = {"drug": p.code("氨氯地平"), "quantity100": 100, "unit": "片", **more}
    with pytest.raises(Refused) as caught:
        stock.receive(p.store, p.nurse, p.person, Received(**given))  # type: ignore[arg-type]
    assert caught.value.rule == rule
    assert stock.stock(p.store, p.person) == []


def test_custody_is_agreed_runs_out_and_ends(p: Pharmacy) -> None:
    assert custody.custody(p.store, p.person) is None
    agreed = custody.agree_custody(
        p.store, p.nurse, p.person, signed_by="张小明", relation="child", from_on=DAY, until_on="2026-12-31"
    )
    found = custody.custody(p.store, p.person)
    assert found is not None
    assert (found.event_id, found.signed_by, found.relation, found.expired) == (agreed, "张小明", "child", False)
    p.house.it_is("2027-01-01 08:00")
    assert custody.custody(p.store, p.person).expired  # type: ignore[union-attr]
    custody.end_custody(p.store, p.nurse, agreed, "family")
    assert custody.custody(p.store, p.person) is None
    with refuses("order_dates"):
        custody.agree_custody(
            p.store, p.nurse, p.person, signed_by="张", relation="child", from_on=DAY, until_on="2026-01-01"
        )
