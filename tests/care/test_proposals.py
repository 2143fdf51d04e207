"""What assessments and risks propose, and that a person decides: accepted, declined, taken back."""

from uuid import UUID

import pytest

from care import assessments, county_facts, people, plan, proposals, stays
from care.events.read import of_person
from care.proposals import Proposal
from care.rights import NoRight
from care.scales import scale
from db.tables import Assessment, Person
from tests.care.household import Household, refuses

WORDS = {"self": "自理", "half": "半护", "full": "全护", "special": "特护"}


def graded(house: Household, person: UUID, scale_id: str, grade: str, total: int) -> UUID:
    """An assessment with this result, as it stands in the record."""
    with house.store.act(house.director) as act:
        return act.insert(
            Assessment,
            person_id=person,
            staff_id=house.director,
            at=act.now,
            scale=scale_id,
            version=scale(scale_id).version,
            answers="{}",
            total=total,
            grade=grade,
        )


def barthel(house: Household, person: UUID, total: int) -> UUID:
    """A Barthel of this total, filled in: points are taken from the last items."""
    answers, left = {}, 100 - total
    for item in scale("barthel").items:
        best = item.options[0].score
        answers[item.id] = next(
            (place for place in range(item.hi, -1, -1) if best - item.options[place].score <= left), 0
        )
        left -= best - item.options[answers[item.id]].score
    assert left == 0
    return assessments.record(house.store, house.director, person, "barthel", answers, {}).id


def proposed(house: Household, person: UUID, kind: str) -> dict[str, Proposal]:
    return {one.value: one for one in proposals.proposals(house.store, person) if one.kind == kind}


def level(house: Household, person: UUID) -> str:
    return people.facts(house.store, person).care_level


@pytest.mark.parametrize(
    ("grade", "now", "new"),
    [
        ("intact", "half", "self"),
        ("mild", "half", "self"),
        ("moderate", "self", "half"),
        ("severe", "half", "full"),
        ("complete", "half", "full"),
        ("moderate", "half", ""),
    ],
)
def test_the_ability_grade_proposes_the_level(house: Household, grade: str, now: str, new: str) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1", care_level=now)
    assert proposed(house, li, "care_level") == {}
    row = graded(house, li, "gbt42195_2022", grade, 50)
    found = proposed(house, li, "care_level")
    assert list(found) == ([new] if new else [])
    for one in found.values():
        assert (one.assessment_id, one.at) == (row, house.store.now())
        assert one.words.zh == f"照料等级 {WORDS[now]} -> {WORDS[new]}"
        assert one.cause.zh.startswith("能力评估：")


@pytest.mark.parametrize(
    ("fact", "value", "grade", "new"), [("level_mild", 1, "mild", "half"), ("level_complete", 3, "complete", "special")]
)
def test_where_no_rule_says_it_the_county_does(house: Household, fact: str, value: int, grade: str, new: str) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1", care_level="self")
    graded(house, li, "gbt42195_2022", grade, 50)
    county_facts.confirm(house.store, house.director, fact, value)
    [one] = proposed(house, li, "care_level").values()
    assert (one.value, one.certainty) == (new, "C")


def test_six_items_propose_a_level_where_the_ability_was_never_assessed(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1", care_level="self")
    graded(house, li, "tekun_selfcare6", "none", 6)
    assert list(proposed(house, li, "care_level")) == ["full"]
    graded(house, li, "gbt42195_2022", "moderate", 50)
    assert list(proposed(house, li, "care_level")) == ["half"]


@pytest.mark.seed("R059")
def test_accepted_the_level_changes_and_the_record_says_because_of_what(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1", care_level="self")
    row = graded(house, li, "gbt42195_2022", "severe", 40)
    [one] = proposed(house, li, "care_level").values()
    with pytest.raises(NoRight):
        proposals.accept(house.store, house.carer, li, one)
    done = proposals.accept(house.store, house.director, li, one)
    assert level(house, li) == "full"
    assert proposed(house, li, "care_level") == {}
    [event] = of_person(house.store, li, ("accepted_proposal",))
    assert (event.id, event.about) == (done.event_id, row)
    with refuses("proposal_gone"):
        proposals.accept(house.store, house.director, li, one)
    proposals.undo(house.store, house.director, done)
    assert level(house, li) == "self"
    assert list(proposed(house, li, "care_level")) == ["full"]


def test_undo_leaves_what_somebody_has_set_since(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1", care_level="self")
    graded(house, li, "gbt42195_2022", "severe", 40)
    [one] = proposed(house, li, "care_level").values()
    done = proposals.accept(house.store, house.director, li, one)
    with house.store.act(house.director) as act:
        act.edit(Person, li, care_level="special")
    proposals.undo(house.store, house.director, done)
    assert level(house, li) == "special"
    with refuses("record_superseded"):
        proposals.undo(house.store, house.director, done)


def test_declined_it_keeps_the_reason_and_is_proposed_no_more_until_a_newer_assessment(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1", care_level="self")
    graded(house, li, "gbt42195_2022", "severe", 40)
    [one] = proposed(house, li, "care_level").values()
    with refuses("reason_missing"):
        proposals.decline(house.store, house.director, li, one, " ")
    proposals.decline(house.store, house.director, li, one, "骨折恢复期，下月再评")
    assert proposed(house, li, "care_level") == {}
    assert level(house, li) == "self"
    [event] = of_person(house.store, li, ("declined_proposal",))
    assert "骨折恢复期" in str(event.words)
    house.it_is("2026-12-22 09:00")
    graded(house, li, "gbt42195_2022", "severe", 40)
    assert list(proposed(house, li, "care_level")) == ["full"]


@pytest.mark.parametrize(("total", "asks"), [(40, True), (45, True), (50, False), (100, False)])
def test_barthel_of_45_and_below_proposes_a_home_bed(house: Household, total: int, asks: bool) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    barthel(house, li, total)
    found = proposed(house, li, "home_bed")
    assert bool(found) == asks
    if asks:
        assert str(total) in found["home"].cause.zh
        proposals.accept(house.store, house.director, li, found["home"])
        assert proposed(house, li, "home_bed") == {}


def test_whoever_lies_on_a_home_bed_needs_none(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    barthel(house, li, 45)
    stays.switch_home(house.store, house.director, li, "青山村", "三组 12 号")
    assert proposed(house, li, "home_bed") == {}


def test_risks_and_grade_propose_duties_that_the_plan_lacks(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1", care_level="full")
    braden = graded(house, li, "braden", "high", 11)
    ability = graded(house, li, "gbt42195_2022", "severe", 40)
    found = proposed(house, li, "duty")
    assert {"turning", "skin_check", "vitals", "bed_rails", "meal_watch"} <= set(found)
    assert found["turning"].assessment_id == braden
    assert "Braden 高危（11 分）" in found["turning"].cause.zh
    assert found["vitals"].assessment_id == ability
    assert (found["vitals"].every_min, found["vitals"].certainty) == (480, "A")
    done = proposals.accept(house.store, house.director, li, found["turning"])
    [item] = plan.plan(house.store, li).items
    assert (item.duty, item.every_min, item.cause) == ("turning", 120, found["turning"].cause.zh)
    assert "turning" not in proposed(house, li, "duty")
    proposals.undo(house.store, house.director, done)
    assert plan.plan(house.store, li).items == ()
    assert "turning" in proposed(house, li, "duty")


def test_of_two_that_ask_for_a_duty_the_more_frequent_counts(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1", care_level="full")
    graded(house, li, "gbt42195_2022", "complete", 10)
    assert proposed(house, li, "duty")["vitals"].every_min == 240
    assert proposed(house, li, "duty")["airway"].every_min == 120


def test_what_was_voided_proposes_nothing(house: Household) -> None:
    house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1", care_level="self")
    row = graded(house, li, "gbt42195_2022", "severe", 40)
    [one] = proposed(house, li, "care_level").values()
    assessments.void(house.store, house.director, row, "评错了人")
    assert proposals.proposals(house.store, li) == ()
    with refuses("proposal_gone"):
        proposals.accept(house.store, house.director, li, one)
    with refuses("person_unknown"):
        proposals.proposals(house.store, house.director)
