"""Damage on the disk: nothing of it is ever served as truth, and what is not damaged can be read round it."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from db import keys, slots
from db.cipher import open_engine, reading
from db.damage import broken_pages
from db.disk import side_files
from db.errors import LogDamaged, VaultDamaged, WrongPassphrase
from db.local import JOURNAL, METADATA
from db.log import FRAME, PAGE, log_state
from db.rows import shape_of
from db.salvage import salvaging
from db.store import Store
from db.tables import Person, Round, Staff
from db.vault import create_vault, open_vault

NUMBER, PASSPHRASE = "0001", "槐花五月开满小院"
Content = dict[str, list[tuple[object, ...]]]
ROUND = shape_of(Round).table


def fill(store: Store, acts: int = 12, each: int = 25) -> None:
    """Write rounds of a few people."""
    with store.act(None) as act:
        staff = act.insert(Staff, number=NUMBER, name="王芳", role="nurse")
        people = [act.insert(Person, name=f"李秀英{n}", sex="2") for n in range(4)]
    for _ in range(acts):
        with store.act(staff) as act:
            for n in range(each):
                person = people[n % len(people)]
                act.insert(Round, person_id=person, staff_id=staff, at=act.now, kind="caregiver", note=f"饭后安睡 {n}")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A closed record with some hundred rounds, and its key."""
    path = tmp_path_factory.mktemp("salvage") / "yiyang.db"
    store = create_vault(path, NUMBER, PASSPHRASE, cost=keys.FLOOR)
    fill(store)
    store.close()
    return path, slots.unwrap(keys.read_envelope(keys.envelope_path(path)), NUMBER, PASSPHRASE)


@pytest.fixture
def record(once: tuple[Path, bytes], tmp_path: Path) -> tuple[Path, bytes]:
    """A copy of it to damage."""
    whole, key = once
    path = tmp_path / whole.name
    path.write_bytes(whole.read_bytes())
    keys.envelope_path(path).write_bytes(keys.envelope_path(whole).read_bytes())
    return path, key


def content(path: Path, key: bytes) -> Content:
    """Every row of every table, as the program reads it. Raises ``VaultDamaged``."""
    engine = open_engine(path, key)
    try:
        with reading(engine, path) as conn:
            return {
                name: [tuple(row) for row in conn.exec_driver_sql(f'SELECT * FROM "{name}"')]
                for name in METADATA.tables
            }
    finally:
        engine.dispose()


def pages_broken(path: Path, key: bytes) -> int:
    """What the check at the start counts."""
    engine = open_engine(path, key)
    try:
        with reading(engine, path) as conn:
            return len(conn.execute(text("PRAGMA cipher_integrity_check")).fetchall())
    except VaultDamaged:
        return 1
    finally:
        engine.dispose()


def flip(data: bytes, bit: int) -> bytes:
    """The data with one bit turned over."""
    turned = bytearray(data)
    turned[bit // 8] ^= 1 << bit % 8
    return bytes(turned)


def test_of_150_single_bit_flips_none_is_served_as_truth(record: tuple[Path, bytes]) -> None:
    path, key = record
    whole, truth = path.read_bytes(), content(path, key)
    drawn = random.Random(4)
    rounds, refused = _rounds(truth), 0
    for turn in range(150):
        path.write_bytes(flip(whole, drawn.randrange(8 * len(whole))))
        try:
            assert content(path, key) == truth
        except VaultDamaged:
            refused += 1
        assert pages_broken(path, key) > 0
        if turn % 5 == 0:
            with salvaging(path, key) as found:
                assert {row["id"]: tuple(row.values()) for row in found.rows(ROUND)}.items() <= rounds.items()
    # Half of the pages are indexes, which reading whole tables does not touch; the check at the start finds those.
    assert refused > 50


def _rounds(truth: Content) -> dict[UUID, tuple[object, ...]]:
    def lifted(row: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(
            UUID(bytes=value)
            if isinstance(value, bytes)
            else bool(value)
            if name in ("void", "unremarkable")
            else value
            for name, value in zip(ROUND.columns.keys(), row, strict=True)
        )

    return {row[0]: row for row in map(lifted, truth["round"]) if isinstance(row[0], UUID)}


def test_the_control_a_plain_file_serves_flipped_bits_as_truth(record: tuple[Path, bytes], tmp_path: Path) -> None:
    path, key = record
    plain = tmp_path / "plain.db"
    truth = content(path, key)
    with closing(sqlite3.connect(plain)) as conn, conn:
        for name, rows in truth.items():
            conn.execute(
                f'CREATE TABLE "{name}" ({", ".join(f"c{n}" for n in range(len(METADATA.tables[name].columns)))})'
            )
            marks = ", ".join("?" * len(METADATA.tables[name].columns))
            conn.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
    whole, drawn = plain.read_bytes(), random.Random(4)
    served = 0
    for _ in range(150):
        plain.write_bytes(flip(whole, drawn.randrange(8 * len(whole))))
        try:
            with closing(sqlite3.connect(plain)) as conn:
                found = {name: conn.execute(f'SELECT * FROM "{name}"').fetchall() for name in truth}
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            continue
        served += found != truth
    assert served > 50


def test_every_row_of_a_whole_file_is_read_as_the_program_reads_it(record: tuple[Path, bytes]) -> None:
    path, key = record
    truth = content(path, key)
    with salvaging(path, key) as found:
        assert not found.pages.broken
        assert not found.astray
        assert not found.lost
        for name, table in METADATA.tables.items():
            assert len(list(found.rows(table))) == len(truth[name]), name
        assert {row["id"]: tuple(row.values()) for row in found.rows(ROUND)} == _rounds(truth)
        assert {row_id for row_id, _ in found.named_rows(ROUND)} == _rounds(truth).keys()


@pytest.mark.parametrize("gone", [16, PAGE], ids=["salt", "first page"])
def test_without_its_beginning_the_whole_rest_is_read(record: tuple[Path, bytes], gone: int) -> None:
    path, key = record
    truth = content(path, key)
    path.write_bytes(bytes(gone) + path.read_bytes()[gone:])
    with pytest.raises(VaultDamaged):
        content(path, key)
    with salvaging(path, key) as found:
        assert len(found.pages.broken) == (gone == PAGE)
        assert {row["id"]: tuple(row.values()) for row in found.rows(ROUND)} == _rounds(truth)
        assert len(list(found.rows(JOURNAL))) == len(truth["journal"])


def test_an_inner_page_that_is_gone_hides_no_row(record: tuple[Path, bytes]) -> None:
    path, key = record
    truth = content(path, key)
    with salvaging(path, key) as found:
        root = min(number for number, home in found.home.items() if home == "round")
    whole = path.read_bytes()
    path.write_bytes(whole[: (root - 1) * PAGE] + bytes(PAGE) + whole[root * PAGE :])
    with salvaging(path, key) as found:
        assert found.pages.broken == {root}
        assert found.lost == {"round": {root}}
        assert {row["id"]: tuple(row.values()) for row in found.rows(ROUND)} == _rounds(truth)


def test_zeroes_in_the_middle_are_damage_and_not_an_empty_page(record: tuple[Path, bytes]) -> None:
    path, key = record
    whole, truth = path.read_bytes(), content(path, key)
    middle = len(whole) // PAGE // 2
    path.write_bytes(whole[: middle * PAGE] + bytes(8 * PAGE) + whole[(middle + 8) * PAGE :])
    with pytest.raises(VaultDamaged):
        content(path, key)
    assert pages_broken(path, key) > 0
    with salvaging(path, key) as found:
        rows = {row["id"]: tuple(row.values()) for row in found.rows(ROUND)}
        assert found.pages.broken == set(range(middle + 1, middle + 9))
    assert rows
    assert rows.items() <= _rounds(truth).items()


def test_a_file_that_was_cut_short_is_told_and_its_rest_is_read(record: tuple[Path, bytes]) -> None:
    path, key = record
    truth = content(path, key)
    path.write_bytes(path.read_bytes()[: -20 * PAGE - 100])
    with pytest.raises(VaultDamaged):
        open_vault(path, NUMBER, PASSPHRASE)
    with salvaging(path, key) as found:
        assert {row["id"] for row in found.rows(ROUND)} < _rounds(truth).keys()


def test_a_file_under_another_key_gives_nothing(record: tuple[Path, bytes]) -> None:
    path, _ = record
    with pytest.raises(WrongPassphrase), salvaging(path, bytes(32)):
        pass


def test_damage_in_one_table_stops_nobody_from_reading_another(record: tuple[Path, bytes]) -> None:
    path, key = record
    with salvaging(path, key) as found:
        pages = [number for number, home in found.home.items() if home == "round"]
    whole = bytearray(path.read_bytes())
    for number in pages:
        whole[number * PAGE - 1] ^= 1
    path.write_bytes(whole)
    store = open_vault(path, NUMBER, PASSPHRASE)
    try:
        assert broken_pages(store) == len(pages)
        for _ in range(6):
            with pytest.raises(VaultDamaged), store.reading() as conn:
                conn.execute(text("SELECT note FROM round")).all()
            with store.reading() as conn:
                assert len(conn.execute(text("SELECT name FROM person")).all()) == 4
        with pytest.raises(VaultDamaged), store.act(None) as act:
            act.insert(Round, person_id=store.device_id, staff_id=store.device_id, at=1, kind="caregiver")
        with store.act(None) as act:
            act.insert(Person, name="张桂兰", sex="2")
    finally:
        store.close()


def test_a_whole_record_in_use_shows_no_damage(record: tuple[Path, bytes]) -> None:
    path, _ = record
    store = open_vault(path, NUMBER, PASSPHRASE)
    fill(store, acts=2)
    assert broken_pages(store) == 0
    store.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Store, Path]]:
    """A record whose log holds acts, and a copy of it as a power cut leaves it."""
    store = create_vault(tmp_path / "run" / "yiyang.db", NUMBER, PASSPHRASE, cost=keys.FLOOR)
    fill(store, acts=8, each=3)
    copy = tmp_path / "cut" / "yiyang.db"
    copy.parent.mkdir()
    keys.envelope_path(copy).write_bytes(keys.envelope_path(store.path).read_bytes())
    for part, to in zip((store.path, *side_files(store.path)), (copy, *side_files(copy)), strict=True):
        to.write_bytes(part.read_bytes())
    side_files(copy)[1].unlink()
    yield store, copy
    store.close()


def test_a_log_that_broke_before_its_end_is_not_opened_over(running: tuple[Store, Path]) -> None:
    store, path = running
    log = side_files(path)[0]
    whole = log.read_bytes()
    assert log_state(path).lost == 0
    assert not log_state(path).torn
    frames = (len(whole) - 32) // FRAME
    damaged = flip(whole, 8 * (32 + frames // 2 * FRAME + 2000))
    log.write_bytes(damaged)
    assert log_state(path).lost > 0
    with pytest.raises(LogDamaged):
        open_vault(path, NUMBER, PASSPHRASE)
    assert log.read_bytes() == damaged
    with store.reading() as conn:
        truth = set(conn.execute(text("SELECT id FROM round")).scalars())
    key = slots.unwrap(keys.read_envelope(keys.envelope_path(path)), NUMBER, PASSPHRASE)
    with salvaging(path, key) as found:
        assert {row["id"].bytes for row in found.rows(ROUND)} == truth


def test_an_act_that_was_being_written_when_the_power_went_is_told_and_stops_nobody(
    running: tuple[Store, Path],
) -> None:
    _, path = running
    log = side_files(path)[0]
    log.write_bytes(flip(log.read_bytes(), 8 * (log.stat().st_size - 100)))
    assert log_state(path).torn
    assert log_state(path).lost == 0
    open_vault(path, NUMBER, PASSPHRASE).close()
    assert not log_state(path).torn


def test_the_head_of_a_log_that_does_not_read_hides_acts_and_is_told(running: tuple[Store, Path]) -> None:
    _, path = running
    log = side_files(path)[0]
    log.write_bytes(flip(log.read_bytes(), 8 * 17))
    with pytest.raises(LogDamaged):
        open_vault(path, NUMBER, PASSPHRASE)
