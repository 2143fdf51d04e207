"""Assessments: kept as signed, corrected, voided, taken back; what the record knows; when the next one is due."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from care import assess_due, assessments, county_facts, last_assessments, people, stays, today
from care.assessments import Assessed, DueScale
from care.events import record as events
from care.person_facts import Condition
from care.rights import NoRight
from care.same_person import merge_people
from care.scales import scale, scales
from db.tables import Assessment
from tests.care.household import Household, at, refuses

DAY = 86400
BARTHEL = {item.id: 0 for item in scale("barthel").items}
LOW_MORSE = {item.id: 0 for item in scale("morse").items}
FELL = {"severity": "III", "place": "room", "injury": ["none"], "first_aid": "扶起休息"}


def worst(scale_id: str) -> dict[str, int]:
    of = scale(scale_id)
    return {item.id: max(range(item.lo, item.hi + 1), key=item.score) for item in of.items}


def assess(house: Household, person: UUID, scale_id: str = "barthel", answers: dict[str, int] | None = None) -> UUID:
    given = BARTHEL if answers is None else answers
    return assessments.record(house.store, house.director, person, scale_id, given, {}).id


def standing(house: Household, person: UUID, scale_id: str | None = None) -> list[Assessed]:
    return [one for one in assessments.history(house.store, person, scale_id) if one.stands]


def due(house: Household, person: UUID) -> dict[str, DueScale]:
    return {one.scale: one for one in assessments.due_of(house.store, person)}


def all_done(house: Household, person: UUID) -> None:
    """Assess somebody by everything that anybody is assessed by, well."""
    assess(house, person)
    assess(house, person, "morse", LOW_MORSE)
    assess(house, person, "braden", worst("braden"))
    assess(house, person, "gbt42195_2022", {item.id: 0 for item in scale("gbt42195_2022").items})
    assessments.record(house.store, house.director, person, "water_swallow", {"grade": 0}, {"seconds": 4})


def test_what_the_scale_made_of_it_is_kept_with_its_version(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    written = assessments.record(house.store, house.carer, li, "barthel", BARTHEL, {}, note="精神好")
    assert written.result.total == 100
    [one] = assessments.history(house.store, li)
    assert (one.id, one.at, one.who, one.total, one.grade) == (written.id, now, "王芳", 100, "none")
    assert (one.name.zh, one.words.zh, one.note) == (scale("barthel").name.zh, "无依赖", "精神好")
    assert (one.version, one.same_version, one.stands) == (scale("barthel").version, True, True)
    assert one.answers == BARTHEL


def test_an_older_version_shows_what_was_signed(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    # As another laptop with an older program wrote it: with cut-offs that are no longer ours, and one we never had.
    with house.store.act(house.director) as act:
        where: dict[str, Any] = {"person_id": li, "staff_id": house.director, "at": act.now, "answers": "{}"}
        act.insert(Assessment, **where, scale="barthel", version="1999", total=60, grade="mild")
        act.insert(Assessment, **where, scale="lost_scale", version="1", total=3, grade="odd")
    lost, old = assessments.history(house.store, li)
    assert (old.total, old.grade, old.words.zh, old.same_version) == (60, "mild", "轻度依赖", False)
    assert (lost.name.zh, lost.words.zh, lost.same_version) == ("lost_scale", "odd", False)


def test_the_number_of_the_county_decides_and_is_kept(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    answers = {**LOW_MORSE, "history": 1, "iv": 1}  # 45
    # Nobody chooses a cut-off for one person.
    first = assessments.record(house.store, house.carer, li, "morse", answers, {"morse_high": 99})
    assert first.result.grade.code == "high"  # type: ignore[union-attr]
    county_facts.confirm(house.store, house.director, "morse_high", 51)
    second = assessments.record(house.store, house.carer, li, "morse", answers, {})
    assert second.result.grade.code == "medium"  # type: ignore[union-attr]
    after, before = assessments.history(house.store, li, "morse")
    assert [(one.grade, one.facts["morse_high"]) for one in (before, after)] == [("high", 45), ("medium", 51)]


def test_corrected_voided_and_taken_back(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    first = assess(house, li)
    worse = {**BARTHEL, "stairs": 2}
    second = assessments.correct(house.store, house.director, first, worse, {}, "点错了")
    assert second.result.total == 90
    assert [(one.id, one.total) for one in standing(house, li)] == [(second.id, 90)]
    assert [one.stands for one in assessments.history(house.store, li)] == [True, False]
    assessments.undo(house.store, house.director, second.id)
    assert [one.total for one in standing(house, li)] == [100]
    [now] = standing(house, li)
    with refuses("reason_missing"):
        assessments.void(house.store, house.director, now.id, " ")
    assessments.void(house.store, house.director, now.id, "评错了人")
    assert standing(house, li) == []
    assert len(assessments.history(house.store, li)) == 3
    with refuses("record_superseded"):
        assessments.correct(house.store, house.director, now.id, BARTHEL, {}, "再改")


def test_that_of_another_takes_two(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    carers = assessments.record(house.store, house.carer, li, "barthel", BARTHEL, {}).id
    with refuses("second_needed"):
        assessments.correct(house.store, house.director, carers, BARTHEL, {}, "改")
    assessments.correct(
        house.store, house.director, carers, {**BARTHEL, "stairs": 1}, {}, "改", second=house.second("nurse")
    )
    assert [one.total for one in standing(house, li)] == [95]


def test_what_cannot_be_kept_is_refused_whole(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    clerk = house.colleague("admin")
    with refuses("answers_missing", n=9):
        assess(house, li, answers={"feeding": 0})
    with refuses("scale_unknown", scale="news2"):
        assess(house, li, "news2")
    with refuses("person_unknown"):
        assess(house, house.director)
    with refuses("text_too_long", most=assessments.MOST_NOTE):
        assessments.record(house.store, house.director, li, "barthel", BARTHEL, {}, note="长" * 501)
    with refuses("time_ahead"):
        assessments.record(house.store, house.director, li, "barthel", BARTHEL, {}, at=now + DAY)
    with pytest.raises(NoRight):
        assessments.record(house.store, clerk, li, "barthel", BARTHEL, {})
    assert assessments.history(house.store, li) == []


def test_the_record_says_what_it_knows_and_a_person_decides(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    ill = (Condition("阿尔茨海默病痴呆", "F00.1"), Condition("高血压", "I10"))
    li = house.person("李秀英", "101-1", conditions=ill)
    known = assessments.usual_facts(house.store, li, "gbt42195_2022")
    assert known == {"dementia": True, "risk_events": 0}
    for _ in range(2):
        events.record(house.store, house.carer, "fall", {**FELL, "found_at": house.store.now()}, person_id=li)
    assert assessments.usual_facts(house.store, li, "gbt42195_2022")["risk_events"] == 2
    assert assessments.usual_facts(house.store, li, "morse") == {"falls_90d": 2, "diagnoses": 2}
    assert assessments.usual_facts(house.store, li, "nrs2002") == {"age": 86}
    assert assessments.usual_facts(house.store, li, "mmse") == {}
    answers = {item.id: item.hi for item in scale("mmse").items}
    assessments.record(house.store, house.director, li, "mmse", answers, {"education": "primary"})
    assert assessments.usual_facts(house.store, li, "mmse") == {"education": "primary"}


@pytest.mark.seed("R075")
def test_somebody_is_assessed_comprehensively_and_all_of_it_is_kept(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    known: dict[str, dict[str, Any]] = {"mmse": {"education": "none"}, "water_swallow": {"seconds": 5}}
    for of in scales():
        answers = {item.id: item.lo for item in of.items}
        assessments.record(house.store, house.director, li, of.id, answers, known.get(of.id, {}))
    kept = {one.scale: one for one in standing(house, li)}
    assert set(kept) == {of.id for of in scales()}
    assert {"barthel", "morse", "mna_sf", "mini_cog", "gds15"} <= set(kept), "ability, falls, food, mind, mood"
    assert all(one.grade and one.words.zh for one in kept.values() if scale(one.scale).direction != "profile")


def test_due_three_days_after_moving_in_then_by_their_own_days(house: Household) -> None:
    house.it_is("2026-11-01 09:00")
    li = house.person("李秀英", "101-1")
    assert due(house, li) == {}
    house.it_is("2026-11-05 09:00")
    assert set(due(house, li)) == {"gbt42195_2022", "barthel", "morse", "braden", "water_swallow"}
    assert all(one.reason.zh == "入住后未评" for one in due(house, li).values())
    all_done(house, li)
    assert due(house, li) == {}
    house.it_is("2027-02-03 10:00")
    assert set(due(house, li)) == {"morse", "braden"}
    assert due(house, li)["morse"].late_min == 60
    county_facts.confirm(house.store, house.director, "assess_morse_days", 200)
    assert set(due(house, li)) == {"braden"}


def test_whoever_lived_here_before_the_record_has_a_turn_and_is_not_years_late(house: Household) -> None:
    house.it_is("2026-11-23 09:00")
    free, *labels = [f"{floor}0{room}-{bed}" for floor in (1, 2) for room in (1, 2, 3) for bed in (1, 2)]
    people_here = [house.person("李秀英") for _ in labels]
    for one, label in zip(people_here, labels, strict=True):
        stays.admit(house.store, house.director, one, house.bed(label), at("2020-12-31 09:00"))
    assert [one for one in people_here if due(house, one)] == [], "nobody is late for what could not be done here"
    house.it_is("2026-12-23 09:00")
    turn = [one for one in people_here if due(house, one)]
    assert 3 <= len(turn) <= 9, "half of the time, about half of the people"
    assert {line.reason.zh for one in turn for line in due(house, one).values()} == {"补评"}
    waits = next(one for one in people_here if one not in turn)
    stays.move(house.store, house.director, waits, house.bed(free))
    house.it_is("2026-12-24 09:00")
    assert due(house, waits) == {}, "another bed is no other person"
    county_facts.confirm(house.store, house.director, "assess_begin_days", 1)
    assert all(due(house, one) for one in people_here if one != waits)


def test_high_risk_is_assessed_again_sooner(house: Household) -> None:
    house.it_is("2026-11-01 09:00")
    li = house.person("李秀英", "101-1")
    all_done(house, li)
    assess(house, li, "braden", {item.id: 0 for item in scale("braden").items})
    house.it_is("2026-11-08 08:00")
    assert set(due(house, li)) == {"braden"}
    assert due(house, li)["braden"].late_min == 0, "due within the hour"


def test_after_a_fall_and_after_hospital(house: Household) -> None:
    house.it_is("2026-11-01 09:00")
    li = house.person("李秀英", "101-1")
    all_done(house, li)
    house.it_is("2026-11-10 09:00")
    fall = events.record(house.store, house.carer, "fall", {**FELL, "found_at": at("2026-11-10 09:00")}, person_id=li)
    house.it_is("2026-11-11 10:00")
    assert {name: one.reason.zh for name, one in due(house, li).items()} == {"morse": "跌倒后"}
    events.void(house.store, house.carer, fall, "记错了人")
    assert due(house, li) == {}
    stays.leave(house.store, house.director, li, "hospital", at("2026-11-20 10:00"), "家属")
    house.it_is("2026-11-15 09:00")
    assert due(house, li) == {}, "nobody is assessed while they are away"
    stays.back(house.store, house.director, li)
    house.it_is("2026-11-16 10:00")
    assert {one.reason.zh for one in due(house, li).values()} == {"出院返回"}
    assert len(due(house, li)) == 5
    all_done(house, li)
    assert due(house, li) == {}


def test_what_was_voided_does_not_count(house: Household) -> None:
    house.it_is("2026-11-01 09:00")
    li = house.person("李秀英", "101-1")
    all_done(house, li)
    [barthel] = standing(house, li, "barthel")
    assessments.void(house.store, house.director, barthel.id, "评错了人")
    house.it_is("2026-11-05 09:00")
    assert set(due(house, li)) == {"barthel"}


def test_one_line_a_person_on_today_walks_indexes(house: Household) -> None:
    house.it_is("2026-11-01 09:00")
    li, _ = house.person("李秀英", "101-1"), house.person("张玉珍", "101-2", practice=True)
    now = house.it_is("2026-11-06 09:00")
    [line] = [one for one in today.today(house.store, now).work if one.section == "assess"]
    assert (line.person_id, line.bed_label, line.place, line.late_min) == (li, "101-1", "assess", 2880)
    assert line.what.zh.startswith("能力评估（入住后未评）")


def test_whoever_was_registered_twice_is_assessed_once(house: Household) -> None:
    house.it_is("2026-11-01 09:00")
    li, again = house.person("李秀英", "101-1"), house.person("李秀英")
    all_done(house, again)
    merge_people(house.store, house.director, li, again)
    house.it_is("2026-11-06 09:00")
    assert due(house, li) == {}
    assert len(standing(house, li)) == len(standing(house, again)) == 5


def test_questions_of_the_whole_house_walk_indexes(house: Household) -> None:
    with house.store.reading() as conn:
        for sql, asked in (
            (last_assessments._LAST, {"ids": "[]", "scales": "[]", "until": 0}),
            (last_assessments._EVENTS, {"kinds": "[]", "since": 0, "until": 0}),
            (assess_due._CAME, {"ids": "[]", "since": 0, "until": 0}),
        ):
            plan = [row[3] for row in conn.execute(text(f"EXPLAIN QUERY PLAN {sql.text}"), asked)]
            assert plan
            assert not [step for step in plan if step.startswith("SCAN") and "VIRTUAL TABLE" not in step], plan


def test_old_age_is_not_needed(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    people.change(
        house.store,
        house.director,
        li,
        replace(people.facts(house.store, li), birth=None, id_number="", id_reason="无"),
    )
    assert assessments.usual_facts(house.store, li, "nrs2002") == {}
