"""A full disk still takes the rounds of the day: room was held for them, and is given back before it is needed."""

import os
import resource
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from db import keys, reserve
from db.errors import DiskFailed, DiskFull, YiyangError
from db.store import Store
from db.tables import Bed
from db.vault import check_whole, create_vault
from tests.db.conftest import NUMBER, PASSPHRASE

ROOM = 32_000_000


@dataclass
class Disk:
    """A file system of that size; where none may be mounted, a limit on the size of each file stands in for it."""

    folder: Path
    mounted: bool
    limits: tuple[int, int]

    def fill(self, vault: Path, leave: int = 0) -> None:
        """Another program takes all but some bytes."""
        if not self.mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (vault.stat().st_size + 400_000, self.limits[1]))
            return
        handle = os.open(self.folder / "ballast", os.O_CREAT | os.O_WRONLY)
        os.posix_fallocate(handle, 0, reserve.free_room(self.folder) - leave)
        os.close(handle)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A small disk for this test alone."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    made = Disk(folder, mounted, resource.getrlimit(resource.RLIMIT_FSIZE))
    yield made
    resource.setrlimit(resource.RLIMIT_FSIZE, made.limits)
    if mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def store(disk: Disk) -> Iterator[Store]:
    """A record on it, with its reserve."""
    opened = create_vault(disk.folder / "yiyang.db", NUMBER, PASSPHRASE, cost=keys.FLOOR)
    assert reserve.keep_reserve(opened.path)
    yield opened
    opened.close()


def save(store: Store, most: int) -> int:
    """Save beds of the size of a round until the disk takes no more; how many were saved."""
    saved = 0
    try:
        while saved < most:
            with store.act(None) as act:
                act.insert(Bed, kind="home", label=str(saved), address="村" * 200)
            saved += 1
    except (DiskFull, DiskFailed):
        return saved
    return saved


def test_the_reserve_is_real_blocks_that_only_its_owner_reads(store: Store) -> None:
    found = reserve.reserve_path(store.path).stat()
    assert found.st_size == reserve.SIZE
    assert found.st_blocks * 512 >= reserve.SIZE
    assert found.st_mode & 0o077 == 0


def test_when_another_program_fills_the_disk_the_next_acts_are_saved(store: Store, disk: Disk) -> None:
    disk.fill(store.path)
    told = reserve.rounds_left(store.path)
    saved = save(store, 10_000)
    assert reserve.reserved(store.path) == 0
    assert store.reserve_spent
    with store.reading() as conn:
        assert conn.execute(text("SELECT count(*) FROM bed")).scalar_one() == saved
    assert check_whole(store)
    if disk.mounted:
        assert saved >= told >= 1_900


def test_it_is_not_made_where_it_would_fill_the_disk_itself(store: Store, disk: Disk) -> None:
    reserve.let_go(store.path)
    if not disk.mounted:
        disk.fill(store.path)
        with pytest.raises(YiyangError):
            reserve.keep_reserve(store.path)
    else:
        disk.fill(store.path, leave=reserve.SIZE * 2)
        assert not reserve.keep_reserve(store.path)
    assert reserve.reserved(store.path) == 0


def test_letting_go_says_whether_there_was_any(store: Store) -> None:
    assert reserve.let_go(store.path)
    assert not reserve.let_go(store.path)


def test_a_reserve_that_cannot_be_let_go_stops_no_act(store: Store, disk: Disk) -> None:
    assert reserve.let_go(store.path)
    # Whatever came to lie there, it is not ours to remove.
    reserve.reserve_path(store.path).mkdir()
    assert not reserve.let_go(store.path)
    if disk.mounted:
        disk.fill(store.path, leave=reserve.LEAST_FREE // 2)
    assert save(store, 1) == 1
    assert not store.reserve_spent


def test_it_is_there_again_when_there_is_room_again(store: Store, disk: Disk) -> None:
    disk.fill(store.path)
    save(store, 500)
    assert reserve.reserved(store.path) == 0
    (disk.folder / "ballast").unlink(missing_ok=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, disk.limits)
    assert reserve.keep_reserve(store.path)
    assert reserve.reserved(store.path) == reserve.SIZE
