"""``yiyang print``: a PDF that only its owner reads, never over another file, and an event that it was printed."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from sqlalchemy import select
from sqlmodel import col

from care import people, stays
from care.beds import free_beds
from care.staff import add, by_number
from db.store import Store
from db.tables import AuditEvent
from tests.care.household import id_number
from tests.cli.conftest import NUMBER, Ended, refused, yiyang

Open = Callable[[], Store]


@pytest.fixture
def person(opened: Open) -> str:
    """李秀英 on a bed: its label."""
    store = opened()
    boss = by_number(store, NUMBER)
    assert boss is not None
    bed = free_beds(store)[0]
    facts = people.PersonFacts(
        "李秀英", id_number=id_number("42120219400101002"), category="tekun_c", care_level="half"
    )
    stays.admit(store, boss.id, people.create(store, boss.id, facts), bed.id)
    store.close()
    return bed.label


def run(vault: Path, secret: Path, *said: str, lang: str = "zh") -> Ended:
    return yiyang("print", *said, "--number", NUMBER, "--passphrase-file", str(secret), vault=vault, lang=lang)


def text_of(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        page = document[0]
        words = page.get_textpage()
        said: str = words.get_text_bounded()
        words.close()
        page.close()
    return said


def test_a_temperature_chart_lies_where_it_was_asked_for(
    vault: Path, secret: Path, person: str, opened: Open, tmp_path: Path
) -> None:
    file = tmp_path / "体温单.pdf"
    ended = run(vault, secret, "temperature", str(file), "--person", person)
    assert ended.code == 0, ended.err
    assert "删掉" in ended.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "李秀英" in text_of(file)
    with opened().reading() as conn:
        asked = select(col(AuditEvent.about), col(AuditEvent.facts)).where(col(AuditEvent.what) == "printed")
        ((about, facts),) = conn.execute(asked).all()
    assert about is not None
    assert json.loads(facts) == {"sheet": "temperature", "file": "体温单.pdf"}


def test_who_asks_what_left_of_their_record_reads_what_was_printed(
    vault: Path, secret: Path, person: str, tmp_path: Path
) -> None:
    """Sheets of the whole house have everybody on them, an empty form nobody."""
    run(vault, secret, "rounds", str(tmp_path / "house.pdf"))
    run(vault, secret, "incident", str(tmp_path / "empty.pdf"), "--blank", "--kind", "fall")
    said = ("--number", NUMBER, "--passphrase-file", str(secret))
    listed = yiyang("looks", person, *said, vault=vault).out
    assert "打印表单 巡视单" in listed
    assert "打印表单 事件" not in listed


def test_a_file_that_is_there_is_left_alone_before_anybody_types(vault: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.pdf"
    file.write_text("mine")
    refused(4, "print", "handover", str(file), zh="没有覆盖", en="mine.pdf", vault=vault)
    assert file.read_text() == "mine"


def test_into_a_folder_under_a_name_without_a_person(vault: Path, secret: Path, person: str, tmp_path: Path) -> None:
    folder = tmp_path / "to print"
    folder.mkdir()
    ended = run(vault, secret, "rounds", str(folder), "--person", person, "--day", "2026-11-22", "--json", lang="en")
    (file,) = folder.iterdir()
    assert ended.json() == {"file": str(file), "sheet": "rounds"}
    assert file.name == f"Round_sheet-{person}-2026-11-22.pdf"


def test_forms_to_fill_in_need_no_person(vault: Path, secret: Path, tmp_path: Path) -> None:
    for words in (("incident", "--kind", "fall"), ("assessment", "--scale", "barthel")):
        file = tmp_path / f"{words[0]}.pdf"
        ended = run(vault, secret, words[0], str(file), "--blank", *words[1:])
        assert ended.code == 0, ended.err
        assert "姓名____" in text_of(file)


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        (("handover",), "没有可以打印", "no record to print"),
        (("rounds", "--shift", "noon"), "day night", "day night"),
        (("doses", "--person", "nobody"), "一位", "one"),
        (("incident", "--event", "zz"), "找不到", "record"),
    ],
)
def test_what_cannot_be_printed_says_why_and_leaves_no_file(
    vault: Path, secret: Path, tmp_path: Path, said: tuple[str, ...], zh: str, en: str
) -> None:
    file = tmp_path / "none.pdf"
    whole = ("print", said[0], str(file), *said[1:], "--number", NUMBER, "--passphrase-file", str(secret))
    refused(2, *whole, zh=zh, en=en, vault=vault)
    assert not file.exists()


def test_who_only_runs_the_machines_prints_nobody(opened: Open, tmp_path: Path) -> None:
    from care.rights import NoRight
    from yiyang_tui.print.sheets import Wanted, save

    store = opened()
    boss = by_number(store, NUMBER)
    assert boss is not None
    clerk = add(store, boss.id, number="0009", name="周会计", role="admin")
    with pytest.raises(NoRight):
        save(store, clerk, "rounds", Wanted(), tmp_path / "rounds.pdf")
    assert list(tmp_path.glob("*.pdf")) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_has_an_example(lang: str) -> None:
    for sheet in ("rounds", "doses", "temperature", "handover", "incident", "assessment"):
        ended = yiyang("print", sheet, "--help", lang=lang)
        assert ended.code == 0
        assert f"yiyang print {sheet}" in ended.out
