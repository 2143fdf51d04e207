"""What stands beside the form of a round: who it is, what was measured before, the last round whole."""

from dataclasses import replace

import pytest

from care import people
from care.bedside import Noted, bedside
from care.observations import Finding, brief, water
from care.rounds import Observation, correct, record, undo, unremarkable
from care.vitals import ImpossibleValue, read
from db.errors import Refused
from db.tables import Access
from tests.care.household import Household, refuses
from tests.care.test_rounds import FULL_SET, rows


def test_the_last_round_comes_back_whole_so_that_a_correction_loses_nothing(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    seen = Observation(
        kind="nurse",
        state="清醒",
        position="左",
        skin="发红",
        intake="大半",
        water_ml=200,
        mood="低落",
        abnormal="咳嗽",
        note="晚上再看",
        reported_to=house.director,
        vitals=FULL_SET | {"glucose_mmol10": 81},
    )
    saved = record(house.store, house.carer, person, seen)
    last = bedside(house.store, person, house.store.now()).last_round
    assert last is not None
    assert (last.round_id, last.who, last.observation) == (saved.round_id, "王芳", seen)
    corrected = correct(house.store, house.carer, last.round_id, replace(last.observation, note=""), "写错")
    again = bedside(house.store, person, house.store.now()).last_round
    assert again is not None
    assert (again.round_id, again.observation) == (corrected.round_id, replace(seen, note=""))


def test_a_round_taken_back_is_not_the_last(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    saved = record(house.store, house.carer, person, Observation(vitals={"pulse": 70}))
    undo(house.store, house.carer, saved.round_id)
    found = bedside(house.store, person, house.store.now())
    assert (found.last_round, found.last, found.noted, found.trend) == (None, None, {}, ())


def test_who_lies_there_and_what_was_found(house: Household) -> None:
    person = house.person(
        "李秀英", "101-1", spo2_scale=2, allergies=(people.Allergy("青霉素", "皮疹", "2019"),), allergies_known=True
    )
    record(house.store, house.carer, person, Observation(skin="发红", vitals=FULL_SET))
    found = bedside(house.store, person, house.store.now())
    assert (found.header.name, found.header.bed_label, found.header.spo2_scale) == ("李秀英", "101-1", 2)
    assert found.header.risks == (Finding("skin", "发红", True),)
    assert [point.values["sbp"] for point in found.trend] == [156]
    assert rows(house, Access) == []


def test_the_last_word_of_each_field_is_of_whichever_round_noted_one(house: Household) -> None:
    now = house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1")
    for ago, seen in (
        (90000, Observation(intake="拒食")),
        (7200, Observation(position="左", skin="发红")),
        (3600, Observation(position="右")),
    ):
        record(house.store, house.carer, person, seen, at=now - ago)
    unremarkable(house.store, house.carer, person)
    assert bedside(house.store, person, now).noted == {
        "position": Noted(Finding("position", "右", False), now - 3600),
        "skin": Noted(Finding("skin", "发红", True), now - 7200),
    }


def test_nobody_is_nobody(house: Household) -> None:
    with refuses("person_unknown"):
        bedside(house.store, house.director, house.store.now())


def test_water_is_read_as_a_measure_is() -> None:
    assert read(water(), "２００") == 200
    with pytest.raises(ImpossibleValue) as caught:
        read(water(), "2001")
    assert (caught.value.facts["lo"], caught.value.facts["hi"]) == ("0", "2000")


def test_brief_words_fit_a_column() -> None:
    assert brief(Finding("spo2", 91, True), "en") == "O2 91"
    assert brief(Finding("temp_c10", 385, True), "zh") == "体温38.5"
    assert brief(Finding("unremarkable", True, False), "en") == "well"
    assert brief(Finding("skin", "发红", True), "zh") == "发红"


def test_drafts_can_be_asked_for_by_who_typed_them(house: Household) -> None:
    house.store.save_draft("round:1", house.carer, {"pulse": "7"})
    house.store.save_draft("round:2", house.director, {"pulse": "8"})
    assert house.store.drafts("round:", house.carer) == {"round:1": {"pulse": "7"}}
    assert set(house.store.drafts("round:")) == {"round:1", "round:2"}


def test_a_correction_of_what_is_no_longer_the_last_word_is_refused(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    saved = record(house.store, house.carer, person, Observation(vitals={"pulse": 70}))
    correct(house.store, house.carer, saved.round_id, Observation(vitals={"pulse": 71}), "写错")
    with pytest.raises(Refused):
        correct(house.store, house.carer, saved.round_id, Observation(vitals={"pulse": 72}), "写错")
