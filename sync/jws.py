"""Ed25519 signatures as JOSE writes them, so that any JOSE library can check ours.

RFC 7515 (JWS, compact form; appendix F for detached content) with the algorithm name ``Ed25519`` of RFC 9864.
The protected header is exactly ``{"alg":"Ed25519","kid":…}``; anything else is refused, and so is
base64url that decodes to the same bytes but is spelt otherwise: one statement has one signature text.
"""

import base64
import binascii
import json
import re
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.errors import SignatureWrong

ALGORITHM = "Ed25519"
MAX_KID = 128
MAX_HEADER = 512  # characters of base64url
MAX_COMPACT = 1 << 22  # characters of a compact JWS with its content
SIGNATURE = 86  # characters of base64url of 64 bytes
_SHORT = 1 << 15  # characters of a compact JWS that is worth remembering: a list of devices, a receipt

_KID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


def sign_detached(payload: bytes, key: bytes, kid: str) -> str:
    """``header..signature`` over ``payload``, which stays where it is. ``key`` is a raw Ed25519 key (32 bytes)."""
    head, _, signature = _sign(payload, key, kid)
    return f"{head}..{signature}"


def sign_compact(payload: bytes, key: bytes, kid: str) -> str:
    """``header.payload.signature``: a statement that carries its content."""
    return ".".join(_sign(payload, key, kid))


def verify_detached(jws: str, payload: bytes, public: bytes) -> None:
    """Raise ``SignatureWrong`` unless ``jws`` signs exactly ``payload`` by the raw ``public`` key (32 bytes)."""
    head, content, signature = _split(jws, MAX_HEADER + SIGNATURE + 2)
    if content:
        raise SignatureWrong()
    _verify(head, _b64(payload), signature, public)


def verify_compact(jws: str, public: bytes) -> bytes:
    """The content of a statement signed by the raw ``public`` key (32 bytes), else ``SignatureWrong``."""
    return _known(jws, public) if len(jws) <= _SHORT else _verified(jws, public)


def _verified(jws: str, public: bytes) -> bytes:
    head, content, signature = _split(jws, MAX_COMPACT)
    _verify(head, content, signature, public)
    return _unb64(content)


# The list of a pair's devices is read at every turn: what was found genuine once is so for good.
_known = lru_cache(maxsize=32)(_verified)


def kid_of(jws: str) -> str:
    """Whose signature ``jws`` claims to be: to look up the key, before anything is believed."""
    head, _, _ = _split(jws, MAX_COMPACT)
    return _kid(head)


def detached_length(kid: str) -> int:
    """How many characters ``sign_detached`` gives for this ``kid``."""
    return len(_head(kid)) + 2 + SIGNATURE


def _head(kid: str) -> str:
    if not _KID.fullmatch(kid):
        raise ValueError("a key id is 1 to 128 characters of A-Z a-z 0-9 . _ : -")
    return _b64(json.dumps({"alg": ALGORITHM, "kid": kid}, separators=(",", ":")).encode())


def _kid(head: str) -> str:
    try:
        parsed = json.loads(_unb64(head))
    except (ValueError, RecursionError) as error:
        raise SignatureWrong() from error
    kid = parsed.get("kid") if isinstance(parsed, dict) else None
    # Comparing with the one spelling we write settles algorithm, extra members, doubled members and order at once.
    if not isinstance(kid, str) or not _KID.fullmatch(kid) or _head(kid) != head:
        raise SignatureWrong()
    return kid


def _sign(payload: bytes, key: bytes, kid: str) -> tuple[str, str, str]:
    head, content = _head(kid), _b64(payload)
    signature = Ed25519PrivateKey.from_private_bytes(key).sign(f"{head}.{content}".encode())
    return head, content, _b64(signature)


def _verify(head: str, content: str, signature: str, public: bytes) -> None:
    _kid(head)
    if len(signature) != SIGNATURE:
        raise SignatureWrong()
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(_unb64(signature), f"{head}.{content}".encode())
    except (InvalidSignature, ValueError) as error:
        raise SignatureWrong() from error


def _split(jws: str, limit: int) -> tuple[str, str, str]:
    parts = jws.split(".", 3) if len(jws) <= limit and jws.isascii() else []
    if len(parts) != 3 or len(parts[0]) > MAX_HEADER:
        raise SignatureWrong()
    return parts[0], parts[1], parts[2]


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureWrong() from error
    if _b64(data) != text:
        raise SignatureWrong()
    return data
