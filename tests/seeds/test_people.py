"""2. People: registry, groups, health records."""

from datetime import date

import pytest

from care import assess_facts, assessments, beds, chart, people, plan, proposals, stays
from care.duties import for_risk
from care.events import read, record
from care.lifecycle import lifecycle
from care.risks import risks_of_person
from care.scales import scale
from db.store import Store
from tests.care.household import refuses
from tests.seeds.conftest import CARER, DOCTOR, resident, who


@pytest.mark.seed("R048")
def test_nobody_comes_in_without_a_file_and_the_file_is_there_from_the_first_hour(home: Store) -> None:
    by, bed = who(home, CARER), beds.free_beds(home, "welfare")[0].id
    bare = people.create(home, by, resident("李秀英", category=""))
    with refuses("category_missing", field="category"):
        stays.admit(home, by, bare, bed)
    whole = resident(
        "李秀英",
        phone="13800005521",
        village="双河村",
        record_no="42120210000100001",
        insurance="02",
        contacts=(people.Contact("李强", "20", "13900001234"),),
        allergies=(people.Allergy("青霉素", "皮疹", "2019"),),
        allergies_known=True,
        conditions=(people.Condition("高血压", "I10", "2016"),),
        consents=(people.Consent("入住协议", "2026-11-22", "李强"),),
    )
    assert [problem.code for problem in people.check(whole, date(2026, 11, 22)) if problem.severity == "error"] == []
    people.change(home, by, bare, whole)
    stays.admit(home, by, bare, bed)
    header = chart.open_chart(home, by, bare)
    assert (header.bed_label, header.birth, header.sex, header.insurance) == ("101-1", "1940-01-01", "2", "02")
    assert (header.allergies, header.conditions) == (whole.allergies, whole.conditions)
    kept = people.facts(home, bare)
    assert (kept.contacts, kept.consents, kept.record_no) == (whole.contacts, whole.consents, whole.record_no)


@pytest.mark.seed("R060")
def test_dementia_is_marked_wandering_is_a_risk_and_the_plan_of_care_answers_it(home: Store) -> None:
    by, doctor = who(home, CARER), who(home, DOCTOR)
    facts = resident("李秀英", conditions=(people.Condition("阿尔茨海默病性痴呆", "F00.9", "2023"),))
    li = people.create(home, by, facts)
    stays.admit(home, by, li, beds.free_beds(home, "welfare")[0].id)
    assert assess_facts.usual_facts(home, li, "gbt42195_2022")["dementia"] is True
    assert [one.name for one in chart.open_chart(home, by, li).conditions] == ["阿尔茨海默病性痴呆"]
    assert [one.code for one in risks_of_person(home, li)] == []
    # She walks, and knows neither the day nor the place.
    of = scale("mmse")
    answers = {item.id: 0 if item.id in ("time", "place") else item.hi for item in of.items}
    assessments.record(home, doctor, li, "mmse", answers, {"education": "middle"})
    wander = next(one for one in risks_of_person(home, li) if one.code == "wander")
    assert wander.level == "high"
    protects = {one.duty.code for one in for_risk("wander")}
    asked = [one for one in proposals.proposals(home, li) if one.kind == "duty" and one.value in protects]
    assert asked
    for one in asked:
        proposals.accept(home, doctor, li, one)
    assert {item.duty for item in plan.plan(home, li).items} == {one.value for one in asked}


@pytest.mark.seed("R080")
def test_before_somebody_comes_it_is_written_how_they_are_and_whether_the_house_can_care_for_them(home: Store) -> None:
    doctor = who(home, DOCTOR)
    li = people.create(home, who(home, CARER), resident("李秀英"))
    record.record(home, doctor, "application", {"by": "child"}, person_id=li)
    assert lifecycle(home, li).next_code == "pre_entry"
    with refuses("event_missing", field="result"):
        record.record(home, doctor, "pre_entry", {"level": "half", "exam": "clear"}, person_id=li)
    said = {"result": "trial", "level": "half", "exam": "clear", "risks": True, "assessor": doctor.hex}
    record.record(home, doctor, "pre_entry", {**said, "note": "能扶拐走"}, person_id=li)
    (form,) = read.of_person(home, li, ("pre_entry",))
    told = {name.zh: value.zh for name, value in form.words}
    assert (told["结论"], told["体检"], told["评估人"], told["备注"]) == ("先试住", "无传染病", "赵敏", "能扶拐走")
    assert lifecycle(home, li).state == "assessed"
