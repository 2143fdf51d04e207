"""What is done about an alert: who may answer, how long it took, when it comes back."""

from uuid import UUID

import pytest

from care import staff
from care.alerts import Alert, open_alerts
from care.answers import Answer, answer, answers, undo_answer
from care.rounds import Observation, correct, record
from care.today import today
from db.tables import Event
from tests.care.household import Household, at, refuses

WELL: dict[str, int | str | bool | None] = {
    "temp_c10": 366, "pulse": 76, "resp": 16, "sbp": 128, "dbp": 76, "spo2": 97, "oxygen": False, "acvpu": "A"
}  # fmt: skip
HIGH = WELL | {"resp": 24, "spo2": 91, "pulse": 112}
SEEN, NOW = "2026-11-22 20:52", "2026-11-22 21:04"


@pytest.fixture
def nurse(house: Household) -> UUID:
    return staff.add(house.store, house.director, number="3001", name="李娟", role="nurse")


@pytest.fixture
def ill(house: Household) -> UUID:
    house.it_is("2026-11-22 08:00")
    made = house.person("陈德福", "102-2")
    house.it_is(NOW)
    return made


def measured(house: Household, person: UUID, values, moment: str = SEEN) -> UUID:
    return record(house.store, house.carer, person, Observation(vitals=values), at=at(moment)).round_id


def the_alert(house: Household, moment: str = NOW) -> Alert:
    (found,) = open_alerts(house.store, at(moment))
    return found


def give(house: Household, by: UUID, what: str, **more) -> UUID:
    alert = the_alert(house)
    return answer(house.store, by, alert.person_id, alert.about, Answer(what, **more))


def test_an_answer_keeps_who_what_and_how_long_it_took(house: Household, ill: UUID, nurse: UUID) -> None:
    measured(house, ill, HIGH)
    give(house, nurse, "watch", minutes=30, note="半卧位，吸氧")
    alert = the_alert(house)
    assert alert.answered
    assert alert.answer is not None
    assert (alert.answer.who, alert.answer.words.zh, alert.answer.minutes) == ("李娟", "加强观察", 12)
    shown = today(house.store, at(NOW))
    assert (shown.alerts, [one.name for one in shown.answered]) == ((), ["陈德福"])
    (kept,) = answers(house.store, ill, 0, at(NOW))
    assert (kept.note, kept.counts, kept.seen_at) == ("半卧位，吸氧", True, at(SEEN))


def test_it_comes_back_when_its_time_is_over_and_nothing_is_better(house: Household, ill: UUID, nurse: UUID) -> None:
    measured(house, ill, HIGH)
    give(house, nurse, "watch", minutes=30)
    assert the_alert(house, "2026-11-22 21:33").answered
    back = the_alert(house, "2026-11-22 21:34")
    assert (back.answered, back.back) == (False, True)


def test_a_better_measurement_closes_it_a_worse_one_asks_anew(house: Household, ill: UUID, nurse: UUID) -> None:
    measured(house, ill, HIGH)
    give(house, nurse, "repeat")
    house.it_is("2026-11-22 21:20")
    measured(house, ill, HIGH | {"spo2": 88}, "2026-11-22 21:20")
    again = the_alert(house, "2026-11-22 21:21")
    assert (again.answered, again.answer, again.minutes) == (False, None, 1)
    measured(house, ill, WELL, "2026-11-22 21:20")
    assert open_alerts(house.store, at("2026-11-22 21:40")) == []


def test_a_carer_says_whom_they_called_and_the_alert_stays(house: Household, ill: UUID, nurse: UUID) -> None:
    measured(house, ill, HIGH)
    for what in ("watch", "repeat", "transfer"):
        with refuses("no_right", right="alert.answer", role="carer"):
            give(house, house.carer, what)
    give(house, house.carer, "called", told="刘医生")
    alert = the_alert(house)
    assert not alert.answered
    assert alert.answer is not None
    assert (alert.answer.told, alert.answer.who, alert.answer.counts) == ("刘医生", "王芳", False)
    give(house, nurse, "transfer")
    found = the_alert(house)
    assert found.answered
    assert found.answer is not None
    assert found.answer.what == "transfer"


def test_an_answer_taken_back_waits_again_and_a_corrected_value_keeps_its_answer(
    house: Household, ill: UUID, nurse: UUID
) -> None:
    round_id = measured(house, ill, HIGH)
    given = give(house, nurse, "watch")
    undo_answer(house.store, nurse, given)
    assert not the_alert(house).answered
    give(house, nurse, "watch")
    correct(house.store, house.carer, round_id, Observation(vitals=HIGH | {"pulse": 113}), "看错")
    assert the_alert(house).answered


@pytest.mark.parametrize(
    ("given", "rule", "facts"),
    [
        (Answer("pray"), "answer_way_unknown", {}),
        (Answer("called", told=" "), "answer_told_missing", {}),
        (Answer("watch", minutes=1), "answer_minutes", {"least": 5, "most": 720}),
        (Answer("watch", note="长" * 201), "text_too_long", {"most": 200}),
    ],
)
def test_what_is_no_answer_is_refused(house: Household, ill: UUID, given: Answer, rule: str, facts) -> None:
    measured(house, ill, HIGH)
    alert = the_alert(house)
    with refuses(rule, **facts):
        answer(house.store, house.director, ill, alert.about, given)


def test_nobody_answers_for_another_person(house: Household, ill: UUID) -> None:
    measured(house, ill, HIGH)
    other = house.person("赵桂兰", "101-1")
    with refuses("alert_unknown"):
        answer(house.store, house.director, other, the_alert(house).about, Answer("watch"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"glucose_mmol10": 39}, "doctor"),
        ({"glucose_mmol10": 167}, "doctor"),
        (WELL | {"sbp": 180}, "doctor"),
        (WELL | {"sbp": 179, "dbp": 110}, "doctor"),
        (WELL | {"temp_c10": 390}, "doctor"),
        ({"pain": 7}, "nurse"),
        ({"glucose_mmol10": 40}, ""),
        ({"glucose_mmol10": 166}, ""),
        (WELL | {"sbp": 179, "dbp": 109, "temp_c10": 389}, ""),
        ({"pain": 6}, ""),
    ],
)
def test_a_single_value_beyond_its_limit_asks_for_somebody(house: Household, ill: UUID, values, said: str) -> None:
    measured(house, ill, values)
    assert [(one.code, one.waits_for) for one in open_alerts(house.store, at(NOW))] == (
        [("value", said)] if said else []
    )


def test_the_same_value_measured_again_and_well_closes_it(house: Household, ill: UUID) -> None:
    measured(house, ill, {"glucose_mmol10": 35})
    measured(house, ill, {"sbp": 120}, "2026-11-22 20:55")
    assert the_alert(house).code == "value"
    measured(house, ill, {"glucose_mmol10": 62}, "2026-11-22 21:00")
    assert open_alerts(house.store, at(NOW)) == []


def test_an_event_that_is_no_answer_answers_nothing(house: Household, ill: UUID, nurse: UUID) -> None:
    measured(house, ill, HIGH)
    about = the_alert(house).about
    with house.store.act(nurse) as act:
        for facts in ("{", "[]", '{"what": "watch"}', '{"counts": 1, "back_at": true}'):
            act.insert(Event, person_id=ill, staff_id=nurse, at=act.now, kind="answer", about=about, facts=facts)
    assert not the_alert(house).answered
