"""2. People: registry, groups, health records."""

from datetime import date

import pytest

from care import beds, chart, people, stays
from db.store import Store
from tests.care.household import refuses
from tests.seeds.conftest import CARER, resident, who


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
