"""What an event opens stays open until something closes it, through corrections; what must follow is work to do."""

from typing import Any
from uuid import UUID

import pytest

from care import rounds
from care.events import read, record, threads
from care.events.weights import _LAST, balances, weights
from care.looks import in_house
from care.rights import NoRight
from care.today import today
from care.work import Work
from db.tables import Event
from tests.care.household import Household, refuses


@pytest.fixture
def person(house: Household) -> UUID:
    """Somebody who lives here."""
    return house.person("李秀英", "101-1")


def fall(house: Household, person: UUID, **more: Any) -> UUID:
    facts: dict[str, Any] = {
        "severity": "III",
        "place": "toilet",
        "injury": ["none"],
        "first_aid": "扶起，观察",
        "found_at": house.store.now(),
        **more,
    }
    return record.record(house.store, house.carer, "fall", facts, person_id=person)


def close(house: Household, event: UUID, by: UUID | None = None) -> UUID:
    facts = {"outcome": "well", "cause": "地面湿", "action": "防滑垫"}
    return record.record(house.store, by or house.colleague("nurse"), "incident_closed", facts, about=event)


def work(house: Household, section: str) -> list[Work]:
    with house.store.reading() as conn:
        ask = {"events": threads.open_cases, "follow_up": threads.follow_ups}[section]
        return list(ask(conn, in_house(conn, house.store.now()), house.store.now()))


def still_open(house: Household) -> list[UUID]:
    with house.store.reading() as conn:
        return [one.id for one in threads.open_events(conn)]


# --- open and closed ------------------------------------------------------------------------------


def test_an_incident_stays_open_until_a_nurse_closes_it(house: Household, person: UUID) -> None:
    id = fall(house, person)
    with pytest.raises(NoRight):
        close(house, id, house.carer)
    assert still_open(house) == [id]
    end = close(house, id)
    assert still_open(house) == []
    assert [one.id for one in read.thread(house.store, id)] == [end]
    with refuses("event_closed"):
        close(house, id)
    record.void(house.store, house.colleague("nurse"), end, "结错了")
    assert still_open(house) == [id]
    assert read.thread(house.store, id) == []


def test_corrected_it_is_the_same_incident_whoever_closed_it(house: Household, person: UUID) -> None:
    first = fall(house, person)
    second = record.correct(
        house.store, house.carer, first, {**read.event(house.store, first).facts, "place": "room"}, "地点"
    )
    assert still_open(house) == [second]
    # Another laptop had not seen the correction yet.
    with house.store.act(house.director) as act:
        facts = '{"action": "防滑垫", "cause": "地面湿", "outcome": "well"}'
        act.insert(
            Event,
            person_id=person,
            staff_id=house.director,
            at=act.now,
            kind="incident_closed",
            about=first,
            facts=facts,
        )
    assert still_open(house) == []
    assert len(read.thread(house.store, second)) == 1


def test_it_follows_what_it_can_follow_and_nobody_else(house: Household, person: UUID) -> None:
    other = house.person("张玉珍", "101-2")
    id = fall(house, person)
    note = record.record(house.store, house.carer, "note", {"text": "睡得好"}, person_id=person)
    with refuses("event_about_missing"):
        record.record(house.store, house.director, "incident_closed", {}, person_id=person)
    facts = {"outcome": "well", "cause": "地面湿", "action": "防滑垫"}
    with refuses("event_missing", field="outcome"):
        record.record(house.store, house.director, "incident_closed", {}, about=id)
    with refuses("event_about_wrong"):
        record.record(house.store, house.director, "incident_closed", facts, about=note)
    with refuses("event_about_wrong"):
        record.record(house.store, house.director, "incident_closed", facts, about=id, person_id=other)


# --- work to do ------------------------------------------------------------------------------------


def test_whoever_was_not_told_is_work_to_do(house: Household, person: UUID) -> None:
    now = house.it_is("2026-11-22 09:00")
    id = fall(house, person)
    assert [(one.what.zh, one.late_min, one.due_at) for one in work(house, "follow_up")] == [
        ("通知医生  跌倒", 0, now + 1800),
        ("通知家属  跌倒", 0, now + 3600),
    ]
    house.it_is("2026-11-22 10:00")
    assert [one.late_min for one in work(house, "follow_up")] == [30, 0]
    facts = {"doctor": house.colleague("doctor").hex, "told_at": house.store.now()}
    record.record(house.store, house.carer, "told_doctor", facts, about=id)
    assert [one.what.zh for one in work(house, "follow_up")] == ["通知家属  跌倒"]
    close(house, id)
    assert work(house, "follow_up") == []


def test_what_the_form_says_already_is_not_asked_again(house: Household, person: UUID) -> None:
    now = house.it_is("2026-11-22 09:00")
    fall(house, person, doctor=house.director.hex, doctor_at=now, family="儿子", family_at=now)
    assert work(house, "follow_up") == []


def test_an_injured_fall_stands_with_the_alerts_until_it_is_closed(house: Household, person: UUID) -> None:
    slight, hurt = fall(house, person), fall(house, person, severity="II", injury=["fracture"], body=["hip:left"])
    lines = {one.about: one for one in today(house.store, house.store.now()).work if one.section == "events"}
    assert (lines[slight].urgent, lines[slight].waits_for) == (False, "nurse")
    assert (lines[hurt].urgent, lines[hurt].waits_for) == (True, "doctor")
    assert lines[hurt].what.zh == "跌倒  造成伤害  卫生间  疑似骨折  左髋"
    close(house, hurt)
    assert [one.about for one in work(house, "events")] == [slight]


def test_looking_again_is_due_by_the_rule_until_it_is_closed(house: Household, person: UUID) -> None:
    house.it_is("2026-11-22 09:00")
    id = fall(house, person, doctor=house.director.hex, doctor_at=house.store.now(), family_at=house.store.now())
    now = house.it_is("2026-11-22 18:00")
    assert [(one.what.zh, one.late_min) for one in work(house, "follow_up")] == [("伤后观察  跌倒", 60)]
    record.record(house.store, house.carer, "incident_watch", {"state": "same"}, about=id)
    assert work(house, "follow_up") == []
    house.it_is("2026-11-23 01:00")
    assert [one.due_at for one in work(house, "follow_up")] == [now + 8 * 3600]


def test_questions_of_today_walk_indexes(house: Household, person: UUID) -> None:
    fall(house, person)
    asked: list[str] = []
    with house.store.reading() as conn:
        for sql in (str(threads._THERE), str(threads._AFTER).replace("(__[POSTCOMPILE_about])", "(x'00')")):
            asked.append(sql)
        asked.append(str(_LAST).replace(":until", "0"))
        asked.append(threads._OPEN.format(n=0, closers="'incident_closed'"))
        for sql in asked:
            plain = sql.replace(":k0", "'fall'").replace(":s0", "0")
            plan = [row[3] for row in conn.exec_driver_sql("EXPLAIN QUERY PLAN " + plain)]
            assert "event AS c" not in sql or any("ix_event_about" in step for step in plan), plan
            assert not any(step.startswith(("SCAN e", "SCAN c", "SCAN newer", "SCAN v")) for step in plan), plan


# --- weighing ---------------------------------------------------------------------------------------


def test_everybody_is_weighed_once_a_month_for_itself_or_at_a_round(house: Household, person: UUID) -> None:
    house.it_is("2026-11-22 09:00")
    other = house.person("张玉珍", "101-2")
    for one in (person, other):
        rounds.unremarkable(house.store, house.carer, one)
    start = house.it_is("2026-11-23 09:00")
    record.record(house.store, house.carer, "weight", {"weight_kg10": 512, "way": "stand"}, person_id=person)
    house.it_is("2026-12-22 10:00")
    assert [(one.what.zh, one.name) for one in work(house, "follow_up")] == [("月度称体重", "张玉珍")]
    house.it_is("2026-12-23 10:00")
    assert [one.what.zh for one in work(house, "follow_up")] == ["月度称体重  2 人"]
    vitals = rounds.Observation(vitals={"weight_kg10": 498})
    rounds.record(house.store, house.carer, person, vitals)
    assert [one.name for one in work(house, "follow_up")] == ["张玉珍"]
    found = weights(house.store, person, 0)
    assert [(one.at, one.kg10) for one in found] == [(start, 512), (house.store.now(), 498)]


def test_what_goes_in_and_comes_out_is_summed(house: Household, person: UUID) -> None:
    facts = {"in_ml": 1200, "in_drip_ml": 500, "out_urine_ml": 900}
    record.record(house.store, house.carer, "intake_output", facts, person_id=person)
    assert [(one.in_ml, one.out_ml) for one in balances(house.store, person, 0)] == [(1700, 900)]
