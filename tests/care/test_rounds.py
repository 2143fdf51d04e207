"""Recording a look, correcting it, taking it back; what is due, and the board."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from care import beds, people, staff, stays
from care.chart import timeline
from care.levels import due_at
from care.rounds import (
    BoardRow,
    Finding,
    Observation,
    board,
    correct,
    last_vitals,
    observations,
    record,
    say,
    undo,
    unremarkable,
)
from care.vitals import ImpossibleValue, measures
from db.errors import Refused
from db.journal import Value
from db.local import JOURNAL
from db.tables import Person, Round, Stay, Synced, Vitals
from tests.care.household import Household, at, copy_of
from tests.insider import tampering

FULL_SET: dict[str, int | str | bool | None] = {
    "temp_c10": 365, "pulse": 78, "resp": 18, "sbp": 156, "dbp": 92, "spo2": 97, "acvpu": "A", "oxygen": False
}  # fmt: skip


def rows(house: Household, of: type[Synced]) -> list[dict[str, Value]]:
    with house.store.reading() as conn:
        asked = select(of.__table__).order_by(of.__table__.c.id)  # type: ignore[attr-defined]
        return [dict(row) for row in conn.execute(asked).mappings()]


def rule_of(caught: pytest.ExceptionInfo[Refused]) -> str:
    return caught.value.rule


def line(house: Household, person: UUID, now: int) -> BoardRow:
    return next(row for row in board(house.store, now).rows if row.person_id == person)


def nurse(house: Household) -> UUID:
    return staff.add(house.store, house.director, number="3001", name="李娟", role="nurse")


# --- recording -------------------------------------------------------------------------------


def test_the_unremarkable_round_is_one_step_one_act_on_the_present_bed(house: Household) -> None:
    now = house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1")
    with house.store.reading() as conn:
        before = conn.execute(select(func.count()).select_from(JOURNAL)).scalar_one()
    saved = unremarkable(house.store, house.carer, person)
    (row,) = rows(house, Round)
    assert row["id"] == saved.round_id
    assert (row["person_id"], row["staff_id"], row["bed_id"]) == (person, house.carer, house.bed("101-1"))
    assert row["unremarkable"] is True
    assert 0 <= row["at"] - now <= 5  # type: ignore[operator]
    assert (saved.vitals_id, saved.news) == (None, None)
    with house.store.reading() as conn:
        entries = conn.execute(select(JOURNAL.c.row_id)).scalars().all()
    assert len(entries) == before + 1
    assert saved.round_id in entries


def test_a_full_set_is_scored_as_it_is_saved(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    observation = Observation(state="清醒", position="左", skin="完整", intake="全量", water_ml=200, vitals=FULL_SET)
    saved = record(house.store, house.carer, person, observation)
    assert saved.news is not None
    assert (saved.news.total, saved.news.complete) == (0, True)
    (vitals,) = rows(house, Vitals)
    assert vitals["id"] == saved.vitals_id
    assert vitals["round_id"] == saved.round_id
    assert {name: vitals[name] for name in FULL_SET} == FULL_SET
    assert vitals["at"] == rows(house, Round)[0]["at"]
    assert vitals["weight_kg10"] is None


def test_the_prescribed_oxygen_scale_of_the_person_is_kept_with_the_set(house: Household) -> None:
    person = house.person("陈德福", "101-1", spo2_scale=2)
    saved = record(house.store, house.carer, person, Observation(vitals=FULL_SET | {"spo2": 89}))
    assert rows(house, Vitals)[0]["spo2_scale"] == 2
    assert saved.news is not None
    assert saved.news.parts["spo2"] == 0  # the first scale would say 3


def test_weight_alone_has_no_score(house: Household) -> None:
    saved = record(house.store, house.carer, house.person("李秀英", "101-1"), Observation(vitals={"weight_kg10": 455}))
    assert saved.vitals_id is not None
    assert saved.news is None


@pytest.mark.parametrize(
    ("role", "clock", "kind"),
    [
        ("carer", "10:00", "caregiver"),
        ("carer", "22:30", "night"),
        ("nurse", "22:30", "nurse"),
        ("doctor", "10:00", "doctor"),
        ("director", "10:00", "manager"),
    ],
)
def test_the_kind_of_round_follows_who_looks_and_when(house: Household, role: str, clock: str, kind: str) -> None:
    house.it_is(f"2026-11-22 {clock}")
    by = staff.add(house.store, house.director, number="77", name="甲", role=role)
    person = house.person("李秀英", "101-1")
    unremarkable(house.store, by, person)
    unremarkable(house.store, by, person, kind="safety")
    assert [row["kind"] for row in rows(house, Round)] == [kind, "safety"]


def test_a_look_may_be_written_down_later_but_not_ahead(house: Household) -> None:
    now = house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1")
    record(house.store, house.carer, person, Observation(state="睡眠"), at=at("2026-11-22 04:00"))
    assert rows(house, Round)[0]["at"] == at("2026-11-22 04:00")
    assert rows(house, Round)[0]["kind"] == "night"
    with pytest.raises(Refused) as caught:
        record(house.store, house.carer, person, Observation(state="睡眠"), at=now + 7200)
    assert rule_of(caught) == "time_ahead"


@pytest.mark.parametrize(
    ("observation", "rule"),
    [
        (Observation(), "nothing_observed"),
        (Observation(note="  "), "nothing_observed"),
        (Observation(vitals={"pulse": None}), "nothing_observed"),
        (Observation(unremarkable=True, abnormal="咳嗽"), "unremarkable_with_finding"),
        (Observation(kind="party", unremarkable=True), "kind_unknown"),
        (Observation(state="飞"), "choice_unknown"),
        (Observation(note="长" * 1001), "text_too_long"),
        (Observation(water_ml=2001), "water_impossible"),
        (Observation(water_ml=-1), "water_impossible"),
        (Observation(vitals={"sbp": 90, "dbp": 90}), "sbp_not_above_dbp"),
        (Observation(vitals={"acvpu": "X"}), "acvpu_unknown"),
        (Observation(unremarkable=True, reported_to=UUID(int=5)), "staff_unknown"),
    ],
)
def test_what_no_round_can_be_is_refused_and_nothing_is_written(
    house: Household, observation: Observation, rule: str
) -> None:
    person = house.person("李秀英", "101-1")
    with pytest.raises(Refused) as caught:
        record(house.store, house.carer, person, observation)
    assert rule_of(caught) == rule
    assert rows(house, Round) == rows(house, Vitals) == []


def test_somebody_unknown_cannot_be_looked_at_nor_look(house: Household) -> None:
    with pytest.raises(Refused) as caught:
        unremarkable(house.store, house.carer, uuid4())
    assert rule_of(caught) == "person_unknown"
    with pytest.raises(Refused) as caught:
        unremarkable(house.store, uuid4(), house.person("李秀英"))
    assert rule_of(caught) == "staff_unknown"


@pytest.mark.parametrize("of", measures(), ids=lambda of: of.id)
def test_hard_limits_hold_whatever_the_screen_let_pass(house: Household, of) -> None:
    person = house.person("李秀英", "101-1")
    for value in (of.hard_lo, of.hard_hi):
        record(house.store, house.carer, person, Observation(vitals={of.id: value}))
    for value in (of.hard_lo - 1, of.hard_hi + 1, "12"):
        with pytest.raises(ImpossibleValue) as caught:
            record(house.store, house.carer, person, Observation(vitals={of.id: value}))
        assert caught.value.facts["measure"] == of.id
    assert [row[of.id] for row in rows(house, Vitals)] == [of.hard_lo, of.hard_hi]


# --- correcting and taking back ----------------------------------------------------------------


def test_a_correction_names_what_it_supersedes_and_both_stay_readable(house: Household) -> None:
    house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1")
    wrong = record(house.store, house.carer, person, Observation(state="清醒", vitals={"sbp": 256, "dbp": 92}))
    fixed = Observation(state="清醒", vitals={"sbp": 156, "dbp": 92})
    right = correct(house.store, house.director, wrong.round_id, fixed, "看错数字", second=house.second())
    old, new = rows(house, Round)
    assert (new["supersedes"], new["reason"], new["staff_id"]) == (wrong.round_id, "看错数字", house.director)
    assert (new["at"], new["bed_id"], new["kind"]) == (old["at"], old["bed_id"], old["kind"])
    before, after = rows(house, Vitals)
    assert (after["supersedes"], after["round_id"], after["sbp"]) == (before["id"], right.round_id, 156)
    last = last_vitals(house.store, person, house.store.now())
    assert last is not None
    assert (last.values["sbp"], last.usual["sbp"]) == (156, 156)


def test_a_correction_can_add_measurements_and_take_them_away(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    first = unremarkable(house.store, house.carer, person)
    added = correct(house.store, house.carer, first.round_id, Observation(vitals={"pulse": 80}), "补记")
    last = last_vitals(house.store, person, house.store.now())
    assert last is not None
    assert last.values == {"pulse": 80, "spo2_scale": 1}
    correct(house.store, house.carer, added.round_id, Observation(state="睡眠"), "别人的数")
    assert last_vitals(house.store, person, house.store.now()) is None


def test_a_correction_needs_a_reason_and_a_round_that_still_stands(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    first = unremarkable(house.store, house.carer, person)
    with pytest.raises(Refused) as caught:
        correct(house.store, house.carer, first.round_id, Observation(state="睡眠"), " ")
    assert rule_of(caught) == "reason_missing"
    correct(house.store, house.carer, first.round_id, Observation(state="睡眠"), "记错")
    with pytest.raises(Refused) as caught:
        correct(house.store, house.carer, first.round_id, Observation(state="进食"), "记错")
    assert rule_of(caught) == "record_superseded"


def test_undo_leaves_the_row_and_nothing_of_its_effect(house: Household) -> None:
    now = house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1")
    saved = record(house.store, house.carer, person, Observation(vitals=FULL_SET))
    undo(house.store, house.carer, saved.round_id)
    assert len(rows(house, Round)) == len(rows(house, Vitals)) == 2
    assert line(house, person, now).last_at is None
    assert last_vitals(house.store, person, now + 60) is None
    (item,) = timeline(house.store, person)
    assert (item.round_id, item.void) == (saved.round_id, True)
    with pytest.raises(Refused) as caught:
        undo(house.store, house.carer, saved.round_id)
    assert rule_of(caught) == "record_superseded"


def test_taking_back_a_correction_puts_the_first_words_in_place_again(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    first = record(house.store, house.carer, person, Observation(abnormal="咳嗽", vitals={"pulse": 88}))
    asleep = Observation(state="睡眠")
    wrong = correct(house.store, house.director, first.round_id, asleep, "以为记错", second=house.second())
    undo(house.store, house.director, wrong.round_id)
    row = line(house, person, house.store.now())
    assert row.last_word == Finding("abnormal", "咳嗽", True)
    last = last_vitals(house.store, person, house.store.now())
    assert last is not None
    assert last.values["pulse"] == 88


def test_only_ones_own_act_is_undone_and_only_for_ten_minutes(house: Household) -> None:
    now = house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1")
    # Written down late: the ten minutes run from the writing, not from the look.
    saved = record(house.store, house.carer, person, Observation(state="睡眠"), at=now - 7200)
    with pytest.raises(Refused) as caught:
        undo(house.store, house.director, saved.round_id)
    assert rule_of(caught) == "undo_not_yours"
    house.it_is("2026-11-22 10:09")
    again = unremarkable(house.store, house.carer, person)
    undo(house.store, house.carer, saved.round_id)
    house.it_is("2026-11-22 10:20")
    with pytest.raises(Refused) as caught:
        undo(house.store, house.carer, again.round_id)
    assert rule_of(caught) == "undo_too_late"


def test_once_sealed_the_time_of_the_look_stands_for_that_of_the_writing(house: Household) -> None:
    now = house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1")
    early = record(house.store, house.carer, person, Observation(state="睡眠"), at=now - 7200)
    fresh = unremarkable(house.store, house.carer, person)
    with tampering(house.store) as conn:  # as if a batch held it
        conn.execute(JOURNAL.delete())
    undo(house.store, house.carer, fresh.round_id)
    with pytest.raises(Refused) as caught:
        undo(house.store, house.carer, early.round_id)
    assert rule_of(caught) == "undo_too_late"


# --- last time beside this time ------------------------------------------------------------------


def test_last_values_come_from_each_last_measuring_and_usual_is_the_median(house: Household) -> None:
    now = house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1")
    for days, sbp in ((40, 200), (5, 138), (4, 141), (3, 139)):
        record(house.store, house.carer, person, Observation(vitals={"sbp": sbp, "dbp": 80}), at=now - days * 86400)
    record(house.store, house.carer, person, Observation(vitals={"glucose_mmol10": 81}), at=now - 3600)
    last = last_vitals(house.store, person, now)
    assert last is not None
    assert (last.at, last.news) == (now - 3600, None)
    assert (last.values["sbp"], last.values["glucose_mmol10"]) == (139, 81)
    assert last.usual["sbp"] == 139  # of 138 141 139; the 200 of forty days ago is history


def test_the_newest_set_is_told_even_when_it_is_old(house: Household) -> None:
    now = house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1")
    record(house.store, house.carer, person, Observation(vitals={"pulse": 70}), at=now - 90 * 86400)
    last = last_vitals(house.store, person, now)
    assert last is not None
    assert (last.values["pulse"], dict(last.usual)) == (70, {})


# --- due, and the board --------------------------------------------------------------------------


@pytest.mark.seed("R091")
def test_carers_are_told_by_care_level_when_to_look_turn_feed_and_toilet(house: Household) -> None:
    house.it_is("2026-11-22 08:00")
    full = house.person("李秀英", "101-1", care_level="full")
    half = house.person("陈德福", "101-2", care_level="half")
    alone = house.person("吴国华", "102-1", care_level="self")
    ten = at("2026-11-22 10:00")
    looked = Observation(state="如厕", position="左", skin="完整", intake="大半", water_ml=150)
    for person in (full, half, alone):
        record(house.store, house.carer, person, looked, at=at("2026-11-22 08:00"))
    late = {row.person_id: row.late_min for row in board(house.store, at("2026-11-22 11:30")).rows}
    assert (late[full], late[half], late[alone]) == (90, 30, 0)
    assert (line(house, full, ten).turning, line(house, half, ten).turning) == (True, False)
    kept = {say(finding, "zh") for finding in timeline(house.store, full)[0].text_facts}
    assert kept == {"如厕", "左侧", "完整", "大半", "饮水 150"} or kept == {
        "如厕",
        "左侧",
        "完整",
        "大半",
        "饮水 150 ml",
    }


def test_the_last_look_of_any_kind_counts_and_a_new_admission_counts_as_one(house: Household) -> None:
    house.it_is("2026-11-22 08:00")
    person = house.person("李秀英", "101-1", care_level="full")
    nine = at("2026-11-22 09:00")
    assert abs((line(house, person, nine).due_at or 0) - at("2026-11-22 10:00")) <= 5
    by = nurse(house)
    record(house.store, by, person, Observation(unremarkable=True), at=at("2026-11-22 08:30"))
    assert line(house, person, nine).due_at == at("2026-11-22 10:30")


def test_the_board_goes_bed_by_bed_and_counts_who_is_in(house: Household) -> None:
    now = house.it_is("2026-11-22 10:00")
    house.person("张玉珍", "102-2")
    house.person("李秀英", "101-1")
    ward = house.person("郑有财", "病1-1")
    away = house.person("周福", "102-1")
    house.person("未入住")
    stays.leave(house.store, house.director, away, "family", now + 86400, "儿子")
    unremarkable(house.store, house.carer, ward)
    shown = board(house.store, now + 60)
    # The practice person is there to try things on, and in no figure.
    assert [row.name for row in shown.rows] == ["李秀英", "周福", "张玉珍", "练习老人", "郑有财"]
    assert [row.where for row in shown.rows] == ["in", "leave", "in", "in", "in"]
    assert (shown.total, shown.done, shown.remarkable) == (3, 1, 0)
    assert line(house, away, now).due_at is None
    assert line(house, away, now).back_at == now + 86400


def test_back_from_leave_nobody_is_days_late(house: Household) -> None:
    house.it_is("2026-11-18 10:00")
    person = house.person("周福", "101-1", care_level="full")
    unremarkable(house.store, house.carer, person)
    stays.leave(house.store, house.director, person, "family", None, "儿子")
    now = house.it_is("2026-11-22 10:00")
    assert line(house, person, now).due_at is None
    stays.back(house.store, house.director, person)
    assert abs((line(house, person, now).due_at or 0) - (now + 7200)) <= 5


def test_a_tour_may_begin_a_little_early_and_ends_when_the_next_begins(house: Household) -> None:
    house.it_is("2026-11-22 06:00")
    early, tour_before, seen = (house.person(f"老{n}", f"10{n}-1", care_level="full") for n in (1, 2, 3))
    now = house.it_is("2026-11-22 10:02")
    for person, clock in ((early, "09:40"), (tour_before, "09:20"), (seen, "10:01")):
        record(house.store, house.carer, person, Observation(unremarkable=True), at=at(f"2026-11-22 {clock}"))
    shown = board(house.store, now)
    done = {row.person_id: row.done for row in shown.rows if not row.practice}
    assert done == {early: True, tour_before: False, seen: True}
    assert (shown.title_period, shown.from_at, shown.number) == ("day", at("2026-11-22 10:00"), 3)
    assert board(house.store, at("2026-11-22 12:00")).done == 0


def test_somebody_of_an_imported_roster_is_due_now_and_not_years_late(house: Household) -> None:
    now = house.it_is("2026-11-22 12:00")
    person = people.create(house.store, house.director, house.facts("李秀英", care_level="full"))
    stays.admit(house.store, house.director, person, house.bed("101-1"), at=at("2019-03-01 09:00"))
    row = line(house, person, now)
    assert (row.due_at, row.late_min, row.done) == (at("2026-11-22 10:00"), 120, False)
    unremarkable(house.store, house.carer, person)
    assert line(house, person, now).done


def test_somebody_just_admitted_is_not_late(house: Household) -> None:
    now = house.it_is("2026-11-22 12:00")
    row = line(house, house.person("李秀英", "101-1", care_level="full"), now)
    assert (row.due_at, row.late_min) == (at("2026-11-22 14:00"), 0)


def test_the_night_counts_its_tours_from_when_it_began(house: Household) -> None:
    house.it_is("2026-11-22 20:00")
    house.person("李秀英", "101-1", care_level="full")
    shown = board(house.store, at("2026-11-23 01:30"))
    assert (shown.title_period, shown.number, shown.from_at) == ("night", 3, at("2026-11-23 01:00"))


def test_a_look_dated_2099_by_a_wrong_clock_hides_nobody(house: Household) -> None:
    now = house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1", care_level="full")
    with house.store.act(house.carer) as act:
        act.insert(Round, person_id=person, staff_id=house.carer, at=at("2099-01-01 00:00"), kind="caregiver")
    assert line(house, person, now).last_at is None


def test_somebody_on_two_beds_after_a_merge_is_shown_once_on_the_later(house: Household) -> None:
    now = house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1")
    with house.store.act(house.carer) as act:
        act.insert(Stay, person_id=person, bed_id=house.bed("102-1"), from_at=now + 5)
    assert [row.bed_label for row in board(house.store, now).rows if row.person_id == person] == ["102-1"]


@pytest.mark.parametrize(
    ("observation", "word"),
    [
        (Observation(unremarkable=True), "无异常"),
        (Observation(state="睡眠", note="翻身"), "睡眠"),
        (Observation(state="清醒", vitals=FULL_SET | {"spo2": 91}), "! 血氧 91"),
        (Observation(skin="发红", vitals=FULL_SET | {"spo2": 91}), "! 发红"),
        (Observation(skin="发红", abnormal="血压高"), "! 血压高"),
        (Observation(vitals={"acvpu": "V"}), "! 呼唤应"),
        (Observation(vitals={"pulse": 70}), "已看"),
    ],
)
def test_the_last_word_is_what_asks_for_care(house: Household, observation: Observation, word: str) -> None:
    person = house.person("陈德福", "101-1")
    record(house.store, house.carer, person, observation)
    found = line(house, person, house.store.now()).last_word
    assert found is not None
    assert ("! " if found.remarkable else "") + say(found, "zh") == word


def test_findings_speak_english_too() -> None:
    assert say(Finding("unremarkable", True, False), "en") == "nothing remarkable"
    assert say(Finding("skin", "发红", True), "en") == "red"
    assert say(Finding("temp_c10", 381, True), "en") == "Temperature 38.1"
    assert say(Finding("acvpu", "V", True), "en") == "voice"
    assert say(Finding("water_ml", 200, False), "en") == "Water 200 ml"
    assert say(Finding("oxygen", True, True), "en") == "on oxygen"
    assert say(Finding("skin", "word of a newer program", False), "en") == "word of a newer program"


def test_every_choice_is_kept_as_its_word_and_has_both_languages() -> None:
    fields = {"state", "position", "skin", "intake", "mood"}
    assert set(observations()) == fields
    for of in observations().values():
        assert of.zh
        assert of.en
        assert all(choice.code and choice.zh and choice.en for choice in of.choices)
        assert len({choice.code for choice in of.choices}) == len(of.choices)


def test_the_allergy_sign_stands_beside_the_name(house: Household) -> None:
    now = house.it_is("2026-11-22 10:00")
    allergic = house.person("李秀英", "101-1", allergies=(people.Allergy("青霉素", "皮疹", "2019"),))
    other = house.person("张玉珍", "101-2")
    assert (line(house, allergic, now).allergies, line(house, other, now).allergies) == (True, False)


@pytest.fixture(scope="module")
def one_house(founded_once: tuple[Path, Household], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """One house for all examples of a property; each brings its own person."""
    template, made = founded_once
    house = Household(copy_of(template, tmp_path_factory.mktemp("one") / "record.db"), made.director, made.carer)
    yield house
    house.store.close()


@given(
    looks=st.lists(
        st.tuples(st.integers(0, 7200), st.sampled_from(["keep", "correct", "undo", "correct and undo"])),
        min_size=1,
        max_size=5,
    )
)
def test_however_rounds_are_corrected_and_undone_the_newest_standing_one_counts(
    one_house: Household, looks: list[tuple[int, str]]
) -> None:
    store, by = one_house.store, one_house.carer
    now = one_house.it_is("2026-11-22 10:00")
    with store.act(by) as act:
        person = act.insert(Person, name="老人", sex="2", care_level="half")
        act.insert(Stay, person_id=person, bed_id=one_house.bed("101-1"), from_at=0)
    standing = []
    for ago, then in looks:
        saved = record(store, by, person, Observation(state="睡眠"), at=now - ago)
        if then.startswith("correct"):
            saved = correct(store, by, saved.round_id, Observation(state="清醒"), "改")
        if then.endswith("undo"):
            undo(store, by, saved.round_id)
        if then != "undo":
            standing.append((now - ago, "清醒" if then == "correct" else "睡眠"))
    row = line(one_house, person, now)
    newest = max((moment for moment, _ in standing), default=None)
    assert row.last_at == newest
    # Without any round that counts it is as if the house had taken them in two intervals ago.
    assert row.due_at == due_at("half", newest, now - 2 * 180 * 60)
    if row.last_word is not None:
        assert (newest, row.last_word.value) in standing
    assert len(timeline(store, person)) >= len(looks)


@pytest.mark.parametrize(("who", "kind"), [("carer", "visit"), ("director", "home_bed")])
def test_a_person_on_a_home_bed_stands_last_on_the_board_and_is_looked_at_on_a_visit(
    house: Household, who: str, kind: str
) -> None:
    at_home = house.person("梁桂英", "101-2", care_level="full")
    house.person("周福", "102-2", care_level="full")
    stays.switch(house.store, house.director, at_home, beds.add_home_bed(house.store, house.director, "双河村", "一组"))
    shown = board(house.store, house.store.now())
    residents = [row for row in shown.rows if not row.practice]
    assert [(row.name, row.bed_label, row.due_at is None) for row in residents] == [
        ("周福", "102-2", False),
        ("梁桂英", "双河村", True),
    ]
    assert shown.total == 1
    saved = unremarkable(house.store, getattr(house, who), at_home)
    [row] = [item for item in timeline(house.store, at_home) if item.round_id == saved.round_id]
    assert row.kind == kind
