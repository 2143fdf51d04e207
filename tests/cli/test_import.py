"""``yiyang import people``: three hundred messy lines, every problem named, nothing written until accepted."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from care.people import count
from care.roster import KnownPeople, plan, read_roster
from db.store import Store
from tests.cli.conftest import NUMBER, contents, refused, yiyang
from tests.data.messy_roster import write


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook."""
    path = tmp_path_factory.mktemp("roster") / "名册.xlsx"
    write(path)
    return path


@pytest.fixture
def words(secret: Path) -> tuple[str, ...]:
    """Who imports."""
    return ("--number", NUMBER, "--passphrase-file", str(secret))


def written(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the tables that an import writes. That somebody opened the record is written beside them."""
    with store.reading() as conn:
        names = ("person", "stay", "bed", "room")
        found = {one: conn.exec_driver_sql(f"SELECT * FROM {one} ORDER BY id").all() for one in names}
    store.close()
    return {name: [tuple(row) for row in rows] for name, rows in found.items()}


def test_the_preview_names_every_problem_and_writes_nothing(
    roster: Path, vault: Path, words: tuple[str, ...], opened: Callable[[], Store]
) -> None:
    before = written(opened())
    ended = yiyang("import", "people", str(roster), *words, vault=vault)
    assert ended.code == 0, ended.err
    judged = plan(read_roster(roster), KnownPeople(), date.today())
    lines = ended.out.splitlines()
    for one in judged.problems:
        shown = [line for line in lines if one.sheet in line and (not one.row or f" {one.row} " in line)]
        assert shown, one
    assert f"可加入 {len(judged.people)}" in ended.out
    assert f"不能导入 {judged.refused}" in ended.out
    assert "没有写入任何东西" in ended.out
    assert written(opened()) == before


def test_accepted_it_is_written_once(
    roster: Path, vault: Path, words: tuple[str, ...], opened: Callable[[], Store]
) -> None:
    first = yiyang("import", "people", str(roster), "--accept", "--json", *words, vault=vault).json()
    assert first["written"]["added"] == first["people"] > 200
    assert {one["severity"] for one in first["problems"]} == {"error", "warning", "info"}
    assert first["lines"] == first["people"] + first["already_known"] + first["duplicates"] + first["refused"]
    store = opened()
    held = count(store)
    store.close()

    again = yiyang("import", "people", str(roster), "--accept", "--json", *words, vault=vault).json()
    assert again["people"] == 0
    assert again["already_known"] == first["people"] + first["duplicates"]
    assert count(opened()) == held


def test_in_english_too(roster: Path, vault: Path, words: tuple[str, ...]) -> None:
    ended = yiyang("import", "people", str(roster), *words, vault=vault, lang="en")
    assert "check digit is wrong" in ended.out
    assert "Nothing was written" in ended.out


@pytest.mark.parametrize(
    ("make", "zh", "en"),
    [
        (lambda _path, _good: None, "没有这个文件", "no such file"),
        (lambda path, _: path.write_bytes(b"name,sex\n"), "不是 .xlsx", "no .xlsx"),
        (lambda path, good: path.write_bytes(good.read_bytes()[:9000]), "读不出来", "does not read"),
        (lambda path, _: path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)), "旧的 .xls", "old .xls"),
    ],
)
def test_a_file_that_is_no_roster_is_told_before_anything_is_opened(
    roster: Path, vault: Path, tmp_path: Path, make: Callable[[Path, Path], object], zh: str, en: str
) -> None:
    path = tmp_path / "other.xlsx"
    make(path, roster)
    before = contents(vault.parent)
    refused(2, "import", "people", str(path), vault=vault, zh=zh, en=en)
    assert contents(vault.parent) == before


def test_the_roster_is_read_even_beside_another_users_copy(
    roster: Path, vault: Path, words: tuple[str, ...], tmp_path: Path
) -> None:
    copy = tmp_path / "名 册(1).xlsx"
    shutil.copy2(roster, copy)
    assert yiyang("import", "people", str(copy), *words, vault=vault).code == 0
