"""Tables that leave by command: without names at once, with names by two persons and sealed; read back as files."""

import csv
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import select
from sqlmodel import col

from care import people, rounds, staff, stays
from care.beds import free_beds
from care.chart import open_chart
from care.consents import COUNTY, Answer, give
from db.store import Store
from db.tables import AuditEvent
from sync.county.settings import Settings
from tests.cli.conftest import NUMBER, refused, yiyang

FILE_SECRET = "柳树村口的老槐树开花"


@pytest.fixture
def words(secret: Path) -> tuple[str, ...]:
    """Who exports."""
    return ("--number", NUMBER, "--passphrase-file", str(secret))


@pytest.fixture
def lived(vault: Path, opened: Callable[[], Store]) -> Path:
    """One resident with a round, a doctor with a PIN, a carer with one."""
    store = opened()
    director = by(store, NUMBER)
    facts = people.PersonFacts("李秀英", "2", "1943-05-06", id_reason="未办证", category="tekun_c", village="柳树村")
    person = people.create(store, director, facts)
    stays.admit(store, director, person, free_beds(store)[0].id)
    rounds.record(store, director, person, rounds.Observation(skin="发红", note="女儿来过"))
    open_chart(store, director, person)
    for number, name, role, pin in (("0003", "赵医生", "doctor", "3691"), ("0004", "孙护理", "carer", "4826")):
        staff.set_pin(store, staff.add(store, director, number=number, name=name, role=role), pin)
    store.close()
    return vault


def by(store: Store, number: str) -> UUID:
    found = staff.by_number(store, number)
    assert found is not None
    return found.id


def events(store: Store) -> list[dict[str, object]]:
    with store.reading() as conn:
        asked = select(col(AuditEvent.facts)).where(col(AuditEvent.what).like("exported%")).order_by(col(AuditEvent.id))
        return [json.loads(facts) for facts in conn.execute(asked).scalars()]


def read_csv(body: bytes) -> list[list[str]]:
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_without_names_it_is_one_command(
    lived: Path, words: tuple[str, ...], tmp_path: Path, opened: Callable[[], Store]
) -> None:
    path = tmp_path / "the people.csv"
    ended = yiyang("export", "people", str(path), *words, vault=lived)
    assert ended.code == 0, ended.err
    assert "1 行" in ended.out
    assert "这台电脑自己的密钥" in ended.out
    assert "仍是个人信息" in ended.err
    body = path.read_bytes()
    headings, row = read_csv(body)
    assert headings[0] == "假名"
    assert (row[1], row[2]) == ("女", "80-84")
    assert not {"李秀英", "柳树村", "1943"} & set(body.decode())
    assert "李秀英" not in body.decode() + ended.out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert events(opened()) == [{"table": "people", "rows": 1, "key": "laptop", "file": "the people.csv"}]
    # What is there is never written over.
    refused(4, "export", "people", str(path), *words, vault=lived, zh="已有这个文件", en="a file already")
    assert path.read_bytes() == body


def test_a_workbook_reads_as_numbers_and_words(lived: Path, words: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "occupancy.xlsx"
    said = yiyang("export", "occupancy", str(path), "--json", *words, vault=lived, lang="en").json()
    assert (said["rows"], said["hidden"], said["named"], said["sealed"]) == (2, 4, False, False)
    sheet = openpyxl.load_workbook(path).active
    found = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert found[0] == ["occupancy", "welfare", "total"]
    assert [row[1:] for row in found[1:]] == [["<5", "<5"], ["<5", "<5"]]


def test_names_leave_sealed_by_two_persons_with_who_and_why_in_the_first_line(
    lived: Path, words: tuple[str, ...], tmp_path: Path, opened: Callable[[], Store]
) -> None:
    asked = ("--named", "--second", "0003", "--purpose", "向民政报送", "--second-pin-file", "-")
    path = tmp_path / "名单.csv"
    typed = f"3691\n{FILE_SECRET}\n"
    sealing = ("--file-passphrase-file", "-")
    ended = yiyang("export", "people", str(path), *asked, *sealing, *words, vault=lived, typed=typed)
    assert ended.code == 0, ended.err
    sealed = path.with_name("名单.csv.age")
    assert not path.exists()
    assert sealed.read_bytes().startswith(b"age-encryption.org/v1")
    assert "李秀英".encode() not in sealed.read_bytes()
    [event] = events(opened())
    assert event == {"table": "people", "rows": 1, "purpose": "向民政报送", "file": "名单.csv.age", "sealed": 1}

    wrong = yiyang("unseal", str(sealed), "--file-passphrase-file", "-", typed="另一个口令另一个口令\n")
    assert (wrong.code, path.exists()) == (3, False)
    assert "文件口令不对" in wrong.sentence()
    assert yiyang("unseal", str(sealed), "--file-passphrase-file", "-", typed=FILE_SECRET + "\n").code == 0
    (preface,), headings, row = read_csv(path.read_bytes())
    for said in ("王芳", "赵医生", "向民政报送"):
        assert said in preface
    assert (headings[0], row[0]) == ("姓名", "李秀英")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_names_in_the_clear_are_asked_for_in_words_and_said_so(
    lived: Path, words: tuple[str, ...], tmp_path: Path, opened: Callable[[], Store]
) -> None:
    path = tmp_path / "名单.xlsx"
    asked = ("--named", "--plain", "--second", "0003", "--purpose", "应急", "--second-pin-file", "-")
    ended = yiyang("export", "rounds", str(path), *asked, *words, vault=lived, typed="3691\n")
    assert ended.code == 0, ended.err
    assert "有姓名，没有加密" in ended.err
    rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    assert "应急" in str(rows[0][0])
    assert rows[2][0] == "李秀英"
    assert "女儿来过" in rows[2]
    assert [event["sealed"] for event in events(opened())] == [0]


@pytest.mark.parametrize(
    ("options", "typed", "code", "zh"),
    [
        (("--second", "0004", "--purpose", "x"), "4826\n", 3, "没有"),
        (("--second", NUMBER, "--purpose", "x"), "2580\n", 2, "另"),
        (("--second", "0003", "--purpose", "x"), "9999\n", 3, "PIN"),
        (("--second", "0003"), "3691\n", 2, "--purpose"),
    ],
)
def test_without_a_right_second_person_no_name_leaves(
    options: tuple[str, ...],
    typed: str,
    code: int,
    zh: str,
    lived: Path,
    words: tuple[str, ...],
    tmp_path: Path,
    opened: Callable[[], Store],
) -> None:
    path = tmp_path / "a.csv"
    asked = ("export", "people", str(path), "--named", "--plain", "--second-pin-file", "-", *options, *words)
    ended = yiyang(*asked, vault=lived, typed=typed)
    assert (ended.code, ended.out, zh in ended.sentence()) == (code, "", True)
    assert not path.exists()
    assert events(opened()) == []


@pytest.mark.parametrize(
    ("options", "code", "zh"),
    [
        (("people", "a.ods"), 2, ".csv"),
        (("people", "a.csv", "--since", "1.2.2026"), 2, "日期"),
        (("people", "a.csv", "--seal", "--plain"), 2, "--seal"),
        (("people", "no/such/folder/a.csv"), 10, "folder"),
    ],
)
def test_bad_input_is_told_before_anything_is_opened(
    options: tuple[str, ...], code: int, zh: str, vault: Path, tmp_path: Path
) -> None:
    what, file, *more = options
    ended = yiyang("export", what, str(tmp_path / file), *more, vault=vault)
    assert (ended.code, ended.out, zh in ended.sentence()) == (code, "", True)
    assert list(tmp_path.rglob("a.*")) == []


def test_what_cannot_be_unsealed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "list.csv.age"
    path.write_bytes(b"age-encryption.org/v1\n-> X25519 abc\n")
    refused(5, "unseal", str(path), zh="不是用口令封好的", en="no file sealed")
    assert yiyang("unseal", str(tmp_path / "none.age")).code == 10


# --- who looked ----------------------------------------------------------------------------------


def test_who_looked_becomes_a_page_to_print(lived: Path, words: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "谁看过.html"
    ended = yiyang("looks", "lxy", str(path), *words, vault=lived)
    assert ended.code == 0, ended.err
    assert "打印完请删掉" in ended.err
    page = path.read_text(encoding="utf-8")
    for said in ("李秀英", "王芳", "院长", "看过档案", "@page", "A4", "default-src 'none'"):
        assert said in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = yiyang("looks", "lxy", *words, vault=lived, lang="en")
    assert "李秀英" in again.out.splitlines()[0]  # whose it is: what was typed may mean another
    assert "printed who had read a chart" in again.out
    assert yiyang("looks", "nobody", *words, vault=lived).code == 2


def test_no_name_typed_becomes_a_part_of_the_page(
    lived: Path, words: tuple[str, ...], tmp_path: Path, opened: Callable[[], Store]
) -> None:
    store = opened()
    staff.change(store, by(store, NUMBER), by(store, "0003"), name="<script>alert(1)</script>")
    open_chart(store, by(store, "0003"), people.page(store, "lxy", 0, 1)[0].id)
    store.close()
    path = tmp_path / "a.html"
    assert yiyang("looks", "lxy", str(path), *words, vault=lived).code == 0
    page = path.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


# --- consents and terms --------------------------------------------------------------------------


def test_who_was_not_asked_is_listed_and_counted(
    lived: Path, words: tuple[str, ...], opened: Callable[[], Store]
) -> None:
    first = yiyang("consents", *words, vault=lived)
    assert "李秀英" in first.out
    assert "两院共用 1" in first.out
    store = opened()
    person = people.page(store, "lxy", 0, 1)[0].id
    for kind in ("shared_record", COUNTY):
        give(store, by(store, NUMBER), person, kind, Answer("2026-01-01", "01"))
    store.close()
    assert yiyang("consents", "--json", *words, vault=lived).json() == {
        "unasked": [],
        "by_kind": {"shared_record": 0, COUNTY: 0, "home_visit": 0},
    }


def test_terms_are_told_with_their_law_and_how_certain_they_are(lived: Path, words: tuple[str, ...]) -> None:
    ended = yiyang("retention", *words, vault=lived)
    assert ended.code == 0, ended.err
    for said in ("养老机构管理办法 32", "30 年", "终身", "法律原文", "请县里核对", "县里确认", "没有到期的档案"):
        assert said in ended.out
    longer = yiyang("retention", "--set", "welfare_file=10", "--json", *words, vault=lived).json()
    [term] = [one for one in longer["terms"] if one["code"] == "welfare_file"]
    assert (term["years"], term["law_years"], term["agreed"]) == (10, 5, True)
    asked = ("retention", *words, "--set")
    refused(2, *asked, "welfare_file=4", vault=lived, zh="5 到 100", en="between 5 and 100")
    assert yiyang(*asked, "welfare_file", vault=lived).code == 2


def test_the_county_gives_out_the_keys_by_command(enrolled: Path, county: Settings, words: tuple[str, ...]) -> None:
    folder = str(county.folder)
    first = yiyang("county", "pseudonyms", "--folder", folder)
    assert (first.code, "已发出" in first.out) == (0, True)
    assert "没有改动" in yiyang("county", "pseudonyms", "--folder", folder).out
    assert yiyang("sync", vault=enrolled).code == 0
    path = enrolled.parent / "people.csv"
    assert yiyang("export", "people", str(path), "--json", *words, vault=enrolled).json()["key"] == "county"
    assert "_pseudonyms" not in yiyang("catalogue", *words, vault=enrolled).out
