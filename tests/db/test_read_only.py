"""A record that lies where nothing may be written is read, and nothing is written beside it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from db import keys
from db.errors import Refused, WrongPassphrase
from db.store import Store
from db.tables import Bed
from db.vault import create_vault, open_vault
from tests.db.conftest import NUMBER, PASSPHRASE


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Each file of a folder: its bytes and when it was changed."""
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


@pytest.fixture(params=["file system", "rights"])
def closed_to_us(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A record on a file system mounted to be read, or without the right to write. Its log was not folded in."""
    folder = tmp_path / "stick"
    folder.mkdir()
    mounted = request.param == "file system" and _did("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder))
    path = folder / "yiyang.db"
    store = create_vault(path, NUMBER, PASSPHRASE, cost=keys.FLOOR)
    with store.act(None) as act:
        act.insert(Bed, kind="home", label="in the log only")
    store.save_draft("form", store.device_id, {"typed": "half"})
    # As after a power cut: what was saved stands in the log yet.
    log = path.with_name("yiyang.db-wal")
    kept = log.read_bytes(), path.read_bytes()
    store.close()
    log.write_bytes(kept[0])
    path.write_bytes(kept[1])
    if not (mounted and _did("mount", "-o", "remount,ro", str(folder))):
        for each in folder.iterdir():
            each.chmod(0o400)
        folder.chmod(0o500)
    yield path
    if mounted:
        _did("umount", "-l", str(folder))
    else:
        folder.chmod(0o700)


def _did(*command: str) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture
def store(closed_to_us: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """That record, open; its copy lies in a temporary folder of this test."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    opened = open_vault(closed_to_us, NUMBER, PASSPHRASE)
    yield opened
    opened.close()


def test_what_was_saved_is_read_also_from_a_log(store: Store) -> None:
    assert store.read_only
    with store.reading() as conn:
        assert conn.execute(select(col(Bed.label))).scalars().all() == ["in the log only"]
    assert store.draft("form") == {"typed": "half"}


def test_every_act_is_refused_in_one_sentence(store: Store) -> None:
    with pytest.raises(Refused) as told, store.act(None) as act:
        act.insert(Bed, kind="home", label="new")
    assert told.value.rule == "read_only"
    with pytest.raises(Refused):
        store.save_draft("form", store.device_id, {})


def test_nothing_is_written_beside_it_and_no_copy_stays(
    closed_to_us: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    before = everything(closed_to_us.parent)
    opened = open_vault(closed_to_us, NUMBER, PASSPHRASE)
    (copy,) = (tmp_path / "temporary").iterdir()
    assert copy.stat().st_mode & 0o077 == 0
    opened.answer_clock(opened.now())
    opened.close()
    assert everything(closed_to_us.parent) == before
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_wrong_passphrase_copies_nothing(closed_to_us: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    with pytest.raises(WrongPassphrase):
        open_vault(closed_to_us, NUMBER, "something else")
    assert list((tmp_path / "temporary").iterdir()) == []
