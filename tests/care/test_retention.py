"""How long files are kept: never below the law, longer where the pair says so, and nothing is ever deleted."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select

from care import rounds, stays
from care.agreed import agree
from care.retention import ClosedFile, due, lengthen, terms
from db.tables import Person, Round
from tests.care.household import Household, refuses


def years(house: Household) -> dict[str, int]:
    return {one.code: one.years for one in terms(house.store)}


def listed(house: Household, today: str) -> list[ClosedFile]:
    return due(house.store, house.director, house.it_is(f"{today} 10:00"))


@pytest.fixture
def gone(house: Household) -> UUID:
    """Somebody who lived here, was seen by the doctor, and went home."""
    house.it_is("2026-11-22 10:00")
    person = house.person("李秀英", "102-1")
    seen = rounds.Observation(kind="doctor", unremarkable=True)
    rounds.record(house.store, house.director, person, seen)
    house.it_is("2026-11-23 10:00")
    stays.discharge(house.store, house.director, person, "home")
    return person


def test_every_term_names_its_law_or_says_that_it_is_our_own(house: Household) -> None:
    found = terms(house.store)
    assert {one.code: (one.years, one.certainty) for one in found} == {
        "welfare_file": (5, "A"),
        "outpatient": (15, "B"),
        "inpatient": (30, "B"),
        "health_record": (0, "B"),
        "prescription": (3, "B"),
        "prescription_psychotropic": (3, "B"),
        "prescription_narcotic": (3, "B"),
        "audit": (3, "C"),
    }
    assert [one.code for one in found if not one.law and one.certainty != "C"] == []
    assert [one.code for one in found if one.agreed] == []


def test_a_pair_may_keep_longer_and_never_shorter(house: Household) -> None:
    lengthen(house.store, house.director, "welfare_file", 10)
    assert years(house)["welfare_file"] == 10
    assert [one.code for one in terms(house.store) if one.agreed] == ["welfare_file"]
    lengthen(house.store, house.director, "welfare_file", 5)
    assert years(house)["welfare_file"] == 5
    for code, few, least in (("welfare_file", 4, 5), ("prescription", 2, 3), ("audit", 0, 3), ("inpatient", 101, 30)):
        with refuses("retention_shorter", least=least, most=100):
            lengthen(house.store, house.director, code, few)
    with refuses("retention_shorter", least=3, most=100):
        lengthen(house.store, house.director, "health_record", 50)
    with refuses("retention_unknown", known=" ".join(years(house))):
        lengthen(house.store, house.director, "photos", 5)
    with refuses("no_right", right="retention.decide", role="carer"):
        lengthen(house.store, house.carer, "welfare_file", 9)


@pytest.mark.parametrize("value", ["1", "-5", "", "soon", "99999999", "9" * 5000])
def test_what_another_program_agreed_on_never_goes_below_the_law(house: Household, value: str) -> None:
    with house.store.act(house.director) as act:
        agree(act, "retention.welfare_file", value)
    assert 5 <= years(house)["welfare_file"] <= 100


def test_a_file_is_listed_the_day_after_its_term_with_what_must_stay(house: Household, gone: UUID) -> None:
    assert listed(house, "2031-11-23") == []
    [found] = listed(house, "2031-11-24")
    assert (found.person_id, found.name, found.ended, found.whole) == (gone, "李秀英", date(2026, 11, 23), False)
    assert [(part.term, part.until, part.passed) for part in found.parts] == [
        ("welfare_file", date(2031, 11, 23), True),
        ("outpatient", date(2041, 11, 22), False),
    ]
    [later] = listed(house, "2042-01-01")
    assert later.whole


def test_who_came_back_is_not_listed_and_their_term_runs_anew(house: Household, gone: UUID) -> None:
    house.it_is("2031-01-01 10:00")
    stays.admit(house.store, house.director, gone, house.bed("102-1"))
    assert listed(house, "2060-01-01") == []


def test_a_health_record_is_kept_for_life(house: Household) -> None:
    person = house.person("陈大福", "101-1", record_no="42120210020100001")
    stays.discharge(house.store, house.director, person, "death")
    [found] = listed(house, "2099-01-01")
    assert not found.whole
    assert [(part.term, part.until) for part in found.parts][1:] == [("health_record", None)]


def test_longer_terms_count_and_nothing_is_deleted(house: Household, gone: UUID) -> None:
    lengthen(house.store, house.director, "welfare_file", 40)
    assert [one.parts[0].passed for one in listed(house, "2050-01-01")] == [False]
    with house.store.reading() as conn:
        counted = [conn.execute(select(func.count()).select_from(one)).scalar_one() for one in (Person, Round)]
    assert counted == [2, 1]
    assert [one.person_id for one in listed(house, "2099-01-01")] == [gone]


def test_only_who_runs_the_house_sees_the_list(house: Household) -> None:
    with refuses("no_right", right="retention.decide", role="carer"):
        due(house.store, house.carer, house.store.now())


def test_a_leap_day_does_not_cut_a_term_short(house: Household) -> None:
    house.it_is("2028-02-29 09:00")
    person = house.person("周芳", "202-1")
    stays.discharge(house.store, house.director, person, "home")
    assert listed(house, "2033-03-01") == []
    assert len(listed(house, "2033-03-02")) == 1
