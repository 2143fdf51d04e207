"""Orders: what may stand in one, whose it is, holding and stopping; hours as a setting of the pair."""

import pytest

from care.medicines import doses, hours, orders
from care.medicines.orders import NewOrder
from care.rights import NoRight
from db.errors import Refused
from tests.care.household import Household, refuses
from tests.care.pharmacy import DAY, Pharmacy, pharmacy


@pytest.fixture
def p(house: Household) -> Pharmacy:
    """张秀英 on a bed, and no order yet."""
    return pharmacy(house)


def test_an_order_of_a_doctor_is_the_doctors_own(p: Pharmacy) -> None:
    p.order("氨氯地平")
    (one,) = orders.orders(p.store, p.person)
    assert (one.prescriber_id, one.dose.zh, one.when.zh) == (p.doctor, "1 片", "每日两次 08:00 18:00")
    assert (one.state, one.name, one.entered_at) == ("open", "氨氯地平", p.store.now())


def test_a_nurse_names_the_doctor_of_the_house_or_one_from_elsewhere(p: Pharmacy) -> None:
    new = p.new("氨氯地平")
    with refuses("prescriber_missing"):
        orders.prescribe(p.store, p.nurse, p.person, new)
    with refuses("prescriber_not_doctor"):
        orders.prescribe(p.store, p.nurse, p.person, p.new("氨氯地平", prescriber_id=p.nurse))
    orders.prescribe(p.store, p.nurse, p.person, p.new("氨氯地平", prescriber="县医院 王医生"))
    assert orders.orders(p.store, p.person)[0].prescriber == "县医院 王医生"


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"drug": "D999"}, "drug_unknown"),
        ({"drug": "", "name": " "}, "order_name_missing"),
        ({"dose100": 0}, "order_dose"),
        ({"dose100": -5}, "order_dose"),
        ({"unit": ""}, "order_unit_missing"),
        ({"route": "77"}, "order_route"),
        ({"frequency": "XX"}, "order_frequency"),
        ({"times": "25:00"}, "order_times"),
        ({"times": "8:00"}, "order_times"),
        ({"days": 0}, "order_days"),
        ({"weekdays": "18"}, "order_days"),
        ({"from_on": "22.11.2026"}, "order_dates"),
        ({"from_on": "2062-11-22"}, "order_dates"),
        ({"until_on": "2026-11-21"}, "order_dates"),
        ({"frequency": "PRN"}, "order_reason_missing"),
        ({"note": "字" * 101}, "text_too_long"),
    ],
)
def test_what_no_order_can_say_is_refused_and_nothing_is_written(
    p: Pharmacy, more: dict[str, object], rule: str
) -> None:
    with pytest.raises(Refused) as caught:
        orders.prescribe(p.store, p.doctor, p.person, p.new("氨氯地平", **more))  # type: ignore[arg-type]
    assert caught.value.rule == rule
    assert orders.orders(p.store, p.person, all=True) == []


def test_a_drug_of_ones_own_needs_no_code(p: Pharmacy) -> None:
    new = NewOrder(drug="", name="祖传膏药", dose100=100, unit="贴", frequency="QD", from_on=DAY)
    orders.prescribe(p.store, p.doctor, p.person, new)
    assert orders.orders(p.store, p.person)[0].drug == ""


def test_a_high_alert_drug_makes_a_high_alert_order(p: Pharmacy) -> None:
    p.order("华法林", "QN")
    assert orders.orders(p.store, p.person)[0].high_alert


def test_held_gone_on_with_and_stopped_each_with_who_may(p: Pharmacy) -> None:
    one = p.order("氨氯地平")
    with refuses("cause_missing"):
        orders.hold(p.store, p.nurse, one, " ")
    orders.hold(p.store, p.nurse, one, "血压低")
    with refuses("order_held"):
        orders.hold(p.store, p.nurse, one, "血压低")
    assert orders.orders(p.store, p.person)[0].state == "held"
    orders.resume(p.store, p.nurse, one)
    with refuses("order_not_held"):
        orders.resume(p.store, p.nurse, one)
    with pytest.raises(NoRight):
        orders.stop(p.store, p.house.carer, one, "不想吃")
    orders.stop(p.store, p.nurse, one, "换药")
    assert orders.orders(p.store, p.person) == []
    (seen,) = orders.orders(p.store, p.person, all=True)
    assert (seen.state, seen.stop_reason, seen.stopped_at) == ("stopped", "换药", p.store.now())
    for act in (orders.hold, orders.stop):
        with refuses("order_stopped"):
            act(p.store, p.nurse, one, "再来")


def test_the_pair_sets_the_hours_of_a_frequency_for_later_orders(p: Pharmacy) -> None:
    first = p.order("氨氯地平")
    hours.set_times(p.store, p.house.director, "BID", ["19:00", "07:30"])
    assert hours.usual_times(p.store, "BID") == "07:30 19:00"
    p.order("二甲双胍")
    times = {one.id: one.times for one in orders.orders(p.store, p.person)}
    assert sorted(times.values()) == ["07:30 19:00", "08:00 18:00"]
    assert times[first] == "08:00 18:00"
    for wrong in ([], ["25:00"], ["08:00"] * 99):
        with refuses("order_times", most=12):
            hours.set_times(p.store, p.house.director, "BID", wrong)
    with pytest.raises(NoRight):
        hours.set_times(p.store, p.nurse, "BID", ["08:00"])


def test_at_once_is_due_now_and_only_today(p: Pharmacy) -> None:
    p.order("对乙酰氨基酚", "ST")
    (row,) = doses.dose_round(p.store, p.store.now()).rows
    assert row.due_at == p.store.now()
    assert orders.orders(p.store, p.person)[0].until_on == DAY


def test_an_order_that_is_over_and_one_that_begins_later_are_told_apart(p: Pharmacy) -> None:
    p.order("阿莫西林", until_on="2026-11-24")
    p.order("氨氯地平", from_on="2026-11-25")
    assert [one.state for one in orders.orders(p.store, p.person)] == ["open", "ahead"]
    p.house.it_is("2026-11-26 09:00")
    assert [(one.name, one.state) for one in orders.orders(p.store, p.person, all=True)] == [
        ("氨氯地平", "open"),
        ("阿莫西林", "over"),
    ]


def test_a_drug_of_the_catalogue_goes_by_its_name_there(p: Pharmacy) -> None:
    code = p.code("氨氯地平")
    new = NewOrder(drug=code, name="络活喜", dose100=100, unit="片", frequency="QD", from_on=DAY)
    orders.prescribe(p.store, p.doctor, p.person, new)
    assert orders.orders(p.store, p.person)[0].name == "氨氯地平"
