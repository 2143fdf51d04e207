"""A file that somebody hands over: what it may be, and what a hostile or broken one must not do."""

import random
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from care.roster import KnownPeople, RosterUnreadable, plan, read_roster, workbook

TODAY = date(2026, 11, 22)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    book = Workbook()
    book.active.append(["姓名", "性别", "出生日期"])
    book.active.append(["李秀英", "女", "1943-5-2"])
    book.save(tmp_path / "good.xlsx")
    return tmp_path / "good.xlsx"


def reason(path: Path) -> str:
    with pytest.raises(RosterUnreadable) as caught:
        read_roster(path)
    assert caught.value.facts["path"] == path.name
    return caught.value.reason


def rebuilt(path: Path, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> Path:
    """The same workbook with its parts changed."""
    changed = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, body in (extra or {}).items():
            new.writestr(name, body)
    return changed


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    def change(name: str, body: bytes) -> bytes:
        assert not name.endswith("sheet1.xml") or old in body
        return body.replace(old, new) if name.endswith("sheet1.xml") else body

    return change


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "not_excel"),
        ("姓名,性别\n李秀英,女\n".encode("gbk"), "not_excel"),
        (b"<html><table><tr><td>", "not_excel"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "Workbook".encode("utf-16-le"), "old_excel"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
    ],
    ids=["empty", "csv", "html", "xls", "password", "cut"],
)
def test_what_is_no_workbook_says_what_it_is(tmp_path: Path, body: bytes, expected: str) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(body)
    assert reason(path) == expected


def test_a_file_that_is_not_there_or_not_to_be_opened(tmp_path: Path) -> None:
    assert reason(tmp_path / "nothing.xlsx") == "missing"
    assert reason(tmp_path) == "locked"


def test_another_kind_of_zip_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "letter.docx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert reason(tmp_path / "letter.docx") == "not_excel"


def test_a_workbook_without_a_list_of_people(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["总人数", 96])
    book.save(tmp_path / "sums.xlsx")
    assert reason(tmp_path / "sums.xlsx") == "no_people"


def test_a_file_cut_anywhere_is_refused(good: Path) -> None:
    whole = good.read_bytes()
    for length in range(10, len(whole) - 1, 97):
        good.write_bytes(whole[:length])
        assert reason(good) == "damaged"


def test_a_file_with_changed_bytes_is_read_or_refused_and_never_breaks_the_program(good: Path) -> None:
    whole = good.read_bytes()
    rng = random.Random(7)
    read = 0
    for _ in range(150):
        body = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            body[rng.randrange(len(body))] = rng.randrange(256)
        good.write_bytes(body)
        try:
            read += bool(read_roster(good).rows)
        except RosterUnreadable:
            continue
    assert 0 < read < 150


def test_changed_text_inside_the_parts_is_read_or_refused(good: Path) -> None:
    rng = random.Random(11)
    outcomes: set[int | str] = set()
    for _ in range(150):

        def change(_: str, body: bytes) -> bytes:
            changed = bytearray(body)
            if rng.random() < 0.3:
                changed[rng.randrange(len(changed))] = rng.choice(b'<>/"0919azZ=& ')
            return bytes(changed)

        try:
            outcomes.add(len(read_roster(rebuilt(good, change)).rows))
        except RosterUnreadable as error:
            outcomes.add(error.reason)
    assert {1, "damaged"} <= outcomes


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.truncate(workbook.MOST_BYTES + 1)
    assert reason(path) == "too_large"


def test_a_small_file_that_unfolds_into_a_large_one_is_not_unfolded(good: Path) -> None:
    bomb = rebuilt(good, lambda _, body: body, {"xl/worksheets/sheet2.xml": b" " * (65 * 1024 * 1024)})
    assert bomb.stat().st_size < 200_000
    assert reason(bomb) == "too_large"
    styles = rebuilt(good, lambda name, body: body + b" " * (9 * 1024 * 1024) if name == "xl/styles.xml" else body)
    assert reason(styles) == "too_large"


def test_entities_are_not_expanded(good: Path) -> None:
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet'
    assert reason(rebuilt(good, in_sheet(b"<worksheet", doctype))) == "damaged"


def test_a_merged_range_over_the_whole_sheet_costs_nothing(good: Path) -> None:
    merged = b'<mergeCells><mergeCell ref="Z1:XFD1048576"/></mergeCells><pageMargins'
    (row,) = read_roster(rebuilt(good, in_sheet(b"<pageMargins", merged))).rows
    assert row.number == 2


def test_merged_ranges_without_end_are_refused(good: Path) -> None:
    many = b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 3000 + b"</mergeCells><pageMargins"
    assert reason(rebuilt(good, in_sheet(b"<pageMargins", many))) == "too_large"


def test_a_row_far_below_is_no_reason_to_walk_there(good: Path) -> None:
    far = b'<row r="99999999999"><c r="A99999999999" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    (row,) = read_roster(rebuilt(good, in_sheet(b"</sheetData>", far))).rows
    assert row.number == 2


def test_more_lines_than_any_house_has_people(tmp_path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["姓名", "性别"])
    for _ in range(workbook.MOST_ROWS):
        sheet.append(["甲", "女"])
    book.save(tmp_path / "long.xlsx")
    assert reason(tmp_path / "long.xlsx") == "too_many_rows"


def test_the_calendar_of_the_mac_is_understood(good: Path) -> None:
    book = load_workbook(good)
    book.epoch = CALENDAR_MAC_1904
    book.active["C2"] = 14366  # 1943-05-02, counted from 1904
    book.save(good)
    assert plan(read_roster(good), KnownPeople(), TODAY).people[0].birth == "1943-05-02"


def test_people_in_a_header_of_two_rows_are_told_from_their_families(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["某某敬老院花名册"])
    sheet.append(["基本情况", None, None, "监护人情况", None, None])
    sheet.append(["姓名", "性别", "身份证号", "姓名", "身份证号", "电话"])
    sheet.append(["李秀英", "女", None, "王强", "370300196001010014", "13805551234"])
    for merged in ("A1:F1", "A2:C2", "D2:F2"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "two.xlsx")
    roster = read_roster(tmp_path / "two.xlsx")
    (person,) = plan(roster, KnownPeople(), TODAY).people
    assert (person.name, person.id_number, person.contacts[0].name) == ("李秀英", "", "王强")
    assert [(out.row, out.column, out.text, out.why) for out in roster.left_out] == [
        (2, "E", "监护人情况 身份证号", "column_unknown")
    ]
