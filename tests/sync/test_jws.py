"""Our signatures: an outside library believes them, and we believe nothing but them."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as jose
from joserfc.jwk import OKPKey

from sync import jws
from sync.errors import SignatureWrong

KEY = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(KEY).public_key().public_bytes_raw()
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def outside_key() -> OKPKey:
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": b64(PUBLIC)})


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_an_outside_library_verifies_what_we_sign(payload: bytes) -> None:
    detached = jws.sign_detached(payload, KEY, "kid-1")
    head, content, signature = detached.split(".")
    assert content == ""
    whole = f"{head}.{b64(payload)}.{signature}"
    seen = jose.deserialize_compact(whole, outside_key(), algorithms=["Ed25519"])
    assert seen.payload == payload
    assert seen.headers() == {"alg": "Ed25519", "kid": "kid-1"}
    assert whole == jws.sign_compact(payload, KEY, "kid-1")


def test_we_verify_what_an_outside_library_signs() -> None:
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": b64(PUBLIC), "d": b64(KEY)})
    token = jose.serialize_compact({"alg": "Ed25519", "kid": "k"}, b"receipt", key, algorithms=["Ed25519"])
    assert jws.verify_compact(token, PUBLIC) == b"receipt"


def test_the_one_who_signed_is_known_before_and_proven_after() -> None:
    statement = jws.sign_compact(b"held: 7", KEY, "county")
    assert jws.kid_of(statement) == "county"
    assert jws.verify_compact(statement, PUBLIC) == b"held: 7"
    with pytest.raises(SignatureWrong):
        jws.verify_compact(statement, STRANGER)


def test_a_detached_signature_covers_every_byte() -> None:
    payload = b"some bytes of a batch"
    detached = jws.sign_detached(payload, KEY, "kid-1")
    assert len(detached) == jws.detached_length("kid-1")
    jws.verify_detached(detached, payload, PUBLIC)
    for place in range(len(payload)):
        other = bytes([*payload[:place], payload[place] ^ 1, *payload[place + 1 :]])
        with pytest.raises(SignatureWrong):
            jws.verify_detached(detached, other, PUBLIC)
    for place in range(len(detached)):
        for letter in "A.z=":
            if detached[place] != letter:
                with pytest.raises(SignatureWrong):
                    jws.verify_detached(detached[:place] + letter + detached[place + 1 :], payload, PUBLIC)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "EdDSA", "kid": "k"},
        {"alg": "none", "kid": "k"},
        {"alg": "HS256", "kid": "k"},
        {"alg": "Ed25519"},
        {"alg": "Ed25519", "kid": "k", "crit": ["b64"], "b64": False},
        {"alg": "Ed25519", "kid": "k", "jwk": {"kty": "OKP"}},
        {"kid": "k", "alg": "Ed25519"},
        {"alg": "Ed25519", "kid": 7},
        {"alg": "Ed25519", "kid": "k" * 200},
        ["alg"],
        "Ed25519",
    ],
)
def test_no_other_header_is_believed_even_when_truly_signed(header: object) -> None:
    head = b64(json.dumps(header, separators=(",", ":")).encode())
    signature = Ed25519PrivateKey.from_private_bytes(KEY).sign(f"{head}.{b64(b'x')}".encode())
    with pytest.raises(SignatureWrong):
        jws.verify_compact(f"{head}.{b64(b'x')}.{b64(signature)}", PUBLIC)


def test_another_spelling_of_the_same_signature_is_refused() -> None:
    statement = jws.sign_compact(b"x", KEY, "k")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    # The last character of 64 bytes in base64url carries four bits that mean nothing.
    twin = statement[:-1] + letters[letters.index(statement[-1]) ^ 1]
    for other in (twin, statement + "=", statement + "\n", " " + statement):
        with pytest.raises(SignatureWrong):
            jws.verify_compact(other, PUBLIC)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_noise_is_no_signature(text: str) -> None:
    with pytest.raises(SignatureWrong):
        jws.verify_compact(text, PUBLIC)
    with pytest.raises(SignatureWrong):
        jws.verify_detached(text, b"", PUBLIC)
    with pytest.raises(SignatureWrong):
        jws.kid_of(text)


def test_a_key_id_that_could_break_the_header_is_not_signed() -> None:
    for kid in ("", 'a"b', "名", "k" * 129):
        with pytest.raises(ValueError, match="key id"):
            jws.sign_detached(b"", KEY, kid)
