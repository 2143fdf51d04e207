"""Backups: a numbered row of verified copies. No clock and no damage thins out the good ones."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import backups, keys
from db.backup import BackupStopped
from db.backups import Backup, NoRoomForBackup, NoRoomOnStick, copied, folder_of, listed, make, make_room, to_keep
from db.clock import LOCAL, Clock
from db.errors import VaultDamaged
from db.reserve import free_room
from db.store import Store
from db.vault import create_vault, open_vault
from tests.db.beds import add, beds
from tests.db.conftest import NUMBER, PASSPHRASE

EVENING = datetime(2026, 11, 22, 21, 4, tzinfo=LOCAL)
WRONG_CLOCKS = (0, int(datetime(2099, 1, 1, tzinfo=LOCAL).timestamp()))


class Days:
    """A clock on the wall that the test sets."""

    def __init__(self) -> None:
        self.at = EVENING.timestamp()

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def days() -> Days:
    """The clock of this test."""
    return Days()


@pytest.fixture
def dated(record_path: Path, days: Days) -> Iterator[Store]:
    """A record that goes by it."""
    opened = create_vault(
        record_path, NUMBER, PASSPHRASE, cost=keys.FLOOR, clock=Clock(wall=days, steady=lambda: days.at)
    )
    yield opened
    opened.close()


def test_a_backup_opens_alone_and_only_to_be_read(dated: Store, tmp_path: Path) -> None:
    add(dated, "101-1")
    made = make(dated)
    add(dated, "101-2")
    assert made.path.name == "000001-20261122-2104.db"
    assert (made.at, made.sure, made.day.isoformat()) == (int(EVENING.timestamp()), True, "2026-11-22")
    away = tmp_path / "away"
    away.mkdir()
    for file in folder_of(dated.path).iterdir():
        assert file.stat().st_mode & 0o077 == 0
        (away / file.name).write_bytes(file.read_bytes())
    alone = open_vault(away / made.path.name, NUMBER, PASSPHRASE)
    assert (beds(alone), alone.read_only, alone.device) == (["101-1"], True, dated.device)
    alone.close()


def test_of_a_year_of_days_seven_and_four_weeks_are_kept(dated: Store, days: Days) -> None:
    folder = folder_of(dated.path)
    first = make(dated)
    body, envelope = first.path.read_bytes(), keys.envelope_path(first.path).read_bytes()
    for n in range(2, 41):
        made = EVENING + timedelta(days=n - 1)
        target = folder / f"{n:06d}-{made:%Y%m%d-%H%M}.db"
        target.write_bytes(body)
        keys.envelope_path(target).write_bytes(envelope)
    days.at += 40 * 86400
    newest = make(dated)
    kept = listed(folder)
    assert kept[0] == newest
    assert newest.number == 41
    assert [one.number for one in kept][:7] == [41, 40, 39, 38, 37, 36, 35]
    weeks = {f"{one.day:%G-%V}" for one in kept}
    assert len(weeks) == 4
    assert len(kept) <= 7 + 4
    assert {path.stem for path in folder.iterdir()} == {one.path.stem for one in kept}


moments = st.integers(0, 60).map(lambda n: int((EVENING + timedelta(days=n)).timestamp()))


@given(st.lists(st.tuples(st.one_of(moments, st.sampled_from(WRONG_CLOCKS)), st.booleans()), max_size=40))
@settings(max_examples=100, deadline=None)
def test_no_clock_thins_out_the_newest_or_more_than_one_a_day(made: list[tuple[int, bool]]) -> None:
    row = [Backup(Path(), n, at, sure, 0) for n, (at, sure) in enumerate(made, 1)]
    kept = to_keep(row)
    assert {one.number for one in row[-2:]} <= kept
    assert len(kept) <= backups.DAYS + backups.WEEKS + backups.DOUBTED + backups.LEAST
    # What is thrown away of a day leaves a newer one of that day, or seven newer days.
    for one in row:
        if one.sure and one.number not in kept:
            newer = [each for each in row if each.sure and each.number > one.number]
            assert any(each.day == one.day for each in newer) or len({each.day for each in newer}) >= backups.DAYS
    # Thinning out again, and after one more, never brings back or loses what it had decided on.
    assert to_keep([one for one in row if one.number in kept]) == kept


def test_a_month_in_2099_pushes_out_one_day() -> None:
    good = [Backup(Path(), n, int((EVENING + timedelta(days=n)).timestamp()), True, 0) for n in range(1, 8)]
    lost = [Backup(Path(), n, WRONG_CLOCKS[1], True, 0) for n in range(8, 40)]
    assert {one.number for one in good[1:]} <= to_keep([*good, *lost])


def test_a_doubted_clock_marks_its_backups(dated: Store, days: Days) -> None:
    sure = make(dated)
    days.at = 0
    dated.clock.check(int(EVENING.timestamp()))
    doubted = [make(dated) for _ in range(5)]
    assert [one.sure for one in doubted] == [False] * 5
    assert [one.number for one in listed(folder_of(dated.path))] == [6, 5, 4, sure.number]


def test_a_damaged_record_is_not_backed_up_and_the_good_ones_stay(dated: Store, reopen: Callable[[], Store]) -> None:
    for n in range(400):
        add(dated, f"{n:03d}" * 5)
    good = make(dated)
    before = good.path.read_bytes()
    dated.close()
    spoiled = bytearray(dated.path.read_bytes())
    spoiled[-3 * 4096 + 100] ^= 1
    dated.path.write_bytes(bytes(spoiled))
    damaged = reopen()
    with pytest.raises(VaultDamaged):
        make(damaged)
    assert listed(folder_of(dated.path)) == [good]
    assert good.path.read_bytes() == before
    assert {path.name for path in folder_of(dated.path).iterdir()} == {
        good.path.name,
        keys.envelope_path(good.path).name,
    }


def test_a_stopped_backup_leaves_nothing(dated: Store) -> None:
    good = make(dated)
    with pytest.raises(BackupStopped):
        make(dated, lambda: False)
    assert listed(folder_of(dated.path)) == [good]
    assert len(list(folder_of(dated.path).iterdir())) == 2


def test_what_a_power_cut_left_of_a_backup_goes_with_the_next(dated: Store) -> None:
    folder = folder_of(dated.path)
    make(dated)
    (folder / "000009-20261122-2104.db.new").write_bytes(b"half")
    (folder / "000009-20261122-2104.keys").write_bytes(b"{}")
    (folder / "notes.txt").write_bytes(b"somebody's")
    make(dated)
    assert sorted(path.name for path in folder.iterdir()) == [
        "000001-20261122-2104.db",
        "000001-20261122-2104.keys",
        "000002-20261122-2104.db",
        "000002-20261122-2104.keys",
        "notes.txt",
    ]


def test_a_copy_elsewhere_is_read_back_and_opens_alone(dated: Store, tmp_path: Path) -> None:
    add(dated, "101-1")
    made = make(dated)
    stick = tmp_path / "stick"
    stick.mkdir()
    there = copied(made, stick)
    assert there.path.read_bytes() == made.path.read_bytes()
    assert copied(made, stick) == there
    assert sorted(os.listdir(stick)) == ["000001-20261122-2104.db", "000001-20261122-2104.keys"]


def test_a_name_that_leads_elsewhere_is_not_followed(dated: Store, tmp_path: Path) -> None:
    made = make(dated)
    stick, precious = tmp_path / "stick", tmp_path / "precious"
    stick.mkdir()
    precious.write_bytes(b"somebody's")
    for name in (made.path.name, keys.envelope_path(made.path).name):
        (stick / f"{name}.new").symlink_to(precious)
    there = copied(made, stick)
    assert precious.read_bytes() == b"somebody's"
    assert not there.path.is_symlink()
    assert there.path.read_bytes() == made.path.read_bytes()


def test_a_laptop_that_counts_from_one_again_still_has_its_newest_on_the_stick(
    dated: Store, tmp_path: Path, days: Days
) -> None:
    stick = tmp_path / "stick"
    for _ in range(4):
        copied(make(dated), stick)
        days.at += 60
    for one in listed(folder_of(dated.path)):
        backups.discard(one)
    there = copied(make(dated), stick)
    assert there.number == 1
    assert there.path.exists()
    assert [one.number for one in listed(stick)] == [4, 3, 1]


def test_a_full_stick_is_named_and_the_backup_stays_on_the_laptop(dated: Store, tmp_path: Path) -> None:
    made = make(dated)
    too_big = replace(made, size=free_room(tmp_path) + 10**12)
    with pytest.raises(NoRoomOnStick) as refused:
        copied(too_big, tmp_path / "stick")
    assert refused.value.facts["path"] == str(tmp_path / "stick")
    assert listed(folder_of(dated.path)) == [made]
    assert listed(tmp_path / "stick") == []


def test_on_a_tight_disk_the_oldest_go_but_never_the_newest_two_and_never_for_a_damaged_record(tmp_path: Path) -> None:
    for number in range(1, 6):
        path = tmp_path / f"{number:06d}-2026112{number}-2104.db"
        path.write_bytes(bytes(9_000))
        keys.envelope_path(path).write_bytes(b"{}")
    more_than_there_is = free_room(tmp_path) + 10**12

    def damaged() -> None:
        raise VaultDamaged(path="record.db")

    with pytest.raises(VaultDamaged):
        make_room(tmp_path, more_than_there_is, damaged)
    assert [one.number for one in listed(tmp_path)] == [5, 4, 3, 2, 1]
    make_room(tmp_path, 9_000, damaged)
    with pytest.raises(NoRoomForBackup):
        make_room(tmp_path, more_than_there_is)
    assert [one.number for one in listed(tmp_path)] == [5, 4]
