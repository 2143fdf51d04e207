"""The drugs that can be chosen: found by what is quick to type, and what the county said of them."""

import json

import pytest

from care.medicines import catalogue
from care.medicines.lists import rows
from db.tables import CatalogueItem
from tests.care.household import Household


@pytest.mark.parametrize(
    ("typed", "first"),
    [("xbdp", "硝苯地平(普通片)"), ("氨氯", "氨氯地平"), ("aldp", "氨氯地平"), ("warf", "华法林"), ("ＷARF", "华法林")],
)
def test_a_drug_is_found_by_initials_characters_and_generic_name(house: Household, typed: str, first: str) -> None:
    assert catalogue.drugs(house.store, typed)[0].zh == first


def test_what_begins_with_what_was_typed_comes_before_what_holds_it(house: Household) -> None:
    found = [one.zh for one in catalogue.drugs(house.store, "左")]
    assert found.index("左氧氟沙星") < len(found)
    assert all(one.startswith("左") for one in found[:3])
    assert "多巴丝肼" in [one.zh for one in catalogue.drugs(house.store, "levodopa")]


def test_nothing_typed_lists_the_drugs_and_nonsense_none(house: Household) -> None:
    assert len(catalogue.drugs(house.store, "", limit=500)) == 216
    assert catalogue.drugs(house.store, "qqqqq") == []


def test_the_lists_fit_together() -> None:
    drugs, groups = rows("drugs"), {row["group"] for row in rows("allergy_groups")}
    assert len(drugs) == len({row["id"] for row in drugs}) == 216
    assert {row["allergy_group"] for row in drugs} - {""} <= groups
    names = {row["zh"] for row in drugs}
    for row in rows("beers"):
        if row["of"] == "name":
            assert set(row["targets"].split(";")) <= names
    for row in rows("allergy_groups"):
        assert set(filter(None, row["cross_with"].split(";"))) <= groups
        assert row["same"] in ("block", "warn", "info")


def test_every_side_of_an_interaction_means_some_drug_or_is_known_to_mean_none() -> None:
    # Not among the drugs of a township: nothing to find there, and the county may add them.
    absent = {"pde5", "iodinated contrast"}
    known = {part for row in rows("drugs") for part in (*row["inn"].split("+"), row["inn"], row["allergy_group"])}
    known |= {tag for row in rows("drugs") for tag in row["tags"].split(";")}
    for row in rows("interactions"):
        for side in ("a", "b"):
            terms = set(row[side].split(";"))
            assert terms <= known | absent | {"other oral drugs"}, row


def test_a_list_of_the_county_adds_overrides_and_closes(house: Household) -> None:
    def publish(code: str, name: str, closed: bool = False, **facts: str) -> None:
        with house.store.act(None) as act:
            said = json.dumps(facts)
            act.insert(CatalogueItem, catalogue="drugs", code=code, name=name, facts=said, closed=closed)

    publish("X1", "县制止咳糖浆", unit="ml", high_alert="1")
    publish("D043", "氨氯地平", spec="2.5mg")
    publish("D001", "青霉素钠", closed=True)
    added = catalogue.drugs(house.store, "xzzktj")[0]
    assert (added.code, added.unit, added.high_alert) == ("X1", "ml", True)
    amlodipine = catalogue.drug(house.store, "D043")
    assert amlodipine is not None
    assert (amlodipine.spec, amlodipine.inn, amlodipine.py) == ("2.5mg", "amlodipine", "aldp")
    assert catalogue.drug(house.store, "D001") is None


def test_a_written_name_is_recognised_by_the_longest_drug_in_it() -> None:
    known = catalogue.packaged()
    found = catalogue.resembling(known, "拜阿司匹灵 阿司匹林肠溶片100mg")
    assert found is not None
    assert found.inn == "aspirin"
    assert catalogue.resembling(known, "硝苯地平缓释片").zh == "硝苯地平缓释"  # type: ignore[union-attr]
    assert catalogue.resembling(known, "祖传膏药") is None


def test_what_a_county_says_with_true_is_a_yes_and_what_it_closed_is_taken_still(house: Household) -> None:
    from care.medicines.checks import check
    from tests.care.pharmacy import pharmacy

    p = pharmacy(house)
    p.order("华法林")
    with house.store.act(None) as act:
        for code, name, closed in (("D043", "氨氯地平", False), ("D066", "华法林", True)):
            act.insert(
                CatalogueItem, catalogue="drugs", code=code, name=name, closed=closed, facts='{"high_alert":true}'
            )
    amlodipine = catalogue.drug(house.store, "D043")
    assert amlodipine is not None
    assert amlodipine.high_alert
    assert catalogue.drug(house.store, "D066") is None
    assert any(one.kind == "interaction" for one in check(p.store, p.person, p.new("布洛芬")))
