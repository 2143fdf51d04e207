"""Who opens the record: the list in the file, the slots in the envelope, what a power cut between them leaves."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlmodel import col

from db import keys, openers, slots
from db.cost import calibrate
from db.errors import Refused, VaultDamaged, WrongPassphrase
from db.keys import CEILING, FLOOR, Cost
from db.local import KEY_SLOT
from db.store import Store
from db.tables import Person, Staff
from db.vault import check_whole, new_device, open_vault
from tests.db.conftest import HOUSE, NUMBER, PASSPHRASE

OTHER = "另外一句长长的口令"
KEY, NEW = bytes(range(32)), bytes(range(1, 33))
ONE, TWO = (slots.passphrase_slot(KEY, number, PASSPHRASE, FLOOR) for number in ("1", "2"))
PRIVATE = slots.private_key(ONE, PASSPHRASE)
DEVICE = new_device(1_800_000_000)


def listed(store: Store) -> set[tuple[str, str]]:
    """Number and public key of each slot that the record itself knows."""
    with store.reading() as conn:
        return {(row.number, bytes(row.public).hex()) for row in conn.execute(select(KEY_SLOT))}


def in_envelope(store: Store) -> set[tuple[str, str]]:
    """The same of the envelope."""
    held = keys.read_envelope(keys.envelope_path(store.path))["slots"]
    return {(slot.get("number", ""), slot["public"]) for slot in held}


# --- a slot ----------------------------------------------------------------------------------


@settings(max_examples=30)
@given(key=st.binary(min_size=32, max_size=32))
def test_a_new_key_is_wrapped_for_somebody_who_is_not_there(key: bytes) -> None:
    """Only the public half is needed; salt and cost stay, so that the same passphrase opens it."""
    again = slots.wrapped_for(key, ONE)
    assert {part: again[part] for part in ("number", "salt", "public", "memory_kib")} == {
        part: ONE[part] for part in ("number", "salt", "public", "memory_kib")
    }
    assert slots.open_wrapped(PRIVATE, "1", keys.unb64(again["wrapped"])) == key
    assert again["key"] == keys.key_id(key) != ONE["key"]


def test_while_the_key_changes_the_envelope_opens_to_both() -> None:
    both = keys.envelope_of([ONE, TWO, slots.wrapped_for(NEW, ONE), slots.wrapped_for(NEW, TWO)])
    assert [slots.unwrap_all(both, number, PASSPHRASE) for number in "12"] == [(KEY, NEW), (KEY, NEW)]


def test_keys_of_older_copies_come_after_the_present_one() -> None:
    old = [slots.seal_old(KEY, NEW), slots.seal_old(KEY, NEW[::-1]), {"key": "x"}, slots.seal_old(NEW, KEY)]
    assert slots.unwrap_all(keys.envelope_of([ONE], old=old), "1", PASSPHRASE) == (KEY, NEW[::-1], NEW)


@settings(max_examples=60)
@given(data=st.data())
def test_a_changed_slot_gives_the_key_or_an_error_we_know(data: st.DataObject) -> None:
    """All but the derivation, which is slow: tried with the private key itself."""
    wrapped = bytearray(keys.unb64(ONE["wrapped"]))
    wrapped[data.draw(st.integers(0, len(wrapped) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(WrongPassphrase):
        slots.open_wrapped(PRIVATE, "1", bytes(wrapped))


def test_a_slot_moved_to_another_number_does_not_open() -> None:
    with pytest.raises(WrongPassphrase):
        slots.open_wrapped(PRIVATE, "2", keys.unb64(ONE["wrapped"]))


def test_the_laptops_own_row_needs_the_database_key() -> None:
    envelope = keys.envelope_of([ONE], device=slots.seal_device(KEY, DEVICE))
    assert slots.open_device(envelope, KEY) == DEVICE
    assert slots.device_ids(envelope) == (DEVICE.device_id, DEVICE.pair_id)
    assert DEVICE.sign_key.hex() not in str(envelope)
    other = {**envelope["device"], "device": DEVICE.pair_id.hex}
    damaged: list[tuple[dict[str, Any], bytes]] = [({}, KEY), (other, KEY), (envelope["device"], NEW)]
    for device, key in damaged:
        with pytest.raises(VaultDamaged):
            slots.open_device(keys.envelope_of([ONE], device=device), key)


# --- the list and the envelope ---------------------------------------------------------------


def test_the_record_knows_whom_its_envelope_lets_in(store: Store) -> None:
    store.add_passphrase("0002", OTHER, FLOOR)
    store.add_county_slot(X25519PrivateKey.generate().public_key().public_bytes_raw())
    assert listed(store) == in_envelope(store)
    assert [(one.number, one.listed) for one in openers.openers(store)] == [(NUMBER, True), ("0002", True), ("", True)]
    openers.drop(store, "0002")
    assert listed(store) == in_envelope(store)
    assert [one.number for one in openers.openers(store)] == [NUMBER, ""]


def test_the_laptops_row_lies_in_the_envelope_and_is_made_anew_where_it_is_lost(
    store: Store, record_path: Path
) -> None:
    path = keys.envelope_path(record_path)
    key = slots.unwrap(keys.read_envelope(path), NUMBER, PASSPHRASE)
    assert slots.open_device(keys.read_envelope(path), key) == store.device
    store.close()
    keys.write_envelope(path, {**keys.read_envelope(path), "device": {}})
    open_vault(record_path, NUMBER, PASSPHRASE).close()
    assert slots.open_device(keys.read_envelope(path), key) == store.device


def test_a_cut_after_the_list_was_written_leaves_the_old_passphrase(store: Store, record_path: Path) -> None:
    """The new row alone opens nothing; the next opening takes it out."""
    slot = slots.new_passphrase(NUMBER, OTHER, FLOOR)
    with store.writing() as conn:
        openers.enter(conn, slot, store.now(), None)
    assert openers.strangers(store) == []
    store.close()
    again = open_vault(record_path, NUMBER, PASSPHRASE)
    assert listed(again) == in_envelope(again)
    again.close()


def test_a_cut_after_the_envelope_was_written_leaves_the_new_passphrase(store: Store, record_path: Path) -> None:
    slot = slots.new_passphrase(NUMBER, OTHER, FLOOR)
    with store.writing() as conn:
        openers.enter(conn, slot, store.now(), None)
    path = keys.envelope_path(record_path)
    keys.write_envelope(path, slots.with_slot(keys.read_envelope(path), store.wrap(slot)))
    assert openers.strangers(store) == []
    store.close()
    again = open_vault(record_path, NUMBER, OTHER)
    assert listed(again) == in_envelope(again)
    again.close()


def test_a_slot_that_was_smuggled_in_keeps_the_key_from_being_changed(store: Store, record_path: Path) -> None:
    """Somebody who once had the key put a slot of their own into the file of keys: no new key is wrapped for it."""
    path = keys.envelope_path(record_path)
    held = keys.read_envelope(path)
    key = slots.unwrap(held, NUMBER, PASSPHRASE)
    keys.write_envelope(path, slots.with_slot(held, slots.passphrase_slot(key, "0666", OTHER, FLOOR)))
    assert openers.strangers(store) == ["0666"]
    with pytest.raises(Refused) as told:
        store.change_key(keys.new_key())
    assert (told.value.rule, told.value.facts["numbers"]) == ("slots_differ", "0666")
    openers.drop(store, "0666")
    store.change_key(keys.new_key())


# --- a new key ------------------------------------------------------------------------------


@pytest.mark.usefixtures("person")
def test_a_new_key_opens_to_everybody_and_the_old_one_to_nothing(store: Store, record_path: Path) -> None:
    county = X25519PrivateKey.generate()
    store.add_passphrase("0002", OTHER, FLOOR)
    store.add_county_slot(county.public_key().public_bytes_raw())
    path = keys.envelope_path(record_path)
    before = store.back_up(record_path.with_name("before.db"))
    old = slots.unwrap(keys.read_envelope(path), NUMBER, PASSPHRASE)
    new = keys.new_key()
    store.change_key(new)
    with store.act(None) as act:
        act.insert(Staff, number="0003", name="李护士", role="nurse")
    store.close()
    envelope = keys.read_envelope(path)
    assert {slot["key"] for slot in envelope["slots"]} == {keys.key_id(new)}
    assert slots.unwrap_all(envelope, "0002", OTHER) == (new, old)
    wrapped = keys.unb64(slots.of_key(envelope, new)[-1]["wrapped"])
    assert slots.open_county_slot(wrapped, store.device_id, county.private_bytes_raw()) == new
    for number, passphrase in ((NUMBER, PASSPHRASE), ("0002", OTHER)):
        open_vault(record_path, number, passphrase).close()
    assert sorted(each.name for each in record_path.parent.iterdir()) == ["before.db", "yiyang.db", "yiyang.keys"]

    # A copy from before is read with the old key, and comes under the new one as soon as it takes the record's place.
    shutil.copy(before, record_path)
    again = open_vault(record_path, NUMBER, PASSPHRASE)
    assert again.key_id == keys.key_id(new)
    again.close()


@pytest.mark.parametrize("after", ["copy", "both", "replaced"])
def test_a_cut_while_the_key_changes_leaves_a_record_that_opens(
    store: Store, record_path: Path, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps of ``db.rekey`` up to a point, then nothing more, as when the power fails."""
    envelope = keys.envelope_path(record_path)
    states: dict[str, Path] = {}

    def keep(name: str) -> None:
        folder = record_path.parent.parent / name
        shutil.copytree(record_path.parent, folder)
        states[name] = folder / record_path.name

    real_write, real_replace = keys.write_envelope, Path.replace

    def write(path: Path, held: dict[str, Any]) -> None:
        if path == envelope and "copy" not in states:
            keep("copy")
        real_write(path, held)

    def replace(self: Path, target: Path) -> Path:
        if target == record_path:
            keep("both")
        done = real_replace(self, target)
        if target == record_path:
            keep("replaced")
        return done

    monkeypatch.setattr(keys, "write_envelope", write)
    monkeypatch.setattr(Path, "replace", replace)
    old, new = store.key_id, keys.new_key()
    store.change_key(new)
    monkeypatch.undo()
    cut = open_vault(states[after], NUMBER, PASSPHRASE)
    assert cut.key_id == (keys.key_id(new) if after == "replaced" else old)
    assert {slot["key"] for slot in keys.read_envelope(keys.envelope_path(states[after]))["slots"]} == {cut.key_id}
    assert listed(cut) == in_envelope(cut)
    assert not states[after].with_name("yiyang.db.rekeyed").exists()
    cut.close()


KILLED_WHILE_THE_KEY_CHANGES = """
import sys
from pathlib import Path
from db import keys
from db.vault import open_vault
store = open_vault(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
while True:
    print(store.key_id, flush=True)
    store.change_key(keys.new_key())
"""


@pytest.mark.usefixtures("person")
def test_a_program_killed_while_it_changes_the_key_leaves_a_record_that_opens(store: Store, record_path: Path) -> None:
    store.close()
    for changes in (1, 3):
        command = [sys.executable, "-c", KILLED_WHILE_THE_KEY_CHANGES, str(record_path), NUMBER, PASSPHRASE]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HOUSE) as program:
            assert program.stdout is not None
            for _ in range(changes + 1):
                program.stdout.readline()
            program.kill()
        again = open_vault(record_path, NUMBER, PASSPHRASE)
        assert check_whole(again)
        assert openers.strangers(again) == []
        assert {slot["key"] for slot in keys.read_envelope(keys.envelope_path(record_path))["slots"]} == {again.key_id}
        with again.reading() as conn:
            assert conn.execute(select(col(Person.name))).scalars().all() == ["李秀英"]
        again.close()


def test_another_program_that_has_it_open_is_told_to_open_it_anew(store: Store, record_path: Path) -> None:
    beside = open_vault(record_path, NUMBER, PASSPHRASE)
    store.change_key(keys.new_key())
    with pytest.raises(Exception, match="key_changed"), beside.reading():
        pass
    with pytest.raises(Exception, match="key_changed"), beside.writing() as conn:
        conn.execute(update(KEY_SLOT).values(added_at=0))
    beside.close()


# --- what it costs --------------------------------------------------------------------------


@pytest.mark.parametrize("ram_kib", [1, 64 * 1024, 100 * 1024])
def test_no_cost_is_below_the_floor_or_above_a_quarter_of_the_memory(ram_kib: int) -> None:
    cost = calibrate(60, ram_kib)
    assert FLOOR.memory_kib <= cost.memory_kib <= max(FLOOR.memory_kib, ram_kib // 4)
    assert FLOOR.passes <= cost.passes <= CEILING.passes


def test_a_machine_that_needs_no_time_gets_the_floor() -> None:
    assert calibrate(1) == FLOOR
    dear = calibrate(120)
    assert dear.memory_kib * dear.passes > FLOOR.memory_kib * FLOOR.passes
    assert keys.within(Cost(dear.memory_kib, dear.passes, dear.lanes))
