"""``yiyang audit``: whoever opened or changed something is found, and whoever tampered with it is told."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from care import staff
from care.chart import open_chart
from care.pins import set_pin
from care.rounds import Observation, record
from db.keys import FLOOR
from db.local import BATCH
from db.rows import shape_of
from db.store import Store
from db.tables import Person, Round
from sync.session import settle
from tests.cli.conftest import NUMBER, PASSPHRASE, Ended, refused, yiyang
from tests.insider import tampering

Open = Callable[[], Store]
NAME = "李秀英"


@pytest.fixture
def lived(vault: Path, opened: Open) -> Path:
    """Somebody was registered, looked at, their chart opened; a doctor works here, too."""
    store = opened()
    director = _by(store, NUMBER)
    doctor = staff.add(store, director, number="0002", name="刘建国", role="doctor")
    set_pin(store, doctor, "4826")
    with store.act(director) as act:
        person = act.insert(Person, name=NAME, sex="2")
    record(store, doctor, person, Observation(note="咳嗽一天"))
    settle(store)
    open_chart(store, doctor, person)
    with store.act(director) as act:
        act.edit(Person, person, phone="13800000001")
    store.close()
    return vault


def _by(store: Store, number: str):
    found = staff.by_number(store, number)
    assert found is not None
    return found.id


def audit(vault: Path, *words: str, typed: str = "", number: str = NUMBER) -> Ended:
    """Run it with the passphrase on standard input."""
    asked = ("audit", *words, "--number", number, "--passphrase-file", "-")
    return yiyang(*asked, vault=vault, typed=f"{PASSPHRASE}\n{typed}")


def shown(vault: Path, *words: str) -> list[dict]:
    ended = audit(vault, "show", "--json", *words)
    assert ended.code == 0, ended.err
    return ended.json()["entries"]


def wrong(vault: Path, *words: str) -> tuple[int, set[str]]:
    ended = audit(vault, "verify", "--json", *words)
    return ended.code, {each["code"] for check in ended.json()["checks"] for each in check["wrong"]}


def test_who_opened_a_chart_and_what_was_changed_without_a_name(lived: Path) -> None:
    ended = audit(lived, "show")
    assert ended.code == 0
    for said in ("0002 刘建国", "查看病历", "记录巡视", "修改老人资料", "电话", "打开病历", "方式：命令行", "本机"):
        assert said in ended.out
    assert NAME not in ended.out
    assert "咳嗽" not in ended.out
    assert "13800000001" not in ended.out


def test_it_is_asked_by_who_whom_what_when(lived: Path) -> None:
    everything = shown(lived)
    assert [line["what"] for line in everything][:2] == ["audit_read", "signed_in"]  # the newest first
    opened = shown(lived, "--what", "chart_opened")
    assert [(line["who"], line["table"]) for line in opened] == [("0002 刘建国", "access")]
    pseudonym = opened[0]["person"]
    assert len(pseudonym) == 16
    for whom in (NAME, pseudonym[:8].lower()):
        found = shown(lived, "--person", whom)
        assert [line["what"] for line in found] == ["person.edit", "chart_opened", "round.insert", "person.insert"]
    by = shown(lived, "--who", "0002", "--limit", "3", "--until", "2099-01-01")
    assert [line["who"] for line in by] == ["0002 刘建国"] * 3
    assert {line["table"] for line in shown(lived, "--table", "staff")} == {"staff"}
    assert shown(lived, "--since", "2099-01-01") == []
    assert [line["fields"] for line in everything if line["what"] == "person.edit"] == [["phone"]]


def test_reading_it_takes_the_right_and_is_an_entry_itself(lived: Path, opened: Open) -> None:
    store = opened()
    store.add_passphrase("0002", PASSPHRASE, FLOOR)
    store.close()
    ended = audit(lived, "show", number="0002")
    assert (ended.code, ended.out) == (3, "")
    read = shown(lived, "--what", "audit_read")
    assert {line["who"] for line in read} == {"0001 王芳"}
    assert len(read) == 1


def test_a_file_has_every_entry_and_no_name(lived: Path, tmp_path: Path) -> None:
    for name in ("all.jsonl", "all.csv"):
        ended = audit(lived, "export", str(tmp_path / name))
        assert ended.code == 0, ended.err
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
        assert NAME not in (tmp_path / name).read_text("utf-8-sig")
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text("utf-8").splitlines()]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text("utf-8-sig"))))
    assert [row["what"] for row in rows][: len(lines)] == [line["what"] for line in lines]
    assert {lines[0]["what"], lines[1]["what"]} == {"staff.insert", "pair.insert"}  # the founding comes first
    assert [line["fields"] for line in lines if line["what"] == "person.edit"] == [["phone"]]
    refused_again = audit(lived, "export", str(tmp_path / "all.csv"))
    assert refused_again.code == 4


def test_names_take_two_persons_with_the_right(lived: Path, tmp_path: Path) -> None:
    target = tmp_path / "named.csv"
    asked = ("export", str(target), "--named", "--second", NUMBER, "--second-pin-file", "-")
    assert audit(lived, *asked, typed="2580\n").code == 2  # nobody confirms themselves
    assert not target.exists()
    asked = ("export", str(target), "--named", "--second", "0002", "--second-pin-file", "-")
    ended = audit(lived, *asked, typed="4826\n")
    assert ended.code == 0, ended.err
    assert NAME in target.read_text("utf-8-sig")
    (said,) = shown(lived, "--what", "exported_named")
    assert (said["who"], said["second"], said["facts"]["file"]) == ("0001 王芳", "0002 刘建国", "named.csv")


def test_what_cannot_be_asked_is_refused(lived: Path, tmp_path: Path) -> None:
    common = ("--number", NUMBER, "--passphrase-file", "-")
    words = ("audit", "show", "--table", "journal", *common)
    refused(2, *words, zh="没有这一种", en="no such kind", vault=lived, typed=PASSPHRASE + "\n")
    for wrong_ in (("show", "--what", "nothing"), ("export", str(tmp_path / "a.txt"))):
        assert audit(lived, *wrong_).code == 2


def test_a_sound_record_and_one_that_was_tampered_with(lived: Path, opened: Open) -> None:
    ended = audit(lived, "verify")
    assert ended.code == 0, ended.out + ended.err
    assert "都对" in ended.out
    assert "不对" not in ended.out
    store = opened()
    rounds = shape_of(Round).table
    with tampering(store) as conn:
        conn.execute(update(rounds).values(note="无特殊"))
    store.close()
    ended = audit(lived, "verify")
    assert ended.code == 53
    assert "表 巡视" in ended.out
    store = opened()
    with store.writing() as conn:
        conn.execute(text("DROP TRIGGER round_kept"))
    with tampering(store) as conn:
        body = bytearray(conn.execute(select(BATCH.c.body).where(BATCH.c.position == 1)).scalar_one())
        body[-1] ^= 1
        conn.execute(update(BATCH).where(BATCH.c.position == 1).values(body=bytes(body)))
    store.close()
    assert wrong(lived) == (53, {"rows_differ", "guard_gone", "batch_forged"})


def test_an_older_file_in_its_place_shows_offline_and_asked_for(enrolled: Path, opened: Open, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    shutil.copytree(enrolled.parent, kept)
    assert yiyang("sync", vault=enrolled).code == 0
    store = opened()
    director = _by(store, NUMBER)
    with store.act(director) as act:
        act.insert(Person, name=NAME, sex="2")
    settle(store)
    store.close()
    assert yiyang("sync", vault=enrolled).code == 0
    # Everything is swapped, what lies beside the record too: only the county knows.
    shutil.rmtree(enrolled.parent)
    shutil.copytree(kept, enrolled.parent)
    assert wrong(enrolled) == (0, set())
    assert wrong(enrolled, "--online") == (53, {"county_has_more"})
    # Once asked it is known offline as well.
    assert wrong(enrolled) == (53, {"county_has_more"})


def test_without_a_county_the_rest_is_still_told(lived: Path) -> None:
    ended = audit(lived, "verify", "--online", "--json")
    assert ended.code == 30
    assert ended.json()["county"] == "not_enrolled"
    assert all(not check["wrong"] for check in ended.json()["checks"])
