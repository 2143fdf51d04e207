"""A roster as welfare homes really keep it: some three hundred lines with every kind of mess, made from a seed.

``write`` makes the workbook and says what must be found in it, cell by cell, without asking the program.
Run as a script to look at one: ``python tests/data/messy_roster.py roster.xlsx``.
"""

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

TODAY = date(2026, 11, 22)
MAIN, UPSTAIRS = "一楼", "二楼"

# Columns of the main sheet: letter by what stands there.
AT = {
    "no": "A",
    "name": "B",
    "sex": "C",
    "birth": "D",
    "id": "E",
    "ethnic": "F",
    "category": "G",
    "level": "H",
    "room": "I",
    "bed": "J",
    "contact": "K",
    "relation": "L",
    "phone": "M",
    "allergy": "N",
    "disease": "O",
    "admitted": "P",
    "insurance": "Q",
    "address": "R",
    "note": "S",
    "shoe": "T",
}
HEADINGS = {
    "no": "序号",
    "name": "姓  名",
    "sex": "性别",
    "birth": "出生年月",
    "id": "身份证号码",
    "ethnic": "民族",
    "category": "人员类别",
    "level": "护理级别",
    "room": "房间号",
    "bed": "床位",
    "contact": "家属",
    "allergy": "药物过敏史",
    "disease": "主要疾病",
    "admitted": "入住时间",
    "insurance": "医保类型",
    "address": "户籍地",
    "note": "备注",
    "shoe": "鞋码",
}
BELOW = {"contact": "姓名", "relation": "与老人关系", "phone": "联系电话"}
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = [*zip("秀桂建德玉长淑永凤国翠根香有福春", "英兰国福珍生华福英华兰水月财全梅", strict=True)]

Line = dict[str, Any]
Mess = Callable[[Line, "_Writer"], list[tuple[str, str]]]


@dataclass
class Expected:
    """What the file must be found to hold. ``problems``: sheet, row, column, code. ``people``: by sheet and row."""

    problems: set[tuple[str, int, str, str]] = field(default_factory=set)
    people: dict[tuple[str, int], Line] = field(default_factory=dict)
    lines: int = 0
    refused: int = 0
    duplicates: int = 0


@dataclass
class _Writer:
    sheet: Worksheet
    rng: random.Random
    expected: Expected
    row: int
    names: list[str]
    beds: int = 0
    clean: list[Line] = field(default_factory=list)
    pending: Line | None = None  # the first of two people of one name

    def expect(self, row: int, column: str, code: str) -> None:
        self.expected.problems.add((self.sheet.title, row, column, code))


def identity(region: str, birth: date, sequence: int) -> str:
    """An 18-character identity number."""
    first = f"{region}{birth:%Y%m%d}{sequence:03d}"
    return first + "10X98765432"[sum(2 ** (17 - at) * int(digit) for at, digit in enumerate(first)) % 11]


def _person(w: _Writer) -> Line:
    birth = date(1930, 1, 1) + timedelta(days=w.rng.randrange(9000, 9000 + 6000))
    sequence = w.rng.randrange(1, 990)
    w.beds += 1
    return {
        "name": w.names.pop(),
        "sex": "男" if sequence % 2 else "女",
        "born": birth,
        "birth": birth.isoformat(),
        "id": identity(w.rng.choice(["370300", "371581", "421200"]), birth, sequence),
        "ethnic": w.rng.choice(["汉", "汉族", "回族"]),
        "category": w.rng.choice(["特困", "五保户", "低保", "社会代养", "优抚对象", "特困（五保）"]),
        "level": w.rng.choice(["自理", "半护理", "全护理", "一级护理", "不能自理", "特护"]),
        "room": str(101 + (w.beds - 1) // 2),
        "bed": str(1 + (w.beds - 1) % 2),
        "contact": "王强",
        "relation": w.rng.choice(["儿子", "女儿", "侄子", "村干部"]),
        "phone": w.rng.choice(["13805551234", "0533-2281234", "１３９０５５５１２３４", 13705551234, "138 0555 1234"]),
        "allergy": w.rng.choice(["无", "", "青霉素、磺胺", "对头孢过敏"]),
        "disease": w.rng.choice(["高血压、糖尿病", "无", "脑梗后遗症"]),
        "admitted": w.rng.choice(["2019-3-1", "2020.05.06", datetime(2021, 7, 8), "21.7.8", 44000]),
        "insurance": w.rng.choice(["居民医保", "新农合", "城乡居民", ""]),
        "address": "石桥镇双河村",
        "note": "",
        "shoe": 40,
    }


def _set(line: Line, key: str, value: object, code: str) -> list[tuple[str, str]]:
    line[key] = value
    return [(AT[key], code)]


def _without_id(line: Line) -> list[tuple[str, str]]:
    return _set(line, "id", None, "id_missing")


def _no_check(line: Line, _: _Writer) -> list[tuple[str, str]]:
    number = line["id"]
    return _set(line, "id", number[:17] + ("1" if number[17] != "1" else "2"), "id_check_digit")


def _other_sex(line: Line, _: _Writer) -> list[tuple[str, str]]:
    return _set(line, "sex", "女" if line["sex"] == "男" else "男", "sex_disagrees")


def _fifteen(line: Line, _: _Writer) -> list[tuple[str, str]]:
    whole = line["id"]
    line["whole"] = whole
    return _set(line, "id", whole[:6] + whole[8:17], "id_upgraded")


def _nowhere(line: Line, _: _Writer) -> list[tuple[str, str]]:
    return _set(line, "id", identity("990101", line["born"], int(line["id"][14:17])), "id_province_unknown")


def _same_number(line: Line, w: _Writer) -> list[tuple[str, str]]:
    other = w.clean[0]
    line.update(id=other["id"], sex=other["sex"], birth=other["birth"])
    w.beds -= 1
    return [(AT["id"], "duplicate_id")]


def _same_person(line: Line, w: _Writer) -> list[tuple[str, str]]:
    other = w.clean[1]
    line.update(name=" ".join(other["name"]), birth=other["birth"], sex=other["sex"])
    w.beds -= 1
    return [*_without_id(line), (AT["name"], "duplicate_person")]


def _same_name(line: Line, w: _Writer) -> list[tuple[str, str]]:
    line.update(birth="", id="")
    found = [(AT["id"], "id_missing"), (AT["birth"], "birth_missing")]
    if w.pending is None:
        w.pending = line
        return found
    line["name"], w.pending = w.pending["name"], None
    return [*found, (AT["name"], "same_name")]


def _bed_of_another(line: Line, w: _Writer) -> list[tuple[str, str]]:
    w.beds -= 1
    line.update(room=w.clean[2]["room"], bed=w.clean[2]["bed"])
    return [(AT["bed"], "bed_twice")]


def _bed_as_date(line: Line, w: _Writer) -> list[tuple[str, str]]:
    w.beds -= 1
    line["room"] = None
    day = len(w.expected.people) % 28 + 1
    return _set(line, "bed", datetime(2026, 10, day), "bed_was_date")


def _room_only(line: Line, w: _Writer) -> list[tuple[str, str]]:
    w.beds -= 1
    line.update(room="阳光间", bed=None)
    return [(AT["room"], "bed_numbered")]


def _no_bed(line: Line, w: _Writer) -> list[tuple[str, str]]:
    w.beds -= 1
    line["room"] = None
    return _set(line, "bed", None, "bed_missing")


def _very_old(line: Line, _: _Writer) -> list[tuple[str, str]]:
    born = date(1899, 5, 6)
    line.update(born=born, birth="1899-5-6", id=identity("370300", born, int(line["id"][14:17])))
    return [(AT["birth"], "birth_unlikely")]


def _bad_birth_in_number(line: Line, _: _Writer) -> list[tuple[str, str]]:
    number = line["id"]
    return _set(line, "id", number[:10] + "0230" + number[14:], "id_birth_date")


def _unborn(line: Line, _: _Writer) -> list[tuple[str, str]]:
    return _set(line, "id", identity("370300", date(2043, 5, 2), 17), "id_birth_future")


def _undated(value: object, code: str) -> Mess:
    return lambda line, _: [*_without_id(line), *_set(line, "birth", value, code)]


def _cell(key: str, value: object, code: str) -> Mess:
    return lambda line, _: _set(line, key, value, code)


MESSES: list[Mess] = [
    _no_check,
    lambda line, _: _set(line, "id", line["id"][:17], "id_length"),
    lambda line, _: _set(line, "id", line["id"][:16] + "O" + line["id"][17], "id_characters"),
    _bad_birth_in_number,
    _unborn,
    lambda line, _: _set(line, "id", float(line["id"][:15] + "000"), "id_digits_lost"),
    lambda line, _: _without_id(line),
    _cell("id", "无身份证（五保）", "id_length"),
    _cell("id", "无", "id_missing"),
    _fifteen,
    _nowhere,
    _other_sex,
    _cell("sex", "不详男", "sex_unknown"),
    lambda line, _: _set(line, "birth", (line["born"] - timedelta(days=40)).isoformat(), "birth_disagrees"),
    _cell("birth", "属羊", "birth_unreadable"),
    _undated("1943年5月", "birth_incomplete"),
    _undated(1943.1, "birth_incomplete"),
    _undated("43.5.2", "birth_century"),
    _undated("2043-5-2", "birth_unreadable"),
    _undated("2027-1-2", "birth_future"),
    _very_old,
    _cell("ethnic", "汗族", "ethnic_unknown"),
    _cell("ethnic", "#N/A", "cell_broken"),
    _cell("category", "特围", "category_unknown"),
    _cell("category", "特困、重度残疾", "category_several"),
    _cell("level", "中护", "level_unknown"),
    _cell("level", None, "level_missing"),
    _cell("name", None, "name_missing"),
    _cell("name", "王2", "name_odd"),
    _same_number,
    _same_person,
    _same_name,
    _same_name,
    _cell("phone", "1380555123", "phone_shape"),
    _cell("relation", "干儿子", "relation_unknown"),
    _bed_of_another,
    _bed_as_date,
    _room_only,
    _no_bed,
    _cell("admitted", "前年", "admitted_unreadable"),
    _cell("admitted", "2019年3月", "admitted_incomplete"),
    _cell("admitted", "2027-01-01", "admitted_future"),
    _cell("admitted", "1925-01-01", "admitted_before_birth"),
    _cell("allergy", "无、青霉素", "allergy_contradicts"),
    _cell("insurance", "村里保险", "insurance_unknown"),
    _cell("note", "2026年3月去世", "note_gone"),
]
REFUSED = {"name_missing"}
DUPLICATE = {"duplicate_id", "duplicate_person"}


def _shape_birth(line: Line, turn: int) -> None:
    """The same day written in another way."""
    day: date = line["born"]
    words = "〇一二三四五六七八九"
    line["birth"] = [
        f"{day.year}-{day.month}-{day.day}",
        f"{day:%Y.%m.%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}／{day.month}／{day.day}",
        int(f"{day:%Y%m%d}"),
        datetime(day.year, day.month, day.day),
        (day - date(1899, 12, 30)).days,
        f"{day:%Y-%m-%d} 00:00:00",
        "".join(words[int(digit)] for digit in str(day.year)) + f"年{day.month}月{day.day}日",
        f"{day:%y.%m.%d}",
        f"{day:%Y.%m}",
    ][turn % 11]


def _shape_id(line: Line, turn: int) -> None:
    number: str = line["id"]
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    line["id"] = [
        number,
        number.lower(),
        number.translate(wide),
        f" {number[:6]} {number[6:14]} {number[14:]}",
        f"'{number}",
    ][turn % 5]


def _put(w: _Writer, line: Line, messes: list[tuple[str, str]]) -> None:
    row = w.row
    for key, column in AT.items():
        if key != "no" and line[key] not in (None, ""):
            w.sheet[f"{column}{row}"] = line[key]
    w.sheet[f"A{row}"] = w.expected.lines + 1
    codes = {code for _, code in messes}
    for column, code in messes:
        w.expect(row, column, code)
    w.expected.lines += 1
    w.expected.refused += bool(codes & REFUSED)
    w.expected.duplicates += bool(codes & DUPLICATE)
    if not codes & (REFUSED | DUPLICATE):
        w.expected.people[w.sheet.title, row] = line
    w.row += 1


def _header(w: _Writer) -> None:
    top, below = w.row, w.row + 1
    for key, column in AT.items():
        if key in HEADINGS:
            w.sheet[f"{column}{top}"] = HEADINGS[key]
        if key in BELOW:
            w.sheet[f"{column}{below}"] = BELOW[key]
        else:
            w.sheet.merge_cells(f"{column}{top}:{column}{below}")
    w.sheet.merge_cells(f"K{top}:M{top}")
    w.row += 2


def _section(w: _Writer, text: str) -> None:
    w.sheet[f"A{w.row}"] = text
    w.sheet.merge_cells(f"A{w.row}:T{w.row}")
    w.expect(w.row, "A", "section")
    w.row += 1


def _main_sheet(w: _Writer, lines: int) -> None:
    for title in ("石桥镇敬老院入住老人花名册", "填报单位：石桥镇敬老院      2026年11月"):
        w.sheet[f"A{w.row}"] = title
        w.sheet.merge_cells(f"A{w.row}:T{w.row}")
        w.row += 1
    w.expect(w.row, "T", "column_unknown")
    _header(w)
    first = w.row
    turn = 0
    while w.expected.lines < lines:
        number = w.expected.lines
        if number in (100, 200):
            w.row += 1  # an empty line
            _section(w, f"{number // 100}区")
            for row in (w.row, w.row + 1):
                w.expect(row, "A" if row == w.row else "K", "header_again")
            _header(w)
        line = _person(w)
        messy = number >= 6 and number % 2 == 0
        if messy:
            _put(w, line, MESSES[(number // 2 - 3) % len(MESSES)](line, w))
        else:
            w.clean.append(dict(line))
            line["whole"] = line["id"]
            _shape_birth(line, turn)
            _shape_id(line, turn)
            turn += 1
            _put(w, line, [])
    _share_rooms(w, first)
    w.row += 1
    for text in ("合计：", "制表人：王芳        审核："):
        w.sheet[f"A{w.row}"] = text
        w.sheet[f"E{w.row}"] = 300
        w.expect(w.row, "A", "footer")
        w.row += 1


def _share_rooms(w: _Writer, first: int) -> None:
    """Two people of a room in lines one below the other share the room's merged cell."""
    row = first
    while row < w.row - 1:
        room = w.sheet[f"I{row}"].value
        if room and room == w.sheet[f"I{row + 1}"].value:
            w.sheet[f"I{row + 1}"] = None
            w.sheet.merge_cells(f"I{row}:I{row + 1}")
            row += 1
        row += 1


def _upstairs(w: _Writer, twice: Line) -> None:
    """A second list in another order: a header of one row, two contacts, no column for the care level."""
    sheet = w.sheet
    sheet["A1"] = "二楼老人情况"
    for column, heading in zip(
        "ABCDEFGHI",
        ["房床号", "老人姓名", "公民身份号码", "男女", "联系人1", "电话1", "联系人2", "电话2", "过敏（药物）"],
        strict=True,
    ):
        sheet[f"{column}3"] = heading
    w.expect(0, "", "column_absent")
    for number in range(10):
        row = 4 + number
        line = _person(w)
        line.update(room="", bed=f"{601 + number}－{1}", admitted=None, whole=line["id"])
        if number == 4:
            line.update(id=twice["id"], sex=twice["sex"])
            w.expect(row, "C", "duplicate_id")
            w.expected.duplicates += 1
        else:
            w.expected.people[sheet.title, row] = line
        values = [
            line["bed"],
            line["name"],
            line["id"],
            line["sex"],
            "王强",
            "13805551234",
            "李芳",
            "13905551234",
            "无",
        ]
        for column, value in zip("ABCDEFGHI", values, strict=True):
            sheet[f"{column}{row}"] = value
        w.expected.lines += 1


def write(path: Path, *, seed: int = 20261122, lines: int = 300) -> Expected:
    """Make the workbook at ``path``: ``lines`` people on the main sheet, ten upstairs, and sheets that are no list."""
    rng = random.Random(seed)
    names = [surname + "".join(given) for surname, given in product(SURNAMES, GIVEN)]
    rng.shuffle(names)
    book = Workbook()
    main = book.active
    main.title = MAIN
    expected = Expected()
    writer = _Writer(main, rng, expected, 1, names)
    _main_sheet(writer, lines)
    twice = writer.clean[3]
    _upstairs(_Writer(book.create_sheet(UPSTAIRS), rng, expected, 1, names, writer.beds), twice)
    old = book.create_sheet("去年")
    old["A1"], old["B1"], old["A2"] = "姓名", "性别", "赵旧人"
    old.sheet_state = "hidden"
    expected.problems.add(("去年", 0, "", "sheet_hidden"))
    sums = book.create_sheet("统计")
    sums["A1"], sums["B1"] = "总人数", lines
    expected.problems.add(("统计", 0, "", "sheet_no_table"))
    book.create_sheet("空表")
    book.save(path)
    return expected


if __name__ == "__main__":
    write(Path(sys.argv[1]))
