"""Making and opening the record, copies of it, and what is said when it is not what it was."""

import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from db import cipher, keys, slots
from db.cipher import open_engine
from db.errors import SchemaTooNew, VaultBusy, VaultDamaged, VaultExists, VaultMissing, VaultUnwritable, YiyangError
from db.local import METADATA
from db.store import Store
from db.tables import Person, Round
from db.vault import SCHEMA, check_whole, create_vault, open_vault
from tests.db.conftest import HOUSE, NUMBER, PASSPHRASE

Reopen = Callable[[], Store]


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with store.reading() as conn:
        return {
            name: sorted((tuple(row) for row in conn.exec_driver_sql(f'SELECT * FROM "{name}"')), key=repr)
            for name in METADATA.tables
        }


def test_what_was_written_is_there_at_the_next_start(store: Store, person: UUID, reopen: Reopen) -> None:
    before = content(store)
    store.close()
    again = reopen()
    assert content(again) == before
    assert again.device == store.device
    with again.reading() as conn:
        assert conn.execute(text("SELECT name FROM person WHERE id = :id"), {"id": person.bytes}).scalar() == "李秀英"


def test_closing_leaves_one_file_that_holds_everything(store: Store, record_path: Path) -> None:
    store.close()
    assert sorted(path.name for path in record_path.parent.iterdir()) == ["yiyang.db", "yiyang.keys"]


def test_a_record_is_never_made_over_another(store: Store, record_path: Path) -> None:
    store.close()
    before = record_path.read_bytes(), keys.envelope_path(record_path).read_bytes()
    with pytest.raises(VaultExists):
        create_vault(record_path, NUMBER, "a quite different one", cost=keys.FLOOR)
    assert (record_path.read_bytes(), keys.envelope_path(record_path).read_bytes()) == before


def test_the_key_of_a_record_that_was_moved_away_is_not_overwritten(store: Store, record_path: Path) -> None:
    store.close()
    away = record_path.rename(record_path.with_name("away.db"))
    with pytest.raises(VaultExists):
        create_vault(record_path, NUMBER, PASSPHRASE, cost=keys.FLOOR)
    away.rename(record_path)
    open_vault(record_path, NUMBER, PASSPHRASE).close()


def test_a_refused_passphrase_leaves_nothing(record_path: Path) -> None:
    with pytest.raises(YiyangError):
        create_vault(record_path, NUMBER, "short", cost=keys.FLOOR)
    assert not record_path.parent.exists()


MAKER = """
import sys
from pathlib import Path
from db import keys, vault
from db.migrations import run
place = sys.argv[2]
def stop(*_):
    print("there", flush=True)
    sys.stdin.read()
if place == "schema":
    run.upgrade = stop
else:
    keys.write_envelope = (lambda write: lambda *a: (write(*a), stop()))(keys.write_envelope)
vault.create_vault(Path(sys.argv[1]), "0001", sys.argv[3], cost=keys.FLOOR)
"""


@pytest.mark.parametrize("place", ["schema", "envelope"])
def test_making_that_was_killed_does_not_stand_in_the_way_of_the_next_try(record_path: Path, place: str) -> None:
    command = [sys.executable, "-c", MAKER, str(record_path), place, PASSPHRASE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HOUSE) as maker:
        assert maker.stdout is not None
        assert maker.stdout.readline() == "there\n"
        maker.kill()
    with pytest.raises(VaultMissing):
        open_vault(record_path, NUMBER, PASSPHRASE)
    create_vault(record_path, NUMBER, PASSPHRASE, cost=keys.FLOOR).close()
    open_vault(record_path, NUMBER, PASSPHRASE).close()
    assert sorted(path.name for path in record_path.parent.iterdir()) == ["yiyang.db", "yiyang.keys"]


def test_a_missing_record_is_missing_and_stays_so(record_path: Path) -> None:
    with pytest.raises(VaultMissing) as told:
        open_vault(record_path, NUMBER, PASSPHRASE)
    assert told.value.facts == {"path": str(record_path)}
    assert not record_path.exists()


def test_a_record_without_its_envelope_is_damaged(store: Store, record_path: Path) -> None:
    store.close()
    keys.envelope_path(record_path).unlink()
    with pytest.raises(VaultDamaged):
        open_vault(record_path, NUMBER, PASSPHRASE)


def test_a_folder_that_takes_no_file_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(VaultUnwritable):
        create_vault(tmp_path / "file" / "yiyang.db", NUMBER, PASSPHRASE, cost=keys.FLOOR)


def test_a_record_of_a_newer_program_is_left_alone(store: Store, record_path: Path) -> None:
    with store.writing() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '0042'"))
    store.close()
    with pytest.raises(SchemaTooNew) as told:
        open_vault(record_path, NUMBER, PASSPHRASE)
    assert told.value.facts == {"found": 42, "known": SCHEMA}


@pytest.mark.parametrize("said", ["DELETE FROM alembic_version", "UPDATE alembic_version SET version_num = 'x'"])
def test_a_record_that_does_not_say_its_schema_is_damaged(store: Store, record_path: Path, said: str) -> None:
    with store.writing() as conn:
        conn.execute(text(said))
    store.close()
    with pytest.raises(VaultDamaged):
        open_vault(record_path, NUMBER, PASSPHRASE)


@pytest.mark.parametrize("table", ["device", "clock"])
def test_a_record_that_does_not_know_its_laptop_is_damaged(store: Store, record_path: Path, table: str) -> None:
    with store.writing() as conn:
        conn.execute(text(f"DELETE FROM {table}"))
    store.close()
    with pytest.raises(VaultDamaged):
        open_vault(record_path, NUMBER, PASSPHRASE)


def test_a_record_that_another_program_holds_is_busy_not_damaged(
    store: Store, reopen: Reopen, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cipher, "BUSY_MS", 1)
    other = reopen()
    with store.act(None) as act:
        act.edit(Person, person, note="held")
        with pytest.raises(VaultBusy):
            other.drop_draft("any")
    other.drop_draft("any")


# --- damage ----------------------------------------------------------------------------------


Filled = tuple[Path, dict[str, list[tuple[object, ...]]]]


@pytest.fixture
def filled(store: Store, nurse: UUID, record_path: Path) -> Filled:
    """A closed record of some hundred pages, and what is in it."""
    with store.act(nurse) as act:
        for turn in range(300):
            note = "记" * (turn * 11 % 2500)
            who = act.insert(Person, name=f"老人{turn}", sex="1", id_number=f"{turn:018}", note=note)
            act.insert(Round, person_id=who, staff_id=nurse, at=turn, kind="night", note="很好" * (turn % 40))
    whole = content(store)
    store.close()
    return record_path, whole


def test_of_150_flipped_bits_none_is_served_as_truth_and_none_escapes_the_check(store: Store, filled: Filled) -> None:
    path, whole = filled
    key = slots.unwrap(keys.read_envelope(keys.envelope_path(path)), NUMBER, PASSPHRASE)
    sound = path.read_bytes()
    chance = random.Random(150)
    served = 0
    for place in chance.sample(range(len(sound) * 8), 150):
        hurt = bytearray(sound)
        hurt[place // 8] ^= 1 << place % 8
        path.write_bytes(hurt)
        hurt_store = Store(path, open_engine(path, key), store.device, store.clock, key)
        assert not check_whole(hurt_store)
        with suppress(VaultDamaged):
            assert content(hurt_store) == whole
            served += 1
        hurt_store.close()
    assert served < 50


@pytest.mark.parametrize("cut", [0, 1, 15, 16, 100, 4095, 4096, 4097, 40_960, -4096])
def test_a_file_that_was_cut_is_damaged(filled: Filled, cut: int) -> None:
    path, _ = filled
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(VaultDamaged):
        open_vault(path, NUMBER, PASSPHRASE)


def test_a_file_that_lost_its_last_byte_does_not_pass_the_check(filled: Filled) -> None:
    path, _ = filled
    path.write_bytes(path.read_bytes()[:-1])
    store = open_vault(path, NUMBER, PASSPHRASE)
    assert not check_whole(store)
    store.close()


@pytest.mark.parametrize("body", [b"SQLite format 3\x00" + bytes(4080), bytes(8192), b"PK\x03\x04" * 5000])
def test_a_file_that_is_something_else_is_damaged(store: Store, record_path: Path, body: bytes) -> None:
    store.close()
    record_path.write_bytes(body)
    with pytest.raises(VaultDamaged):
        open_vault(record_path, NUMBER, PASSPHRASE)


# --- copies ----------------------------------------------------------------------------------


def test_a_backup_opens_with_the_same_key_and_holds_the_same(store: Store, person: UUID, tmp_path: Path) -> None:
    before = content(store)
    target = tmp_path / "copy" / "yiyang.db"
    target.parent.mkdir()
    with store.act(None) as act:
        act.edit(Person, person, note="after")
    after = content(store)
    assert before != after
    assert store.back_up(target) == target
    shutil.copy(keys.envelope_path(store.path), target.parent)
    copy = open_vault(target, NUMBER, PASSPHRASE)
    assert content(copy) == after
    copy.close()
    assert sorted(path.name for path in target.parent.iterdir()) == ["yiyang.db", "yiyang.keys"]


def test_a_backup_taken_while_others_write_is_whole(store: Store, nurse: UUID, person: UUID, tmp_path: Path) -> None:
    with store.act(nurse) as act:
        for turn in range(2000):
            act.insert(Round, person_id=person, staff_id=nurse, at=turn, kind="night", note="x" * 200)
    over = threading.Event()

    def write() -> None:
        turn = 0
        while not over.is_set():
            turn += 1
            with store.act(nurse) as act:
                act.insert(Round, person_id=person, staff_id=nurse, at=turn, kind="day")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            store.back_up(tmp_path / "copy.db")
    finally:
        over.set()
        writer.join()


@pytest.mark.usefixtures("filled")
def test_a_damaged_record_does_not_replace_a_good_backup(record_path: Path, tmp_path: Path) -> None:
    store = open_vault(record_path, NUMBER, PASSPHRASE)
    target = store.back_up(tmp_path / "good.db")
    good = target.read_bytes()
    store.close()
    hurt = bytearray(record_path.read_bytes())
    hurt[len(hurt) // 2] ^= 1
    record_path.write_bytes(hurt)
    store = open_vault(record_path, NUMBER, PASSPHRASE)
    with pytest.raises(VaultDamaged):
        store.back_up(target)
    store.close()
    assert target.read_bytes() == good
    assert [path.name for path in tmp_path.glob("good*")] == ["good.db"]
