"""Nothing of a person is readable on the disk, and no connection goes round the cipher."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from db import backup as copies
from db import keys, slots
from db.cipher import driver_of, open_engine
from db.errors import CipherMissing, VaultDamaged
from db.store import Store
from db.tables import Person, Round
from db.vault import check_whole, create_vault
from tests.db.conftest import HOUSE, NUMBER, PASSPHRASE, interrupt

CANARY = "金丝雀啼鸣者"
NOTE = "CANARYNOTEINCLEARTEXT"
SPELLED = tuple(said.encode(code) for said in (CANARY, NOTE) for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files would lie."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for name in ("TMPDIR", "TMP", "TEMP", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(folder))
    return folder


def key_of(path: Path) -> bytes:
    """The database key, as the one who knows the passphrase has it."""
    return slots.unwrap(keys.read_envelope(keys.envelope_path(path)), NUMBER, PASSPHRASE)


@pytest.fixture
def canary(store: Store, nurse: UUID, record_path: Path) -> Path:
    """A record in which a canary was written every way there is; open, with its write-ahead log."""
    with store.act(nurse) as act:
        bird = act.insert(Person, name=CANARY, sex="1", note=NOTE, allergies=f'[{{"to": "{NOTE}"}}]')
    with store.act(nurse) as act:
        act.edit(Person, bird, phone=NOTE)
    store.save_draft("round/1", nurse, {"note": NOTE, "name": CANARY})
    interrupt(store, nurse, lambda act: act.insert(Person, name=CANARY * 100, sex="1", note=NOTE))
    # More than the page cache holds, so that pages are spilled before the commit; then a big sort and a big index.
    with store.act(nurse) as act:
        for turn in range(1500):
            act.insert(Round, person_id=bird, staff_id=nurse, at=turn, kind="night", note=f"{NOTE}{CANARY}" * 40)
        act.conn.execute(text("SELECT count(*) FROM (SELECT DISTINCT note || id FROM round ORDER BY note || at)")).all()
        act.conn.execute(text("CREATE TEMP TABLE scratch AS SELECT note FROM round"))
    return record_path


def test_what_is_written_in_clear_would_be_found(tmp_path: Path) -> None:
    """The control: the same search in a stock SQLite file finds the canary."""
    path = tmp_path / "plain.db"
    with sqlite3.connect(path) as conn:
        conn.execute("CREATE TABLE person (name)")
        conn.execute("INSERT INTO person VALUES (?)", (CANARY,))
    conn.close()
    assert leaks(tmp_path) == {path}


def leaks(folder: Path) -> set[Path]:
    """The files under a folder in which the canary can be read."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path for path in files if any(spelling in path.read_bytes() for spelling in SPELLED)}


def test_no_plaintext_anywhere_while_the_record_is_open(store: Store, canary: Path, temporary: Path) -> None:
    with store.reading() as conn:
        assert (
            conn.execute(text("SELECT count(*) FROM round WHERE note LIKE :n"), {"n": f"%{CANARY}%"}).scalar() == 1500
        )
    assert canary.with_name("yiyang.db-wal").stat().st_size > 1_000_000
    assert leaks(temporary.parent) == set()


def test_no_plaintext_in_the_backup(canary: Path, temporary: Path) -> None:
    key = key_of(canary)
    copies.backup(open_engine(canary, key), canary, key, canary.with_name("backup.db"))
    assert canary.with_name("backup.db").stat().st_size > 1_000_000
    assert leaks(temporary.parent) == set()


def test_no_plaintext_after_a_kill(store: Store, canary: Path, temporary: Path) -> None:
    """What a killed program leaves: file, log and shared memory, copied as they are."""
    shutil.copytree(canary.parent, temporary / "seized")
    store.close()
    assert {path.name for path in (temporary / "seized").iterdir()} > {"yiyang.db", "yiyang.db-wal"}
    assert leaks(temporary.parent) == set()


def test_nothing_temporary_is_left_behind(canary: Path, temporary: Path) -> None:
    assert canary.exists()
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize("key", [None, bytes(32)])
def test_without_the_key_it_is_noise(store: Store, record_path: Path, key: bytes | None) -> None:
    store.close()
    if key is None:
        with pytest.raises(sqlite3.DatabaseError, match="not a database"), sqlite3.connect(record_path) as conn:
            conn.execute("SELECT count(*) FROM person")
        conn.close()
    else:
        engine = open_engine(record_path, key)
        with pytest.raises(VaultDamaged):
            Store(record_path, engine, store.device, store.clock, key).drafts("")
        engine.dispose()


def test_every_pooled_connection_is_set_as_designed(store: Store) -> None:
    asked = {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "temp_store": 2,  # MEMORY
        "busy_timeout": 10_000,
    }
    held = [store.reading() for _ in range(6)]
    connections = [each.__enter__() for each in held]
    try:
        drivers = [driver_of(conn) for conn in connections]
        assert len({id(driver) for driver in drivers}) == 6
        for driver in drivers:
            found = {name: driver.execute(f"PRAGMA {name}").fetchone()[0] for name in asked}
            assert found == asked
            assert driver.execute("PRAGMA cipher_version").fetchone()[0].startswith("4.")
    finally:
        for each in held:
            each.__exit__(None, None, None)


def test_errors_show_nothing_that_was_bound(store: Store) -> None:
    with pytest.raises(VaultDamaged) as told, store.reading() as conn:
        conn.execute(text("SELECT no_such_column FROM person WHERE name = :name"), {"name": CANARY})
    assert told.value.__cause__ is not None
    assert CANARY not in str(told.value.__cause__)


@pytest.mark.usefixtures("person")
def test_a_sound_record_passes_its_own_checks(store: Store) -> None:
    assert check_whole(store)


# --- the cipher is missing -------------------------------------------------------------------


@pytest.fixture(params=["absent", "stock"])
def without_cipher(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder that hides the cipher: with a package that cannot be imported, or one that is stock SQLite."""
    folder = tmp_path / "shadow" / "sqlcipher3"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    said = "raise ImportError('no such library')" if request.param == "absent" else "from sqlite3.dbapi2 import *"
    (folder / "dbapi2.py").write_text(said)
    return folder.parent


MAKER = """
import sys
from pathlib import Path
from db import keys
from db.errors import CipherMissing
from db.vault import create_vault
try:
    create_vault(Path(sys.argv[1]), "0001", "correct horse battery", cost=keys.FLOOR)
except CipherMissing as error:
    print(error.code)
"""


def test_without_the_cipher_nothing_is_made(without_cipher: Path, tmp_path: Path) -> None:
    path = tmp_path / "record" / "yiyang.db"
    env = {**os.environ, "PYTHONPATH": f"{without_cipher}{os.pathsep}{HOUSE}"}
    ran = subprocess.run([sys.executable, "-c", MAKER, str(path)], env=env, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, CipherMissing.code, "")
    assert not path.parent.exists() or list(path.parent.iterdir()) == []


OPENER = """
import sys
from pathlib import Path
from db.errors import CipherMissing
from db.vault import open_vault
try:
    open_vault(Path(sys.argv[1]), "0001", sys.argv[2])
except CipherMissing as error:
    print(error.code)
"""


def test_without_the_cipher_a_record_is_not_touched(without_cipher: Path, tmp_path: Path) -> None:
    path = tmp_path / "yiyang.db"
    create_vault(path, NUMBER, PASSPHRASE, cost=keys.FLOOR).close()
    before = {each: each.read_bytes() for each in sorted(tmp_path.glob("yiyang*"))}
    env = {**os.environ, "PYTHONPATH": f"{without_cipher}{os.pathsep}{HOUSE}"}
    command = [sys.executable, "-c", OPENER, str(path), PASSPHRASE]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, CipherMissing.code, "")
    assert {each: each.read_bytes() for each in sorted(tmp_path.glob("yiyang*"))} == before
