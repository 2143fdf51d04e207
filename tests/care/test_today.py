"""Today: what must be done now, worst first."""

from uuid import UUID

import pytest

from care import stays
from care.beds import add_home_bed
from care.rounds import Observation, record
from care.today import today
from tests.care.household import Household, at

NOW = "2026-11-22 21:04"
HIGH: dict[str, int | str | bool | None] = {"resp": 24, "spo2": 91, "pulse": 112}


def admitted(house: Household, name: str, bed: str, level: str, last: str) -> UUID:
    house.it_is("2026-11-22 06:00")
    person = house.person(name, bed, care_level=level)
    house.it_is(NOW)
    record(house.store, house.carer, person, Observation(unremarkable=True), at=at(f"2026-11-22 {last}"))
    return person


def test_the_day_by_what_is_late_then_what_falls_due_within_the_hour(house: Household) -> None:
    admitted(house, "吴国华", "101-1", "self", "20:50")  # due 00:50
    admitted(house, "孙根宝", "101-2", "half", "17:59")  # due 20:59
    admitted(house, "李秀英", "102-1", "full", "18:39")  # due 20:39
    admitted(house, "张玉珍", "102-2", "full", "18:39")
    admitted(house, "王长生", "103-1", "half", "18:30")  # due 21:30
    shown = today(house.store, at(NOW))
    assert [(row.name, row.late_min) for row in shown.due] == [
        ("李秀英", 25),
        ("张玉珍", 25),
        ("孙根宝", 5),
        ("王长生", 0),
    ]
    assert (shown.due_total, shown.late_total) == (4, 3)
    assert shown.next_due_at == at("2026-11-22 21:30")
    assert (shown.due[0].floor, shown.due[0].turning, shown.due[3].turning) == (1, True, False)
    assert shown.house == "青山镇两院"


@pytest.mark.seed("R098")
def test_who_has_abnormal_vitals_stands_before_all_work_that_is_late(house: Household) -> None:
    late = admitted(house, "李秀英", "101-1", "full", "08:00")
    ill = admitted(house, "陈德福", "102-2", "half", "20:30")
    record(house.store, house.carer, ill, Observation(vitals=HIGH), at=at("2026-11-22 20:52"))
    shown = today(house.store, at(NOW))
    assert [(alert.person_id, alert.code, alert.minutes) for alert in shown.alerts] == [(ill, "news_high", 12)]
    assert [row.person_id for row in shown.due] == [late]


def test_what_somebody_answered_is_no_work_of_today(house: Household) -> None:
    ill = admitted(house, "陈德福", "102-2", "half", "20:30")
    record(house.store, house.carer, ill, Observation(vitals=HIGH), at=at("2026-11-22 20:52"))
    record(house.store, house.director, ill, Observation(kind="doctor", note="吸氧"), at=at("2026-11-22 21:00"))
    assert today(house.store, at(NOW)).alerts == ()


def test_nobody_out_and_nobody_at_home_is_due_by_the_hour(house: Household) -> None:
    away = admitted(house, "周福", "101-1", "full", "08:00")
    at_home = admitted(house, "梁桂英", "101-2", "full", "08:00")
    stays.leave(house.store, house.director, away, "family", at(NOW) + 7200, "儿子")
    stays.switch(house.store, house.director, at_home, add_home_bed(house.store, house.director, "双河村", "一组"))
    shown = today(house.store, at(NOW))
    assert (shown.due, shown.next_due_at) == ((), None)


def test_who_is_expected_back_within_a_day_or_should_be_back(house: Household) -> None:
    names = {"周福": 7200, "朱明": 3 * 86400, "沈桂英": 60}
    for bed, (name, ahead) in enumerate(names.items(), 1):
        person = admitted(house, name, f"10{bed}-1", "half", "20:00")
        stays.leave(house.store, house.director, person, "family", house.store.now() + ahead, "")
    shown = today(house.store, at(NOW) + 660).leaves_due_back
    assert [row.name for row in shown] == ["沈桂英", "周福"]
    assert shown[0].late_min in (9, 10)
    assert shown[1].late_min == 0


def test_the_practice_person_is_never_work(house: Household) -> None:
    assert today(house.store, house.it_is("2026-12-24 21:04")).due == ()


def test_an_empty_house_has_nothing_to_do(vault) -> None:
    shown = today(vault, vault.now())
    assert (shown.alerts, shown.due, shown.leaves_due_back, shown.house) == ((), (), (), "")
