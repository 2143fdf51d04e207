"""The key envelope: one random database key, wrapped once for each who may open the record.

The envelope lies beside the database as JSON and holds no secret in the clear and no person's name. A
*passphrase slot* belongs to a staff number and wraps the key with argon2id; a *county slot* wraps it
for recovery with HPKE (RFC 9180) to the county's public key. Without one of them the file is noise.
"""

import base64
import json
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from db.errors import PassphraseTooShort, Refused, VaultDamaged, WrongPassphrase

KEY_BYTES = 32
LEAST_PASSPHRASE = 8
STAFF_NUMBER = re.compile(r"[0-9A-Za-z]{1,12}")
_ENVELOPE_LIMIT = 256 * 1024
_COUNTY_INFO = b"yiyang vault recovery 1"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess of a passphrase costs: argon2id memory in KiB, passes and lanes."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


# No slot below this is ever accepted from a file: a swapped envelope must not make guessing cheap.
FLOOR = Cost(memory_kib=19 * 1024, passes=2, lanes=1)
CEILING = Cost(memory_kib=1024 * 1024, passes=16, lanes=16)


def new_key() -> bytes:
    """A fresh database key."""
    return os.urandom(KEY_BYTES)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    # Input methods differ in full-width digits and in how they compose accents; people do not.
    derived: bytes = kdf.derive(unicodedata.normalize("NFKC", passphrase).encode("utf-8"))
    return derived


def check_passphrase(passphrase: str) -> None:
    """Raise ``PassphraseTooShort`` or ``Refused`` unless it may protect a record. Spaces at the ends do not count."""
    if len(passphrase.strip()) < LEAST_PASSPHRASE:
        raise PassphraseTooShort(least=LEAST_PASSPHRASE)
    if not _typed(passphrase):
        raise Refused("passphrase_unreadable")


def _typed(passphrase: str) -> bool:
    # A terminal with another character set delivers bytes that are no text.
    try:
        passphrase.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def passphrase_slot(key: bytes, number: str, passphrase: str, cost: Cost) -> dict[str, Any]:
    """A slot that opens ``key`` to the staff member who knows the passphrase."""
    if not STAFF_NUMBER.fullmatch(number):
        raise Refused("staff_number_shape")
    check_passphrase(passphrase)
    salt, nonce = os.urandom(16), os.urandom(12)
    wrapped = ChaCha20Poly1305(_derive(passphrase, salt, cost)).encrypt(nonce, key, number.encode("ascii"))
    return {
        "kind": "passphrase",
        "number": number,
        "kdf": "argon2id",
        "memory_kib": cost.memory_kib,
        "passes": cost.passes,
        "lanes": cost.lanes,
        "salt": _b64(salt),
        "nonce": _b64(nonce),
        "wrapped": _b64(wrapped),
    }


def county_slot(key: bytes, county_public: bytes) -> dict[str, Any]:
    """A slot that only the county's recovery key opens (X25519, 32 raw bytes)."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    wrapped = _hpke().encrypt(key, X25519PublicKey.from_public_bytes(county_public), info=_COUNTY_INFO)
    return {"kind": "county", "suite": "hpke-x25519-hkdf-sha256-chacha20poly1305", "wrapped": _b64(wrapped)}


def open_county_slot(slot: dict[str, Any], county_private: bytes) -> bytes:
    """The database key out of a county slot, for recovery at the county."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    try:
        key: bytes = _hpke().decrypt(
            base64.b64decode(slot["wrapped"], validate=True),
            X25519PrivateKey.from_private_bytes(county_private),
            info=_COUNTY_INFO,
        )
    except (InvalidTag, KeyError, ValueError, TypeError) as error:
        raise WrongPassphrase from error
    return key


def _hpke() -> Any:
    from cryptography.hazmat.primitives import hpke

    return hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


def unwrap(envelope: dict[str, Any], number: str, passphrase: str) -> bytes:
    """The database key.

    Raises ``WrongPassphrase`` if the slot of that number does not open with it, ``VaultDamaged`` if the slot is
    not one that we would write: its cost is checked before a passphrase is worked into it.
    """
    for slot in envelope["slots"]:
        if slot.get("kind") == "passphrase" and slot.get("number") == number and _typed(passphrase):
            return _open_slot(slot, number, passphrase)
    raise WrongPassphrase


def _open_slot(slot: dict[str, Any], number: str, passphrase: str) -> bytes:
    try:
        cost = Cost(slot["memory_kib"], slot["passes"], slot["lanes"])
        salt, nonce, wrapped = (base64.b64decode(slot[part], validate=True) for part in ("salt", "nonce", "wrapped"))
        shape = (slot["kdf"], len(salt), len(nonce), len(wrapped))
        if shape != ("argon2id", 16, 12, KEY_BYTES + 16) or not _within(cost):
            raise ValueError("not a slot of ours")
        kek = _derive(passphrase, salt, cost)
        return ChaCha20Poly1305(kek).decrypt(nonce, wrapped, number.encode("ascii"))
    except InvalidTag as error:
        raise WrongPassphrase from error
    except (KeyError, TypeError, ValueError) as error:
        raise VaultDamaged(path="keys") from error


def _within(cost: Cost) -> bool:
    triples = (
        (FLOOR.memory_kib, cost.memory_kib, CEILING.memory_kib),
        (FLOOR.passes, cost.passes, CEILING.passes),
        (FLOOR.lanes, cost.lanes, CEILING.lanes),
    )
    return all(type(value) is int and lo <= value <= hi for lo, value, hi in triples)


def envelope_path(vault: Path) -> Path:
    """Where the key slots of the record at ``vault`` lie."""
    return vault.with_suffix(".keys")


def add_slot(vault: Path, slot: dict[str, Any]) -> None:
    """Add a key slot to the envelope of the record at ``vault``.

    It replaces the one of the same staff number, or the county's: an old passphrase must not open any more.
    """
    path = envelope_path(vault)
    kept = [s for s in read_envelope(path)["slots"] if _whose(s) != _whose(slot)]
    write_envelope(path, [*kept, slot])


def _whose(slot: dict[str, Any]) -> tuple[object, object]:
    return slot.get("kind"), slot.get("number")


def read_envelope(path: Path) -> dict[str, Any]:
    """The envelope at ``path``. Raises ``VaultDamaged`` if it is not one."""
    try:
        with path.open("rb") as file:
            raw = file.read(_ENVELOPE_LIMIT + 1)
        if len(raw) > _ENVELOPE_LIMIT:
            raise ValueError("too long")
        envelope: dict[str, Any] = json.loads(raw)
        if envelope["format"] != "yiyang-keys-1" or not isinstance(envelope["slots"], list):
            raise ValueError("another format")
        if not all(isinstance(slot, dict) for slot in envelope["slots"]):
            raise ValueError("another format")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise VaultDamaged(path=str(path)) from error
    return envelope


def write_envelope(path: Path, slots: list[dict[str, Any]]) -> None:
    """Replace the envelope in one step, so that a power cut leaves the old one or the new one."""
    body = json.dumps({"format": "yiyang-keys-1", "slots": slots}, indent=1).encode("utf-8")
    write_whole(path, body)


def write_whole(path: Path, body: bytes) -> None:
    """Write a small private file so that after a power cut it is the old one or the new one, whole."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable where the system lets one (not on Windows)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
