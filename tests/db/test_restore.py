"""A backup put back: what was there stays aside, a new epoch begins, the wrong backup is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from db import keys
from db.backups import Backup, make
from db.errors import VaultDamaged, WrongPassphrase
from db.restore import BackupNotOurs, check_ours, looked_at, open_backup, opens_with_present, put_back
from db.store import Store
from db.vault import create_vault, open_vault
from tests.db.beds import add, beds
from tests.db.conftest import NUMBER, PASSPHRASE

AT = 1_795_000_000


def epochs(store: Store) -> list[bytes]:
    """The epochs in which beds were written, in order."""
    with store.reading() as conn:
        asked = text("SELECT epoch FROM journal JOIN bed ON row_id = id ORDER BY lamport")
        return [bytes(epoch) for epoch in conn.execute(asked).scalars()]


@pytest.fixture
def made(store: Store) -> Backup:
    """A backup of one bed; the record then got another."""
    add(store, "101-1")
    backup = make(store)
    add(store, "101-2")
    return backup


def test_what_a_backup_holds_is_told_after_every_page_was_checked(store: Store, made: Backup) -> None:
    backup = open_backup(made.path, NUMBER, PASSPHRASE, store.path)
    contents = looked_at(backup)
    assert (contents.device_id, contents.pair_id, contents.entries) == (store.device_id, store.pair_id, 1)
    assert beds(backup) == ["101-1"]
    backup.close()


def test_the_record_goes_back_and_what_was_there_stays_aside(
    store: Store, made: Backup, reopen: Callable[[], Store], record_path: Path
) -> None:
    aside = put_back(made.path, record_path, store, AT, envelope=False)
    back = reopen()
    assert beds(back) == ["101-1"]
    add(back, "101-3")
    first, second = epochs(back)
    assert first != second
    assert aside is not None
    assert aside.name == "yiyang.before-20261118-1906.db"
    before = open_vault(aside, NUMBER, PASSPHRASE)
    assert beds(before) == ["101-1", "101-2"]
    before.close()
    assert not record_path.with_name("yiyang.db.restoring").exists()


def test_a_store_that_was_open_elsewhere_goes_on_with_the_restored_file(
    store: Store, made: Backup, reopen: Callable[[], Store], record_path: Path
) -> None:
    elsewhere = reopen()
    assert beds(elsewhere) == ["101-1", "101-2"]
    put_back(made.path, record_path, store, AT, envelope=False)
    assert beds(elsewhere) == ["101-1"]
    add(elsewhere, "101-4")
    assert beds(reopen()) == ["101-1", "101-4"]


@pytest.mark.parametrize("lost", ["file", "envelope", "both", "bytes"])
def test_a_record_that_does_not_open_is_put_back_all_the_same(
    lost: str, store: Store, made: Backup, reopen: Callable[[], Store], record_path: Path
) -> None:
    store.close()
    if lost in ("file", "both"):
        record_path.unlink()
    if lost in ("envelope", "both"):
        keys.envelope_path(record_path).unlink()
    if lost == "bytes":
        record_path.write_bytes(b"noise" * 5000)
        record_path.with_name("yiyang.db-wal").write_bytes(b"an old log")
    aside = put_back(made.path, record_path, None, AT, envelope=True)
    assert beds(reopen()) == ["101-1"]
    if lost == "bytes":
        assert aside is not None
        assert aside.read_bytes() == b"noise" * 5000
        assert aside.with_name(aside.name + "-wal").read_bytes() == b"an old log"


def test_asides_of_one_minute_do_not_take_each_others_name(store: Store, made: Backup, record_path: Path) -> None:
    first = put_back(made.path, record_path, store, AT, envelope=False)
    again = open_vault(record_path, NUMBER, PASSPHRASE)
    second = put_back(made.path, record_path, again, AT, envelope=False)
    assert first != second
    assert first is not None
    assert second is not None
    assert first.exists()
    assert second.exists()


def test_a_backup_of_another_laptop_is_refused(store: Store, made: Backup, tmp_path: Path) -> None:
    other = create_vault(tmp_path / "other" / "yiyang.db", NUMBER, PASSPHRASE, cost=keys.FLOOR)
    backup = open_backup(made.path, NUMBER, PASSPHRASE, other.path)
    with pytest.raises(BackupNotOurs):
        check_ours(looked_at(backup), other.path, made.path)
    check_ours(looked_at(backup), store.path, made.path)
    backup.close()
    other.close()


def test_a_damaged_backup_is_known_before_anything_is_touched(store: Store, made: Backup) -> None:
    spoiled = bytearray(made.path.read_bytes())
    spoiled[-3 * 4096 + 7] ^= 1
    made.path.chmod(0o600)
    made.path.write_bytes(bytes(spoiled))
    backup = open_backup(made.path, NUMBER, PASSPHRASE, store.path)
    with pytest.raises(VaultDamaged):
        looked_at(backup)
    backup.close()


def test_the_envelope_of_now_stays_where_it_opens_the_backup(store: Store, made: Backup, record_path: Path) -> None:
    assert opens_with_present(made.path, record_path, NUMBER, PASSPHRASE)
    store.close()
    keys.envelope_path(record_path).unlink()
    assert not opens_with_present(made.path, record_path, NUMBER, PASSPHRASE)


def test_nobody_opens_a_backup_without_its_passphrase(store: Store, made: Backup) -> None:
    with pytest.raises(WrongPassphrase):
        open_backup(made.path, NUMBER, "something else", store.path)
