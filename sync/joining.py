"""A laptop that is joining: who it said it is, kept until the county's answer has come.

The county certifies one laptop a code. Were the answer lost on the way and the keys with it, the code would be used up
for nobody. So they are kept first, sealed under the passphrase that the record will open with, and the same
laptop asks again with the same code.
"""

import base64
import json
import os
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from db.disk import new_folder
from db.errors import YiyangError
from db.keys import Cost, envelope_of, new_key, write_whole
from db.slots import passphrase_slot, unwrap
from db.store import Device

_LIMIT = 16 * 1024
_NONCE = 12


def remember(path: Path, number: str, passphrase: str, device: Device, cost: Cost | None = None) -> None:
    """Keep who is joining beside where the record at ``path`` will be."""
    key, nonce = new_key(), os.urandom(_NONCE)
    said = [device.device_id.hex, device.pair_id.hex, device.sign_key.hex(), device.age_key]
    sealed = nonce + ChaCha20Poly1305(key).encrypt(nonce, json.dumps(said).encode("ascii"), None)
    kept = {
        "slots": [passphrase_slot(key, number, passphrase, cost or Cost())],
        "sealed": base64.b64encode(sealed).decode("ascii"),
    }
    new_folder(path.parent)
    write_whole(_beside(path), json.dumps(kept).encode("ascii"))


def recall(path: Path, number: str, passphrase: str) -> Device | None:
    """Who was joining here with this passphrase and never heard an answer; ``None`` if nobody was."""
    try:
        with _beside(path).open("rb") as file:
            kept = json.loads(file.read(_LIMIT))
        key = unwrap(envelope_of(kept["slots"]), number, passphrase)
        sealed = base64.b64decode(kept["sealed"], validate=True)
        device, pair, sign, age = json.loads(ChaCha20Poly1305(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], None))
        return Device(UUID(hex=device), UUID(hex=pair), bytes.fromhex(sign), str(age))
    except (OSError, YiyangError, InvalidTag, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # Another passphrase, or torn: then somebody else joins, by a code of their own.
        return None


def forget(path: Path) -> None:
    """The answer has come, or the county would not."""
    _beside(path).unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_suffix(".joining")
