"""A form that was saved just before the power went does not come back; every other half-typed form does."""

from care.half_typed import CORRECTS, DRAFTS, overtaken
from care.rounds import Observation, correct, record, undo, unremarkable
from care.same_person import merge_people
from tests.care.household import Household

PULSE = Observation(vitals={"pulse": 70})


def test_the_round_made_of_a_draft_overtakes_it(house: Household) -> None:
    house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1")
    house.store.save_draft(f"{DRAFTS}{person}", house.carer, {"pulse": "70"})
    assert overtaken(house.store, house.store.now(), house.carer) == set()
    house.it_is("2026-11-22 10:20")
    record(house.store, house.carer, person, PULSE)
    assert overtaken(house.store, house.store.now(), house.carer) == {person}
    house.it_is("2026-11-22 10:25")
    house.store.save_draft(f"{DRAFTS}{person}", house.carer, {"pulse": "7"})
    assert overtaken(house.store, house.store.now(), house.carer) == set()


def test_neither_space_nor_somebody_else_nor_another_persons_round_overtakes_a_form(house: Household) -> None:
    house.it_is("2026-11-22 10:00")
    person, other = house.person("李秀英", "101-1"), house.person("陈德福", "101-2")
    house.store.save_draft(f"{DRAFTS}{person}", house.carer, {"pulse": "70"})
    house.it_is("2026-11-22 10:20")
    unremarkable(house.store, house.carer, person)
    record(house.store, house.director, person, PULSE)
    record(house.store, house.carer, other, PULSE)
    assert overtaken(house.store, house.store.now(), house.carer) == set()


def test_a_form_of_a_hidden_registration_is_overtaken_by_the_round_of_the_shown_one(house: Household) -> None:
    house.it_is("2026-11-22 10:00")
    shown, hidden = house.person("李秀英", "101-1"), house.person("李秀瑛")
    house.store.save_draft(f"{DRAFTS}{hidden}", house.carer, {"pulse": "70"})
    merge_people(house.store, house.director, shown, hidden)
    assert overtaken(house.store, house.store.now(), house.carer) == set()
    record(house.store, house.carer, shown, PULSE)
    assert overtaken(house.store, house.store.now(), house.carer) == {hidden}


def test_a_round_of_a_clock_that_ran_ahead_hides_no_form(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    house.it_is("2026-11-22 10:50")
    record(house.store, house.carer, person, PULSE)
    house.it_is("2026-11-22 10:00")
    house.store.save_draft(f"{DRAFTS}{person}", house.carer, {"pulse": "7"})
    assert overtaken(house.store, house.store.now(), house.carer) == set()


def test_a_correction_overtakes_its_own_draft_though_it_has_the_time_of_the_look(house: Household) -> None:
    house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "101-1")
    first = record(house.store, house.carer, person, PULSE)
    house.it_is("2026-11-22 10:05")
    draft = {"pulse": "71", CORRECTS: f"{first.round_id.hex} {house.store.now()}"}
    house.store.save_draft(f"{DRAFTS}{person}", house.carer, draft)
    assert overtaken(house.store, house.store.now(), house.carer) == set()
    second = correct(house.store, house.carer, first.round_id, Observation(vitals={"pulse": 71}), "填错")
    assert overtaken(house.store, house.store.now(), house.carer) == {person}
    undo(house.store, house.carer, second.round_id)
    house.store.save_draft(f"{DRAFTS}{person}", house.carer, {"pulse": "7"})
    assert overtaken(house.store, house.store.now(), house.carer) == set()
