"""Backups as a person or a job makes them: real processes, a real record, sentences for people."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from care import staff
from db import keys
from db.backups import folder_of, listed, make
from db.errors import WrongPassphrase
from db.identity import short
from db.reserve import keep_reserve
from db.store import Store
from db.tables import AuditEvent, Bed
from db.vault import open_vault
from tests.cli.conftest import NUMBER, PASSPHRASE, refused, yiyang
from yiyang_tui.chore_log import alone

CARER = "0009"


def add_bed(store: Store, label: str) -> None:
    """Something that came after the backup."""
    with store.act(None) as act:
        act.insert(Bed, kind="home", label=label, address="村")


def beds(store: Store) -> set[str]:
    """The home beds."""
    with store.reading() as conn:
        return set(conn.execute(select(col(Bed.label)).where(col(Bed.kind) == "home")).scalars())


def events(store: Store) -> list[str]:
    """What was written down besides."""
    with store.reading() as conn:
        return list(conn.execute(select(col(AuditEvent.what)).order_by(col(AuditEvent.at))).scalars())


def run(*words: str, vault: Path, number: str = NUMBER, **more: str):
    """A command of backups, with its passphrase."""
    return yiyang("backup", *words, "--number", number, "--passphrase-file", "-", vault=vault, **more)


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    """An empty stick."""
    place = tmp_path / "usb"
    place.mkdir()
    return place


def made(vault: Path) -> Path:
    """A backup; how a command makes one is told once."""
    store = open_vault(vault, NUMBER, PASSPHRASE)
    try:
        return make(store).path
    finally:
        store.close()


def test_a_backup_is_made_listed_and_verified(vault: Path, opened: Callable[[], Store]) -> None:
    told = run("now", vault=vault, typed=PASSPHRASE + "\n")
    assert (told.code, told.err) == (0, "")
    assert "第 1 号" in told.out
    rows = yiyang("backup", "list", "--json", vault=vault).json()["backups"]
    assert [(row["number"], row["sure"]) for row in rows] == [(1, True)]
    assert "共 1 份" in yiyang("backup", "list", vault=vault).out
    checked = run("verify", "--json", vault=vault, typed=PASSPHRASE + "\n").json()
    assert checked["whole"] is True
    assert checked["entries"] > 0
    assert "backed_up" in events(opened())


def test_a_carer_may_back_up_and_not_put_back(vault: Path, opened: Callable[[], Store]) -> None:
    store = opened()
    director = staff.by_number(store, NUMBER)
    assert director is not None
    staff.add(store, director.id, number=CARER, name="李梅", role="carer")
    store.add_passphrase(CARER, PASSPHRASE, keys.FLOOR)
    store.close()
    assert run("now", vault=vault, number=CARER, typed=PASSPHRASE + "\n").code == 0
    before = vault.read_bytes()
    told = run("restore", "1", "--yes", vault=vault, number=CARER, typed=PASSPHRASE + "\n")
    assert told.code == 3
    assert told.sentence()
    assert vault.read_bytes() == before


def test_the_record_goes_back_after_it_was_said_what_that_means(vault: Path, opened: Callable[[], Store]) -> None:
    made(vault)
    store = opened()
    add_bed(store, "later")
    store.close()
    told = run("restore", "1", "--yes", vault=vault, typed=PASSPHRASE + "\n")
    assert (told.code, told.err) == (0, "")
    assert "记录会回到" in told.out
    assert "只在改了名的旧文件里" in told.out
    back = opened()
    assert beds(back) == set()
    assert events(back)[-1] == "restored"
    (aside,) = vault.parent.glob("record.before-*.db")
    assert aside.name in told.out
    before = open_vault(aside, NUMBER, PASSPHRASE)
    assert beds(before) == {"later"}
    before.close()


def test_nothing_happens_unless_somebody_says_yes(vault: Path, opened: Callable[[], Store]) -> None:
    made(vault)
    store = opened()
    add_bed(store, "later")
    store.close()
    told = run("restore", "1", vault=vault, typed=PASSPHRASE + "\n")
    assert told.code == 2
    assert beds(opened()) == {"later"}
    assert list(vault.parent.glob("record.before-*")) == []


@pytest.mark.parametrize("lost", ["gone", "noise", "one bit"])
def test_a_record_that_does_not_open_is_put_back(lost: str, vault: Path, opened: Callable[[], Store]) -> None:
    made(vault)
    if lost == "gone":
        vault.unlink()
        keys.envelope_path(vault).unlink()
    elif lost == "noise":
        vault.write_bytes(b"noise" * 4000)
    else:
        body = bytearray(vault.read_bytes())
        body[-5000] ^= 1
        vault.write_bytes(bytes(body))
    told = run("restore", "1", "--yes", vault=vault, typed=PASSPHRASE + "\n")
    assert (told.code, told.err) == (0, "")
    assert "打不开" in told.out
    assert "restored" in events(opened())


def test_nobody_puts_a_backup_in_the_place_of_a_record_that_opens_to_others(vault: Path) -> None:
    made(vault)
    told = run("restore", "1", "--yes", vault=vault, typed="not the passphrase\n")
    assert told.code == WrongPassphrase.exit_code
    assert list(vault.parent.glob("record.before-*")) == []


def test_a_stick_is_chosen_once_and_holds_what_opens_alone(vault: Path, usb: Path, opened: Callable[[], Store]) -> None:
    told = run("now", "--to", str(usb), "--json", vault=vault, typed=PASSPHRASE + "\n").json()
    store = opened()
    place = usb / "yiyang" / short(store.pair_id) / short(store.device_id)
    assert told["stick"] == str(place)
    (there,) = listed(place)
    assert there.path.read_bytes() == listed(folder_of(vault))[0].path.read_bytes()
    checked = run("verify", str(there.path), vault=vault, typed=PASSPHRASE + "\n")
    assert "每一页都完好" in checked.out


def test_bad_input_is_one_sentence(vault: Path, tmp_path: Path) -> None:
    refused(4, "backup", "verify", "77", zh="没有找到备份", en="no backup", vault=vault)
    spoiled = tmp_path / "000001-20261122-2104.db"
    good = made(vault)
    body = bytearray(good.read_bytes())
    body[-5000] ^= 1
    spoiled.write_bytes(bytes(body))
    keys.envelope_path(spoiled).write_bytes(keys.envelope_path(good).read_bytes())
    told = run("verify", str(spoiled), vault=vault, typed=PASSPHRASE + "\n")
    assert told.code == 5
    assert "损坏" in told.sentence()


def test_a_stick_that_is_not_plugged_in_gets_no_folder_in_its_place(vault: Path, tmp_path: Path) -> None:
    absent = tmp_path / "media" / "usb"
    as_director = ("--number", NUMBER, "--passphrase-file", "-")
    to = ("backup", "now", "--to", str(absent))
    refused(10, *to, *as_director, zh="请插好 U 盘", en="plug", vault=vault, typed=PASSPHRASE + "\n")
    assert not absent.parent.exists()
    assert not listed(folder_of(vault))


def test_two_programs_do_not_back_up_at_once(vault: Path) -> None:
    with alone(vault):
        told = run("now", vault=vault, typed=PASSPHRASE + "\n")
    assert told.code == 5
    assert told.sentence()
    assert listed(folder_of(vault)) == []


def test_a_backup_is_noise_without_its_passphrase(vault: Path) -> None:
    path = made(vault)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(path).execute("SELECT count(*) FROM sqlite_master")
    assert "王芳".encode() not in path.read_bytes()


def test_doctor_tells_the_newest_backup_and_the_reserve(vault: Path) -> None:
    def codes() -> set[str]:
        return {one["code"] for one in yiyang("doctor", "--json", vault=vault).json()["findings"]}

    assert {"backup_none", "reserve_none"} <= codes()
    made(vault)
    assert keep_reserve(vault)
    assert {"backup", "reserve"} <= codes()
