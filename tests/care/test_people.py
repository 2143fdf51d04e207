"""Finding people by what is quick to type, registering them, changing what is known."""

import dataclasses
from datetime import date
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from care import people, stays
from care.age import age
from care.fact_check import FactProblem
from care.people import Allergy, Condition, Consent, Contact, PersonFacts
from care.places import natural
from db.local import JOURNAL
from db.tables import Person
from tests.care.household import Household, id_number, refuses

TODAY = date(2026, 11, 22)
WOMAN_1940 = id_number("42120219400101222")


def names(house: Household, query: str, offset: int = 0, limit: int = 50) -> list[str]:
    return [row.name for row in people.page(house.store, query, offset, limit)]


def problems(**given: object) -> set[tuple[str, str, str]]:
    facts = dataclasses.replace(PersonFacts("李秀英", id_number=WOMAN_1940, category="dibao"), **given)  # type: ignore[arg-type]
    return {dataclasses.astuple(problem) for problem in people.check(facts, TODAY)}


# --- finding


@pytest.mark.parametrize(
    "typed", ["lxy", "LXY", "lixiuying", "lixiu", "李", "秀英", "xiuy", "101-1", "101", "１０１－１"]
)
def test_a_person_is_found_by_initials_pinyin_characters_or_bed(house: Household, typed: str) -> None:
    house.person("李秀英", "101-1")
    house.person("王长生", "102-1")
    assert names(house, typed) == ["李秀英"]
    assert people.count(house.store, typed) == 1


def test_a_person_is_found_by_the_last_digits_of_the_id_number(house: Household) -> None:
    house.person("李秀英", id_number=WOMAN_1940)
    (row,) = people.page(house.store, WOMAN_1940[-4:].lower(), 0, 50)
    assert (row.name, row.id_tail) == ("李秀英", WOMAN_1940[-4:])
    assert names(house, WOMAN_1940[-6:]) == names(house, WOMAN_1940) == ["李秀英"]
    assert names(house, "zzz") == []
    assert people.count(house.store, "zzz") == 0


def test_those_with_a_bed_come_first_in_the_order_people_count_beds(house: Household) -> None:
    for label in ("203-1", "病1-1", "102-2", "101-1"):
        house.person(f"甲{label[0]}", label)
    house.person("乙")
    house.person("丙")
    assert [row.bed_label for row in people.page(house.store, "", 0, 50)] == [
        "101-1", "102-2", "203-1", "病1-1", "练习", "", "",
    ]  # fmt: skip
    assert names(house, "")[-2:] == ["丙", "乙"], "the newest registered first"


def test_pages_follow_each_other_without_gap_or_repetition(house: Household) -> None:
    for number in range(7):
        house.person("李" + "甲乙丙丁戊己庚"[number], f"10{number + 1}-1" if number < 3 else "")
    for query in ("", "l", "李"):
        whole = [row.id for row in people.page(house.store, query, 0, 50)]
        assert people.count(house.store, query, most=5) == min(5, len(whole))
        assert len(whole) == len(set(whole)) == people.count(house.store, query)
        for size in (1, 2, 3):
            paged: list[UUID] = []
            while rows := people.page(house.store, query, len(paged), size):
                paged += [row.id for row in rows]
            assert paged == whole


def test_a_page_is_bounded_whatever_is_asked(house: Household) -> None:
    house.person("李秀英")
    assert people.page(house.store, "", -5, 1) == people.page(house.store, "", 0, 1)
    assert people.page(house.store, "", 0, -1) == []
    assert people.page(house.store, "", 10**9, 50) == []
    assert len(people.page(house.store, "李" * 10_000, 0, 10**9)) == 0


@pytest.mark.parametrize("typed", ["%", "_", "'", "李%", "\\", "*", "\x00", "\U0010ffff"])
def test_signs_that_mean_something_to_a_database_mean_nothing_here(house: Household, typed: str) -> None:
    house.person("李秀英", "101-1")
    assert names(house, typed) == []
    assert people.count(house.store, typed) == 0


def test_a_line_of_the_list_says_who_where_and_what_to_beware_of(house: Household) -> None:
    li = house.person(
        "李秀英", "101-1", care_level="full", category="tekun_c", allergies=(Allergy("青霉素", "皮疹"), Allergy("花生"))
    )
    stays.leave(house.store, house.carer, li, "family", None, "")
    (row,) = people.page(house.store, "lxy", 0, 50)
    assert dataclasses.replace(row, id_tail="") == people.PersonRow(
        li, "李秀英", "2", 86, "101-1", "full", "tekun_c", "leave", ("青霉素", "花生"), ""
    )


def test_a_list_that_cannot_be_read_is_shown_as_empty_and_nothing_crashes(house: Household) -> None:
    li = house.person("李秀英", "101-1")
    with house.store.act(house.carer) as act:
        act.edit(Person, li, allergies='{"to"', contacts='[1, {"name": "王强", "phone": 7}, {"phone": "1"}]')
    assert people.page(house.store, "lxy", 0, 1)[0].allergies == ()
    assert people.facts(house.store, li).contacts == (Contact("王强"),)


@given(st.lists(st.from_regex(r"[0-9]{1,3}-[0-9]{1,2}", fullmatch=True), max_size=8))
@example(["0-1", "00-0"])
def test_labels_of_digits_are_ordered_as_numbers(labels: list[str]) -> None:
    assert [tuple(map(int, label.split("-"))) for label in sorted(labels, key=natural)] == sorted(
        tuple(map(int, label.split("-"))) for label in labels
    )


@given(st.lists(st.text(max_size=12), max_size=8).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_labels_of_any_text_have_one_order_however_they_come(orders: tuple[list[str], list[str]]) -> None:
    one, other = (sorted(labels, key=natural) for labels in orders)
    assert [natural(label) for label in one] == [natural(label) for label in other]


# --- registering


def test_all_facts_come_back_as_they_were_given(house: Household) -> None:
    given = PersonFacts(
        name="李秀英",
        sex="2",
        birth="1940-01-01",
        id_number=WOMAN_1940,
        ethnic="15",
        category="tekun_c",
        care_level="full",
        phone="13812345521",
        village="双河村",
        address="三组 12 号",
        record_no="42120210020100001",
        insurance="02",
        insurance_no="A1",
        blood_abo="3",
        contacts=(Contact("王强", "20", "13812345521"), Contact("王丽", "30")),
        allergies=(Allergy("青霉素", "皮疹", "2019"),),
        allergies_known=True,
        conditions=(Condition("高血压3级", "I10", "2011"),),
        consents=(Consent("入住协议", "2026-11-01", "王强"),),
        no_resuscitation=True,
        spo2_scale=2,
        note="爱听戏",
    )
    assert people.facts(house.store, people.create(house.store, house.director, given)) == given


def test_sex_and_birth_are_taken_from_the_id_number(house: Household) -> None:
    person = people.create(house.store, house.director, PersonFacts(" 李 秀英 ", id_number=WOMAN_1940.lower()))
    known = people.facts(house.store, person)
    assert (known.name, known.sex, known.birth, known.id_number) == ("李 秀英", "2", "1940-01-01", WOMAN_1940)


def test_fifteen_digits_are_kept_as_eighteen(house: Household) -> None:
    old = WOMAN_1940[:6] + WOMAN_1940[8:17]
    person = people.create(house.store, house.director, PersonFacts("李秀英", id_number=old))
    assert people.facts(house.store, person).id_number == WOMAN_1940


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"id_number": "", "sex": "2"}, ("id_number", "id_missing", "error")),
        ({"id_number": WOMAN_1940[:-1], "sex": "2"}, ("id_number", "id_length", "error")),
        ({"sex": "1"}, ("sex", "sex_differs", "error")),
        ({"birth": "1941-01-01"}, ("birth", "birth_differs", "error")),
        ({"sex": "1", "id_reason": "证件办错"}, ("sex", "sex_differs", "warning")),
        ({"birth": "1940-13-01", "id_reason": "x"}, ("birth", "birth_invalid", "error")),
        ({"birth": "19400101", "id_reason": "x"}, ("birth", "birth_invalid", "error")),
        ({"birth": "2026-11-23", "id_reason": "x"}, ("birth", "birth_future", "error")),
        ({"birth": "1899", "id_reason": "x"}, ("birth", "birth_long_ago", "warning")),
        ({"id_number": "", "id_reason": "无户口", "sex": "2"}, ("birth", "birth_missing", "warning")),
        ({"id_number": "", "id_reason": "无户口"}, ("sex", "sex_missing", "error")),
        ({"category": ""}, ("category", "category_missing", "warning")),
        ({"category": "vip"}, ("category", "code_unknown", "error")),
        ({"care_level": "most"}, ("care_level", "code_unknown", "error")),
        ({"care_level": ""}, ("care_level", "level_missing", "error")),
        ({"spo2_scale": 3}, ("spo2_scale", "code_unknown", "error")),
        ({"record_no": "12"}, ("record_no", "record_no_shape", "warning")),
        ({"contacts": (Contact("王强", "儿子"),)}, ("contacts", "relation_unknown", "warning")),
        ({"contacts": (Contact(" "),)}, ("contacts", "item_unnamed", "error")),
        ({"allergies": (Allergy("x"),) * 51}, ("allergies", "text_too_long", "error")),
        ({"conditions": (Condition("x", "y" * 61),)}, ("conditions", "text_too_long", "error")),
        ({"village": "x" * 61}, ("village", "text_too_long", "error")),
        ({"note": "x" * 2001}, ("note", "text_too_long", "error")),
    ],
)
def test_every_problem_is_named_by_its_field(given: dict, problem: tuple[str, str, str]) -> None:
    assert problem in problems(**given)


def test_right_facts_have_no_problem() -> None:
    assert problems() == set()
    assert problems(birth="1940", sex="2") == set()


def test_a_wrong_id_number_needs_a_reason_and_then_only_warns() -> None:
    wrong = WOMAN_1940[:-1] + ("0" if WOMAN_1940[-1] != "0" else "1")
    given = {"id_number": wrong, "sex": "2", "birth": "1940"}
    assert problems(**given) == {("id_number", "id_check_digit", "error")}
    assert problems(**given, id_reason="档案如此") == {("id_number", "id_check_digit", "warning")}


def test_all_problems_are_named_at_once() -> None:
    found = people.check(PersonFacts("", sex="x", id_number="1", category="y", birth="z"), TODAY)
    assert [problem.field for problem in found if problem.severity == "error"] == [
        "name", "id_number", "birth", "sex", "category",
    ]  # fmt: skip
    assert found[0] == FactProblem("name", "name_missing", "error")


def test_another_kind_of_document_has_numbers_of_its_own() -> None:
    assert problems(id_type="03", id_number="E12345678", sex="2", birth="1940") == set()


def test_what_has_an_error_is_not_saved(house: Household) -> None:
    with refuses("name_missing", field="name"):
        people.create(house.store, house.director, house.facts(" "))
    with refuses("id_missing", field="id_number"):
        people.create(house.store, house.director, PersonFacts("李秀英", sex="2"))
    assert people.count(house.store) == 1, "only the practice person"


@given(
    st.builds(
        PersonFacts,
        st.text(max_size=70),
        sex=st.text(max_size=2),
        birth=st.none() | st.text(max_size=12) | st.from_regex(r"[0-9]{4}(-[0-9]{2}){0,2}", fullmatch=True),
        id_number=st.text(max_size=30),
        id_reason=st.text(max_size=3),
    )
)
def test_any_text_is_checked_without_a_crash_and_completing_twice_changes_nothing(facts: PersonFacts) -> None:
    whole = people.complete(facts, TODAY)
    assert people.complete(whole, TODAY) == whole
    assert people.check(whole, TODAY) == people.check(facts, TODAY)


def test_one_id_number_is_registered_once_and_the_refusal_says_the_bed_not_the_name(house: Household) -> None:
    li = house.person("李秀英", "101-1", id_number=WOMAN_1940)
    with refuses("id_number_taken", bed="101-1"):
        people.create(house.store, house.director, PersonFacts("李秀珍", id_number=WOMAN_1940))
    other = house.person("张玉珍")
    mine = people.facts(house.store, other)
    with refuses("id_number_taken", bed="101-1"):
        people.change(house.store, house.director, other, dataclasses.replace(mine, id_number=WOMAN_1940))
    stays.discharge(house.store, house.director, li, "home")
    with refuses("id_number_taken", bed="-"):
        people.create(house.store, house.director, PersonFacts("李秀珍", id_number=WOMAN_1940))


def test_while_entering_those_who_may_be_the_same_are_shown(house: Household) -> None:
    li = house.person("李秀英", "101-1", id_number=WOMAN_1940)
    other_birth = house.person("李秀英", id_number=id_number("42120219500101222"))

    def found(**given: object) -> list[UUID]:
        return [row.id for row in people.same_people(house.store, PersonFacts(**given))]  # type: ignore[arg-type]

    assert found(name="李秀珍", id_number=WOMAN_1940) == [li]
    assert set(found(name="李秀英")) == {li, other_birth}
    assert found(name="李秀英", birth="1940") == [li]
    assert found(name="李秀") == []
    assert found(name="") == []


# --- changing


def edits(house: Household) -> list[tuple[str, str]]:
    with house.store.reading() as conn:
        rows = conn.execute(select(JOURNAL.c.table_name, JOURNAL.c.op).order_by(JOURNAL.c.lamport))
        return [(row.table_name, row.op) for row in rows]


def test_only_what_changed_is_written(house: Household) -> None:
    li = house.person("李秀英", "101-1")
    facts = people.facts(house.store, li)
    before = edits(house)
    assert not people.change(house.store, house.carer, li, facts)
    assert edits(house) == before
    assert people.change(house.store, house.carer, li, dataclasses.replace(facts, care_level="full", note="夜里怕冷"))
    assert edits(house) == [*before, ("person", "edit")]
    assert people.facts(house.store, li) == dataclasses.replace(facts, care_level="full", note="夜里怕冷")


def test_a_changed_name_is_found_at_once(house: Household) -> None:
    li = house.person("李秀英")
    people.change(house.store, house.carer, li, dataclasses.replace(people.facts(house.store, li), name="王秀英"))
    assert (names(house, "wxy"), names(house, "lxy")) == (["王秀英"], [])


def test_a_form_filled_before_another_laptop_added_something_does_not_undo_it(house: Household) -> None:
    li = house.person("李秀英")
    seen = people.facts(house.store, li)
    arrived = dataclasses.replace(seen, allergies=(Allergy("青霉素"),))
    people.change(house.store, house.director, li, arrived)
    assert people.change(house.store, house.carer, li, dataclasses.replace(seen, phone="13800000000"), seen=seen)
    assert people.facts(house.store, li) == dataclasses.replace(arrived, phone="13800000000")
    assert not people.change(house.store, house.carer, li, seen, seen=seen)


def test_what_has_an_error_does_not_replace_what_is_right(house: Household) -> None:
    li = house.person("李秀英")
    facts = people.facts(house.store, li)
    with refuses("sex_differs", field="sex"):
        people.change(house.store, house.carer, li, dataclasses.replace(facts, sex="1"))
    with refuses("person_unknown"):
        people.change(house.store, house.carer, house.carer, facts)
    with refuses("person_unknown"):
        people.facts(house.store, house.carer)
    assert people.facts(house.store, li) == facts


# --- groups


@pytest.mark.parametrize(
    ("birth", "years"),
    [
        ("1940-11-22", 86),
        ("1940-11-23", 85),
        ("1940-11", 86),
        ("1940-12", 85),
        ("1940", 86),
        (None, None),
        ("", None),
        ("2027-01-01", None),
        ("1940-x", None),
        ("1-2-3-4", None),
    ],
)
def test_age_in_full_years(birth: str | None, years: int | None) -> None:
    assert age(birth, TODAY) == years
