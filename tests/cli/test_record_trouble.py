"""A record that does not open: one clear sentence, an exit code a script can read, and nothing touched."""

import sqlite3
import time
from pathlib import Path

import pytest

from db.clock import Clock
from db.keys import FLOOR, envelope_path
from db.vault import create_vault
from tests.cli.conftest import HAN, NUMBER, PASSPHRASE, contents, refused, yiyang
from yiyang_tui import words
from yiyang_tui.cli.record import read_time, settle_clock

URL = "http://127.0.0.1:9"


def opening(secret: Path) -> tuple[str, ...]:
    """A command that opens the record before it does anything else."""
    return ("enrol", URL, "--number", NUMBER, "--passphrase-file", str(secret), "--code-file", str(secret))


def test_a_wrong_passphrase_changes_nothing(vault: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("不是这一句话\n", encoding="utf-8")
    before = contents(vault.parent)
    refused(
        3,
        *opening(wrong),
        vault=vault,
        zh="工号或口令不对。记录没有变动。",
        en="passphrase is wrong. Nothing was changed.",
    )
    assert contents(vault.parent) == before


def test_an_unknown_number_is_told_like_a_wrong_passphrase(vault: Path, secret: Path) -> None:
    words = ("enrol", URL, "--number", "4711", "--passphrase-file", str(secret), "--code-file", str(secret))
    refused(3, *words, vault=vault, zh="工号或口令不对", en="staff number or the passphrase is wrong")


def test_a_missing_record_says_how_to_make_one(tmp_path: Path, secret: Path) -> None:
    nowhere = tmp_path / "nowhere" / "record.db"
    refused(4, *opening(secret), vault=nowhere, zh="yiyang init", en="yiyang init")
    assert not nowhere.parent.exists()


def test_a_damaged_record_is_named_and_left_as_it_is(vault: Path, secret: Path) -> None:
    body = bytearray(vault.read_bytes())
    body[5000:5064] = bytes(64)
    vault.write_bytes(body)
    before = contents(vault.parent)
    refused(5, *opening(secret), vault=vault, zh="请不要删除", en="Please do not delete it")
    assert contents(vault.parent) == before


def test_a_cut_record_is_named_and_left_as_it_is(vault: Path, secret: Path) -> None:
    vault.write_bytes(vault.read_bytes()[:7000])
    refused(5, *opening(secret), vault=vault, zh="运行 yiyang rescue", en="run yiyang rescue")
    assert vault.stat().st_size == 7000


def test_a_damaged_key_envelope_is_named(vault: Path, secret: Path) -> None:
    envelope_path(vault).write_text('{"format": "yiyang-keys-1"', encoding="utf-8")
    before = contents(vault.parent)
    refused(5, *opening(secret), vault=vault, zh="record.keys", en="record.keys")
    assert contents(vault.parent) == before


def test_a_plain_database_in_the_place_of_the_record_is_refused(vault: Path, secret: Path) -> None:
    vault.unlink()
    with sqlite3.connect(vault) as plain:
        plain.execute("CREATE TABLE person (name TEXT)")
    plain.close()
    refused(5, *opening(secret), vault=vault, zh="运行 yiyang rescue", en="run yiyang rescue")


def test_without_a_terminal_a_missing_answer_is_named(vault: Path) -> None:
    refused(2, "enrol", URL, "--number", NUMBER, vault=vault, zh="--passphrase-file", en="--passphrase-file")


def test_a_passphrase_file_that_is_not_there_is_named(vault: Path, tmp_path: Path) -> None:
    refused(2, *opening(tmp_path / "none.txt"), vault=vault, zh="none.txt", en="none.txt")


def test_a_passphrase_is_read_from_standard_input(vault: Path) -> None:
    words = ("doctor", "--deep", "--number", NUMBER, "--passphrase-file", "-")
    assert yiyang(*words, vault=vault, typed=PASSPHRASE + "\n").code == 0
    assert yiyang(*words, vault=vault, typed="别的口令\n").code == 1


def test_a_defect_is_one_calm_sentence_and_a_log_without_values(vault: Path, tmp_path: Path) -> None:
    # A record that is a folder is nothing anybody foresaw.
    vault.unlink()
    vault.mkdir()
    ended = yiyang("doctor", vault=vault, YIYANG_LOG=str(tmp_path / "log"))
    assert ended.code == 70
    assert "保存过的都在" in ended.sentence()
    log = (tmp_path / "log" / "yiyang.log").read_text(encoding="utf-8")
    assert "IsADirectoryError" in log
    assert str(vault) not in log


# --- a clock that cannot be right: asked about, never a reason to refuse ------------------------


@pytest.mark.parametrize(("wall", "zh"), [(3600, "1970-01-01 09:00"), (4_100_000_000 + 300_000_000, "2109")])
def test_an_impossible_clock_is_told_and_work_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wall: int, zh: str
) -> None:
    words.use("zh")
    store = create_vault(
        tmp_path / "record.db", NUMBER, PASSPHRASE, cost=FLOOR, clock=Clock(wall=lambda: wall, steady=time.monotonic)
    )
    settle_clock(store)
    said = capsys.readouterr().err
    assert zh in said
    assert "时间可疑" in said
    assert store.clock.suspect
    store.close()


def test_a_believed_clock_is_not_spoken_of(vault: Path, secret: Path) -> None:
    ended = yiyang("doctor", "--deep", "--number", NUMBER, "--passphrase-file", str(secret), vault=vault)
    assert ended.err == ""


@pytest.mark.parametrize(
    "typed", ["2026-11-22 21:04", "2026年11月22日 21时04分", "２０２６－１１－２２　２１：０４", "2026/11/22 21.04"]
)
def test_the_time_is_read_as_people_type_it(typed: str) -> None:
    assert read_time(typed) == 1795352640


@pytest.mark.parametrize(
    "typed", ["", "今天", "2026-11-22", "2026-13-22 21:04", "2026-11-22 25:04", "99999-1-1 1:1", "0-0-0 0:0"]
)
def test_what_is_no_time_is_asked_again(typed: str) -> None:
    assert read_time(typed) is None


@pytest.mark.parametrize("words", [("backup", "verify", "77"), ("audit", "show"), ("vault", "users")])
def test_a_job_reads_any_error_as_json(vault: Path, words: tuple[str, ...]) -> None:
    as_nobody = ("--number", NUMBER, "--passphrase-file", "-", "--json")
    ended = yiyang(*words, *as_nobody, vault=vault, typed="not the passphrase\n")
    said = ended.json()
    assert (said["exit"], ended.err) == (ended.code, "")
    assert ended.code in (3, 4)
    assert said["outcome"] in ("wrong_passphrase", "backup_missing")
    assert HAN.search(said["sentence"])
