"""Exports read back as a reader would: with csv and with openpyxl. Without names there is none in them, nowhere."""

import csv
import io
import json
from datetime import date
from uuid import UUID

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from care import people, rounds, staff, stays
from care.exports.coarse import age_band
from care.exports.files import safe, written
from care.exports.leave import Exported, period, with_names, without_names
from care.exports.pseudonyms import keyed, pseudonym
from care.exports.tables import Table, read, whats
from care.rights import Second
from care.same_person import merge_people
from db.reserved import PSEUDONYM_KEY, PSEUDONYMS
from db.tables import AuditEvent, CatalogueItem, Person
from tests.care.household import Household, refuses

KEY = bytes(range(32))
NAMES = ("李秀英", "陈大福", "周芳")


@pytest.fixture
def lived(house: Household) -> Household:
    """Three people with something to say of them, one of whom is gone, and somebody to practise on."""
    li = house.person("李秀英", "102-1", sex="2", village="柳树村", phone="13800001111", note="=1+1")
    house.person("陈大福", "101-1", sex="1", birth="1931", id_number="", id_reason="未办证")
    gone = house.person("周芳", "202-1")
    now = house.it_is("2026-11-22 10:30")
    rounds.record(
        house.store,
        house.carer,
        li,
        rounds.Observation(skin="发红", abnormal="女儿李芳来过", vitals={"sbp": 150, "dbp": 90, "temp_c10": 365}),
        at=now - 1234,
    )
    wrong = rounds.record(house.store, house.carer, li, rounds.Observation(unremarkable=True), at=now - 60)
    rounds.undo(house.store, house.carer, wrong.round_id)
    stays.discharge(house.store, house.director, gone, "home")
    return house


def exported(house: Household, what: str, *, lang: str = "zh") -> Exported:
    days = period(house.store.now(), None, None)
    return without_names(house.store, house.director, what, f"{what}.csv", days, lang)  # type: ignore[arg-type]


def named(house: Household, what: str, second: Second, purpose: str = "向民政报送") -> Exported:
    days = period(house.store.now(), None, None)
    return with_names(house.store, house.director, second, what, "a.xlsx", days, "zh", purpose, sealed=True)


def events(house: Household) -> list[tuple[str, UUID | None, UUID | None, dict[str, object]]]:
    with house.store.reading() as conn:
        asked = select(col(AuditEvent.what), col(AuditEvent.staff_id), col(AuditEvent.second_id), col(AuditEvent.facts))
        rows = conn.execute(asked.where(col(AuditEvent.what).like("exported%")).order_by(col(AuditEvent.id))).all()
    return [(row.what, row.staff_id, row.second_id, json.loads(row.facts)) for row in rows]


def county_key(house: Household, key: bytes = KEY) -> None:
    with house.store.act(None) as act:
        facts = json.dumps({PSEUDONYM_KEY: key.hex()})
        act.insert(CatalogueItem, catalogue=PSEUDONYMS, code=PSEUDONYM_KEY, name="", facts=facts)


def a_doctor(house: Household) -> Second:
    doctor = staff.add(house.store, house.director, number="1003", name="赵医生", role="doctor")
    staff.set_pin(house.store, doctor, "2580")
    return Second(doctor, "2580")


# --- without names -------------------------------------------------------------------------------


@pytest.mark.parametrize("what", whats())
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_export_without_names_says_who(lived: Household, what: str, kind: str) -> None:
    body = written(kind, exported(lived, what).table)
    cells = [str(cell) for row in read_back(kind, body) for cell in row]
    with lived.store.reading() as conn:
        asked = select(
            col(Person.name), col(Person.id_number), col(Person.birth), col(Person.phone), col(Person.village)
        )
        secrets = {value for row in conn.execute(asked) for value in row if value and len(value) > 1}
    secrets |= {"102-1", "101-1", "女儿", "王芳", "刘建国", "10:09", "练习"}
    assert NAMES[0] in secrets
    assert [cell for cell in cells if any(secret in cell for secret in secrets)] == []


def test_what_is_told_of_people_is_coarse(lived: Household) -> None:
    found = exported(lived, "people").table
    assert found.headings == ("假名", "性别", "年龄段", "类别", "护理级别", "床位种类", "慢病数", "有过敏")
    assert sorted((row[1], row[2], row[5]) for row in found.rows) == [
        ("女", "85-89", ""),
        ("女", "85-89", "养老"),
        ("男", "90+", "养老"),
    ]
    assert [str(row[0]) for row in found.rows] == sorted(str(row[0]) for row in found.rows)


def test_rounds_and_vitals_stand_to_the_hour_and_what_was_taken_back_is_left_out(lived: Household) -> None:
    [look] = exported(lived, "rounds").table.rows
    assert look[1:3] == ("2026-11-22 10:00", "护理员巡视")
    assert "发红" in look
    [taken] = exported(lived, "vitals", lang="en").table.rows
    assert taken[1] == "2026-11-22 10:00"
    assert (taken[2], taken[5], taken[6]) == (36.5, 150, 90)
    assert {row[0] for row in (look, taken)} < {row[0] for row in exported(lived, "people").table.rows}


def test_a_code_that_nobody_knows_might_be_a_name(lived: Household) -> None:
    with lived.store.act(lived.director) as act:
        for person in act.conn.execute(select(col(Person.id)).where(col(Person.name) == "陈大福")).scalars().all():
            act.edit(Person, person, category="陈大福的类别")
    assert "其他" in {row[3] for row in exported(lived, "people").table.rows}


def test_a_period_is_days_of_the_house(lived: Household) -> None:
    def rows(since: str, until: str) -> int:
        days = period(lived.store.now(), date.fromisoformat(since), date.fromisoformat(until))
        return len(without_names(lived.store, lived.director, "rounds", "a.csv", days, "zh").table.rows)

    assert (rows("2026-11-22", "2026-11-22"), rows("2026-11-01", "2026-11-21")) == (1, 0)
    for since, until in (("2026-11-23", "2026-11-22"), ("1990-01-01", "2026-11-22")):
        with refuses("export_period", most=3660):
            rows(since, until)


def test_counts_come_with_totals_and_without_small_cells(lived: Household) -> None:
    found = exported(lived, "occupancy").table
    assert found.headings == ("在院人数", "养老", "合计")
    assert found.rows == [("半护理/半自理/介助（二级）", "<5", "<5"), ("合计", "<5", "<5")]
    assert found.hidden == 4


@pytest.mark.seed("R323")
def test_figures_of_a_full_house_are_told_where_nobody_can_be_told(house: Household) -> None:
    free = [f"{floor}0{room}-{bed}" for floor in (1, 2) for room in (1, 2, 3) for bed in (1, 2)]
    for number, label in enumerate(free[:11]):
        unnumbered = {"id_number": "", "id_reason": "未办证", "birth": "1940"}
        house.person(f"老人{number}", label, sex="12"[number % 2], **unnumbered)
    found = exported(house, "ages").table
    assert found.headings == ("年龄性别", "男", "女", "合计")
    assert found.rows == [("85-89", 6, 5, 11), ("合计", 6, 5, 11)]


def test_it_is_written_down_who_exported_what_and_never_where_to(lived: Household) -> None:
    exported(lived, "people")
    assert events(lived) == [
        ("exported", lived.director, None, {"table": "people", "rows": 3, "key": "laptop", "file": "people.csv"})
    ]


def test_a_carer_exports_nothing(lived: Household) -> None:
    days = period(lived.store.now(), None, None)
    with refuses("no_right", right="export.pseudonymous", role="carer"):
        without_names(lived.store, lived.carer, "people", "a.csv", days, "zh")
    assert events(lived) == []


def test_what_cannot_be_exported_is_named(lived: Household) -> None:
    with refuses("export_unknown", known="people rounds vitals stays occupancy ages"):
        exported(lived, "passphrases")


def test_more_than_a_sheet_holds_is_not_cut_off_silently(lived: Household) -> None:
    days = period(lived.store.now(), None, None)
    with lived.store.reading() as conn:
        key = keyed(lived.store, conn)
        assert len(read(conn, "people", key, lived.store.now(), days, named=False, lang="zh", most=3).rows) == 3
        with refuses("export_too_long", most=2):
            read(conn, "people", key, lived.store.now(), days, named=False, lang="zh", most=2)


# --- pseudonyms ----------------------------------------------------------------------------------


def test_a_pseudonym_is_the_same_in_every_export_and_changes_once_with_the_countys_key(lived: Household) -> None:
    first = {row[0] for row in exported(lived, "people").table.rows}
    assert first == {row[0] for row in exported(lived, "people").table.rows}
    county_key(lived)
    found = exported(lived, "people")
    assert found.key == "county"
    assert {row[0] for row in found.table.rows} & first == set()
    # Published twice, by a county that was put back: the first stays.
    county_key(lived, bytes(32))
    assert exported(lived, "people").table.rows == found.table.rows


@given(key=st.binary(min_size=32, max_size=32), other=st.binary(min_size=32, max_size=32), person=st.uuids())
@settings(max_examples=60)
def test_pseudonyms_of_two_pairs_have_nothing_in_common(key: bytes, other: bytes, person: UUID) -> None:
    assert pseudonym(key, [person]) == pseudonym(key, (person,))
    assert len(pseudonym(key, [person])) == 16
    assert (pseudonym(key, [person]) == pseudonym(other, [person])) == (key == other)


@pytest.mark.parametrize("facts", ["", "{}", "[]", '{"key": 7}', '{"key": "zz"}', '{"key": "00"}'])
def test_a_key_that_does_not_read_is_none(house: Household, facts: str) -> None:
    with house.store.act(None) as act:
        act.insert(CatalogueItem, catalogue=PSEUDONYMS, code=PSEUDONYM_KEY, name="", facts=facts)
    with house.store.reading() as conn:
        assert keyed(house.store, conn).source == "laptop"


def test_who_was_registered_twice_is_one_pseudonym_the_older_one(lived: Household) -> None:
    li = people.page(lived.store, "lxy", 0, 1)[0].id
    before = {row[0] for row in exported(lived, "people").table.rows}
    again = lived.person("李秀英")
    merge_people(lived.store, lived.director, again, li)
    assert {row[0] for row in exported(lived, "people").table.rows} == before
    assert len(exported(lived, "rounds").table.rows) == 1


# --- with names ----------------------------------------------------------------------------------


def test_names_leave_by_two_persons_for_a_purpose(lived: Household) -> None:
    second = a_doctor(lived)
    found = named(lived, "people", second).table
    assert found.headings[0] == "姓名"
    assert "假名" not in found.headings
    assert {row[0] for row in found.rows} == set(NAMES)
    [(what, by, other, facts)] = events(lived)
    assert (what, by, other) == ("exported_named", lived.director, second.staff_id)
    assert facts == {"table": "people", "rows": 3, "purpose": "向民政报送", "file": "a.xlsx", "sealed": 1}


def test_one_person_alone_or_a_carer_beside_them_gets_no_names(lived: Household) -> None:
    second = a_doctor(lived)
    staff.set_pin(lived.store, lived.director, "3691")
    staff.set_pin(lived.store, lived.carer, "4826")
    with refuses("second_is_first"):
        named(lived, "people", Second(lived.director, "3691"))
    with refuses("no_right", right="export.named", role="carer"):
        named(lived, "people", Second(lived.carer, "4826"))
    with pytest.raises(staff.WrongPin):
        named(lived, "people", Second(second.staff_id, "1111"))
    with refuses("export_purpose"):
        named(lived, "people", second, "  ")
    with refuses("text_too_long", most=100):
        named(lived, "people", second, "报" * 101)
    with refuses("export_counts_named"):
        named(lived, "occupancy", second)
    assert events(lived) == []


# --- files ---------------------------------------------------------------------------------------

NASTY = st.text(st.sampled_from("=+-@\t\r\n\"',;|＝ 李a0\x00\x1b\ud800"), max_size=12)


@given(st.lists(NASTY, min_size=1, max_size=4), st.sampled_from(["csv", "xlsx"]))
@settings(max_examples=60)
def test_no_cell_of_a_file_is_a_formula(texts: list[str], kind: str) -> None:
    body = written(kind, Table("people", ("=1+1",), [tuple(texts)]), "@SUM(1)")
    for row in read_back(kind, body):
        for cell in row:
            assert not str(cell).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(body))
        assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_numbers_stay_numbers_and_excel_reads_the_csv_as_utf8() -> None:
    table = Table("vitals", ("假名", "体温"), [("AB", 36.5), ("-AB", 38)])
    body = written("csv", table, "导出人 刘建国")
    assert body.startswith(b"\xef\xbb\xbf")
    assert read_back("csv", body) == [["导出人 刘建国"], ["假名", "体温"], ["AB", "36.5"], ["'-AB", "38"]]
    assert read_back("xlsx", written("xlsx", table))[1:] == [["AB", 36.5], ["'-AB", 38]]
    assert safe(-3) == -3


# --- ages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth", "band"),
    [
        ("1943-05-06", "80-84"),
        ("1946-12-31", "80-84"),
        ("1947-01-01", "75-79"),
        ("1936", "90+"),
        ("1900", "90+"),
        ("2027", ""),
        (None, ""),
        ("不详", ""),
    ],
)
def test_an_age_is_a_band_by_the_year_alone(birth: str | None, band: str) -> None:
    assert age_band(birth, date(2026, 11, 22)) == band
    assert age_band(birth, date(2026, 1, 1)) == band


def read_back(kind: str, body: bytes) -> list[list[object]]:
    """The cells of a file as its reader sees them."""
    if kind == "csv":
        return [list(row) for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))]
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    return [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
