"""Parcels: outside the vault a batch exists only sealed, whole, and for those who may read it."""

import os
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest

from bench.workload import epoch_of, mild
from db.journal import Entry
from sync import batch, parcel
from sync.errors import ParcelDamaged, ParcelNotForUs
from tests.sync.test_batch import KEY, header_of

CANARY = "金丝雀王桂兰"
COUNTY, LAPTOP, STRANGER = (pyrage.x25519.Identity.generate() for _ in range(3))
OURS = [str(COUNTY.to_public()), str(LAPTOP.to_public())]
NAME = bytes(range(32))


def with_canary() -> list[Entry]:
    entries = mild(5)
    first = entries[0]
    values = {**first.values, "note": CANARY}
    return [
        Entry(first.seq, first.lamport, first.wall, first.staff, first.table, first.row, "insert", values),
        *entries[1:],
    ]


def test_each_recipient_opens_it_and_a_stranger_does_not() -> None:
    sealed = parcel.seal_parcel(b"batch", OURS)
    assert parcel.open_parcel(sealed, str(COUNTY)) == b"batch"
    assert parcel.open_parcel(sealed, str(LAPTOP)) == b"batch"
    with pytest.raises(ParcelNotForUs):
        parcel.open_parcel(sealed, str(STRANGER))


def test_it_is_plain_age_to_the_library_alone() -> None:
    assert pyrage.decrypt(parcel.seal_parcel(b"batch", OURS), [COUNTY]) == b"batch"
    assert parcel.open_parcel(pyrage.encrypt(b"batch", [LAPTOP.to_public()]), str(LAPTOP)) == b"batch"


def test_damage_anywhere_is_told() -> None:
    sealed = parcel.seal_parcel(b"a batch of some bytes", OURS)
    for length in range(len(sealed)):
        with pytest.raises((ParcelDamaged, ParcelNotForUs)):
            parcel.open_parcel(sealed[:length], str(LAPTOP))
    for place in range(len(sealed)):
        broken = bytes([*sealed[:place], sealed[place] ^ 1, *sealed[place + 1 :]])
        with pytest.raises((ParcelDamaged, ParcelNotForUs)):
            parcel.open_parcel(broken, str(LAPTOP))
    with pytest.raises(ParcelDamaged):
        parcel.open_parcel(sealed[:-1], str(LAPTOP))
    with pytest.raises(ParcelDamaged):
        parcel.open_parcel(b"not age at all", str(LAPTOP))


def test_keys_that_are_none_are_the_caller_s_mistake() -> None:
    for recipients in ([], ["age1nonsense"], [""]):
        with pytest.raises(ValueError, match="recipient"):
            parcel.seal_parcel(b"x", recipients)
    with pytest.raises(ValueError, match="identity"):
        parcel.open_parcel(parcel.seal_parcel(b"x", OURS), "AGE-SECRET-KEY-1NONSENSE")


def test_a_folder_holds_parcels_by_the_names_of_their_batches(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    assert parcel.names(outbox) == []
    parcel.put(outbox, NAME, b"sealed")
    parcel.put(outbox, bytes(32), b"other")
    assert [path.name for path in outbox.iterdir() if path.stem == NAME.hex()] == [NAME.hex() + ".age"]
    assert parcel.names(outbox) == [bytes(32), NAME]
    assert parcel.get(outbox, NAME) == b"sealed"
    assert parcel.size(outbox, NAME) == 6
    parcel.drop(outbox, NAME)
    parcel.drop(outbox, NAME)
    assert parcel.names(outbox) == [bytes(32)]
    assert parcel.size(outbox, NAME) == 0
    with pytest.raises(ParcelDamaged):
        parcel.get(outbox, NAME)


def test_a_parcel_that_is_there_never_changes(tmp_path: Path) -> None:
    parcel.put(tmp_path, NAME, b"first sealing")
    parcel.put(tmp_path, NAME, b"second sealing")
    assert parcel.get(tmp_path, NAME) == b"first sealing"


def test_foreign_files_are_passed_over_and_unfinished_ones_cleaned(tmp_path: Path) -> None:
    parcel.put(tmp_path, NAME, b"sealed")
    (tmp_path / "readme.txt").write_text("notes")
    (tmp_path / ("g" * 64 + ".age")).write_bytes(b"")
    (tmp_path / (NAME.hex().upper() + ".age.bak")).write_bytes(b"")
    (tmp_path / "tmpabc.part").write_bytes(b"half a par")
    assert parcel.names(tmp_path) == [NAME]
    assert parcel.clean(tmp_path) == 1
    assert not (tmp_path / "tmpabc.part").exists()
    assert (tmp_path / "readme.txt").exists()
    assert parcel.names(tmp_path) == [NAME]
    assert parcel.clean(tmp_path / "none") == 0


def test_a_process_killed_while_writing_leaves_no_half_parcel(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from sync import parcel
for number in range(10_000):
    parcel.put(Path(sys.argv[1]), number.to_bytes(32, "big"), b"x" * 200_000)
    print(number, flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(parcel.__file__).parents[1])},
    ) as work:
        assert work.stdout is not None
        for _ in range(3):
            told = work.stdout.readline()
        work.kill()
    found = parcel.names(tmp_path)
    assert len(found) > int(told)
    assert all(parcel.size(tmp_path, name) == 200_000 for name in found)
    parcel.clean(tmp_path)
    assert len(list(tmp_path.iterdir())) == len(found)


def test_no_word_of_a_person_is_in_the_folder(tmp_path: Path) -> None:
    entries = with_canary()
    sealed = batch.seal(header_of(entries), entries, KEY)
    name = batch.name(sealed)
    parcel.put(tmp_path, name, parcel.seal_parcel(sealed, OURS))
    assert parcel.open_parcel(parcel.get(tmp_path, name), str(LAPTOP)) == sealed
    assert batch.unseal(sealed).entries()[0].values["note"] == CANARY
    for path in tmp_path.iterdir():
        for charset in ("utf-8", "gb18030", "utf-16-le"):
            assert CANARY[:3].encode(charset) not in path.read_bytes()
        assert epoch_of() not in path.read_bytes()


def test_a_name_that_is_no_hash_is_no_file(tmp_path: Path) -> None:
    for name in (b"", b"../../etc/passwd", bytes(33)):
        with pytest.raises(ValueError, match="32 bytes"):
            parcel.put(tmp_path, name, b"x")
