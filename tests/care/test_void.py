"""A round that counts no more, the tables and pages a chart is drawn from, and settling what two laptops changed."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select, update

from care import disputes, rounds
from care.chart import contested, timeline
from care.levels import period_from
from care.measured import last_vitals
from care.people import facts
from care.timeline import timeline_count, timeline_page
from care.vitals_sets import vitals_sets
from db.journal import Value
from db.local import ROW_VERSION
from db.versions import Head, RowHeads
from tests.care.household import Household, at, refuses

NOW = "2026-11-22 21:04"


@pytest.fixture
def person(house: Household) -> UUID:
    house.it_is(NOW)
    return house.person("李秀英", "101-1")


def test_a_voided_round_stays_readable_and_counts_no_more(house: Household, person: UUID) -> None:
    look = rounds.Observation(note="原来是隔壁的", vitals={"sbp": 156, "dbp": 92})
    saved = rounds.record(house.store, house.carer, person, look)
    rounds.void(house.store, house.director, saved.round_id, " 认错人 ", second=house.second())
    (item,) = timeline(house.store, person)
    assert (item.void, item.ended_by, item.ended_why) == (True, "刘建国", "认错人")
    assert item.vitals["sbp"] == 156
    (measured,) = vitals_sets(house.store, person)
    assert (measured.stands, measured.values["sbp"], measured.who) == ("void", 156, "王芳")
    assert last_vitals(house.store, person, house.store.now()) is None


def test_a_correction_can_be_voided_and_nothing_comes_back(house: Household, person: UUID) -> None:
    first = rounds.record(house.store, house.carer, person, rounds.Observation(vitals={"sbp": 256}))
    second = rounds.correct(
        house.store, house.carer, first.round_id, rounds.Observation(vitals={"sbp": 156}), "多按了一下"
    )
    rounds.void(house.store, house.director, second.round_id, "认错人", second=house.second())
    assert [one.stands for one in vitals_sets(house.store, person)] == ["void", "corrected"]
    assert last_vitals(house.store, person, house.store.now()) is None


def test_voiding_wants_a_reason_and_happens_once(house: Household, person: UUID) -> None:
    saved = rounds.unremarkable(house.store, house.carer, person)
    with refuses("reason_missing"):
        rounds.void(house.store, house.carer, saved.round_id, "  ")
    rounds.void(house.store, house.carer, saved.round_id, "认错人")
    with refuses("record_superseded"):
        rounds.void(house.store, house.carer, saved.round_id, "认错人")


def test_pages_by_place_are_the_course_whole(house: Household, person: UUID) -> None:
    now = house.store.now()
    for step in range(7):
        rounds.record(house.store, house.carer, person, rounds.Observation(note=str(step)), at=now - step // 3)
    rounds.void(house.store, house.carer, timeline(house.store, person)[2].round_id, "认错人")
    whole = timeline(house.store, person, limit=100)
    assert timeline_count(house.store, person) == len(whole) == 7
    paged = [item for offset in range(0, 9, 2) for item in timeline_page(house.store, person, offset, 2)]
    assert paged == whole


@pytest.mark.parametrize(
    ("now", "began"),
    [("2026-11-22 21:04", "2026-11-22 21:00"), ("2026-11-22 05:00", "2026-11-21 21:00")],
)
def test_the_night_began_in_the_evening(now: str, began: str) -> None:
    assert period_from(at(now)) == at(began)


def contest(house: Household, person: UUID, field: str, *values: Value) -> None:
    """The heads as a merge leaves them when two laptops wrote different values."""
    same = ROW_VERSION.c.row_id == person
    with house.store.writing() as conn:
        heads = RowHeads.decode(conn.execute(select(ROW_VERSION.c.heads).where(same)).scalar_one())
        heads.fields[field] = tuple(Head(b"another epch", n, 50 + n, value) for n, value in enumerate(values))
        conn.execute(update(ROW_VERSION).where(same).values(heads=heads.encode(), contested=1))


def test_the_value_that_is_shown_already_settles_too(house: Household, person: UUID) -> None:
    shown = json.dumps([{"reaction": "", "since": "", "to": "青霉素"}], ensure_ascii=False, sort_keys=True)
    contest(house, person, "allergies", shown, "[]")
    with house.store.act(None) as act:
        before = act.conn.execute(select(ROW_VERSION.c.contested).where(ROW_VERSION.c.row_id == person)).scalar()
    assert before == 1
    disputes.settle(house.store, house.director, person, "allergies", shown)
    assert [each.to for each in facts(house.store, person).allergies] == ["青霉素"]
    assert contested(house.store, person) == []
    with refuses("settled_already"):
        disputes.settle(house.store, house.director, person, "allergies", shown)


def test_what_may_not_be_saved_settles_nothing(house: Household, person: UUID) -> None:
    contest(house, person, "care_level", "full", "half")
    with refuses("code_unknown", field="care_level"):
        disputes.settle(house.store, house.director, person, "care_level", "none_such")
    assert [each.field for each in contested(house.store, person)] == ["care_level"]
    with refuses("settled_already"):
        disputes.settle(house.store, house.director, person, "name", "李秀英")
    disputes.settle(house.store, house.director, person, "care_level", "half")
    assert facts(house.store, person).care_level == "half"
