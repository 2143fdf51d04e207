"""What laptop and county say to each other: bounded MessagePack messages, and the proof of who asks.

A message is a map of names to values. A reader takes the names it knows, so that either side may be the newer
one; every value is checked for type and size before it is believed. A normal sync is two requests, and one when
there is nothing new.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import ClassVar, TypeVar
from uuid import UUID

from db.pack import pack, unpack
from sync import jws
from sync.bounds import Check, facts, flag, many, octets, or_none, row_id, text, two, whole
from sync.directory import MAX_DEVICES
from sync.errors import CountyLies, SignatureWrong

MEDIA_TYPE = "application/vnd.yiyang.v1+msgpack"
ENROL_KIND = "yiyang-enrol-1"
AUTH_HEADER = "Yiyang-Auth"
HASH_BYTES = 32
MAX_REQUEST = 32 << 20  # bytes, enforced while reading
MAX_ANSWER = 64 << 20  # bytes
MAX_TAKE = 16 << 20  # bytes of parcels in one answer, but always at least one parcel
MAX_HEADS = 4096
MAX_BATCHES = 512  # parcels in one message
MAX_STATEMENT = 1 << 18  # characters of a receipt or directory
MAX_NAME = 80  # characters
MAX_FACTS = 8
MAX_PASSED_ON = 2 * MAX_DEVICES  # receipts and directories passed on
PROGRAM = 1
"""Which of these messages a side speaks. A side serves those from ``OLDEST_PROGRAM`` on and tells the others."""
OLDEST_PROGRAM = 1

_AUTH = re.compile(r"([0-9a-f]{32})\.([0-9]{1,12})\.([A-Za-z0-9_-]{1,512}\.\.[A-Za-z0-9_-]{86})", re.ASCII)
_HASH = octets(HASH_BYTES, HASH_BYTES)
_KEY = octets(32, 32)
_PARCEL = octets(1, MAX_REQUEST)
_STATEMENT = text(MAX_STATEMENT)
_SECONDS = whole(1 << 40)
_NAME = text(MAX_NAME)

M = TypeVar("M", bound="Message")


@dataclass(frozen=True, slots=True)
class Message:
    """What all messages can do. ``_checks`` has one check a field; a field without a default must be there."""

    _checks: ClassVar[Mapping[str, Check]]
    _limit: ClassVar[int]

    def encode(self) -> bytes:
        """The message as sent: what is as the reader assumes it anyway is left out."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return pack({name: _plain(value) for name, value in said.items() if value != _assumed(type(self), name)})

    @classmethod
    def parse(cls: type[M], data: bytes) -> M:
        """The message in ``data``. Raises ``ValueError`` for anything that is not one."""
        said = unpack(data, limit=cls._limit)
        if not isinstance(said, dict):
            raise ValueError("not a message")
        known = {name: check(said[name]) for name, check in cls._checks.items() if name in said}
        try:
            return cls(**known)
        except TypeError as error:
            raise ValueError("something is wanting") from error


class _Answer(Message):
    """A message of the county: what does not read did not come from one."""

    __slots__ = ()

    @classmethod
    def decode(cls: type[M], data: bytes) -> M:
        """The answer in ``data``. Raises ``CountyLies``."""
        try:
            return cls.parse(data)
        except ValueError as error:
            raise CountyLies(reason="message") from error


def _plain(value: object) -> object:
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _assumed(kind: "type[Message]", name: str) -> object:
    """What a reader takes where nothing is said; ``MISSING`` where something must be said."""
    return next(each.default for each in fields(kind) if each.name == name)


# --- messages ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EnrolRequest(Message):
    """A laptop asks to be certified. ``pair_id`` ``None``: it joins the pair that the code is for. Keys are raw.

    ``proof`` is a detached JWS of its signing key over ``claim()``: a laptop that lost its way to the county, or never
    got the answer, comes back under its name with a new transport key, and nobody else does.
    """

    _limit: ClassVar[int] = 1 << 14
    _checks: ClassVar[Mapping[str, Check]] = {
        "code": _NAME,
        "device_id": row_id,
        "pair_id": or_none(row_id),
        "pair_name": _NAME,
        "sign_public": _KEY,
        "transport_public": _KEY,
        "age_recipient": text(128),
        "name": _NAME,
        "proof": text(1024),
    }

    code: str
    device_id: UUID
    pair_id: UUID | None
    pair_name: str
    sign_public: bytes
    transport_public: bytes
    age_recipient: str
    name: str
    proof: str = ""

    def claim(self) -> bytes:
        """What ``proof`` signs."""
        said = (ENROL_KIND, self.code, self.device_id.hex, self.sign_public.hex(), self.transport_public.hex())
        return "|".join((*said, self.age_recipient)).encode()


@dataclass(frozen=True, slots=True)
class EnrolAnswer(_Answer):
    """The county certified the device: the pair, the county's keys, and the pair's directory (compact JWS)."""

    _limit: ClassVar[int] = 1 << 20
    _checks: ClassVar[Mapping[str, Check]] = {
        "pair_id": row_id,
        "pair_name": _NAME,
        "county_name": _NAME,
        "county_sign_public": _KEY,
        "county_age_recipient": text(128),
        "county_recovery_public": _KEY,
        "directory": _STATEMENT,
        "time": _SECONDS,
    }

    pair_id: UUID
    county_name: str
    county_sign_public: bytes
    county_age_recipient: str
    county_recovery_public: bytes
    directory: str
    pair_name: str = ""
    time: int = 0


@dataclass(frozen=True, slots=True)
class ExchangeRequest(Message):
    """``heads``: batches the device holds together with all they stand on; ``batches``: parcels for the county.

    ``waiting`` are parcels in the device's inbox. Nothing is said of what they stand on: just that may be missing.

    Heads the county does not know yet (sealed here, not yet sent) tell it nothing: name also the newest batches
    that it may know. ``receipt_digest`` is the digest of the device's newest *merged* receipt: an unchanged one is not
    sent again. ``passed_on`` are statements the county signed for others of the pair (receipts, directories): a peer
    that meets the county less often learns them here. ``program`` and ``schema``: what the asking side understands.
    """

    _limit: ClassVar[int] = MAX_REQUEST
    _checks: ClassVar[Mapping[str, Check]] = {
        "heads": many(_HASH, MAX_HEADS),
        "batches": many(_PARCEL, MAX_BATCHES),
        "take_bytes": whole(1 << 40),
        "directory_version": whole(1 << 40),
        "receipt_digest": octets(0, HASH_BYTES),
        "waiting": many(_HASH, MAX_HEADS),
        "passed_on": many(_STATEMENT, MAX_PASSED_ON),
        "program": whole(1 << 16),
        "schema": whole(1 << 31),
    }

    heads: tuple[bytes, ...]
    batches: tuple[bytes, ...] = ()
    take_bytes: int = MAX_TAKE
    directory_version: int = 0
    receipt_digest: bytes = b""
    waiting: tuple[bytes, ...] = ()
    passed_on: tuple[str, ...] = ()
    program: int = PROGRAM
    schema: int = 1


@dataclass(frozen=True, slots=True)
class ExchangeAnswer(_Answer):
    """The county's ``heads`` of the pair, its ``receipt`` for the device, and what the device lacks.

    ``shared`` are those of the device's heads, and of the batches it just brought, that the county holds: a device
    that has not merged yet what stands between tells by them what the county lacks.

    ``batches`` are (name, parcel sealed to the device) in causal order; ``more`` says that others did not fit.
    ``refused`` are (name of the batch, or SHA-256 of a parcel that did not open; code of the reason). ``receipt``
    and ``directory`` are ``None`` when the device has them. ``merging``: all is stored, and more of it is merged if the
    device asks again. ``time`` is the county's, seconds UTC.
    """

    _limit: ClassVar[int] = MAX_ANSWER
    _checks: ClassVar[Mapping[str, Check]] = {
        "heads": many(_HASH, MAX_HEADS),
        "shared": many(_HASH, MAX_HEADS + MAX_BATCHES),
        "merging": flag,
        "receipt": or_none(_STATEMENT),
        "batches": many(two(_HASH, octets(1, MAX_ANSWER)), MAX_BATCHES),
        "more": flag,
        "refused": many(two(_HASH, _NAME), MAX_BATCHES),
        "directory": or_none(_STATEMENT),
        "time": _SECONDS,
        "passed_on": many(_STATEMENT, MAX_PASSED_ON),
        "program": whole(1 << 16),
        "schema": whole(1 << 31),
    }

    heads: tuple[bytes, ...]
    receipt: str | None
    batches: tuple[tuple[bytes, bytes], ...]
    more: bool
    refused: tuple[tuple[bytes, str], ...]
    directory: str | None
    time: int
    shared: tuple[bytes, ...] = ()
    merging: bool = False
    passed_on: tuple[str, ...] = ()
    program: int = PROGRAM
    schema: int = 1


@dataclass(frozen=True, slots=True)
class Hello(_Answer):
    """Who answers here: a county's name, key, time and, signed as a compact JWS, its certificate ``authority``.

    Asked before anything is told: a laptop that joins learns from it which certificate to trust.
    """

    _limit: ClassVar[int] = 1 << 14
    _checks: ClassVar[Mapping[str, Check]] = {
        "name": _NAME,
        "sign_public": _KEY,
        "time": _SECONDS,
        "authority": text(1 << 13),
    }

    name: str
    sign_public: bytes
    time: int
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Problem(_Answer):
    """Why the county would not: a code and what fills its sentence."""

    _limit: ClassVar[int] = 1 << 14
    _checks: ClassVar[Mapping[str, Check]] = {"code": _NAME, "facts": facts(MAX_FACTS, MAX_NAME)}

    code: str
    facts: dict[str, str | int] = field(default_factory=dict)


# --- who asks ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says to have asked, when by its clock (seconds UTC), and the signature that is to prove it."""

    device_id: UUID
    seconds: int
    signature: str


def authorise(device_id: UUID, key: bytes, method: str, path: str, seconds: int, body: bytes) -> str:
    """The value of ``Yiyang-Auth`` for a request, by the device's raw transport ``key``."""
    name = hashlib.sha256(body).digest()
    signature = jws.sign_detached(_signed(method, path, seconds, name), key, device_id.hex)
    return f"{device_id.hex}.{seconds}.{signature}"


def claim_of(header: str) -> Claim:
    """Who the header says has asked. Raises ``SignatureWrong`` if it does not read."""
    found = _AUTH.fullmatch(header)
    if found is None:
        raise SignatureWrong
    return Claim(UUID(hex=found[1]), int(found[2]), found[3])


def check_claim(claim: Claim, public: bytes, method: str, path: str, body: bytes) -> None:
    """Raise ``SignatureWrong`` unless the key's owner asked exactly this. The time is only evidence."""
    check_claim_of(claim, public, method, path, hashlib.sha256(body).digest())


def check_claim_of(claim: Claim, public: bytes, method: str, path: str, name: bytes) -> None:
    """The same for a body of which only its SHA-256 is known yet: whoever takes it in compares when it is whole."""
    jws.verify_detached(claim.signature, _signed(method, path, claim.seconds, name), public)


def _signed(method: str, path: str, seconds: int, name: bytes) -> bytes:
    return f"{method}|{path}|{seconds}|{name.hex()}".encode()
