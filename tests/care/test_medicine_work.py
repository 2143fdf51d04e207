"""What medicines ask of people: on Today, in the downtime pack."""

from collections.abc import Iterable
from uuid import UUID

import pytest
from sqlalchemy import text

from care import stays
from care.looks import in_house
from care.medicines import custody, doses, orders, stock
from care.medicines.ledger import LotKey
from care.medicines.stock import Received
from care.medicines.stock_work import stock_work
from care.medicines.work import doses_work
from care.pack.facts import pack_facts
from care.pack.sections import Medicines
from care.work import Ask, Work
from tests.care.household import Household
from tests.care.pharmacy import DAY, Pharmacy, hour, pharmacy


@pytest.fixture
def p(house: Household) -> Pharmacy:
    """张秀英 on a bed since the evening before, and the agreement that the house keeps her medicine."""
    made = pharmacy(house)
    house.it_is("2026-11-21 20:30")
    custody.agree_custody(made.store, made.nurse, made.person, signed_by="女儿", relation="child", from_on=DAY)
    return made


def asked(p: Pharmacy, ask: Ask) -> dict[str, Work]:
    """The lines of one section by their keys."""
    now = p.store.now()
    with p.store.reading() as conn:
        lines: Iterable[Work] = ask(conn, in_house(conn, now), now)
        return {one.key: one for one in lines}


def test_an_hour_is_one_line_until_everybody_has_what_is_due(p: Pharmacy) -> None:
    other = p.house.person("李福", "101-2", allergies_known=True)
    mine, his = p.order("氨氯地平", from_on="2026-11-21"), p.order("华法林", "QM", person=other, times="08:00")
    custody.agree_custody(p.store, p.nurse, other, signed_by="李福", relation="self", from_on=DAY)
    p.house.it_is("2026-11-22 06:59")
    assert asked(p, doses_work) == {}
    p.house.it_is("2026-11-22 07:00")
    (line,) = asked(p, doses_work).values()
    assert (line.due_at, line.late_min, line.urgent) == (hour("08:00"), 0, False)
    assert line.what.zh == "08:00 给药：2 人 2 份，高警示 1"
    doses.give(p.store, p.house.carer, mine, hour("08:00"))
    p.house.it_is("2026-11-22 09:30")
    (line,) = asked(p, doses_work).values()
    assert (line.late_min, line.what.en) == (90, "Medicines of 08:00: 1 people, 1 doses, 1 high-alert")
    doses.not_given(p.store, p.house.carer, his, hour("08:00"), "refused", "不想吃")
    assert asked(p, doses_work) == {}


def test_what_nobody_recorded_says_so_on_the_next_day(p: Pharmacy) -> None:
    p.order("氨氯地平", "QN", from_on="2026-11-21")
    p.house.it_is("2026-11-22 07:30")
    assert [one.what.zh for one in asked(p, doses_work).values()] == ["昨天 20:00 的药还没记：1 人 1 份"]


def test_nobody_waits_for_the_doses_of_whoever_is_out_or_whose_order_is_held(p: Pharmacy) -> None:
    one = p.order("氨氯地平", from_on="2026-11-21")
    p.house.it_is("2026-11-22 08:00")
    orders.hold(p.store, p.doctor, one, "血压低")
    assert asked(p, doses_work) == {}
    orders.resume(p.store, p.doctor, one)
    assert asked(p, doses_work)
    stays.leave(p.store, p.house.carer, p.person, "family", None, "女儿")
    assert asked(p, doses_work) == {}


def test_whose_medicine_is_kept_without_an_agreement_is_counted(p: Pharmacy) -> None:
    other = p.house.person("李福", "101-2", allergies_known=True)
    p.order("氨氯地平", person=other, from_on="2026-11-21")
    line = asked(p, doses_work)["doses/custody"]
    assert line.what.zh == "没有签服药管理协议：1 人"


def came(p: Pharmacy, lot: str, expires: str, pieces: int, owner: UUID | None = None) -> None:
    """So many pieces of a lot were brought, and the shelf was counted."""
    code = p.code("氨氯地平")
    came = Received(code, pieces * 100, "片", lot=lot, expires=expires)
    stock.receive(p.store, p.nurse, owner or p.person, came)
    there = {one.key: one.quantity100 for one in stock.stock(p.store, owner or p.person)}
    stock.count(p.store, p.nurse, owner or p.person, code, "氨氯地平", there)


def test_stock_that_runs_out_or_expires_is_seen_before_it_does(p: Pharmacy) -> None:
    p.order("氨氯地平", from_on="2026-11-21")
    came(p, "A", "2027-12-31", 17)
    assert asked(p, stock_work) == {}
    p.house.it_is("2026-11-23 20:30")
    assert asked(p, stock_work)["stock/low"].what.zh == "快用完：1 份药（氨氯地平）"
    came(p, "B", "2026-12-31", 100)
    found = asked(p, stock_work)
    assert found.keys() == {"stock/soon"}
    p.house.it_is("2027-01-01 08:00")
    came(p, "C", "2027-12-31", 100)
    assert asked(p, stock_work).keys() == {"stock/expired"}


def test_medicine_that_nobody_is_ordered_any_more_is_given_back(p: Pharmacy) -> None:
    one = p.order("氨氯地平", from_on="2026-11-21")
    came(p, "A", "2027-12-31", 100)
    orders.hold(p.store, p.doctor, one, "血压低")
    assert asked(p, stock_work) == {}
    orders.stop(p.store, p.doctor, one, "换药")
    assert asked(p, stock_work)["stock/unordered"].what.zh == "没有医嘱，要退回或封存：1 份药（氨氯地平）"
    (line,) = stock.stock(p.store, p.person)
    stock.give_back(p.store, p.nurse, line, line.quantity100, "女儿带回")
    assert asked(p, stock_work) == {}


def test_a_shelf_that_nobody_counts_is_asked_for_each_week(p: Pharmacy) -> None:
    p.order("氨氯地平", "PRN", as_needed="血压高", from_on="2026-11-21")
    came(p, "A", "2027-12-31", 100)
    assert asked(p, stock_work) == {}
    p.house.it_is("2026-11-28 20:29")
    assert asked(p, stock_work) == {}
    p.house.it_is("2026-11-29 08:00")
    assert asked(p, stock_work).keys() == {"stock/count"}
    key = LotKey("", "片", "A", "2027-12-31")
    stock.count(p.store, p.nurse, p.person, p.code("氨氯地平"), "氨氯地平", {key: 9000})
    assert asked(p, stock_work) == {}


def test_a_shelf_that_was_not_counted_for_weeks_is_not_forgotten(p: Pharmacy) -> None:
    came(p, "A", "2027-12-31", 100)
    p.house.it_is("2027-03-01 08:00")
    assert asked(p, stock_work).keys() == {"stock/count"}


def test_the_medicine_of_whoever_has_left_is_nobodys_work(p: Pharmacy) -> None:
    came(p, "A", "2026-11-30", 100)
    assert asked(p, stock_work)
    stays.discharge(p.store, p.house.director, p.person, "home")
    assert asked(p, stock_work) == {}


def test_the_downtime_pack_says_what_is_ordered_taken_and_due(p: Pharmacy) -> None:
    one = p.order("华法林", "QN", spec="2.5mg", from_on="2026-11-21")
    held = p.order("氨氯地平", from_on="2026-11-21")
    p.order("对乙酰氨基酚", "PRN", as_needed="发热", gap_min=360, from_on="2026-11-21")
    orders.hold(p.store, p.doctor, held, "血压低")
    doses.give(p.store, p.house.carer, one, hour("20:00", "2026-11-21"), second=p.house.second())
    p.house.it_is("2026-11-22 08:00")
    (person,) = pack_facts(p.store, p.store.now()).people
    (section,) = [each for each in person.sections if isinstance(each, Medicines)]
    first, second, third = section.orders
    assert (first.name, first.high_alert, first.dose.zh, first.when.zh) == ("华法林", True, "1 片", "每晚一次 20:00")
    assert (first.taken_at, first.due) == (hour("20:30", "2026-11-21"), (hour("20:00"),))
    assert (second.name, second.held, second.due) == ("氨氯地平", "血压低", ())
    assert (third.as_needed, third.gap_min, third.due) == ("发热", 360, ())


def test_no_question_of_the_day_walks_through_the_years(p: Pharmacy) -> None:
    from care.medicines import custody, due, giving, ledger, stock_work, twice

    asked = (
        due._OPEN, due._DOSES, due._HOURS, twice._MORE_THAN_ONE, twice._OF_HOUR,
        twice._AS_NEEDED, twice._ROWS, twice._SEEN_TO, stock_work._KEPT,
        stock_work._NEWEST, stock_work._KEPT_STATE,
        custody._ONE, custody._EVERY, giving._SAME_HOUR, giving._LAST, giving._PREPARED,
        ledger._COUNTED, ledger._LINES, ledger._ITEMS, ledger._OPENED,
    )  # fmt: skip
    with p.store.reading() as conn:
        for sql in asked:
            asks = text(f"EXPLAIN QUERY PLAN {sql.text.replace('IN :ids', 'IN (:ids)')}")
            plan = [row[3] for row in conn.execute(asks, dict.fromkeys(asks.compile().params, 0))]
            scans = [line for line in plan if line.startswith("SCAN")]
            assert scans == [], f"{sql.text}\n{plan}"
