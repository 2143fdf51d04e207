"""Consent: each kind by itself, who answered and how; the last answer counts; what nobody asked is work to do."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from care import people, rights, staff, stays
from care.consents import COUNTY, Answer, give, kinds, refuse, standing, state, unasked, withdraw
from care.person_facts import Consent
from care.same_person import merge_people
from db.tables import Person
from tests.care.household import Household, refuses

ON = "2026-11-20"
SELF = Answer(ON, "01")
SON = Answer(ON, "20", "李国强")


@pytest.fixture
def person(house: Household) -> UUID:
    return house.person("李秀英", "102-1")


def of(house: Household, person: UUID, kind: str = COUNTY) -> Consent | None:
    return next(one.last for one in state(house.store, person) if one.kind == kind)


def test_what_is_asked_names_its_law_and_minors_are_not_among_it() -> None:
    articles = {article for kind in kinds() for article in kind.articles}
    assert {23, 28, 29, 30, 49} <= articles
    assert 31 not in articles
    assert {kind.code for kind in kinds() if kind.needed == "all"} == {"shared_record", COUNTY}


def test_given_refused_and_taken_back_the_last_answer_counts(house: Household, person: UUID) -> None:
    give(house.store, house.carer, person, COUNTY, SELF)
    assert of(house, person) == Consent(COUNTY, ON, "", "given", "01", "paper")
    withdraw(house.store, house.carer, person, COUNTY, Answer("2026-11-21", "20", "李国强", "oral", "王芳", "想再商量"))
    assert of(house, person) == Consent(COUNTY, "2026-11-21", "李国强", "withdrawn", "20", "oral", "王芳", "想再商量")
    refuse(house.store, house.carer, person, "photo", SON)
    found = {one.kind: one.state for one in state(house.store, person)}
    assert (found[COUNTY], found["photo"], found["shared_record"]) == ("withdrawn", "refused", "")
    # Every answer stays in the record, in the order given.
    kept = people.facts(house.store, person).consents
    assert [(one.kind, one.state) for one in kept] == [(COUNTY, "given"), (COUNTY, "withdrawn"), ("photo", "refused")]


def test_nobody_takes_back_what_was_not_given(house: Household, person: UUID) -> None:
    with refuses("consent_not_given"):
        withdraw(house.store, house.carer, person, COUNTY, SELF)
    refuse(house.store, house.carer, person, COUNTY, SELF)
    with refuses("consent_not_given"):
        withdraw(house.store, house.carer, person, COUNTY, SELF)


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (Answer(ON, "20"), "consent_by"),
        (Answer(ON, "ZZ", "李国强"), "consent_relation"),
        (Answer(ON, "01", how="oral"), "consent_witness"),
        (Answer(ON, "01", how="sms"), "consent_how"),
        (Answer("2026-11-23", "01"), "date_ahead"),
    ],
)
def test_who_answered_and_how_must_be_known(house: Household, person: UUID, answer: Answer, rule: str) -> None:
    with refuses(rule):
        give(house.store, house.carer, person, COUNTY, answer)
    assert people.facts(house.store, person).consents == ()


def test_a_kind_a_date_and_a_length_are_checked(house: Household, person: UUID) -> None:
    with refuses("consent_kind"):
        give(house.store, house.carer, person, "anything", SELF)
    with refuses("date_shape", field="on"):
        give(house.store, house.carer, person, COUNTY, Answer("20.11.2026", "01"))
    with refuses("text_too_long", most=30):
        give(house.store, house.carer, person, COUNTY, Answer(ON, "20", "李" * 31))
    with refuses("text_too_long", most=200):
        refuse(house.store, house.carer, person, COUNTY, Answer(ON, "01", reason="不" * 201))


def test_only_who_may_write_facts_writes_consents(house: Household, person: UUID) -> None:
    officer = staff.add(house.store, house.director, number="9001", name="周县", role="admin")
    assert "county" not in rights.roles_of("person.write")
    give(house.store, officer, person, COUNTY, SELF)
    staff.close(house.store, house.director, officer)
    with refuses("staff_closed"):
        refuse(house.store, officer, person, COUNTY, SELF)
    assert of(house, person) == Consent(COUNTY, ON, "", "given", "01", "paper")


def test_what_nobody_asked_is_work_to_do_and_care_goes_on(house: Household, person: UUID) -> None:
    at_home = house.person("陈大福")
    stays.admit(house.store, house.director, at_home, house.bed("101-1"))
    left = {one.name: one.kinds for one in unasked(house.store)}
    assert left == {"李秀英": ("shared_record", COUNTY), "陈大福": ("shared_record", COUNTY)}
    for kind in ("shared_record", COUNTY):
        give(house.store, house.carer, person, kind, SELF)
    assert [one.name for one in unasked(house.store)] == ["陈大福"]
    # Refused is an answer: nobody asks them every day.
    refuse(house.store, house.carer, at_home, COUNTY, SELF)
    assert [one.kinds for one in unasked(house.store)] == [("shared_record",)]


def test_a_home_bed_asks_for_visits() -> None:
    assert next(one.work for one in standing((), "home") if one.kind == "home_visit")
    assert not next(one.work for one in standing((), "welfare") if one.kind == "home_visit")


def test_what_an_older_record_holds_still_reads(house: Household, person: UUID) -> None:
    old = json.dumps([{"kind": "入住协议", "on": "2026-03-01", "by": "李强"}], ensure_ascii=False)
    with house.store.writing() as conn:
        conn.execute(update(Person).where(col(Person.id) == person).values(consents=old))
    give(house.store, house.carer, person, COUNTY, SELF)
    found = state(house.store, person)
    assert found[-1].last == Consent("入住协议", "2026-03-01", "李强")
    assert of(house, person) is not None


def test_of_somebody_registered_twice_both_answers_are_seen_and_the_later_counts(
    house: Household, person: UUID
) -> None:
    other = house.person("李秀英")
    give(house.store, house.carer, person, COUNTY, Answer("2026-11-21", "01"))
    refuse(house.store, house.carer, other, COUNTY, Answer(ON, "01"))
    merge_people(house.store, house.director, person, other)
    assert [one.state for one in state(house.store, other) if one.kind == COUNTY] == ["given"]
    withdraw(house.store, house.carer, other, COUNTY, Answer("2026-11-22", "01"))
    assert [one.state for one in state(house.store, person) if one.kind == COUNTY] == ["withdrawn"]
    with house.store.reading() as conn:
        rows = conn.execute(select(col(Person.consents)).where(col(Person.id) == person)).scalar_one()
    assert len(json.loads(rows)) == 3
