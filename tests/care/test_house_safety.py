"""The safety of the house: checks by a date, equipment, papers of the staff, the rota, and whether there are enough."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import certificates, equipment, rota
from care.county_facts import confirm
from care.events.record import record, undo
from care.house_checks import checks
from care.ratio import ratio
from care.rights import NoRight
from care.today import today
from tests.care.household import Household, refuses

DAY_S = 86400


def lines(house: Household, now: int) -> list[str]:
    """What Today lists of the house."""
    return [one.what.zh for one in today(house.store, now).work if one.section == "house"]


# --- checks ---------------------------------------------------------------------------------------


def test_a_check_is_due_until_somebody_did_it_and_again_after_its_days(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    assert "防火巡查" in lines(house, now)
    record(house.store, house.carer, "fire_round", {"sound": True})
    found = {one.kind: one for one in checks(house.store, now)}["fire_round"]
    assert (found.last_at, found.who, found.late_days, found.confirmed) == (now, "王芳", 0, False)
    assert "防火巡查" not in lines(house, now)
    assert "防火巡查" in lines(house, now + DAY_S)
    confirm(house.store, house.director, "fire_round_days", 3)
    assert "防火巡查" not in lines(house, now + DAY_S)
    late = {one.kind: one for one in checks(house.store, now + 5 * DAY_S)}["fire_round"]
    assert (late.late_days, late.confirmed) == (2, True)


def test_what_was_not_in_order_says_what_was_done_about_it(house: Household) -> None:
    with refuses("event_missing", field="areas"):
        record(house.store, house.carer, "fire_round", {"sound": False})


# --- equipment ------------------------------------------------------------------------------------


def test_a_thing_is_checked_by_a_date_and_tells_what_is_wrong_with_it(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    store, by = house.store, house.director
    one = equipment.add(store, by, kind="extinguisher", label="1楼东", place="楼梯口", until_on="2026-12-10")
    assert "设备检查 1 件" in lines(house, now)
    assert "灭火器 1楼东 快到期" in lines(house, now)
    equipment.check(store, house.carer, one, "ok")
    assert "设备检查 1 件" not in lines(house, now)
    assert "设备检查 1 件" in lines(house, now + 30 * DAY_S)
    equipment.check(store, house.carer, one, "broken", "压力不足")
    assert "灭火器 1楼东 损坏待修" in lines(house, now)
    equipment.check(store, house.carer, one, "mended")
    equipment.change(store, by, one, place="大厅", until_on="2028-01-01")
    (thing,) = equipment.equipment(store, now)
    assert (thing.place, thing.until_on, thing.result) == ("大厅", date(2028, 1, 1), "mended")
    equipment.close(store, by, one)
    assert equipment.equipment(store, now) == []
    assert not any("灭火器" in line for line in lines(house, now + 90 * DAY_S))


def test_what_cannot_be_entered(house: Household) -> None:
    store, by = house.store, house.director
    equipment.add(store, by, kind="hydrant", label="甲")
    with refuses("equipment_twice"):
        equipment.add(store, by, kind="hydrant", label=" 甲 ")
    with refuses("equipment_kind_unknown"):
        equipment.add(store, by, kind="rocket", label="甲")
    with refuses("equipment_label_missing"):
        equipment.add(store, by, kind="hydrant", label=" ")
    with refuses("date_impossible"):
        equipment.add(store, by, kind="hydrant", label="乙", until_on="2026-02-30")
    with pytest.raises(NoRight):
        equipment.add(store, house.carer, kind="hydrant", label="乙")


# --- papers ---------------------------------------------------------------------------------------


def test_a_paper_is_missing_then_good_then_soon_over_then_over(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    store = house.store

    def state(at: int) -> str:
        found = [one for one in certificates.papers(store, at) if (one.staff_id, one.kind) == (house.carer, "health")]
        return found[0].state

    assert state(now) == "missing"
    certificates.add(store, house.director, house.carer, kind="health", number="421-7", issued_on="2026-11-20")
    assert [state(now + days * DAY_S) for days in (0, 331, 332, 362, 363)] == ["good", "good", "soon", "soon", "over"]
    certificates.add(store, house.director, house.carer, kind="health", issued_on="2027-10-01")
    assert state(now + 332 * DAY_S) == "good"


def test_today_counts_papers_in_one_line(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    certificates.add(house.store, house.director, house.carer, kind="fire", until_on="2026-11-01")
    (line,) = [one for one in lines(house, now) if one.startswith("证书")]
    assert line.startswith("证书 过期 1 缺 ")


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(1, 120))
def test_a_paper_of_so_many_months_ends_the_day_before(day: date, months: int) -> None:
    end = certificates._months_later(day, months)
    total = day.year * 12 + day.month - 1 + months
    assert (end.year * 12 + end.month - 1) in (total - 1, total)
    assert end >= day
    if day.day <= 28 and day.day > 1:
        assert (end.day, end.year * 12 + end.month - 1) == (day.day - 1, total)


def test_a_training_of_several_is_one_act_and_stands_for_their_papers(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    store, nurse = house.store, house.colleague("nurse")

    def state(who: UUID, code: str, at: int = now) -> tuple[str, bool]:
        found = [one for one in certificates.papers(store, at) if (one.staff_id, one.kind) == (who, code)]
        return (found[0].state, found[0].trained) if found else ("not asked for", False)

    assert state(house.carer, "fire") == ("missing", False)
    ids = certificates.train(store, house.carer, [house.carer, nurse], topic="fire", what="灭火器", hours10=20)
    assert len(ids) == 2
    assert state(house.carer, "fire") == state(nurse, "fire") == ("good", True)
    assert state(nurse, "fire", now + 366 * DAY_S) == ("over", True)
    certificates.train(store, house.carer, [nurse], topic="other", what="礼仪", hours10=10)
    assert state(nurse, "other") == ("not asked for", False)
    with refuses("staff_missing"):
        certificates.train(store, house.carer, [], topic="fire", what="灭火器", hours10=20)
    undo(store, house.carer, *ids)
    assert state(house.carer, "fire") == ("missing", False)


# --- rota and ratio -------------------------------------------------------------------------------


def test_the_rota_says_who_is_on_duty_also_after_midnight(house: Household) -> None:
    now = house.it_is("2026-11-22 21:00")
    store, day = house.store, date(2026, 11, 22)
    rota.put(store, house.director, house.carer, day, ["night"])
    with store.reading() as conn:
        assert [one.name for one in rota.on_duty(conn, now)] == ["王芳"]
        assert [one.name for one in rota.on_duty(conn, now + 5 * 3600)] == ["王芳"]
        assert rota.on_duty(conn, now + 12 * 3600) == ()
    rota.put(store, house.director, house.carer, day, ["day"])
    with store.reading() as conn:
        assert rota.on_duty(conn, now) == ()
    with refuses("shift_unknown"):
        rota.put(store, house.director, house.carer, day, ["noon"])


def test_a_week_is_copied_where_nobody_is_planned(house: Household) -> None:
    store, by = house.store, house.director
    rota.put(store, by, house.carer, date(2026, 11, 23), ["day"])
    rota.put(store, by, house.carer, date(2026, 11, 24), ["night"])
    rota.put(store, by, house.carer, date(2026, 12, 1), ["day"])
    copied = rota.copy_week(store, by, date(2026, 11, 23), date(2026, 11, 30))
    assert len(copied) == 1

    def week() -> tuple[tuple[str, ...], ...]:
        (turn,) = [one for one in rota.plan(store, date(2026, 11, 30)).turns if one.who.staff_id == house.carer]
        return turn.shifts[:3]

    assert week() == (("day",), ("day",), ())
    rota.cancel(store, by, copied)
    assert week() == ((), ("day",), ())


@pytest.mark.seed("R225")
def test_how_many_carers_the_people_take(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    for n, level in enumerate(("full", "full", "half", "self"), 1):
        house.person(f"老人{n}", f"10{n}-1" if n < 4 else "201-1", care_level=level)
    before = ratio(house.store, now)
    # 2/3 + 1/6 + 1/10 of a carer.
    assert (before.needed, before.carers, before.enough) == (1, 1, True)
    confirm(house.store, house.director, "ratio_full", 1)
    after = ratio(house.store, now)
    assert (after.needed, after.enough) == (3, False)
    assert {row.level: row.confirmed for row in after.levels} == {"full": True, "half": False, "self": False}
