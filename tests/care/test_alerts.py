"""Who needs a nurse or a doctor now, and who has answered."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from care import staff, stays
from care.alerts import Alert, open_alerts
from care.measured import news_of
from care.observations import say
from care.rounds import Observation, correct, record, undo, unremarkable
from db.tables import Vitals
from tests.care.household import Household, at

WELL: dict[str, int | str | bool | None] = {
    "temp_c10": 366, "pulse": 76, "resp": 16, "sbp": 128, "dbp": 76, "spo2": 97, "oxygen": False, "acvpu": "A"
}  # fmt: skip
# Breathing 24 and pulse 112 score 2 each, oxygen 91 scores 3.
HIGH = WELL | {"resp": 24, "spo2": 91, "pulse": 112}
RED = WELL | {"sbp": 88}
NOW = "2026-11-22 21:04"


@pytest.fixture
def nurse(house: Household) -> UUID:
    return staff.add(house.store, house.director, number="3001", name="李娟", role="nurse")


@pytest.fixture
def person(house: Household) -> UUID:
    house.it_is("2026-11-22 08:00")
    made = house.person("陈德福", "102-2")
    house.it_is(NOW)
    return made


def measured(house: Household, person: UUID, values, minutes_ago: int, by: UUID | None = None) -> UUID:
    look = Observation(vitals=values)
    return record(house.store, by or house.carer, person, look, at=at(NOW) - minutes_ago * 60).round_id


def alerts(house: Household) -> list[Alert]:
    return open_alerts(house.store, at(NOW))


def unanswered(house: Household) -> list[str]:
    return [alert.code for alert in alerts(house) if not alert.answered]


def test_a_high_score_waits_for_the_doctor(house: Household, person: UUID) -> None:
    measured(house, person, HIGH, minutes_ago=12)
    (alert,) = alerts(house)
    assert (alert.person_id, alert.name, alert.bed_label) == (person, "陈德福", "102-2")
    assert (alert.code, alert.waits_for, alert.minutes, alert.answered) == ("news_high", "doctor", 12, False)
    assert alert.news is not None
    assert (alert.news.total, alert.news.complete) == (7, True)
    assert [say(finding, "zh") for finding in alert.text_facts] == ["血氧 91", "呼吸 24", "脉搏 112"]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        (WELL, []),
        (WELL | {"spo2": 95, "pulse": 95, "resp": 9, "temp_c10": 360}, []),  # four points, none of them three
        (RED, ["news_red"]),
        (WELL | {"spo2": 93, "resp": 22, "pulse": 95}, ["news_medium"]),
        (HIGH, ["news_high"]),
        (WELL | {"acvpu": "C"}, ["news_red"]),
    ],
)
def test_each_level_as_published(house: Household, person: UUID, values, codes: list[str]) -> None:
    measured(house, person, values, minutes_ago=5)
    assert unanswered(house) == codes


def test_a_partial_set_alerts_when_what_is_there_already_reaches_a_level(house: Household, person: UUID) -> None:
    measured(house, person, {"sbp": 88, "dbp": 50}, minutes_ago=5)
    (alert,) = alerts(house)
    assert alert.code == "news_red"
    assert alert.news is not None
    assert not alert.news.complete


def test_a_weight_or_a_temperature_does_not_hide_an_alert(house: Household, person: UUID) -> None:
    measured(house, person, HIGH, minutes_ago=60)
    measured(house, person, {"weight_kg10": 520}, minutes_ago=40)
    measured(house, person, {"temp_c10": 366}, minutes_ago=20)
    (alert,) = alerts(house)
    assert (alert.code, alert.minutes) == ("news_high", 60)


def test_measuring_again_all_that_scored_closes_it(house: Household, person: UUID) -> None:
    measured(house, person, HIGH, minutes_ago=60)
    measured(house, person, {"spo2": 96, "pulse": 84}, minutes_ago=40)
    assert unanswered(house) == ["news_high"]
    measured(house, person, {"resp": 18}, minutes_ago=20)
    assert alerts(house) == []


def test_a_newer_full_set_speaks_for_the_present(house: Household, person: UUID) -> None:
    measured(house, person, HIGH, minutes_ago=120)
    measured(house, person, RED, minutes_ago=60)
    assert unanswered(house) == ["news_red"]
    measured(house, person, WELL, minutes_ago=30)
    assert alerts(house) == []


def test_a_day_later_it_is_history(house: Household, person: UUID) -> None:
    measured(house, person, HIGH, minutes_ago=24 * 60)
    assert unanswered(house) == ["news_high"]
    assert open_alerts(house.store, at(NOW) + 1) == []


@pytest.mark.parametrize("role", ["nurse", "doctor"])
def test_a_later_round_of_nurse_or_doctor_answers(house: Household, person: UUID, role: str) -> None:
    comes = staff.add(house.store, house.director, number="4001", name="何伟", role=role)
    record(house.store, comes, person, Observation(unremarkable=True), at=at(NOW) - 3600)
    measured(house, person, HIGH, minutes_ago=12)
    assert unanswered(house) == ["news_high"]
    unremarkable(house.store, house.carer, person)
    assert unanswered(house) == ["news_high"]  # a carer cannot judge
    saved = record(house.store, comes, person, Observation(note="吸氧，观察"), at=at(NOW) - 60)
    assert [(alert.code, alert.answered) for alert in alerts(house)] == [("news_high", True)]
    undo(house.store, comes, saved.round_id)
    assert unanswered(house) == ["news_high"]


def test_the_nurse_who_measures_has_not_yet_answered(house: Household, person: UUID, nurse: UUID) -> None:
    measured(house, person, HIGH, minutes_ago=12, by=nurse)
    assert unanswered(house) == ["news_high"]


def test_a_corrected_number_alerts_no_more(house: Household, person: UUID) -> None:
    wrong = measured(house, person, RED, minutes_ago=5)
    correct(house.store, house.carer, wrong, Observation(vitals=WELL), "看错数字")
    assert alerts(house) == []


@pytest.mark.parametrize(
    "observation",
    [Observation(abnormal="咳嗽"), Observation(skin="破损"), Observation(state="不适"), Observation(intake="拒食")],
)
def test_a_finding_reported_to_nobody_waits_for_the_nurse(
    house: Household, person: UUID, nurse: UUID, observation: Observation
) -> None:
    saved = record(house.store, house.carer, person, observation, at=at(NOW) - 35 * 60)
    (alert,) = alerts(house)
    assert (alert.code, alert.waits_for, alert.minutes, alert.news) == ("remarkable", "nurse", 35, None)
    assert len(alert.text_facts) == 1
    told = Observation(abnormal="咳嗽", reported_to=nurse)
    correct(house.store, house.carer, saved.round_id, told, "已报告")
    assert alerts(house) == []


def test_the_ordinary_asks_for_nobody(house: Household, person: UUID, nurse: UUID) -> None:
    record(house.store, house.carer, person, Observation(state="睡眠", skin="完整", note="翻身"))
    record(house.store, nurse, person, Observation(abnormal="咳嗽"))  # who can judge has seen it
    assert alerts(house) == []


def test_whoever_comes_for_the_score_sees_the_rest_too(house: Household, person: UUID) -> None:
    record(house.store, house.carer, person, Observation(abnormal="气喘", vitals=HIGH))
    assert unanswered(house) == ["news_high"]


def test_the_worst_stands_first_and_the_answered_last(house: Household, person: UUID, nurse: UUID) -> None:
    red, found, seen = (
        house.person(name, bed) for name, bed in (("赵桂兰", "101-1"), ("孙根宝", "101-2"), ("甲", "102-1"))
    )
    measured(house, red, RED, minutes_ago=5)
    record(house.store, house.carer, found, Observation(abnormal="咳嗽"), at=at(NOW) - 7200)
    measured(house, seen, HIGH, minutes_ago=90)
    unremarkable(house.store, nurse, seen)
    measured(house, person, HIGH, minutes_ago=3)
    assert [(alert.person_id, alert.answered) for alert in alerts(house)] == [
        (person, False),
        (red, False),
        (found, False),
        (seen, True),
    ]


def test_practice_and_those_who_left_raise_none(house: Household, person: UUID) -> None:
    with house.store.reading() as conn:
        practice = UUID(bytes=conn.execute(text("SELECT id FROM person WHERE practice")).scalar_one())
    measured(house, practice, HIGH, minutes_ago=3)
    measured(house, person, HIGH, minutes_ago=3)
    stays.discharge(house.store, house.director, person, "hospital")
    assert alerts(house) == []


def test_a_set_of_2099_neither_alerts_nor_hides(house: Household, person: UUID) -> None:
    measured(house, person, HIGH, minutes_ago=3)
    with house.store.act(house.carer) as act:
        act.insert(Vitals, person_id=person, staff_id=house.carer, at=at("2099-01-01 00:00"), **WELL)
    assert unanswered(house) == ["news_high"]


single = st.fixed_dictionaries(
    {},
    optional={
        "temp_c10": st.integers(340, 410),
        "pulse": st.integers(30, 150),
        "resp": st.integers(6, 30),
        "sbp": st.integers(70, 230),
        "spo2": st.integers(80, 100),
        "acvpu": st.sampled_from("ACVPU"),
        "oxygen": st.booleans(),
    },
).filter(bool)


@given(values=single)
def test_measuring_more_never_lowers_a_score(values) -> None:
    news = news_of(values)
    assert news is not None
    for name in values:
        less = news_of({key: value for key, value in values.items() if key != name})
        assert less is None or less.total <= news.total
