"""The file of a downtime pack: a plain page, what it states of itself, and the sealed rest.

Format 1. The page holds two elements that matter: ``<script id="stated" type="application/json">``, a JSON object
of ``format`` "yiyang-pack", ``version`` 1, ``kdf`` "PBKDF2-SHA-256", ``rounds``, ``salt`` (base64, 16 bytes),
``cipher`` "AES-256-GCM", ``iv`` (base64, 12 bytes), ``digits`` (how many the passphrase has), ``card``, ``made``;
and ``<script id="sealed" type="text/plain">``, base64 of ciphertext and tag. The key is PBKDF2 of the digits
of the passphrase in ASCII. The text of ``stated``, byte for byte, is authenticated with it. Inside is UTF-8 JSON, a
``document.Pack``. Salt and IV are drawn anew for every file.

It is not compressed: a browser of 2020 cannot inflate by itself, and a pack of 300 people has half a megabyte.
"""

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from care.pack.passphrase import DIGITS, Card
from yiyang_tui.pack.errors import NoPack, WrongCard
from yiyang_tui.pack.outer import page

ROUNDS: Final = 600_000
"""As many as are asked for today where PBKDF2-SHA-256 guards what a person made up; these 86 bits would do with one."""

MOST_ROUNDS: Final = 5_000_000
MOST_BYTES: Final = 64 * 1024 * 1024

_STATED = re.compile(r'<script id="stated" type="application/json">([^<]{1,2000})</script>')
_SEALED = re.compile(r'<script id="sealed" type="text/plain">\n([A-Za-z0-9+/=\n]*)</script>')
_LINE = 120


@dataclass(frozen=True, slots=True)
class Sealed:
    """A pack as it was read from a file. ``card``: the number of the card that opens it; ``made`` as it is stated."""

    card: str
    made: str
    rounds: int
    salt: bytes
    iv: bytes
    body: bytes = field(repr=False)
    stated: bytes = field(repr=False)


def lock(document: bytes, card: Card, made: str, *, rounds: int = ROUNDS) -> str:
    """The page with a document sealed in it. ``made``: when, in words that everybody may read."""
    salt, iv = os.urandom(16), os.urandom(12)
    stated = _json(
        {
            "format": "yiyang-pack",
            "version": 1,
            "kdf": "PBKDF2-SHA-256",
            "rounds": rounds,
            "salt": base64.b64encode(salt).decode("ascii"),
            "cipher": "AES-256-GCM",
            "iv": base64.b64encode(iv).decode("ascii"),
            "digits": DIGITS,
            "card": card.number,
            "made": made,
        }
    )
    body = AESGCM(_key(card.digits, salt, rounds)).encrypt(iv, document, stated.encode("utf-8"))
    plain = base64.b64encode(body).decode("ascii")
    lines = "\n".join(plain[at : at + _LINE] for at in range(0, len(plain), _LINE))
    return page(stated, lines, card.number, made)


def read_pack(path: Path) -> Sealed:
    """What a file holds, still sealed. Raises ``NoPack``."""
    try:
        with path.open("rb") as file:
            said = file.read(MOST_BYTES + 1)
        if len(said) > MOST_BYTES:
            raise NoPack(path=str(path))
        return _read(said.decode("utf-8"))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise NoPack(path=str(path)) from None


def unlock(pack: Sealed, digits: str) -> Mapping[str, Any]:
    """The document inside. Raises ``WrongCard``, also where somebody changed the file."""
    try:
        plain = AESGCM(_key(digits, pack.salt, pack.rounds)).decrypt(pack.iv, pack.body, pack.stated)
    except InvalidTag:
        raise WrongCard(card=pack.card) from None
    return dict(json.loads(plain))


def _read(said: str) -> Sealed:
    stated, sealed = _STATED.search(said), _SEALED.search(said)
    if stated is None or sealed is None:
        raise ValueError("no pack")
    about = json.loads(stated[1])
    known = (about["format"], about["version"], about["kdf"], about["cipher"], about["digits"])
    if known != ("yiyang-pack", 1, "PBKDF2-SHA-256", "AES-256-GCM", DIGITS):
        raise ValueError("another format")
    rounds, salt, iv = int(about["rounds"]), _bytes(about["salt"]), _bytes(about["iv"])
    if not 1 <= rounds <= MOST_ROUNDS or len(salt) != 16 or len(iv) != 12:
        raise ValueError("out of bounds")
    body = _bytes(sealed[1].replace("\n", ""))
    if len(body) < 16:
        raise ValueError("cut short")
    return Sealed(str(about["card"]), str(about["made"]), rounds, salt, iv, body, stated[1].encode("utf-8"))


def _bytes(said: str) -> bytes:
    try:
        return base64.b64decode(said, validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None


def _json(said: Mapping[str, str | int]) -> str:
    # Nothing in it may end the element that it stands in.
    return json.dumps(said, ensure_ascii=True, sort_keys=True).replace("<", "\\u003c")


def _key(digits: str, salt: bytes, rounds: int) -> bytes:
    return PBKDF2HMAC(hashes.SHA256(), 32, salt, rounds).derive(digits.encode("ascii"))
