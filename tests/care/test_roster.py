"""A welfare home's list of residents is judged: every problem at its row and column, nothing lost, nothing written."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from care.id_number import parse
from care.roster import SEVERITIES, KnownPeople, PlannedPerson, RosterPlan, plan, read_roster
from tests.data.messy_roster import MAIN, TODAY, UPSTAIRS, Expected, identity, write

HEADINGS = ["姓名", "性别", "身份证号", "出生日期", "护理等级", "房间号", "床号"]
LI = identity("370300", date(1943, 5, 2), 124)
Planned = Callable[..., RosterPlan]


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    """Plan a small list: headings, then rows."""

    def make(*rows: list[Any], headings: list[str] = HEADINGS, known: KnownPeople | None = None) -> RosterPlan:
        book = Workbook()
        for row in (headings, *rows):
            book.active.append(row)
        book.active.title = "名单"
        book.save(tmp_path / "list.xlsx")
        return plan(read_roster(tmp_path / "list.xlsx"), known or KnownPeople(), TODAY)

    return make


def only(of: RosterPlan) -> PlannedPerson:
    (person,) = of.people
    return person


def codes(of: RosterPlan) -> list[tuple[int, str, str]]:
    """Row, column, code of all that concerns lines."""
    return [(one.row, one.column, one.code) for one in of.problems if one.row > 1]


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> tuple[RosterPlan, Expected, Path]:
    path = tmp_path_factory.mktemp("roster") / "messy.xlsx"
    expected = write(path)
    return plan(read_roster(path), KnownPeople(), TODAY), expected, path


def test_in_three_hundred_messy_lines_every_problem_is_named_and_no_other(
    messy: tuple[RosterPlan, Expected, Path],
) -> None:
    made, expected, _ = messy
    named = {(one.sheet, one.row, one.column, one.code) for one in made.problems}
    assert named == expected.problems
    assert len(named) == len(made.problems)
    assert (made.lines, made.refused, made.duplicates) == (expected.lines, expected.refused, expected.duplicates)


def test_in_three_hundred_messy_lines_everybody_is_read_as_who_they_are(
    messy: tuple[RosterPlan, Expected, Path],
) -> None:
    made, expected, _ = messy
    read = {(person.sheet, person.row): person for person in made.people}
    assert read.keys() == expected.people.keys()
    whole = {place: line for place, line in expected.people.items() if "whole" in line}
    assert len(whole) > 140
    for place, line in whole.items():
        person = read[place]
        assert (person.name, person.id_number) == (line["name"], line["whole"])
        assert (person.birth, person.sex) == (line["born"].isoformat(), "1" if line["sex"] == "男" else "2")


def test_what_was_typed_for_a_number_is_kept_as_the_number_or_beside_it(
    messy: tuple[RosterPlan, Expected, Path],
) -> None:
    made, expected, _ = messy
    for person in made.people:
        typed = expected.people[person.sheet, person.row]["id"]
        if person.id_number:
            assert person.id_reason == ""
            assert parse(str(typed), TODAY).number == person.id_number
        else:
            assert person.id_reason == (f"{typed:.0f}" if isinstance(typed, float) else typed or "")


def test_both_sheets_are_read_and_every_bed_is_given_once(messy: tuple[RosterPlan, Expected, Path]) -> None:
    made, _, _ = messy
    assert {person.sheet for person in made.people} == {MAIN, UPSTAIRS}
    beds = [person.bed for person in made.people if person.bed]
    assert len(beds) == len(set(beds)) > 280
    upstairs = next(person for person in made.people if person.sheet == UPSTAIRS)
    assert (upstairs.room, upstairs.bed) == ("601", "601-1")
    assert [(one.name, one.phone) for one in upstairs.contacts] == [("王强", "13805551234"), ("李芳", "13905551234")]
    assert (upstairs.allergies, upstairs.allergies_known) == ((), True)


def test_a_room_written_once_for_two_lines_is_the_room_of_both(messy: tuple[RosterPlan, Expected, Path]) -> None:
    made, _, _ = messy
    first, second = made.people[:2]
    assert (first.bed, second.bed) == ("101-1", "101-2")


def test_a_second_run_knows_everybody(messy: tuple[RosterPlan, Expected, Path]) -> None:
    made, _, path = messy
    known = KnownPeople()
    for person in made.people:
        known.add(person.name, person.birth, person.id_number, person.id_reason)
    again = plan(read_roster(path), known, TODAY)
    assert again.people == ()
    assert again.already_known + again.refused == again.lines


def test_every_problem_has_a_weight_and_only_errors_keep_a_line_out(messy: tuple[RosterPlan, Expected, Path]) -> None:
    made, _, _ = messy
    assert all(one.severity == SEVERITIES[one.code] for one in made.problems)
    out = {(one.sheet, one.row) for one in made.problems if one.severity == "error"}
    assert len(out) == made.refused + made.duplicates
    assert not out & {(person.sheet, person.row) for person in made.people}


def test_a_clean_line_has_no_problem(planned: Planned) -> None:
    made = planned(["李秀英", "女", LI, "1943-05-02", "全护理", "205", "1"])
    assert codes(made) == []
    person = only(made)
    assert (person.name, person.sex, person.birth, person.id_number) == ("李秀英", "2", "1943-05-02", LI)
    assert (person.care_level, person.room, person.bed) == ("full", "205", "205-1")


def test_a_wrong_number_is_never_kept_as_right_and_never_lost(planned: Planned) -> None:
    wrong = LI[:17] + ("0" if LI[17] != "0" else "1")
    made = planned(["李秀英", "女", wrong, "1943-05-02", "全护", "205", "1"])
    assert codes(made) == [(2, "C", "id_check_digit")]
    assert made.problems[-1].value == wrong
    assert (only(made).id_number, only(made).id_reason, only(made).birth) == ("", wrong, "1943-05-02")


def test_a_number_that_holds_outweighs_the_cells_beside_it_and_their_words_are_kept(planned: Planned) -> None:
    made = planned(["李秀英", "男", LI, "1943-06-02", "全护", "205", "1"])
    assert codes(made) == [(2, "B", "sex_disagrees"), (2, "D", "birth_disagrees")]
    assert (only(made).sex, only(made).birth) == ("2", "1943-05-02")
    assert only(made).note == "性别：男；出生日期：1943-06-02"


def test_sex_and_birth_come_from_the_number_when_nobody_typed_them(planned: Planned) -> None:
    person = only(planned(["李秀英", None, LI, None, "全护", "205", "1"]))
    assert (person.sex, person.birth) == ("2", "1943-05-02")


def test_without_number_sex_and_birth_the_person_is_still_taken(planned: Planned) -> None:
    made = planned(["李秀英", None, None, None, "全护", "205", "1"])
    assert codes(made) == [(2, "B", "sex_missing"), (2, "C", "id_missing"), (2, "D", "birth_missing")]
    assert (only(made).sex, only(made).birth) == ("0", None)


@pytest.mark.parametrize(
    ("typed", "birth", "code"),
    [
        ("1943年5月", "1943-05", "birth_incomplete"),
        (1943.1, "1943", "birth_incomplete"),
        ("43.5.2", "1943-05-02", "birth_century"),
    ],
)
def test_of_an_incomplete_birth_date_as_much_is_kept_as_it_says(
    planned: Planned, typed: object, birth: str, code: str
) -> None:
    made = planned(["李秀英", "女", "无", typed, "全护", "205", "1"])
    assert codes(made) == [(2, "C", "id_missing"), (2, "D", code)]
    assert only(made).birth == birth
    assert only(made).note == ("" if code == "birth_century" else f"出生日期：{typed}")


def test_a_care_level_nobody_understands_means_full_care(planned: Planned) -> None:
    made = planned(["李秀英", "女", LI, None, "中护", "205", "1"])
    assert codes(made) == [(2, "E", "level_unknown")]
    assert (only(made).care_level, only(made).note) == ("full", "护理等级：中护")


@pytest.mark.parametrize(
    ("room", "bed", "label"),
    [
        ("205", "1", "205-1"),
        ("205室", "1床", "205-1"),
        ("２０５", "０１", "205-1"),
        (205, 1, "205-1"),
        (None, "205-1", "205-1"),
        (None, "205室1床", "205-1"),
        ("205", "205-01", "205-1"),
        ("205-1", "205-1", "205-1"),
        ("205-1", None, "205-1"),
        ("2-205", None, "2-205-1"),
        ("205", None, "205-1"),
        (None, "12", "12"),
        ("3", "3", "3-3"),
    ],
)
def test_beds_are_named_in_many_ways(planned: Planned, room: object, bed: object, label: str) -> None:
    assert only(planned(["李秀英", "女", LI, None, "全护", room, bed])).bed == label


def test_people_with_a_room_only_get_the_beds_that_are_free(planned: Planned) -> None:
    known = KnownPeople(beds={"205-2"})
    rows = [
        [name, "女", None, f"1943-05-0{day}", "全护", "205", bed]
        for day, (name, bed) in enumerate([("甲一", None), ("甲二", None), ("甲三", "1"), ("甲四", "2")], start=1)
    ]
    made = planned(*rows, known=known)
    assert [person.bed for person in made.people] == ["205-3", "205-4", "205-1", ""]
    assert [(row, code) for row, _, code in codes(made) if code.startswith("bed")] == [
        (2, "bed_numbered"),
        (3, "bed_numbered"),
        (5, "bed_occupied"),
    ]
    assert made.people[3].note == "床号：205-2"


def test_two_lines_for_one_bed_name_each_other(planned: Planned) -> None:
    made = planned(
        ["李秀英", "女", LI, None, "全护", "205", "1"],
        ["王长生", "男", None, "1940-1-1", "全护", "205", "1"],
    )
    (twice,) = [one for one in made.problems if one.code == "bed_twice"]
    assert (twice.row, twice.column, twice.value, twice.other) == (3, "G", "205-1", ("名单", 2))
    assert [person.bed for person in made.people] == ["205-1", ""]


@pytest.mark.parametrize(
    ("cell", "allergies", "known", "note"),
    [
        (None, (), False, ""),
        ("-", (), False, ""),
        ("无", (), True, ""),
        ("否认药物过敏", (), True, ""),
        ("不详", (), False, ""),
        ("青霉素、磺胺", ("青霉素", "磺胺"), True, ""),
        ("对青霉素过敏，头孢过敏", ("青霉素", "头孢"), True, ""),
        ("青霉素;青霉素", ("青霉素",), True, ""),
        ("过敏", (), False, "过敏史：过敏"),
        ("无、青霉素", ("青霉素",), True, "过敏史：无、青霉素"),
    ],
)
def test_no_allergy_is_told_from_nobody_asked(
    planned: Planned, cell: str | None, allergies: tuple[str, ...], known: bool, note: str
) -> None:
    person = only(planned(["李秀英", LI, cell], headings=["姓名", "身份证", "过敏史"]))
    assert (person.allergies, person.allergies_known, person.note) == (allergies, known, note)


def test_contacts_keep_their_relation_and_telephone(planned: Planned) -> None:
    headings = ["姓名", "性别", "联系人", "与老人关系", "联系电话", "第二联系人", "家属电话", "本人电话"]
    person = only(
        planned(["李秀英", "女", "王强", "大儿子", 13805551234.0, "李主任", "123", "0533-2281234"], headings=headings)
    )
    assert [(one.name, one.relation, one.phone) for one in person.contacts] == [
        ("王强", "22", "13805551234"),
        ("李主任", "", "123"),
    ]
    assert person.phone == "0533-2281234"
    together = only(planned(["李秀英", "女", "王强 138 0555 1234"], headings=["姓名", "性别", "联系人"]))
    assert [(one.name, one.phone) for one in together.contacts] == [("王强", "138 0555 1234")]


def test_a_column_named_twice_is_read_once_and_said(planned: Planned) -> None:
    made = planned(["李秀英", LI, "甲", "乙"], headings=["姓名", "身份证", "备注", "说明"])
    assert only(made).note == "甲"
    assert [(one.row, one.column, one.value) for one in made.problems if one.code == "column_twice"] == [
        (1, "D", "说明")
    ]


def test_somebody_is_known_by_number_whatever_the_name(planned: Planned) -> None:
    known = KnownPeople()
    known.add("李秀瑛", "1943-05-02", LI, "")
    made = planned(["李秀英", "女", LI, None, "全护", "205", "1"], known=known)
    assert (made.people, made.already_known) == ((), 1)
    assert codes(made) == [(2, "A", "already_known")]


@pytest.mark.parametrize(
    ("number", "new"), [("", False), (LI, False), (identity("370300", date(1943, 5, 2), 126), True)]
)
def test_a_name_and_birth_date_are_one_person_unless_two_numbers_say_otherwise(
    planned: Planned, number: str, new: bool
) -> None:
    known = KnownPeople()
    known.add("李秀英", "1943-05-02", LI, "")
    made = planned(["李秀英", "女", number, "1943-05-02", "全护", "205", "1"], known=known)
    assert bool(made.people) is new


def test_a_wrong_number_typed_the_same_way_is_the_same_person(planned: Planned) -> None:
    known = KnownPeople()
    known.add("李秀英", None, "", LI[:17])
    assert planned(["李秀英", "女", LI[:17], None, "全护", "205", "1"], known=known).already_known == 1
    assert planned(["李秀兰", "女", LI[:17], None, "全护", "205", "1"], known=known).already_known == 0


def test_long_words_are_shortened_where_shown_and_kept_whole(planned: Planned) -> None:
    made = planned(["李秀英", LI, "很" * 200 + "去世"], headings=["姓名", "身份证", "备注"])
    (gone,) = [one for one in made.problems if one.code == "note_gone"]
    assert len(gone.value) == 40
    assert len(only(made).note) == 202
