"""Recovery without a network: text that people type, and a key that nobody can read on the way."""

import json
import shutil
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from db import grouped, keys, openers, recovery, slots
from db.errors import PassphraseTooShort, Refused, VaultDamaged, WrongPassphrase
from db.keys import FLOOR
from db.recovery import Request
from db.store import Store
from db.vault import create_vault, open_vault
from tests.db.conftest import NUMBER, PASSPHRASE

COUNTY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
NEW = "忘了以后新起的口令"
BODY = bytes(range(150))


@pytest.fixture(scope="session")
def forgotten_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed record that the county can open, and of whose passphrases nobody knows one; copied for each test."""
    store = create_vault(tmp_path_factory.mktemp("made") / "yiyang.db", NUMBER, PASSPHRASE, cost=FLOOR)
    store.add_county_slot(COUNTY.public_key().public_bytes_raw())
    store.close()
    return store.path


@pytest.fixture
def forgotten(forgotten_once: Path, tmp_path: Path) -> Path:
    """That record, of this test's own."""
    shutil.copytree(forgotten_once.parent, tmp_path / "laptop")
    return tmp_path / "laptop" / forgotten_once.name


def county_answers(request: Request) -> str:
    """What the county does: opens its slot, seals the key to whoever asks."""
    key = slots.open_county_slot(request.wrapped, request.device_id, COUNTY.private_bytes_raw())
    return grouped.write(recovery.answer_text(request, key))


def refused(rule: str, text: str) -> dict[str, str | int]:
    """The facts of the refusal to read a text."""
    with pytest.raises(Refused) as told:
        grouped.read(text)
    assert told.value.rule == rule
    return told.value.facts


# --- text in groups -------------------------------------------------------------------------


@settings(max_examples=100)
@given(body=st.binary(max_size=300), joined=st.booleans(), lower=st.booleans())
def test_what_is_written_is_read_however_it_is_typed(body: bytes, joined: bool, lower: bool) -> None:
    text = grouped.write_joined(body) if joined else grouped.write(body)
    assert grouped.read(text.lower() if lower else text) == body
    assert grouped.read(text.replace(" ", "-").replace("0", "O").replace("1", "l")) == body


def test_full_width_characters_of_an_input_method_are_read() -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) if char.isalnum() else char for char in grouped.write(BODY))
    assert grouped.read(wide) == BODY


@settings(max_examples=100)
@given(body=st.binary(min_size=20, max_size=200), data=st.data())
def test_any_one_wrong_character_is_found_and_its_group_named(body: bytes, data: st.DataObject) -> None:
    groups = grouped.write(body).split()
    at, place = data.draw(st.integers(0, len(groups) - 1)), data.draw(st.integers(0, 5))
    wrong = data.draw(st.sampled_from(grouped.ALPHABET).filter(lambda letter: letter != groups[at][place]))
    groups[at] = groups[at][:place] + wrong + groups[at][place + 1 :]
    assert refused("text_group", " ".join(groups))["group"] == at + 1


@settings(max_examples=100)
@given(body=st.binary(min_size=20, max_size=200), data=st.data())
def test_two_characters_that_changed_places_are_found(body: bytes, data: st.DataObject) -> None:
    groups = grouped.write(body).split()
    at, place = data.draw(st.integers(0, len(groups) - 1)), data.draw(st.integers(0, 4))
    one, other = groups[at][place], groups[at][place + 1]
    groups[at] = groups[at][:place] + other + one + groups[at][place + 2 :]
    if one != other:
        assert refused("text_group", " ".join(groups))["group"] == at + 1


@settings(max_examples=60)
@given(data=st.data())
def test_groups_that_changed_places_or_are_missing_are_found(data: st.DataObject) -> None:
    groups = grouped.write(BODY).split()
    at = data.draw(st.integers(0, len(groups) - 2))
    swapped = [*groups[:at], groups[at + 1], groups[at], *groups[at + 2 :]]
    assert refused("text_group", " ".join(swapped))["group"] == at + 1
    assert refused("text_group", " ".join(groups[:at] + groups[at + 1 :]))["group"] == at + 1
    refused("text_altered", " ".join(groups[:-1]))


def test_a_group_of_another_length_is_named_and_no_other() -> None:
    groups = grouped.write(BODY).split()
    groups[7] = groups[7][:-1]
    assert refused("text_group", " ".join(groups)) == {"rule": "text_group", "group": 8, "groups": len(groups)}


@pytest.mark.parametrize("text", ["", "  \n", "-- --", "A" * 5000])
def test_what_is_no_text_is_refused(text: str) -> None:
    refused("text_unreadable", text)


@settings(max_examples=100)
@given(text=st.text(max_size=200))
def test_any_other_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(Refused):
        recovery.read_request(text)


# --- the request ----------------------------------------------------------------------------


def test_a_request_says_what_the_county_needs_and_no_more(forgotten: Path) -> None:
    request = recovery.ask(forgotten, NUMBER, NEW, FLOOR)
    envelope = keys.read_envelope(keys.envelope_path(forgotten))
    device, _ = slots.device_ids(envelope)
    assert recovery.read_request(grouped.write(request.body())) == request
    assert (request.device_id, request.number, request.key) == (device, NUMBER, envelope["slots"][0]["key"])
    assert request.county == recovery.mark(COUNTY.public_key().public_bytes_raw())


def test_the_spoken_number_is_the_same_on_both_sides_and_another_for_another_request(forgotten: Path) -> None:
    first, second = (recovery.ask(forgotten, NUMBER, NEW, FLOOR) for _ in range(2))
    assert recovery.spoken(first) == recovery.spoken(recovery.read_request(grouped.write_joined(first.body())))
    assert recovery.spoken(first) != recovery.spoken(second)
    assert [len(part) for part in recovery.spoken(first).split("-")] == [3, 3, 3]


def test_a_laptop_that_never_was_enrolled_cannot_ask(store: Store, record_path: Path) -> None:
    store.close()
    with pytest.raises(Refused) as told:
        recovery.ask(record_path, NUMBER, NEW, FLOOR)
    assert told.value.rule == "no_county_slot"
    assert not recovery.pending_path(record_path).exists()


def test_a_request_takes_a_passphrase_that_may_protect_a_record(forgotten: Path) -> None:
    with pytest.raises(PassphraseTooShort):
        recovery.ask(forgotten, NUMBER, "short", FLOOR)
    with pytest.raises(Refused):
        recovery.ask(forgotten, "王芳", NEW, FLOOR)


# --- the answer -----------------------------------------------------------------------------


def test_the_county_opens_it_again_and_the_new_passphrase_stays(forgotten: Path) -> None:
    request = recovery.ask(forgotten, NUMBER, NEW, FLOOR)
    opened, slot = recovery.open_answered(forgotten, county_answers(request), NEW)
    assert opened.device_id == request.device_id
    openers.put(opened, slot)
    recovery.forget(forgotten)
    opened.close()
    open_vault(forgotten, NUMBER, NEW).close()
    with pytest.raises(WrongPassphrase):
        open_vault(forgotten, NUMBER, PASSPHRASE)


def test_neither_the_key_nor_the_passphrase_is_in_what_travels_or_lies_on_the_disk(forgotten: Path) -> None:
    key = slots.unwrap(keys.read_envelope(keys.envelope_path(forgotten)), NUMBER, PASSPHRASE)
    request = recovery.ask(forgotten, NUMBER, NEW, FLOOR)
    answer = county_answers(request)
    private = slots.private_key(json.loads(recovery.pending_path(forgotten).read_text())["slot"], NEW)
    seen = [request.body(), grouped.read(answer), *(path.read_bytes() for path in forgotten.parent.iterdir())]
    for secret in (key, private):
        for spelled in (secret, secret.hex().encode(), keys.b64(secret).encode(), NEW.encode(), PASSPHRASE.encode()):
            assert not any(spelled in each for each in seen)


def test_the_answer_opens_with_the_passphrase_of_the_request_alone(forgotten: Path) -> None:
    answer = county_answers(recovery.ask(forgotten, NUMBER, NEW, FLOOR))
    for wrong in (PASSPHRASE, NEW + "。", ""):
        with pytest.raises(WrongPassphrase):
            recovery.open_answered(forgotten, answer, wrong)
    recovery.open_answered(forgotten, answer, NEW)[0].close()


def test_an_answer_to_another_request_says_so(forgotten: Path) -> None:
    earlier = county_answers(recovery.ask(forgotten, NUMBER, NEW, FLOOR))
    recovery.ask(forgotten, NUMBER, NEW, FLOOR)
    assert rule_of(forgotten, earlier) == "answer_to_other"
    recovery.forget(forgotten)
    assert rule_of(forgotten, earlier) == "no_request"


def test_an_answer_that_was_altered_or_is_of_another_key_opens_nothing(forgotten: Path) -> None:
    request = recovery.ask(forgotten, NUMBER, NEW, FLOOR)
    body = bytearray(grouped.read(county_answers(request)))
    body[-1] ^= 1
    other = recovery.answer_text(request, keys.new_key())
    for altered in (bytes(body), bytes(body[:-1]), request.body(), other):
        assert rule_of(forgotten, grouped.write(altered)) == "answer_not_one"


def rule_of(vault: Path, answer: str) -> str:
    """The rule by which an answer is refused."""
    with pytest.raises(Refused) as told:
        recovery.open_answered(vault, answer, NEW)
    return told.value.rule


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"format": "yiyang-recovery-1"}', b"\xff", b"[" * 99_999])
def test_a_damaged_reminder_of_the_request_is_told(forgotten: Path, body: bytes) -> None:
    answer = county_answers(recovery.ask(forgotten, NUMBER, NEW, FLOOR))
    recovery.pending_path(forgotten).write_bytes(body)
    with pytest.raises(VaultDamaged):
        recovery.open_answered(forgotten, answer, NEW)


def test_a_request_with_a_bad_public_key_is_refused_by_the_county(forgotten: Path) -> None:
    request = recovery.ask(forgotten, NUMBER, NEW, FLOOR)
    weak = Request(UUID(int=1), NUMBER, request.county, request.key, request.wrapped, bytes(32))
    with pytest.raises(Refused):
        recovery.answer_text(weak, keys.new_key())
