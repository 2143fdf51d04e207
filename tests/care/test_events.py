"""Events: what was typed is checked and kept as said, and read back; corrected, voided, taken back."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from care.data import table
from care.events import facts as checks
from care.events import read, record
from care.events.files import read_kind
from care.events.kinds import event_groups, followers, kind, kinds
from care.events.shape import NUMBERS, Field, Kind, applies
from care.rights import NoRight
from db.errors import Refused
from tests.care.household import Household, refuses

FALL: dict[str, Any] = {
    "severity": "II",
    "place": "toilet",
    "injury": ["bruise", "head"],
    "body": ["head", "hip:left"],
    "first_aid": "平卧，冷敷",
    "found_at": 0,
}
NOW = 1_795_300_000


def fall(house: Household, **more: Any) -> dict[str, Any]:
    return {**FALL, "found_at": house.store.now(), **more}


def record_fall(house: Household, person: UUID, **more: Any) -> UUID:
    return record.record(house.store, house.carer, "fall", fall(house, **more), person_id=person)


# --- the files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("of", kinds(), ids=lambda of: of.id)
def test_every_kind_is_whole_in_both_languages(of: Kind) -> None:
    assert of.group in event_groups()
    said = [of.words, *(field.words for field in of.fields), *(then.words for then in of.then)]
    said += [choice.words for field in of.fields for choice in field.choices]
    assert all(one.zh and one.en for one in said)
    assert len({field.words.zh for field in of.fields}) == len(of.fields)
    for then in of.then:
        assert kind(then.by) in followers(of)
    assert not of.opens or any(one.closes for one in followers(of))
    assert not of.then or of.opens
    # What a form begins with can be kept, as far as nothing is asked for that has no usual answer.
    wrong = checks.problems(of, checks.usual(of, NOW), NOW)
    assert {one.code for one in wrong} <= {"missing"}
    if 0 < of.quick <= 7:
        assert not wrong, "a normal one is saved as it is"


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"group": "fun"},
        {"of": "dog"},
        {"closes": True},
        {"urgent": {"text": ["x"]}},
        {"fields": ["text", "text"]},
        {"then": [{"by": "note", "zh": "记", "en": "note"}]},
        {"field": {"text": {"zh": "内容", "en": "What", "type": "poem"}}},
        {"field": {"text": {"zh": "内容", "en": "What", "type": "choice"}}},
    ],
    ids=str,
)
def test_a_file_that_says_what_it_may_not_is_refused(wrong: dict[str, Any]) -> None:
    read_kind("note", table("events/note"))
    with pytest.raises(ValueError, match="note"):
        read_kind("note", {**table("events/note"), **wrong})


def test_no_file_lies_beside_the_kinds() -> None:
    folder = Path(str(record.__file__)).parents[1] / "data" / "events"
    assert {path.stem for path in folder.iterdir()} == {of.id for of in kinds()}


# --- what is kept is what was said ----------------------------------------------------------------


def value_of(field: Field) -> st.SearchStrategy[Any]:
    match field.type:
        case "choice":
            return st.sampled_from([one.code for one in field.choices])
        case "many":
            return st.lists(st.sampled_from([one.code for one in field.choices]), min_size=1, unique=True)
        case "body":
            parts = [one.code if not one.sides else f"{one.code}:left" for one in field.choices]
            return st.lists(st.sampled_from(parts), min_size=1, unique=True)
        case "yes":
            return st.booleans()
        case "time":
            return st.integers(NOW - 86400, NOW)
        case "date":
            return st.dates().map(lambda day: day.isoformat())
        case "staff" | "person":
            return st.uuids().map(lambda one: one.hex)
        case _ if field.type in NUMBERS:
            return st.integers(field.lo, field.hi)
    return st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=min(field.longest, 40))


def facts_of(of: Kind) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={field.id: value_of(field) for field in of.fields})


@given(st.sampled_from(kinds()).flatmap(lambda of: st.tuples(st.just(of), facts_of(of))))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_kept_is_what_was_said_as_far_as_it_applies(said: tuple[Kind, dict[str, Any]]) -> None:
    of, facts = said
    kept = checks.tidy(of, facts)
    assert all(facts[name] == value for name, value in kept.items())
    for name in facts.keys() - kept.keys():
        assert not applies(of.field(name).when, kept)
    assert {one.code for one in checks.problems(of, facts, NOW)} <= {"missing"}
    assert all(one.field not in kept for one in checks.problems(of, facts, NOW))


def test_a_fall_is_read_back_as_it_was_said(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    doctor = house.colleague("doctor")
    id = record_fall(house, person, doctor=doctor.hex, doctor_at=house.store.now())
    (found,) = read.of_person(house.store, person)
    assert found.id == id
    assert found.facts == fall(house, doctor=doctor.hex, doctor_at=house.store.now())
    told = {label.zh: value.zh for label, value in found.words}
    assert told["部位"] == "头、左髋"
    assert told["通知医生"] == "同事"
    assert found.brief.zh == "造成伤害  卫生间  瘀青、碰到头  头、左髋"
    assert found.brief.en == "harm  toilet  bruise, hit the head  head, left hip"
    assert (found.open, found.urgent, found.who, found.bed_label) == (True, True, "王芳", "101-1")


def test_what_is_wrong_is_refused_by_its_field(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    with refuses("event_missing", field="first_aid"):
        record_fall(house, person, first_aid="  ")
    with refuses("event_missing", field="body"):
        record_fall(house, person, body=[])
    with refuses("event_unknown", field="severity"):
        record_fall(house, person, severity="V")
    with refuses("event_unknown", field="body"):
        record_fall(house, person, body=["head:left"])
    with refuses("event_unknown", field="colour"):
        record_fall(house, person, colour="red")
    with refuses("event_time_ahead", field="found_at"):
        record_fall(house, person, found_at=house.store.now() + 3600)
    with refuses("event_long", field="activity"):
        record_fall(house, person, activity="走" * 101)
    with refuses("event_range", field="count", lo=1, hi=50):
        facts = {"visitor": "李强", "relation": "child", "count": 51}
        record.record(house.store, house.carer, "visit", facts, person_id=person)
    with refuses("event_kind_unknown"):
        record.record(house.store, house.carer, "party", {}, person_id=person)
    with refuses("event_person_missing"):
        record.record(house.store, house.carer, "fall", fall(house))
    with refuses("staff_unknown"):
        record_fall(house, person, doctor=person.hex)
    assert read.of_person(house.store, person) == []


def test_where_nothing_is_hurt_no_part_of_the_body_is_asked_or_kept(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    record_fall(house, person, severity="III", injury=["none"])
    (found,) = read.of_person(house.store, person)
    assert "body" not in found.facts
    assert not found.urgent


def test_several_people_at_one_meal_are_one_act(house: Household) -> None:
    many = next((one for one in kinds() if one.many), None)
    assert many is not None
    people = [house.person("李秀英", "101-1"), house.person("张玉珍", "101-2")]
    usual = checks.usual(many, house.store.now())
    ids = record.record_many(house.store, house.carer, many.id, usual, people)
    since = house.store.now() - 60
    assert {one.person_id for one in read.of_house(house.store, since)} == set(people)
    record.undo(house.store, house.carer, *ids)
    assert read.of_house(house.store, since) == []
    with refuses("event_not_many"):
        record.record_many(house.store, house.carer, "fall", fall(house), people)


# --- corrected, voided, taken back ----------------------------------------------------------------


def test_a_correction_stands_in_the_place_of_what_was_wrong_and_both_stay_readable(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    first = record_fall(house, person)
    second = record.correct(house.store, house.carer, first, fall(house, place="room"), "写错地点")
    (found,) = read.of_person(house.store, person)
    assert (found.id, found.facts["place"], found.corrects) == (second, "room", True)
    assert [(one.id, one.stands) for one in read.history(house.store, first)] == [
        (second, "yes"),
        (first, "corrected"),
    ]
    assert read.event(house.store, first).id == second
    with refuses("event_missing", field="severity"):
        record.correct(house.store, house.carer, second, {}, "试")


def test_the_record_of_another_takes_two_to_void(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    id = record_fall(house, person)
    nurse = house.colleague("nurse", "80")
    with pytest.raises((NoRight, Refused)):
        record.void(house.store, nurse, id, "记错人")
    record.void(house.store, nurse, id, "记错人", second=house.second("doctor"))
    (found,) = read.of_person(house.store, person)
    assert (found.stands, found.reason, found.open) == ("void", "记错人", False)
    assert read.of_house(house.store, 0) == []


def test_taken_back_it_is_gone_from_the_lists_of_the_house(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    id = record_fall(house, person)
    record.undo(house.store, house.carer, id)
    assert read.of_house(house.store, 0) == []


def test_what_a_newer_program_recorded_is_not_hidden(house: Household) -> None:
    from db.tables import Event

    person = house.person("李秀英", "101-1")
    with house.store.act(house.carer) as act:
        act.insert(Event, person_id=person, staff_id=house.carer, at=act.now, kind="moon_walk", facts="no json")
    (found,) = read.of_person(house.store, person)
    assert (found.title.zh, found.words, found.open) == ("moon_walk", (), False)
