"""``yiyang doctor``: each line says good, attention or bad, and what to do; the exit code says it to a job."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import text

from db.disk import side_files
from db.keys import envelope_path
from db.tables import Staff
from db.vault import open_vault
from tests.cli.conftest import HAN, NUMBER, PASSPHRASE, Ended, contents, yiyang
from yiyang_tui.cli.check_program import check_clock, check_disk
from yiyang_tui.cli.check_terminal import check_terminal


def levels(ended: Ended) -> dict[str, str]:
    """What each finding weighs."""
    said: dict[str, Any] = ended.json()
    assert said["healthy"] == (ended.code == 0)
    return {one["code"]: one["level"] for one in said["findings"]}


def test_a_good_installation(vault: Path) -> None:
    before = contents(vault.parent)
    ended = yiyang("doctor", vault=vault)
    assert ended.code == 0
    assert "SQLCipher" in ended.out
    assert "坏 0。" in ended.out
    assert "每一页还没有查" in ended.out  # it does not call good what it has not seen
    assert contents(vault.parent) == before
    found = levels(yiyang("doctor", "--json", vault=vault))
    assert found["record"] == found["parts"] == found["cipher"] == found["clock"] == "good"
    assert found["county_none"] == found["keys_no_county"] == "attention"


def test_an_enrolled_laptop_is_recoverable(enrolled: Path) -> None:
    found = levels(yiyang("doctor", "--json", vault=enrolled))
    assert found["keys"] == found["county"] == "good"
    assert found["never_synced"] == "attention"
    yiyang("sync", vault=enrolled)
    assert levels(yiyang("doctor", "--json", vault=enrolled))["synced"] == "good"


def test_in_english_no_chinese(vault: Path) -> None:
    assert not HAN.search(yiyang("doctor", vault=vault, lang="en").out)


def test_before_there_is_a_record_nothing_is_bad(tmp_path: Path) -> None:
    ended = yiyang("doctor", "--json", vault=tmp_path / "none" / "record.db")
    assert levels(ended)["record_none"] == "attention"
    assert ended.code == 0


def test_a_record_in_the_clear_is_bad(vault: Path) -> None:
    vault.unlink()
    plain = sqlite3.connect(vault)
    plain.execute("CREATE TABLE person (name TEXT)")
    plain.close()
    assert levels(yiyang("doctor", "--json", vault=vault))["record_plain"] == "bad"


def test_a_lost_key_envelope_is_bad(vault: Path) -> None:
    envelope_path(vault).unlink()
    ended = yiyang("doctor", vault=vault)
    assert ended.code == 1
    assert "密钥信封读不出来" in ended.out


def test_a_log_that_broke_is_bad_and_is_not_opened_over(vault: Path, secret: Path) -> None:
    store = open_vault(vault, NUMBER, PASSPHRASE)
    for number in ("2001", "2002", "2003"):
        with store.act(None) as act:
            act.insert(Staff, number=number, name="李梅", role="carer")
    log = side_files(vault)[0]
    written = bytearray(log.read_bytes())
    store.close()
    written[18] ^= 1
    log.write_bytes(written)
    assert levels(yiyang("doctor", "--json", vault=vault))["log_broken"] == "bad"
    ended = yiyang("staff", "list", "--number", NUMBER, "--passphrase-file", str(secret), vault=vault)
    assert ended.code == 5
    assert "yiyang rescue" in ended.sentence()
    assert log.read_bytes() == written


def test_a_record_that_others_may_read_is_told(vault: Path) -> None:
    vault.chmod(0o644)
    assert levels(yiyang("doctor", "--json", vault=vault))["record_open_to_others"] == "attention"


def test_deep_compares_with_the_county(enrolled: Path, secret: Path) -> None:
    words = ("doctor", "--deep", "--json", "--number", NUMBER, "--passphrase-file", str(secret))
    found = levels(yiyang(*words, vault=enrolled))
    assert found["pages"] == found["rebuild"] == "good"
    assert found["digest_unknown"] == "attention"
    yiyang("sync", vault=enrolled)
    assert levels(yiyang(*words, vault=enrolled))["digest"] == "good"


def test_deep_finds_a_row_changed_behind_the_journal(vault: Path, secret: Path) -> None:
    store = open_vault(vault, NUMBER, PASSPHRASE)
    with store.writing() as conn:
        conn.execute(text("UPDATE bed SET label = 'changed' WHERE label = '101-1'"))
    store.close()
    ended = yiyang("doctor", "--deep", "--number", NUMBER, "--passphrase-file", str(secret), vault=vault)
    assert ended.code == 1
    assert "bed" in ended.out
    assert "请不要删除" in ended.out


def test_deep_finds_a_damaged_page_or_does_not_open(vault: Path, secret: Path) -> None:
    body = bytearray(vault.read_bytes())
    at = len(body) - 2000
    body[at] ^= 1
    vault.write_bytes(body)
    ended = yiyang("doctor", "--deep", "--json", "--number", NUMBER, "--passphrase-file", str(secret), vault=vault)
    found = levels(ended)
    assert ended.code == 1
    assert "bad" in (found.get("pages_damaged"), found.get("cannot_open"))


def test_a_wrong_passphrase_is_a_finding(vault: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("不是这一句话", encoding="utf-8")
    ended = yiyang("doctor", "--deep", "--number", NUMBER, "--passphrase-file", str(wrong), vault=vault)
    assert ended.code == 1
    assert "工号或口令不对" in ended.out


def test_a_record_from_the_future_makes_the_clock_bad(vault: Path) -> None:
    later = vault.stat().st_mtime + 90 * 86400
    os.utime(vault, (later, later))
    (found,) = check_clock(vault, None)
    assert (found.level, found.code) == ("bad", "clock_before_newest")


def test_a_clock_apart_from_the_countys_is_told(vault: Path) -> None:
    (found,) = check_clock(vault, -7200)
    assert (found.level, found.code, found.facts["minutes"]) == ("attention", "clock_skew", 120)


def test_the_disk_is_judged_where_the_record_will_lie(tmp_path: Path) -> None:
    (found,) = check_disk(tmp_path / "not" / "yet" / "there")
    assert found.area == "disk"


def test_outside_a_terminal_only_the_characters_are_judged() -> None:
    found = list(check_terminal({"TERM": "xterm"}, "linux"))
    assert [one.area for one in found] == ["terminal", "terminal"]
    assert found[1].code == "no_terminal"
