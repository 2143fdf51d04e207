"""Messages between laptop and county: what is written is read; what is not a message is never more than an error."""

import json
from base64 import urlsafe_b64decode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.pack import pack, unpack
from sync import jws
from sync.errors import CountyLies, SignatureWrong
from sync.protocol import (
    MAX_HEADS,
    EnrolAnswer,
    EnrolRequest,
    ExchangeAnswer,
    ExchangeRequest,
    Problem,
    authorise,
    check_claim,
    claim_of,
)
from sync.receipt import Receipt, digest, verify

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
DEVICE = UUID(int=5)

_hash = st.binary(min_size=32, max_size=32)
_name = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=80)
_requests = st.builds(
    ExchangeRequest,
    st.lists(_hash, max_size=4).map(tuple),
    st.lists(st.binary(min_size=1, max_size=50), max_size=3).map(tuple),
    st.integers(0, 1 << 40),
    st.integers(0, 1 << 40),
    st.one_of(st.just(b""), _hash),
)
_answers = st.builds(
    ExchangeAnswer,
    heads=st.lists(_hash, max_size=4).map(tuple),
    receipt=st.none() | _name,
    batches=st.lists(st.tuples(_hash, st.binary(min_size=1, max_size=50)), max_size=3).map(tuple),
    more=st.booleans(),
    refused=st.lists(st.tuples(_hash, _name), max_size=3).map(tuple),
    directory=st.none() | _name,
    time=st.integers(0, 1 << 40),
    shared=st.lists(_hash, max_size=3).map(tuple),
)
_enrolments = st.builds(EnrolRequest, _name, st.uuids(), st.none() | st.uuids(), _name, _hash, _hash, _name, _name)
_problems = st.builds(Problem, _name, st.dictionaries(_name, _name | st.integers(0, 99), max_size=3))


@given(st.one_of(_requests, _answers, _enrolments, _problems))
def test_what_is_written_is_read(message) -> None:
    assert type(message).parse(message.encode()) == message


@given(st.one_of(_requests, _answers, _enrolments), st.sampled_from([1.5, -1, [1.5], {"a": 1}, "\0"]), st.data())
def test_a_value_of_another_kind_is_refused(message, wrong, data) -> None:
    said = unpack(message.encode())
    said[data.draw(st.sampled_from(sorted(said)))] = wrong
    with pytest.raises(ValueError, match=r"not|wanting"):
        type(message).parse(pack(said))


@pytest.mark.parametrize("wanting", ["code", "device_id", "sign_public", "age_recipient"])
def test_a_value_that_is_wanting_is_refused(wanting: str) -> None:
    said = unpack(EnrolRequest("x", DEVICE, None, "", KEY, KEY, "age1", "").encode())
    del said[wanting]
    with pytest.raises(ValueError, match="wanting"):
        EnrolRequest.parse(pack(said))


@given(st.binary(max_size=80))
def test_noise_is_never_more_than_an_error(noise: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        ExchangeRequest.parse(noise)
    for kind in (ExchangeAnswer, EnrolAnswer, Problem):
        with pytest.raises(CountyLies):
            kind.decode(noise)


def test_a_newer_side_may_say_more() -> None:
    said = unpack(ExchangeRequest((b"x" * 32,)).encode()) | {"weather": "fine"}
    assert ExchangeRequest.parse(pack(said)).heads == (b"x" * 32,)


def test_lists_are_bounded() -> None:
    assert len(ExchangeRequest.parse(ExchangeRequest((b"x" * 32,) * MAX_HEADS).encode()).heads) == MAX_HEADS
    with pytest.raises(ValueError, match="bounds"):
        ExchangeRequest.parse(ExchangeRequest((b"x" * 32,) * (MAX_HEADS + 1)).encode())


def _public(key: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


def test_a_claim_proves_one_request_of_one_device() -> None:
    claim = claim_of(authorise(DEVICE, KEY, "POST", "/v1/exchange", 99, b"body"))
    assert (claim.device_id, claim.seconds) == (DEVICE, 99)
    check_claim(claim, _public(KEY), "POST", "/v1/exchange", b"body")
    for key, method, path, body in (
        (OTHER, "POST", "/v1/exchange", b"body"),
        (KEY, "GET", "/v1/exchange", b"body"),
        (KEY, "POST", "/v1/enrol", b"body"),
        (KEY, "POST", "/v1/exchange", b"bode"),
    ):
        with pytest.raises(SignatureWrong):
            check_claim(claim, _public(key), method, path, body)


@pytest.mark.parametrize("header", ["", ".", "x.1.a..b", "0" * 32 + ".1.a.b.c", "0" * 32 + ".1.a.." + "b" * 85])
def test_a_claim_that_does_not_read_is_none(header: str) -> None:
    with pytest.raises(SignatureWrong):
        claim_of(header)


def test_a_receipt_says_what_was_signed() -> None:
    names = [bytes([n]) * 32 for n in range(3)]
    receipt = Receipt(UUID(int=1), DEVICE, 12, 3, digest(names), (names[2],), names[2], 12, 1_800_000_000, "merged")
    assert verify(receipt.sign(KEY, "county"), _public(KEY)) == receipt
    with pytest.raises(SignatureWrong):
        verify(receipt.sign(OTHER, "county"), _public(KEY))
    assert digest(names) == digest(reversed(names)) != digest(names[:2])


def test_another_word_of_the_county_is_no_receipt() -> None:
    """Whatever else the county signs, and whatever fields it has: what it is for stands in it."""
    receipt = Receipt(
        UUID(int=1), DEVICE, 1, 1, digest([bytes(32)]), (bytes(32),), bytes(32), 1, 1_800_000_000, "merged"
    )
    _, content, _ = receipt.sign(KEY, "county").split(".")
    said = json.loads(urlsafe_b64decode(content + "=" * (-len(content) % 4)))
    for kind in ("yiyang-directory-1", "", None):
        with pytest.raises(SignatureWrong):
            verify(jws.sign_compact(json.dumps({**said, "kind": kind}).encode(), KEY, "county"), _public(KEY))
