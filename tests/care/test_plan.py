"""Care plans: what is planned, when it is due, what was done of it, and what went by."""

from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from care import plan, rounds, stays
from care.board import board
from care.duties import check_hours, duties, for_ability, for_risk, hours, say_hours
from care.duties_done import Done
from care.duties_due import _items, duties_due, next_time
from care.escalation import ways
from care.events.kinds import kind
from care.looks import ROUND_COLUMNS, in_house
from care.rounds import Observation
from care.today import today
from db.clock import LOCAL
from db.tables import Event
from tests.care.household import Household, at, refuses

NOW = "2026-11-22 21:04"
CAUSE = "压疮"


@pytest.fixture
def person(house: Household) -> UUID:
    house.it_is("2026-11-22 08:00")
    made = house.person("李秀英", "102-1", care_level="full")
    rounds.unremarkable(house.store, house.carer, made)
    return made


def due(house: Household, person: UUID, moment: str = NOW) -> dict[str, plan.DutyDue]:
    now = at(moment)
    with house.store.reading() as conn:
        return {one.duty: one for one in duties_due(conn, in_house(conn, now), now).get(person, ())}


# --- the list ---------------------------------------------------------------------------------------


def test_what_a_risk_and_a_grade_ask_for() -> None:
    assert [one.duty.code for one in for_risk("pressure")] == ["turning", "skin_check"]
    asked = {one.duty.code: (one.every_min, one.times) for one in for_ability("severe")}
    assert asked["turning"] == (120, "")
    assert asked["vitals"] == (480, "")
    assert asked["meal_watch"] == (None, "07:30 11:30 17:30")


def test_every_duty_has_hours_words_and_a_sign_of_its_own() -> None:
    signs = [duty.sign for duty in duties().values()]
    for words in zip(*signs, strict=True):
        assert len(set(words)) == len(signs)
    for duty in duties().values():
        assert (duty.every_min is None) == bool(duty.times)
        assert all(duty.words)


@pytest.mark.parametrize(
    ("every", "times", "said"),
    [(120, "", "每 2 小时"), (90, "", "每 90 分"), (1440, "", "每天"), (10080, "", "每 7 天"), (None, "7", "7")],
)
def test_hours_are_said_as_people_say_them(every: int | None, times: str, said: str) -> None:
    assert say_hours(every, times, "zh") == said


def test_hours_that_are_none_are_refused() -> None:
    assert check_hours(None, "21:00 ０７：００ 21:00") == (None, "07:00 21:00")
    for every, times, rule in ((None, " ", "duty_hours_missing"), (60, "07:00", "duty_hours_both")):
        with refuses(rule):
            check_hours(every, times)
    for times in ("25:00", "7:00", "07:60", "早上"):
        with refuses("duty_hours_unclear"):
            check_hours(None, times)
    with refuses("duty_interval", least=15, most=129600):
        check_hours(5, "")
    with refuses("duty_hours_many", most=12):
        check_hours(None, " ".join(f"{hour:02}:00" for hour in range(13)))


# --- a plan -----------------------------------------------------------------------------------------


def test_a_duty_is_planned_changed_and_ended_and_stays_readable(house: Household, person: UUID) -> None:
    item = plan.add(house.store, house.director, person, "turning", cause=CAUSE)
    with refuses("duty_planned"):
        plan.add(house.store, house.director, person, "turning", every_min=60)
    (row,) = plan.plan(house.store, person).items
    assert (row.duty, row.every_min, row.times, row.cause, row.as_listed) == ("turning", 120, "", CAUSE, True)
    assert plan.change(house.store, house.director, item, every_min=90, note="左侧有红")
    (row,) = plan.plan(house.store, person).items
    assert (row.every_min, row.note, row.as_listed) == (90, "左侧有红", False)
    house.it_is("2026-11-22 09:00")
    with refuses("reason_missing"):
        plan.end(house.store, house.director, item, " ")
    plan.end(house.store, house.director, item, "能自己翻身")
    found = plan.plan(house.store, person)
    assert (found.items, [one.end_reason for one in found.ended]) == ((), ["能自己翻身"])
    with refuses("duty_ended"):
        plan.end(house.store, house.director, item, "再停一次")
    plan.resume(house.store, house.director, item)
    assert [one.duty for one in plan.plan(house.store, person).items] == ["turning"]


def test_who_may_plan_and_what_is_no_duty(house: Household, person: UUID) -> None:
    with refuses("no_right", right="plan.change", role="carer"):
        plan.add(house.store, house.carer, person, "turning")
    with refuses("duty_unknown"):
        plan.add(house.store, house.director, person, "singing")
    with refuses("person_unknown"):
        plan.add(house.store, house.director, UUID(int=7), "turning")


# --- due, and done -----------------------------------------------------------------------------------


def test_a_duty_falls_due_by_its_interval_and_a_round_that_shows_it_does_it(house: Household, person: UUID) -> None:
    plan.add(house.store, house.director, person, "turning")  # at eight
    house.it_is(NOW)
    assert due(house, person, "2026-11-22 09:29") == {}
    early = due(house, person, "2026-11-22 09:31")["turning"]
    assert (early.late_min, early.due_at) == (0, at("2026-11-22 10:00"))
    rounds.record(house.store, house.carer, person, Observation(position="左"), at=at("2026-11-22 10:10"))
    rounds.record(house.store, house.carer, person, Observation(unremarkable=True), at=at("2026-11-22 12:00"))
    late = due(house, person, "2026-11-22 12:35")["turning"]
    assert (late.last_at, late.late_min, late.missed) == (at("2026-11-22 10:10"), 25, 0)


def test_what_went_by_is_counted_and_nothing_fills_it_in(house: Household, person: UUID) -> None:
    plan.add(house.store, house.director, person, "turning")
    assert due(house, person, "2026-11-22 16:05")["turning"].missed == 3
    house.it_is("2026-11-22 16:10")
    rounds.unremarkable(house.store, house.carer, person, duties=Done(("turning",)))
    assert "turning" not in due(house, person, "2026-11-22 16:20")
    assert [one.at for one in plan.said_at(house.store, person, 0, at(NOW))] == [at("2026-11-22 16:10")]


def test_one_act_says_that_a_round_was_unremarkable_and_what_was_done(house: Household, person: UUID) -> None:
    for duty in ("turning", "bed_rails"):
        plan.add(house.store, house.director, person, duty)
    now = house.it_is(NOW)
    said = Done(("turning",), {"bed_rails": "asleep"})
    saved = rounds.unremarkable(house.store, house.carer, person, duties=said)
    (kept,) = plan.said_at(house.store, person, 0, now)
    assert (kept.about, kept.done, kept.left) == (
        saved.round_id,
        (duties()["turning"].words,),
        ((duties()["bed_rails"].words, plan.causes()["asleep"]),),
    )
    assert list(due(house, person)) == ["bed_rails"]  # what was not done is still to be done
    rounds.undo(house.store, house.carer, saved.round_id)
    assert set(due(house, person)) == {"turning", "bed_rails"}
    assert plan.said_at(house.store, person, 0, now) == []


def test_a_round_voided_after_a_correction_takes_its_duties_with_it(house: Household, person: UUID) -> None:
    plan.add(house.store, house.director, person, "turning")
    house.it_is(NOW)
    saved = rounds.unremarkable(house.store, house.carer, person, duties=Done(("turning",)))
    again = rounds.correct(house.store, house.carer, saved.round_id, Observation(abnormal="咳嗽"), "看错")
    assert due(house, person) == {}
    rounds.void(house.store, house.carer, again.round_id, "不是这位老人")
    assert "turning" in due(house, person)


def test_what_has_facts_of_its_own_is_not_done_by_a_key(house: Household, person: UUID) -> None:
    plan.add(house.store, house.director, person, "vitals", every_min=480)
    plan.add(house.store, house.director, person, "bathing")
    with refuses("duty_needs_record"):
        rounds.unremarkable(house.store, house.carer, person, duties=Done(("bathing",)))
    house.it_is(NOW)
    measure = due(house, person)["vitals"]
    assert not measure.by_key
    rounds.record(house.store, house.carer, person, Observation(vitals={"pulse": 76}), at=at("2026-11-22 20:00"))
    assert due(house, person) == {}
    with house.store.act(house.carer) as act:
        act.insert(Event, person_id=person, staff_id=house.carer, at=at("2026-11-20 10:00"), kind="bathing")
    found = {row.duty: row for row in plan.plan(house.store, person).items}
    assert found["bathing"].due_at == at("2026-11-29 08:00")  # nobody waited for one before it was planned


@pytest.mark.parametrize("said", [Done(("singing",)), Done((), {"turning": "lazy"})])
def test_only_duties_and_causes_of_the_list_are_kept(house: Household, person: UUID, said: Done) -> None:
    with refuses("duty_unknown" if said.done else "duty_cause_unknown"):
        rounds.unremarkable(house.store, house.carer, person, duties=said)
    assert rounds.board(house.store, at(NOW)).rows[0].last_at == at("2026-11-22 08:00")


def test_nobody_out_or_just_back_is_late(house: Household, person: UUID) -> None:
    plan.add(house.store, house.director, person, "turning")
    house.it_is("2026-11-22 12:00")
    stays.leave(house.store, house.carer, person, "family", at("2026-11-22 18:00"), "")
    assert due(house, person, "2026-11-22 16:00") == {}
    house.it_is("2026-11-22 17:00")
    stays.back(house.store, house.carer, person)
    assert due(house, person, "2026-11-22 18:00") == {}
    assert due(house, person, "2026-11-22 19:05")["turning"].late_min == 5


def test_today_has_the_duties_of_whoever_is_not_due_for_a_round(house: Household, person: UUID) -> None:
    plan.add(house.store, house.director, person, "bed_rails")
    house.it_is("2026-11-22 20:50")
    rounds.unremarkable(house.store, house.carer, person)
    (line,) = [one for one in today(house.store, at(NOW)).work if one.section == "duties"]
    assert (line.name, line.what.zh, line.late_min, line.place) == ("李秀英", "拉好床栏", 4, "rounds")
    (row,) = [row for row in board(house.store, at(NOW)).rows if row.person_id == person]
    assert [one.duty for one in row.duties] == ["bed_rails"]


def test_facts_that_are_no_json_stop_nobody(house: Household, person: UUID) -> None:
    plan.add(house.store, house.director, person, "turning")
    with house.store.act(house.carer) as act:
        for facts in ("{", '{"done": 7}', "[]"):
            act.insert(Event, person_id=person, staff_id=house.carer, at=at(NOW) - 60, kind="duties", facts=facts)
    assert due(house, person)["turning"].last_at is None
    assert [one.done for one in plan.said_at(house.store, person, 0, at(NOW))] == [(), (), ()]


def test_the_question_for_the_house_walks_indexes(house: Household) -> None:
    with house.store.reading() as conn:
        asked = text("EXPLAIN QUERY PLAN " + str(_items()))
        steps = [row[-1] for row in conn.execute(asked, {"now": at(NOW), "until": at(NOW), "every": True})]
    assert "SEARCH i USING INDEX ix_plan_item_person_id (person_id=?)" in steps
    assert [step for step in steps if step.startswith("SCAN") and step.split()[1] in ("e", "r", "v")] == []


# --- when ---------------------------------------------------------------------------------------------

moments = st.integers(at("2026-01-01 00:00"), at("2027-01-01 00:00"))
clock = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.integers(0, 59))


@given(start=moments, later=st.integers(0, 5 * 86400), times=st.lists(clock, min_size=1, max_size=6))
def test_by_hours_it_is_due_at_one_of_them_and_counts_those_gone_by(start: int, later: int, times: list[str]) -> None:
    kept = " ".join(times)
    now = start + later
    due_at, missed = next_time(None, kept, start, now)
    assert datetime.fromtimestamp(due_at, LOCAL).time() in hours(kept)
    assert due_at > start
    assert missed >= 0
    if due_at > now:
        assert missed == 0
    again, _ = next_time(None, kept, max(now, due_at), now)
    assert again > due_at


@given(start=moments, later=st.integers(0, 5 * 86400), every=st.integers(15, 10080))
def test_by_an_interval_it_is_due_that_long_after(start: int, later: int, every: int) -> None:
    due_at, missed = next_time(every, "", start, start + later)
    assert due_at == start + every * 60
    assert missed == max(0, later // (every * 60) - 1)


# --- the kinds of events ---------------------------------------------------------------------------------


def test_the_kinds_of_events_know_every_duty_and_every_answer() -> None:
    by_key = {code: duty.words for code, duty in duties().items() if duty.by_key}
    for id, field, listed in (
        ("duties", "done", by_key),
        ("answer", "what", {w.code: w.words for w in ways().values()}),
    ):
        choices = next(one for one in kind(id).fields if one.id == field).choices
        assert {one.code: one.words for one in choices} == listed


def test_what_shows_a_duty_is_a_kind_of_event_or_a_field_of_a_round() -> None:
    for duty in duties().values():
        for id in (*duty.shown_by, *filter(None, [duty.event])):
            assert kind(id).of == "person"
        assert duty.proof in ("", "look", "vitals", *ROUND_COLUMNS)
