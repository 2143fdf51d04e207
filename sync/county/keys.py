"""The county's private keys, in one file of its folder that only its owner reads.

Signing (Ed25519): receipts and directories. Sealing (age): parcels for the county. Recovery (X25519, for HPKE):
opens the county slot of a laptop's vault whose passphrases are lost. Authority (ECDSA): certifies the county's servers.
Pseudonyms (a secret of 32 bytes): what exports call people; lost, everybody would be called otherwise from then on.
"""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from db.keys import write_whole
from sync.county.errors import CountyDamaged, CountyMissing

FILE = "county.keys"
_FORMAT = "yiyang-county-keys-1"
_LIMIT = 16 * 1024


@dataclass(frozen=True, slots=True)
class Keys:
    """Private keys and a secret: raw 32 bytes, ``age`` as ``AGE-SECRET-KEY-1…``, ``authority_key`` as PEM.

    ``authority`` is the certificate (PEM) that laptops trust.
    """

    sign: bytes = field(repr=False)
    age: str = field(repr=False)
    recovery: bytes = field(repr=False)
    authority_key: str = field(repr=False)
    authority: str
    pseudonyms: bytes = field(repr=False)

    @property
    def sign_public(self) -> bytes:
        """Checks what the county signs."""
        return Ed25519PrivateKey.from_private_bytes(self.sign).public_key().public_bytes_raw()

    @property
    def recipient(self) -> str:
        """Seals a parcel to the county."""
        return str(pyrage.x25519.Identity.from_str(self.age).to_public())

    @property
    def recovery_public(self) -> bytes:
        """Wraps a vault's key for recovery."""
        return X25519PrivateKey.from_private_bytes(self.recovery).public_key().public_bytes_raw()

    @property
    def kid(self) -> str:
        """Names the signing key in what it signs."""
        return f"county-{hashlib.sha256(self.sign_public).hexdigest()[:16]}"


def make() -> Keys:
    """Fresh keys of a new county."""
    from sync.county import authority  # all of X.509, which only a new county and its server need

    authority_key, certificate = authority.make()
    return Keys(
        sign=Ed25519PrivateKey.generate().private_bytes_raw(),
        age=str(pyrage.x25519.Identity.generate()),
        recovery=X25519PrivateKey.generate().private_bytes_raw(),
        pseudonyms=os.urandom(32),
        authority_key=authority_key,
        authority=certificate,
    )


def save(folder: Path, keys: Keys) -> None:
    """Write the key file, mode 0600, whole or not at all."""
    said = {
        "format": _FORMAT,
        "sign": keys.sign.hex(),
        "age": keys.age,
        "recovery": keys.recovery.hex(),
        "pseudonyms": keys.pseudonyms.hex(),
        "authority_key": keys.authority_key,
        "authority": keys.authority,
    }
    write_whole(folder / FILE, json.dumps(said, indent=1).encode("ascii"))


def load(folder: Path) -> Keys:
    """The keys in ``folder``. Raises ``CountyMissing``, ``CountyDamaged``."""
    path = folder / FILE
    if not path.exists():
        raise CountyMissing(path=str(folder))
    try:
        raw = path.read_bytes()
        if len(raw) > _LIMIT:
            raise ValueError("too long")
        said = json.loads(raw)
        keys = Keys(
            sign=bytes.fromhex(said["sign"]),
            age=str(said["age"]),
            recovery=bytes.fromhex(said["recovery"]),
            pseudonyms=bytes.fromhex(said["pseudonyms"]),
            authority_key=str(said["authority_key"]),
            authority=str(said["authority"]),
        )
        if said["format"] != _FORMAT or {len(keys.sign), len(keys.recovery), len(keys.pseudonyms)} != {32}:
            raise ValueError("not keys")
        pyrage.x25519.Identity.from_str(keys.age)
    except (OSError, ValueError, KeyError, TypeError, pyrage.IdentityError) as error:
        raise CountyDamaged(path=str(path)) from error
    return keys
