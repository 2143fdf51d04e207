"""The dose round and giving: who is due, what is refused, what becomes of a dose that was not given."""

from typing import Any
from uuid import UUID

import pytest

from care import stays
from care.medicines import doses, orders
from care.medicines.doses import DoseRow
from care.rights import NoRight, Second
from care.staff import set_pin
from tests.care.household import PIN_OF_SECOND, Household, refuses
from tests.care.pharmacy import Pharmacy, hour, pharmacy


@pytest.fixture
def p(house: Household) -> Pharmacy:
    """张秀英 on a bed, and no order yet."""
    return pharmacy(house)


def rows(p: Pharmacy) -> tuple[DoseRow, ...]:
    """The round of now."""
    return doses.dose_round(p.store, p.store.now()).rows


def ordered(p: Pharmacy, zh: str = "氨氯地平", frequency: str = "BID", **more: Any) -> UUID:
    """An order that was written the evening before."""
    p.house.it_is("2026-11-21 20:00")
    one = p.order(zh, frequency, from_on="2026-11-21", **more)
    p.house.it_is("2026-11-22 08:05")
    return one


def test_the_round_is_bed_by_bed_with_what_must_be_seen(p: Pharmacy) -> None:
    from care.person_facts import Allergy

    other = p.house.person("李福", "201-1", allergies=(Allergy("青霉素", "皮疹"),))
    p.house.it_is("2026-11-22 08:05")
    p.order("氨氯地平", spec="5mg")
    p.order("甘精胰岛素", "QD", person=other, unit="单位", dose100=1200, route="401")
    found = doses.dose_round(p.store, p.store.now())
    assert [(row.bed_label, row.name) for row in found.rows] == [("101-1", "张秀英"), ("201-1", "李福")]
    first, second = found.rows
    assert (first.drug.zh, first.spec, first.dose.zh, first.route.zh) == ("氨氯地平", "5mg", "1 片", "口服")
    assert (second.dose.zh, second.route.en, second.high_alert) == ("12 单位", "subcutaneous", True)
    assert second.allergies == ("青霉素",)
    assert (found.hour, found.title.zh, found.done, found.total) == ("08:00", "08:00 给药", 0, 2)
    assert found.next_due_at == hour("18:00")


def test_a_dose_is_given_once(p: Pharmacy) -> None:
    one = ordered(p)
    dose = doses.give(p.store, p.house.carer, one, hour("08:00"))
    (row,) = rows(p)
    assert (row.result, row.dose_id, row.who, row.blocked) == ("given", dose, "王芳", None)
    with refuses("dose_already", at="08:05"):
        doses.give(p.store, p.nurse, one, hour("08:00"))
    with refuses("dose_already", at="08:05"):
        doses.not_given(p.store, p.nurse, one, hour("08:00"), "refused", "不想吃")
    assert doses.dose_round(p.store, p.store.now()).done == 1


@pytest.mark.seed("R186")
def test_an_order_is_checked_before_it_is_written_and_each_dose_of_it_is_logged(p: Pharmacy) -> None:
    from care.medicines.checks import check
    from care.person_facts import Allergy

    other = p.house.person("李福", "101-2", allergies=(Allergy("青霉素", "皮疹"),))
    orders.prescribe(p.store, p.doctor, other, p.new("华法林"), {})
    kinds = {one.kind for zh in ("阿莫西林", "布洛芬") for one in check(p.store, other, p.new(zh))}
    assert kinds >= {"allergy", "interaction", "elderly"}
    with refuses("order_blocked"):
        orders.prescribe(p.store, p.nurse, other, p.new("阿莫西林", prescriber_id=p.doctor), {})
    one = ordered(p)
    dose = doses.give(p.store, p.house.carer, one, hour("08:00"))
    logged = _dose(p)
    assert (logged["id"], logged["order_id"], logged["staff_id"]) == (dose, one, p.house.carer)
    assert (logged["due_at"], logged["at"], logged["result"]) == (hour("08:00"), hour("08:05"), "given")


def test_too_early_late_with_a_cause_and_past(p: Pharmacy) -> None:
    one = ordered(p)
    p.house.it_is("2026-11-22 16:30")
    with refuses("dose_too_early", hour="17:00"):
        doses.give(p.store, p.house.carer, one, hour("18:00"))
    with refuses("dose_past", hour="12:00"):
        doses.give(p.store, p.house.carer, one, hour("08:00"))
    assert [(row.due_at, row.blocked, row.late_min) for row in rows(p)] == [(hour("08:00"), "past", 510)]
    doses.not_given(p.store, p.house.carer, one, hour("08:00"), "missed", "漏了")
    p.house.it_is("2026-11-22 17:00")
    doses.give(p.store, p.house.carer, one, hour("18:00"))
    p.house.it_is("2026-11-23 09:01")
    with refuses("dose_late_cause", late_min=61):
        doses.give(p.store, p.house.carer, one, hour("08:00", "2026-11-23"))
    doses.give(p.store, p.house.carer, one, hour("08:00", "2026-11-23"), late_cause="睡着了")
    assert [(row.result, row.cause) for row in rows(p)][-1] == ("late", "睡着了")


def test_only_the_hours_of_the_order_and_none_before_it_was_written(p: Pharmacy) -> None:
    p.house.it_is("2026-11-22 12:00")
    one = p.order("氨氯地平")
    assert rows(p) == ()
    for due in ("08:00", "12:00", "18:01"):
        with refuses("dose_not_due"):
            doses.give(p.store, p.house.carer, one, hour(due))


@pytest.mark.parametrize("result", ["refused", "held", "missed", "vomited"])
def test_what_was_not_given_says_why(p: Pharmacy, result: str) -> None:
    one = ordered(p)
    with refuses("cause_missing"):
        doses.not_given(p.store, p.house.carer, one, hour("08:00"), result, "")
    doses.not_given(p.store, p.house.carer, one, hour("08:00"), result, doses.causes(result)[0].zh)
    assert rows(p)[0].result == result
    with refuses("dose_result"):
        doses.not_given(p.store, p.house.carer, one, hour("18:00"), "given", "x")


def test_held_and_stopped_orders_are_not_given(p: Pharmacy) -> None:
    one = ordered(p)
    orders.hold(p.store, p.doctor, one, "血压低")
    assert rows(p)[0].blocked == "held"
    assert doses.dose_round(p.store, p.store.now()).total == 0
    with refuses("order_held"):
        doses.give(p.store, p.house.carer, one, hour("08:00"))
    doses.not_given(p.store, p.house.carer, one, hour("08:00"), "held", "医生让停一次")
    orders.stop(p.store, p.doctor, one, "换药")
    with refuses("order_stopped"):
        doses.give(p.store, p.house.carer, one, hour("08:00"))


def test_whoever_is_out_is_shown_as_away_and_given_nothing(p: Pharmacy) -> None:
    one = ordered(p)
    stays.leave(p.store, p.house.carer, p.person, "hospital", None, "女儿")
    assert rows(p)[0].blocked == "away"
    with refuses("dose_away"):
        doses.give(p.store, p.house.carer, one, hour("08:00"))
    doses.not_given(p.store, p.house.carer, one, hour("08:00"), "away")
    assert rows(p)[0].result == "away"


def test_whoever_lies_at_home_or_nowhere_is_not_in_the_round(p: Pharmacy) -> None:
    ordered(p)
    stays.switch_home(p.store, p.house.director, p.person, "白果村", "")
    assert rows(p) == ()


def test_a_high_alert_drug_takes_two_who_are_not_the_same(p: Pharmacy) -> None:
    one = ordered(p, "华法林", "QD")
    with refuses("dose_second_needed"):
        doses.give(p.store, p.house.carer, one, hour("08:00"))
    second = p.house.second()
    with refuses("second_is_first"):
        doses.give(p.store, second.staff_id, one, hour("08:00"), second=second)
    doses.give(p.store, p.house.carer, one, hour("08:00"), second=second)
    assert _dose(p)["second_id"] == second.staff_id


def test_a_second_person_who_is_not_needed_is_not_written_down(p: Pharmacy) -> None:
    one = ordered(p)
    doses.give(p.store, p.house.carer, one, hour("08:00"), second=Second(p.nurse, "0000"))
    assert _dose(p)["second_id"] is None


def test_who_laid_the_medicines_out_does_not_hand_them_out_alone(p: Pharmacy) -> None:
    one = ordered(p)
    doses.prepare(p.store, p.house.carer, [hour("08:00")])
    with refuses("dose_preparer"):
        doses.give(p.store, p.house.carer, one, hour("08:00"))
    doses.give(p.store, p.nurse, one, hour("08:00"))
    p.house.it_is("2026-11-22 18:00")
    doses.prepare(p.store, p.house.carer, [hour("18:00")])
    set_pin(p.store, p.nurse, PIN_OF_SECOND)
    doses.give(p.store, p.house.carer, one, hour("18:00"), second=Second(p.nurse, PIN_OF_SECOND))


def test_as_needed_has_a_reason_and_an_hour_from_which_it_may_be_given_again(p: Pharmacy) -> None:
    one = ordered(p, "对乙酰氨基酚", "PRN", as_needed="发热38.5以上", gap_min=360)
    assert rows(p) == ()
    with refuses("cause_missing"):
        doses.give_as_needed(p.store, p.house.carer, one, "")
    doses.give_as_needed(p.store, p.house.carer, one, "发热")
    p.house.it_is("2026-11-22 14:04")
    with refuses("dose_too_soon", hour="14:05"):
        doses.give_as_needed(p.store, p.house.carer, one, "发热")
    p.house.it_is("2026-11-22 14:05")
    second = doses.give_as_needed(p.store, p.house.carer, one, "发热")
    doses.undo(p.store, p.house.carer, second)
    doses.give_as_needed(p.store, p.house.carer, one, "发热")
    regular = p.order("氨氯地平")
    with refuses("dose_is_regular"):
        doses.give_as_needed(p.store, p.house.carer, regular, "发热")


def test_as_needed_is_for_the_days_of_the_order(p: Pharmacy) -> None:
    over = ordered(p, "对乙酰氨基酚", "PRN", as_needed="发热", until_on="2026-11-21")
    ahead = p.order("布洛芬", "PRN", as_needed="疼", from_on="2026-11-23")
    for one in (over, ahead):
        with refuses("dose_not_now"):
            doses.give_as_needed(p.store, p.house.carer, one, "发热")
    p.house.it_is("2026-11-23 00:00")
    doses.give_as_needed(p.store, p.house.carer, ahead, "疼")


def test_an_undone_dose_is_due_again_and_a_voided_one_too(p: Pharmacy) -> None:
    one = ordered(p)
    doses.undo(p.store, p.house.carer, doses.give(p.store, p.house.carer, one, hour("08:00")))
    assert rows(p)[0].result is None
    dose = doses.give(p.store, p.house.carer, one, hour("08:00"))
    doses.void(p.store, p.house.carer, dose, "记错人")
    assert rows(p)[0].result is None
    doses.give(p.store, p.nurse, one, hour("08:00"))


def test_a_dose_that_came_up_again_is_corrected_and_not_given_once_more(p: Pharmacy) -> None:
    one = ordered(p)
    dose = doses.give(p.store, p.house.carer, one, hour("08:00"))
    doses.vomited(p.store, p.house.carer, dose, "半小时内吐")
    assert rows(p)[0].result == "vomited"
    with refuses("dose_already", at="08:05"):
        doses.give(p.store, p.house.carer, one, hour("08:00"))


def test_an_office_gives_no_medicine(p: Pharmacy) -> None:
    one = ordered(p)
    with pytest.raises(NoRight):
        doses.give(p.store, p.house.colleague("admin"), one, hour("08:00"))


def test_an_order_under_a_second_registration_is_in_the_round_of_the_person(p: Pharmacy) -> None:
    from care import same_person

    again = p.house.person("张秀英", allergies_known=True)
    p.house.it_is("2026-11-21 20:00")
    p.order("氨氯地平", person=again, from_on="2026-11-21")
    p.house.it_is("2026-11-22 08:05")
    assert rows(p) == ()
    same_person.merge_people(p.store, p.house.director, p.person, again)
    assert [row.person_id for row in rows(p)] == [p.person]


def _dose(p: Pharmacy) -> dict[str, object]:
    from db.rows import shape_of
    from db.tables import Dose

    with p.store.reading() as conn:
        return dict(conn.execute(shape_of(Dose).table.select()).mappings().one())
