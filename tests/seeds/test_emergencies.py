"""7. Referral, green channel, booking, emergency; and an illness that comes suddenly, of 4."""

from pathlib import Path

import pytest

from care import chart, stays
from care.events import read, record
from care.events.house import house_events
from care.today import today
from tests.care.household import Household, at, founded

FELL = {"severity": "III", "place": "toilet", "injury": ["none"], "first_aid": "扶起"}


@pytest.fixture
def house(tmp_path: Path) -> Household:
    """A founded house whose clock stands where a test sets it."""
    return founded(tmp_path / "record.db")


@pytest.mark.seed("R100", "R153")
def test_a_sudden_illness_is_written_with_its_times_and_stands_in_the_log_of_the_house(house: Household) -> None:
    house.it_is("2026-11-22 22:00")
    li, chen = house.person("李秀英", "101-1"), house.person("陈德福", "101-2")
    house.it_is("2026-11-23 02:20")
    said = {
        "severity": "II", "signs": ["chest", "breath"], "first_aid": "半卧，吸氧", "called_120": True,
        "found_at": at("2026-11-23 02:05"),
        "doctor": house.colleague("doctor").hex, "doctor_at": at("2026-11-23 02:08"),
    }  # fmt: skip
    ill = record.record(house.store, house.carer, "sudden_illness", said, person_id=li)
    now = house.it_is("2026-11-23 02:30")
    told = {"family_name": "李国强", "family_by": "phone", "told_at": now, "reached": True}
    record.record(house.store, house.carer, "told_family", told, about=ill)
    house.it_is("2026-11-23 06:00")
    record.record(house.store, house.carer, "fall", {**FELL, "found_at": house.store.now()}, person_id=chen)
    kept = read.event(house.store, ill)
    times = [kept.facts[name] for name in ("found_at", "doctor_at")] + [kept.at]
    assert times == [at(f"2026-11-23 02:{minute}") for minute in ("05", "08", "20")]
    assert (kept.facts["called_120"], kept.who, kept.open) == (True, "王芳", True)
    assert [(one.kind, one.facts["told_at"]) for one in read.thread(house.store, ill)] == [("told_family", now)]
    log = [one for each in house_events(house.store, 0, "incident").happened for one in each.events]
    assert [(one.name, one.title.zh, one.at) for one in log if one.case] == [
        ("陈德福", "跌倒", at("2026-11-23 06:00")),
        ("李秀英", "突发疾病", at("2026-11-23 02:20")),
    ]
    assert next(one for one in today(house.store, house.store.now()).work if one.about == ill).urgent


@pytest.mark.seed("R157")
def test_when_somebody_ill_was_found_left_for_the_hospital_and_came_back(house: Household) -> None:
    house.it_is("2026-11-22 22:00")
    li = house.person("李秀英", "101-1", category="tekun_c")
    house.it_is("2026-11-23 02:20")
    said = {"severity": "II", "signs": ["breath"], "first_aid": "吸氧", "found_at": at("2026-11-23 02:05")}
    record.record(house.store, house.carer, "sudden_illness", said, person_id=li)
    house.it_is("2026-11-23 02:41")
    away = {
        "to": "县医院",
        "why": "呼吸困难",
        "companion": "王芳",
        "family_at": at("2026-11-23 02:30"),
        "referral": True,
    }
    record.record(house.store, house.colleague("nurse"), "hospital_out", away, person_id=li)
    assert chart.open_chart(house.store, house.carer, li).on_leave
    house.it_is("2026-11-27 10:00")
    back = {"from": "hospital", "state": "fair", "temp_c10": 366}
    record.record(house.store, house.colleague("nurse"), "return_check", back, person_id=li)
    assert not chart.open_chart(house.store, house.carer, li).on_leave
    went = {one.kind: one for one in read.of_person(house.store, li)}
    assert went["sudden_illness"].facts["found_at"] == at("2026-11-23 02:05")
    assert (went["hospital_out"].at, went["return_check"].at) == (at("2026-11-23 02:41"), at("2026-11-27 10:00"))
    stays.discharge(house.store, house.director, li, "home")
    assert went["hospital_out"].id in {one.id for one in read.of_person(house.store, li)}
