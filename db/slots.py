"""The slots of the key envelope: whom the database key is sealed to, and how each of them opens it.

A *passphrase slot* belongs to a staff number. argon2id of the passphrase is an X25519 private key; the database key is
sealed to its public half with HPKE (RFC 9180). So a new database key can be wrapped for everybody while nobody but
the one who acts is there. A *county slot* is sealed to the county's recovery key, and bound to this laptop. The
laptop's own row is sealed with the database key itself, so that it is known even where the file is damaged.
"""

import hmac
import json
import os
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from db.device import Device
from db.errors import Refused, VaultDamaged, WrongPassphrase
from db.keys import (
    KEY_BYTES,
    MOST_SLOTS,
    STAFF_NUMBER,
    Cost,
    Envelope,
    Slot,
    b64,
    check_passphrase,
    derive,
    is_text,
    key_id,
    unb64,
    within,
)

COUNTY = ""
"""Stands where a staff number would, for the county's slot."""

_SUITE = "hpke-x25519-hkdf-sha256-chacha20poly1305"
WRAPPED_BYTES = 32 + KEY_BYTES + 16
"""A sealed key: the sender's share, the key, its tag."""

_SALT, _NONCE = 16, 12
# Of two keys and two passphrases while both change; each more would cost a derivation.
_MOST_OWN = 4
_SLOT_INFO = b"yiyang vault slot 1\0"
_COUNTY_INFO = b"yiyang vault recovery 1\0"
_DEVICE_INFO = b"yiyang vault device 1\0"
_OLD_INFO = b"yiyang vault old key 1\0"


def seal_to(public: bytes, number: str, key: bytes) -> bytes:
    """``key`` sealed to the slot of a staff number, 80 bytes. Raises ``ValueError`` for what is no public key."""
    return _seal(key, public, _SLOT_INFO + number.encode("ascii"))


def open_wrapped(private: bytes, number: str, wrapped: bytes) -> bytes:
    """The key out of ``seal_to``. Raises ``WrongPassphrase``."""
    return _open(wrapped, private, _SLOT_INFO + number.encode("ascii"))


def new_passphrase(number: str, passphrase: str, cost: Cost) -> Slot:
    """A passphrase slot that holds no key yet. Slow on purpose. Raises ``Refused``, ``PassphraseTooShort``."""
    if not STAFF_NUMBER.fullmatch(number):
        raise Refused("staff_number_shape")
    check_passphrase(passphrase)
    salt = os.urandom(_SALT)
    private = X25519PrivateKey.from_private_bytes(derive(passphrase, salt, cost))
    return {
        "kind": "passphrase",
        "number": number,
        "kdf": "argon2id",
        "memory_kib": cost.memory_kib,
        "passes": cost.passes,
        "lanes": cost.lanes,
        "salt": b64(salt),
        "public": private.public_key().public_bytes_raw().hex(),
    }


def passphrase_slot(key: bytes, number: str, passphrase: str, cost: Cost) -> Slot:
    """A slot that opens ``key`` to the staff member who knows the passphrase."""
    return wrapped_for(key, new_passphrase(number, passphrase, cost))


def wrapped_for(key: bytes, slot: Slot, device_id: UUID | None = None) -> Slot:
    """The same person's slot, or the county's, with another database key in it. Nobody's secret is needed.

    Raises ``VaultDamaged`` if the slot names no public key.
    """
    try:
        public = bytes.fromhex(slot["public"])
        if slot["kind"] == "county":
            assert device_id is not None
            return county_slot(key, public, device_id)
        wrapped = seal_to(public, str(slot["number"]), key)
    except (KeyError, TypeError, ValueError) as error:
        raise VaultDamaged(path="keys") from error
    return {**slot, "suite": _SUITE, "key": key_id(key), "wrapped": b64(wrapped)}


def county_slot(key: bytes, county_public: bytes, device_id: UUID) -> Slot:
    """A slot that only the county's recovery key opens (X25519, 32 raw bytes), and only as this laptop's."""
    return {
        "kind": "county",
        "suite": _SUITE,
        "public": county_public.hex(),
        "key": key_id(key),
        "wrapped": b64(_seal(key, county_public, _COUNTY_INFO + device_id.bytes)),
    }


def open_county_slot(wrapped: bytes, device_id: UUID, county_private: bytes) -> bytes:
    """The database key out of the county slot of a laptop. Raises ``WrongPassphrase`` if it is another's."""
    return _open(wrapped, county_private, _COUNTY_INFO + device_id.bytes)


def private_key(slot: Slot, passphrase: str) -> bytes:
    """The private half of a passphrase slot. Slow on purpose.

    Raises ``WrongPassphrase``; ``VaultDamaged`` if the slot is not one that we would write: its cost is checked before
    a passphrase is worked into it.
    """
    if not is_text(passphrase):
        raise WrongPassphrase
    try:
        cost = Cost(slot["memory_kib"], slot["passes"], slot["lanes"])
        salt, public = unb64(slot["salt"]), bytes.fromhex(slot["public"])
        if (slot["kdf"], len(salt), len(public)) != ("argon2id", _SALT, KEY_BYTES) or not within(cost):
            raise ValueError("not a slot of ours")
    except (KeyError, TypeError, ValueError) as error:
        raise VaultDamaged(path="keys") from error
    private = derive(passphrase, salt, cost)
    if not hmac.compare_digest(X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw(), public):
        raise WrongPassphrase
    return private


def unwrap(envelope: Envelope, number: str, passphrase: str) -> bytes:
    """The database key. Raises as ``unwrap_all``."""
    return unwrap_all(envelope, number, passphrase)[0]


def unwrap_all(envelope: Envelope, number: str, passphrase: str) -> tuple[bytes, ...]:
    """The database keys that somebody's passphrase opens: one, or two where a change of the key was cut short.

    Behind them come the keys of older copies of the record. Raises ``WrongPassphrase`` if no slot of that number opens
    with it, ``VaultDamaged`` if a slot is not one that we would write.
    """
    own = [slot for slot in envelope["slots"] if whose(slot) == ("passphrase", number)][:_MOST_OWN]
    found: list[bytes] = []
    private: bytes | None = None
    public: object = None
    for slot in own:
        if private is None or slot.get("public") != public:
            try:
                private, public = private_key(slot, passphrase), slot.get("public")
            except WrongPassphrase:
                # While a passphrase is changed in the middle of a change of the key there may be one of each.
                continue
        found.append(_key_of(slot, number, private))
    if not found:
        raise WrongPassphrase
    return (*found, *old_keys(envelope, found[0]))


def _key_of(slot: Slot, number: str, private: bytes) -> bytes:
    try:
        wrapped = unb64(slot["wrapped"])
        if len(wrapped) != WRAPPED_BYTES or slot["suite"] != _SUITE:
            raise ValueError("not a slot of ours")
        key = open_wrapped(private, number, wrapped)
        if key_id(key) != slot["key"]:
            raise ValueError("not the key it names")
    except (KeyError, TypeError, ValueError) as error:
        raise VaultDamaged(path="keys") from error
    return key


def whose(slot: Slot) -> tuple[object, object]:
    """Whose slot it is: kind and staff number."""
    return slot.get("kind"), slot.get("number")


def with_slot(envelope: Envelope, slot: Slot) -> Envelope:
    """The envelope with a slot in place of all others of that person, or the county: an old passphrase opens no more.

    Raises ``Refused``: slots_too_many.
    """
    kept = [each for each in envelope["slots"] if whose(each) != whose(slot)]
    if len(kept) >= MOST_SLOTS:
        raise Refused("slots_too_many", most=MOST_SLOTS)
    return {**envelope, "slots": [*kept, slot]}


def without(envelope: Envelope, number: str) -> Envelope:
    """The envelope without the slots of a staff number."""
    return {**envelope, "slots": [each for each in envelope["slots"] if whose(each) != ("passphrase", number)]}


def of_key(envelope: Envelope, key: bytes) -> list[Slot]:
    """The slots that hold a database key."""
    return [slot for slot in envelope["slots"] if slot.get("key") == key_id(key)]


def holds(envelope: Envelope, key: bytes) -> bool:
    """Whether the record is under this key, or may be: some slot holds it."""
    return bool(of_key(envelope, key))


# --- sealed with the database key itself ---------------------------------------------------------


def seal_device(key: bytes, device: Device) -> Slot:
    """The laptop's own row for the envelope. Its ids stand in the clear: without them nobody could ask the county."""
    said = json.dumps([device.sign_key.hex(), device.age_key]).encode("ascii")
    return {
        "device": device.device_id.hex,
        "pair": device.pair_id.hex,
        "sealed": _shut(key, said, _DEVICE_INFO + device.device_id.bytes + device.pair_id.bytes),
    }


def device_ids(envelope: Envelope) -> tuple[UUID, UUID]:
    """Which laptop, of which pair, the envelope belongs to. Raises ``VaultDamaged``."""
    try:
        return UUID(hex=envelope["device"]["device"]), UUID(hex=envelope["device"]["pair"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise VaultDamaged(path="keys") from error


def open_device(envelope: Envelope, key: bytes) -> Device:
    """The laptop's own row, for rescue where the file does not give it. Raises ``VaultDamaged``."""
    device_id, pair_id = device_ids(envelope)
    try:
        said = _unshut(key, envelope["device"]["sealed"], _DEVICE_INFO + device_id.bytes + pair_id.bytes)
        sign, age = json.loads(said)
        return Device(device_id, pair_id, bytes.fromhex(sign), str(age))
    except (InvalidTag, KeyError, TypeError, ValueError) as error:
        raise VaultDamaged(path="keys") from error


def seal_old(key: bytes, old: bytes) -> Slot:
    """A key that the record no longer has, for copies that were made under it."""
    return {"key": key_id(old), "sealed": _shut(key, old, _OLD_INFO)}


def old_keys(envelope: Envelope, key: bytes) -> tuple[bytes, ...]:
    """The keys of older copies of the record, the newest first; what does not open is passed over."""
    found = []
    for row in reversed(envelope.get("old", [])):
        try:
            found.append(_unshut(key, row["sealed"], _OLD_INFO))
        except (InvalidTag, KeyError, TypeError, ValueError):
            continue
    return tuple(each for each in found if len(each) == KEY_BYTES)


def _shut(key: bytes, plain: bytes, about: bytes) -> str:
    nonce = os.urandom(_NONCE)
    return b64(nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, about))


def _unshut(key: bytes, sealed: Any, about: bytes) -> bytes:
    raw = unb64(sealed)
    return ChaCha20Poly1305(key).decrypt(raw[:_NONCE], raw[_NONCE:], about)


def _hpke() -> hpke.Suite:
    return hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


def _seal(plain: bytes, public: bytes, info: bytes) -> bytes:
    return _hpke().encrypt(plain, X25519PublicKey.from_public_bytes(public), info=info)


def _open(sealed: bytes, private: bytes, info: bytes) -> bytes:
    try:
        key: bytes = _hpke().decrypt(sealed, X25519PrivateKey.from_private_bytes(private), info=info)
    except (InvalidTag, ValueError, TypeError) as error:
        raise WrongPassphrase from error
    if len(key) != KEY_BYTES:
        raise VaultDamaged(path="keys")
    return key
