"""All that is random in a history comes out of its seed: epochs, and the keys and nonces of sealed parcels.

Signatures need no randomness, and what the encrypted file draws for itself never shows outside of it. Parcels are
sealed here as the ``age`` format says (https://age-encryption.org/v1) with drawn keys; they are opened by the real
library.
"""

import base64
import hmac
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pyrage
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from db import identity

_CHARS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_WORD = "age-secret-key-"
_CHUNK = 64 << 10


def age_identity(drawn: bytes) -> str:
    """An ``age`` key made of 32 given bytes, in its spelling (Bech32)."""
    bits = "".join(f"{byte:08b}" for byte in drawn)
    data = [int(bits[at : at + 5].ljust(5, "0"), 2) for at in range(0, len(bits), 5)]
    spread = [ord(each) >> 5 for each in _WORD] + [0] + [ord(each) & 31 for each in _WORD]
    check = _polymod([*spread, *data, *[0] * 6]) ^ 1
    data += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return (_WORD + "1" + "".join(_CHARS[each] for each in data)).upper()


def _polymod(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> place & 1 else 0
    return check


def _raw(recipient: str) -> bytes:
    bits = "".join(f"{_CHARS.index(each):05b}" for each in recipient.removeprefix("age1")[:-6])
    return bytes(int(bits[at : at + 8], 2) for at in range(0, 256, 8))


def _derive(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(key)


def _b64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def sealed(data: bytes, recipients: Sequence[str], draw: random.Random) -> bytes:
    """``data`` in the ``age`` format, its keys and its nonce drawn."""
    key, nonce = draw.randbytes(16), draw.randbytes(16)
    head = b"age-encryption.org/v1\n"
    for recipient in recipients:
        public, own = _raw(recipient), X25519PrivateKey.from_private_bytes(draw.randbytes(32))
        share = own.public_key().public_bytes_raw()
        shared = own.exchange(X25519PublicKey.from_public_bytes(public))
        wrap = ChaCha20Poly1305(_derive(shared, share + public, b"age-encryption.org/v1/X25519"))
        head += b"-> X25519 %s\n%s\n" % (_b64(share), _b64(wrap.encrypt(bytes(12), key, None)))
    head += b"---"
    mac = hmac.digest(_derive(key, b"", b"header"), head, "sha256")
    payload = ChaCha20Poly1305(_derive(key, nonce, b"payload"))
    chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)] or [b""]
    body = b"".join(
        payload.encrypt(place.to_bytes(11, "big") + bytes([place == len(chunks) - 1]), chunk, None)
        for place, chunk in enumerate(chunks)
    )
    return head + b" " + _b64(mac) + b"\n" + nonce + body


@contextmanager
def drawn(draw: random.Random) -> Iterator[None]:
    """Let the program draw epochs and parcels from ``draw``."""

    def encrypt(data: bytes, recipients: Sequence[Any]) -> bytes:
        return sealed(data, [str(one) for one in recipients], draw)

    def epoch(seconds: int) -> bytes:
        return identity.new_epoch(seconds, draw.randbytes)

    def below(limit: int) -> int:
        return draw.randrange(limit)

    with (
        patch.object(pyrage, "encrypt", encrypt),
        patch("db.store.new_epoch", epoch),
        patch("secrets.randbelow", below),
        patch("os.urandom", draw.randbytes),
        patch("random.uniform", draw.uniform),
    ):
        yield
