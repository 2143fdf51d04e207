"""A disk that takes no more: said so, nothing half-written, and work goes on when there is room again."""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from db import keys
from db.errors import DiskFailed, DiskFull, YiyangError
from db.store import Store
from db.tables import Bed
from db.vault import check_whole, create_vault, open_vault
from tests.db.conftest import NUMBER, PASSPHRASE

SIZE = 3_000_000
SOMEBODY = UUID(int=1)


@dataclass
class SmallDisk:
    """A place for about three megabytes: a file system of that size, or a limit on the size of each file."""

    folder: Path
    mounted: bool = False
    says: type[YiyangError] = DiskFailed
    ballast: Path = field(init=False)
    limits: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.ballast = self.folder / "ballast"
        self.limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        if self.mounted:
            command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(self.folder)]
            self.mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
        if self.mounted:
            self.says = DiskFull
            self.ballast.write_bytes(bytes(SIZE // 4))
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE // 4, self.limits[1]))

    def make_room(self) -> None:
        """Somebody deletes something big."""
        self.ballast.unlink(missing_ok=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, self.limits)

    def take_away(self) -> None:
        """The end of the test."""
        self.make_room()
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


@pytest.fixture(params=["file system", "file size"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk; where no file system may be mounted, the size of files is limited instead."""
    small = SmallDisk(tmp_path / "small", mounted=request.param == "file system")
    yield small
    small.take_away()


@pytest.fixture
def store(disk: SmallDisk) -> Iterator[Store]:
    """A record on the small disk."""
    opened = create_vault(disk.folder / "yiyang.db", NUMBER, PASSPHRASE, cost=keys.FLOOR)
    yield opened
    opened.close()


def add(store: Store, label: str) -> None:
    """One act that needs some room."""
    with store.act(None) as act:
        act.insert(Bed, kind="home", label=label, address="村" * 3000)


def fill(store: Store) -> list[str]:
    """Add beds until the disk takes no more; those that were saved."""
    saved: list[str] = []
    with suppress(DiskFull, DiskFailed):
        while True:
            add(store, str(len(saved)))
            saved.append(str(len(saved)))
    return saved


def labels(store: Store) -> list[str]:
    """The beds in the order in which they were saved, each with its entry."""
    with store.reading() as conn:
        rows = conn.execute(text("SELECT label FROM bed JOIN journal ON row_id = id ORDER BY lamport")).scalars().all()
        assert conn.execute(text("SELECT count(*) FROM journal")).scalar_one() == len(rows)
    return list(rows)


def test_a_full_disk_is_said_and_what_was_saved_stays(store: Store, disk: SmallDisk) -> None:
    saved = fill(store)
    assert len(saved) > 5
    with pytest.raises(disk.says):
        add(store, "too much")
    assert labels(store) == saved
    with pytest.raises(disk.says):
        store.save_draft("form", SOMEBODY, {"note": "x" * 60_000})
    assert check_whole(store)


def test_work_goes_on_when_there_is_room_again(store: Store, disk: SmallDisk) -> None:
    saved = fill(store)
    disk.make_room()
    add(store, "after")
    store.save_draft("form", SOMEBODY, {"note": "x" * 60_000})
    assert labels(store) == [*saved, "after"]
    assert check_whole(store)


def test_closing_on_a_full_disk_loses_nothing(store: Store, disk: SmallDisk) -> None:
    saved = fill(store)
    store.close()
    disk.make_room()
    again = open_vault(store.path, NUMBER, PASSPHRASE)
    assert labels(again) == saved
    add(again, "after")
    again.close()


def test_a_backup_that_does_not_fit_leaves_the_old_one(store: Store, disk: SmallDisk) -> None:
    add(store, "first")
    target = store.back_up(disk.folder / "copy.db")
    good = target.read_bytes()
    fill(store)
    if disk.mounted:
        with pytest.raises(DiskFull):
            store.back_up(target)
        assert target.read_bytes() == good
    assert sorted(path.name for path in disk.folder.glob("copy*")) == ["copy.db"]


def test_a_record_that_does_not_fit_leaves_nothing(disk: SmallDisk) -> None:
    if disk.mounted:
        disk.ballast.write_bytes(bytes(SIZE - 200_000))
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, disk.limits[1]))
    path = disk.folder / "record" / "yiyang.db"
    with pytest.raises(disk.says):
        create_vault(path, NUMBER, PASSPHRASE, cost=keys.FLOOR)
    assert list(path.parent.iterdir()) == []
    disk.make_room()
    create_vault(path, NUMBER, PASSPHRASE, cost=keys.FLOOR).close()
