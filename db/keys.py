"""The key envelope of a record: a small file beside it that holds its key once for each who may open it.

The envelope is JSON and holds no secret in the clear and no person's name. What stands in it is made and opened in
``db.slots``; here is how it is read, checked and replaced, and what a passphrase must be and cost.
"""

import base64
import hashlib
import json
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from db.errors import KeysDamaged, PassphraseTooShort, Refused

Slot = dict[str, Any]
Envelope = dict[str, Any]

KEY_BYTES = 32
LEAST_PASSPHRASE = 8
STAFF_NUMBER = re.compile(r"[0-9A-Za-z]{1,12}")
FORMAT = "yiyang-keys-1"
MOST_SLOTS = 400
_ENVELOPE_LIMIT = 256 * 1024


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


def key_id(key: bytes) -> str:
    """Names a database key without telling anything of it: 16 hexadecimal digits."""
    return hashlib.sha256(b"yiyang database key 1\0" + key).hexdigest()[:16]


def b64(data: bytes) -> str:
    """Bytes as they stand in the envelope."""
    return base64.b64encode(data).decode("ascii")


def unb64(said: Any) -> bytes:
    """Bytes out of the envelope. Raises ``ValueError`` or ``TypeError`` for what are none."""
    return base64.b64decode(said, validate=True)


def derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """What a passphrase is worth: 32 bytes by argon2id (RFC 9106). Slow on purpose."""
    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    # Input methods differ in full-width digits and in how they compose accents; people do not.
    derived: bytes = kdf.derive(unicodedata.normalize("NFKC", passphrase).encode("utf-8"))
    return derived


def check_passphrase(passphrase: str) -> None:
    """Raise ``PassphraseTooShort`` or ``Refused`` unless it may protect a record. Spaces at the ends do not count."""
    if len(passphrase.strip()) < LEAST_PASSPHRASE:
        raise PassphraseTooShort(least=LEAST_PASSPHRASE)
    if not is_text(passphrase):
        raise Refused("passphrase_unreadable")


def is_text(passphrase: str) -> bool:
    """Whether it can have been typed: a terminal with another character set delivers bytes that are no text."""
    try:
        passphrase.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def within(cost: Cost) -> bool:
    """Whether a slot may cost this: neither cheap to guess, nor so dear that it stops the machine."""
    triples = (
        (FLOOR.memory_kib, cost.memory_kib, CEILING.memory_kib),
        (FLOOR.passes, cost.passes, CEILING.passes),
        (FLOOR.lanes, cost.lanes, CEILING.lanes),
    )
    return all(type(value) is int and lo <= value <= hi for lo, value, hi in triples)


def envelope_path(vault: Path) -> Path:
    """Where the key slots of the record at ``vault`` lie."""
    return vault.with_suffix(".keys")


def read_envelope(path: Path) -> Envelope:
    """The envelope at ``path``. Raises ``KeysDamaged`` if it is not one."""
    try:
        said = read_object(path, _ENVELOPE_LIMIT)
        old, device, slots = said.get("old", []), said.get("device", {}), said["slots"]
        if said["format"] != FORMAT or not isinstance(device, dict):
            raise ValueError("another format")
        for rows in (slots, old):
            if not isinstance(rows, list) or len(rows) > MOST_SLOTS or not all(isinstance(row, dict) for row in rows):
                raise ValueError("another format")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise KeysDamaged(path=str(path)) from error
    return {"format": FORMAT, "slots": slots, "old": old, "device": device}


def write_envelope(path: Path, envelope: Envelope) -> None:
    """Replace the envelope in one step, so that a power cut leaves the old one or the new one."""
    write_whole(path, json.dumps(envelope, indent=1).encode("utf-8"))


def envelope_of(slots: list[Slot], *, device: Slot | None = None, old: list[Slot] | None = None) -> Envelope:
    """An envelope of these slots, with the laptop's sealed row and the keys of older copies."""
    return {"format": FORMAT, "slots": slots, "old": old or [], "device": device or {}}


def read_object(path: Path, limit: int) -> dict[str, Any]:
    """A JSON object of at most ``limit`` bytes. Raises ``OSError``, ``ValueError``, ``RecursionError``."""
    with path.open("rb") as file:
        raw = file.read(limit + 1)
    if len(raw) > limit:
        raise ValueError("too long")
    said = json.loads(raw)
    if not isinstance(said, dict):
        raise ValueError("not an object")
    return said


def write_whole(path: Path, body: bytes, *, unfinished: str = "") -> None:
    """Write a small private file so that after a power cut it is the old one or the new one, whole.

    ``unfinished``: how the name of a file ends that a power cut leaves half written.
    """
    replace_whole(path, body, unfinished=unfinished)
    sync_folder(path.parent)


def replace_whole(path: Path, body: bytes, *, unfinished: str = "") -> None:
    """The same where the folder may not let a name be made durable: the bytes are, under the old name or the new."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=unfinished)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable where the system lets one (not on Windows)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
