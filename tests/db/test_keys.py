"""The key envelope: who may open the record, and what a found or forged one is worth."""

import base64
import copy
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from db import keys, slots
from db.errors import PassphraseTooShort, Refused, VaultDamaged, WrongPassphrase
from db.keys import CEILING, FLOOR
from db.store import Store
from db.vault import open_vault
from tests.db.conftest import NUMBER, PASSPHRASE

KEY = bytes(range(32))
LAPTOP = UUID(int=7)
SLOT = slots.passphrase_slot(KEY, NUMBER, PASSPHRASE, FLOOR)


def envelope(*held: dict[str, Any]) -> dict[str, Any]:
    """An envelope of these slots."""
    return keys.envelope_of(list(held))


def test_the_right_number_and_passphrase_open_it() -> None:
    assert slots.unwrap(envelope(SLOT), NUMBER, PASSPHRASE) == KEY


@pytest.mark.parametrize(
    ("number", "passphrase"),
    [(NUMBER, PASSPHRASE + "。"), (NUMBER, ""), (NUMBER, PASSPHRASE[:-1]), ("0002", PASSPHRASE), ("", PASSPHRASE)],
)
def test_nothing_else_does(number: str, passphrase: str) -> None:
    with pytest.raises(WrongPassphrase):
        slots.unwrap(envelope(SLOT), number, passphrase)


def test_an_empty_envelope_opens_to_nobody() -> None:
    with pytest.raises(WrongPassphrase):
        slots.unwrap(envelope(), NUMBER, PASSPHRASE)


def test_a_slot_renamed_to_another_number_does_not_open() -> None:
    with pytest.raises(WrongPassphrase):
        slots.unwrap(envelope({**SLOT, "number": "0002"}), "0002", PASSPHRASE)


def test_the_same_passphrase_opens_whatever_the_input_method_made_of_it() -> None:
    """Full-width digits and decomposed accents look alike and are typed alike."""
    slot = slots.passphrase_slot(KEY, NUMBER, "Ａbc１２３４５", FLOOR)
    assert slots.unwrap(envelope(slot), NUMBER, "Abc12345") == KEY
    slot = slots.passphrase_slot(KEY, NUMBER, "lǜdòutāng", FLOOR)
    assert slots.unwrap(envelope(slot), NUMBER, "lu\u0308\u0300do\u0300uta\u0304ng") == KEY


def test_a_broken_terminal_cannot_type_a_passphrase() -> None:
    with pytest.raises(WrongPassphrase):
        slots.unwrap(envelope(SLOT), NUMBER, "\udce6\udca7")
    with pytest.raises(Refused):
        slots.passphrase_slot(KEY, NUMBER, "\udce6" * 8, FLOOR)


@pytest.mark.parametrize("short", ["", "1234567", "七个字太短了啊", "        ", " 1234567"])
def test_a_short_passphrase_protects_nothing(short: str) -> None:
    with pytest.raises(PassphraseTooShort) as told:
        slots.passphrase_slot(KEY, NUMBER, short, FLOOR)
    assert told.value.facts == {"least": 8}


@pytest.mark.parametrize("number", ["", "１２", "王", "12 ", "1" * 13, "../1", "1\n"])
def test_a_staff_number_is_plain(number: str) -> None:
    with pytest.raises(Refused) as told:
        slots.passphrase_slot(KEY, number, PASSPHRASE, FLOOR)
    assert told.value.rule == "staff_number_shape"


def test_two_slots_of_one_key_have_nothing_in_common() -> None:
    other = slots.passphrase_slot(KEY, NUMBER, PASSPHRASE, FLOOR)
    assert not {SLOT[part] for part in ("salt", "public", "wrapped")} & {
        other[p] for p in ("salt", "public", "wrapped")
    }


# --- an envelope from elsewhere --------------------------------------------------------------


@pytest.mark.parametrize(
    "cheap",
    [
        {"memory_kib": FLOOR.memory_kib - 1},
        {"memory_kib": 8},
        {"passes": 1},
        {"passes": 0},
        {"lanes": 0},
        {"memory_kib": CEILING.memory_kib + 1},
        {"passes": CEILING.passes + 1},
        {"lanes": CEILING.lanes + 1},
        {"memory_kib": -1},
        {"memory_kib": "19456"},
        {"memory_kib": 19456.0},
        {"memory_kib": True},
        {"kdf": "pbkdf2"},
    ],
)
def test_an_envelope_swapped_for_one_that_is_cheap_to_guess_is_refused(cheap: dict[str, Any]) -> None:
    """Before a passphrase is worked into it: nothing typed is spent on a cheap slot, nor the machine on a dear one."""
    with pytest.raises(VaultDamaged):
        slots.unwrap(envelope({**SLOT, **cheap}), NUMBER, PASSPHRASE)


@pytest.mark.parametrize("part", ["memory_kib", "passes", "lanes", "kdf", "salt", "public", "suite", "key", "wrapped"])
@pytest.mark.parametrize("value", [None, "", "AAAA", "no base64!", 5, [], {"a": 1}, "王"])
def test_a_slot_whose_part_is_something_else_is_damaged(part: str, value: object) -> None:
    with pytest.raises((VaultDamaged, WrongPassphrase)):
        slots.unwrap(envelope({**SLOT, part: value}), NUMBER, PASSPHRASE)
    short = copy.copy(SLOT)
    del short[part]
    with pytest.raises(VaultDamaged):
        slots.unwrap(envelope(short), NUMBER, PASSPHRASE)


def test_a_slot_that_wraps_a_key_of_another_length_is_damaged() -> None:
    with pytest.raises(VaultDamaged):
        slots.unwrap(envelope(slots.passphrase_slot(KEY[:16], NUMBER, PASSPHRASE, FLOOR)), NUMBER, PASSPHRASE)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"yiyang-keys-1"',
        b'{"format": "yiyang-keys-1"}',
        b'{"format": "yiyang-keys-2", "slots": []}',
        b'{"format": "yiyang-keys-1", "slots": {"a": 1}}',
        b'{"format": "yiyang-keys-1", "slots": "abc"}',
        b'{"format": "yiyang-keys-1", "slots": [1]}',
        b'{"format": "yiyang-keys-1", "slots": null}',
        b'{"format": "yiyang-keys-1", "slots": [], "old": {}}',
        b'{"format": "yiyang-keys-1", "slots": [], "device": []}',
        b'{"format": "yiyang-keys-1", "slots": [' + b"{}," * 400 + b"{}]}",
        b"\xff\xfe",
        b"PK\x03\x04",
        b"[" * 100_000,
        b'{"format": "yiyang-keys-1", "slots": [], "x": ' + b"9" * 10_000 + b"}",
        b'{"format": "yiyang-keys-1", "slots": []}' + b" " * (256 * 1024),
    ],
)
def test_what_is_no_envelope_is_damaged_and_never_a_traceback(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "yiyang.keys"
    path.write_bytes(body)
    with pytest.raises(VaultDamaged):
        keys.read_envelope(path)


@settings(max_examples=100)
@given(st.data())
def test_an_envelope_with_any_byte_changed_gives_the_key_or_an_error_we_know(data: st.DataObject) -> None:
    whole = bytearray(json.dumps(envelope(SLOT)).encode())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    path = Path(os.environ["XDG_DATA_HOME"] + ".keys")
    path.write_bytes(whole)
    try:
        key = slots.unwrap(keys.read_envelope(path), NUMBER, PASSPHRASE)
    except (VaultDamaged, WrongPassphrase):
        return
    assert key == KEY


def test_an_endless_envelope_is_not_read_to_its_end() -> None:
    with pytest.raises(VaultDamaged):
        keys.read_envelope(Path("/dev/zero"))


def test_a_missing_envelope_is_damage(tmp_path: Path) -> None:
    with pytest.raises(VaultDamaged):
        keys.read_envelope(tmp_path / "none.keys")


# --- the county ------------------------------------------------------------------------------


def test_the_county_slot_opens_with_the_county_key_only() -> None:
    county, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    slot = slots.county_slot(KEY, county.public_key().public_bytes_raw(), LAPTOP)
    wrapped = base64.b64decode(slot["wrapped"])
    assert slots.open_county_slot(wrapped, LAPTOP, county.private_bytes_raw()) == KEY
    with pytest.raises(WrongPassphrase):
        slots.open_county_slot(wrapped, LAPTOP, other.private_bytes_raw())
    with pytest.raises(WrongPassphrase):
        slots.open_county_slot(wrapped, uuid4(), county.private_bytes_raw())
    with pytest.raises(WrongPassphrase):
        slots.unwrap(envelope(slot), NUMBER, PASSPHRASE)


@settings(max_examples=50)
@given(place=st.integers(0, slots.WRAPPED_BYTES - 1), flip=st.integers(1, 255), cut=st.integers(0, 80))
def test_a_county_slot_that_was_changed_opens_to_nobody(place: int, flip: int, cut: int) -> None:
    county = X25519PrivateKey.from_private_bytes(KEY)
    slot = slots.county_slot(KEY, county.public_key().public_bytes_raw(), LAPTOP)
    wrapped = bytearray(base64.b64decode(slot["wrapped"]))
    wrapped[place] ^= flip
    for changed in (bytes(wrapped), bytes(wrapped)[:cut]):
        with pytest.raises(WrongPassphrase):
            slots.open_county_slot(changed, LAPTOP, KEY)


# --- beside the record -----------------------------------------------------------------------


def test_two_users_open_one_record_each_with_their_own(store: Store, record_path: Path) -> None:
    store.add_passphrase("0002", "另外一句长长的口令", FLOOR)
    store.close()
    for number, passphrase in ((NUMBER, PASSPHRASE), ("0002", "另外一句长长的口令")):
        opened = open_vault(record_path, number, passphrase)
        assert opened.device == store.device
        opened.close()
    for number, passphrase in ((NUMBER, "另外一句长长的口令"), ("0002", PASSPHRASE)):
        with pytest.raises(WrongPassphrase):
            open_vault(record_path, number, passphrase)


def test_a_new_passphrase_ends_the_old_one(store: Store, record_path: Path) -> None:
    store.add_passphrase(NUMBER, "换成一句新的口令吧", FLOOR)
    store.close()
    with pytest.raises(WrongPassphrase):
        open_vault(record_path, NUMBER, PASSPHRASE)
    open_vault(record_path, NUMBER, "换成一句新的口令吧").close()


def test_the_county_recovers_the_key_of_the_record(store: Store, record_path: Path) -> None:
    first, second = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    for county in (first, second):
        store.add_county_slot(county.public_key().public_bytes_raw())
    held = keys.read_envelope(keys.envelope_path(record_path))["slots"]
    assert [slot["kind"] for slot in held] == ["passphrase", "county"]
    wrapped = base64.b64decode(held[1]["wrapped"])
    key = slots.open_county_slot(wrapped, store.device_id, second.private_bytes_raw())
    assert key == slots.unwrap(envelope(*held), NUMBER, PASSPHRASE)


def test_an_envelope_of_another_record_does_not_open_this_one(store: Store, record_path: Path) -> None:
    store.close()
    keys.write_envelope(keys.envelope_path(record_path), envelope(SLOT))
    with pytest.raises(VaultDamaged):
        open_vault(record_path, NUMBER, PASSPHRASE)


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "yiyang.keys"
    keys.write_envelope(path, envelope(SLOT))
    with pytest.raises(TypeError):
        keys.write_whole(path, "text, not bytes")  # type: ignore[arg-type]
    assert keys.read_envelope(path)["slots"] == [SLOT]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("person")
def test_nobody_else_may_read_what_lies_on_the_disk(record_path: Path) -> None:
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in record_path.parent.iterdir()}
    assert found == dict.fromkeys(("yiyang.keys", "yiyang.db", "yiyang.db-wal", "yiyang.db-shm"), 0o600)


KILLED_WRITER = """
import sys
from pathlib import Path
from db import keys, slots
path = Path(sys.argv[1])
for turn in range(1_000_000):
    keys.write_envelope(path, keys.envelope_of([{"kind": "turn", "turn": turn, "padding": "x" * 100_000}]))
    print(turn, flush=True)
"""


def test_a_killed_writer_leaves_the_old_envelope_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "yiyang.keys"
    for kill_after in (1, 3, 6):
        command = [sys.executable, "-c", KILLED_WRITER, str(path)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=Path(keys.__file__).parent.parent
        ) as writer:
            assert writer.stdout is not None
            told = [int(writer.stdout.readline()) for _ in range(kill_after)]
            writer.kill()
            told += [int(line) for line in writer.stdout if line.endswith("\n")]
        (slot,) = keys.read_envelope(path)["slots"]
        assert told[-1] <= slot["turn"] <= told[-1] + 1
        assert len(slot["padding"]) == 100_000
