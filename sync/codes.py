"""The one-time code by which a laptop joins a county: sixteen characters that a person reads out or types.

Eight are drawn at random (40 bits, one use, a few days, few guesses a minute). Eight are the beginning of the
SHA-256 of the county's signing key, so that the laptop can tell its county from anybody else who answers.
The alphabet is Crockford's base 32: no I, L, O, U; case and dashes say nothing.
"""

import hashlib
import hmac
import secrets
from typing import ClassVar

from db.errors import YiyangError
from sync.errors import CountyLies

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_HALF = LENGTH // 2
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


class CodeMistyped(YiyangError):
    """What was typed is no enrolment code: sixteen letters and digits."""

    code: ClassVar[str] = "code_mistyped"
    exit_code: ClassVar[int] = 35


def new_code(county_public: bytes) -> str:
    """A fresh code of the county whose raw Ed25519 key this is, as shown: ``XXXX-XXXX-XXXX-XXXX``."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(_HALF))
    code = drawn + mark(county_public)
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))


def normal(code: str) -> str:
    """The sixteen characters of a code as typed. Raises ``CodeMistyped`` if it cannot be one."""
    plain = code[:64].upper().translate(_READ_AS)
    if len(plain) != LENGTH or not set(plain) <= set(ALPHABET):
        raise CodeMistyped
    return plain


def mark(county_public: bytes) -> str:
    """The eight characters that stand for a county's key."""
    bits = int.from_bytes(hashlib.sha256(county_public).digest()[:5], "big")
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))


def check_county(code: str, county_public: bytes) -> None:
    """Raise ``CountyLies`` unless the code was given out by the county of this key; ``CodeMistyped`` if it is none."""
    if not hmac.compare_digest(normal(code)[_HALF:], mark(county_public)):
        raise CountyLies(reason="county_key")


def digest(code: str) -> bytes:
    """What the county keeps of a code, 32 bytes."""
    return hashlib.sha256(b"yiyang enrolment code 1\0" + normal(code).encode("ascii")).digest()
