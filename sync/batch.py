"""A batch: a sealed, signed run of one device's journal, the same bytes wherever it is carried or kept.

Layout: ``YYB1`` · u32 length, header (MessagePack) · u32 length, body (``header.codec``) · detached JWS over all bytes
before it, made with the device's Ed25519 key, ``kid`` the device's id in hex. Integers are big-endian. A batch is
named by the SHA-256 of all its bytes; its parents are such names, so that a batch vouches for all before it.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgpack

from db.journal import Entry
from sync import jws
from sync.codec import columns
from sync.codec.layout import MAX_ENTRIES
from sync.errors import BatchCut, BatchForged, BatchTooNew, BatchUnknownDevice, SignatureWrong

CODEC = columns.CODEC
MAGIC = b"YYB1"
MAX_HEADER = 64 << 10  # bytes
MAX_BODY = 16 << 20  # bytes: a parcel of it fits every message, and beside what a county gives at once into an answer
MAX_PARENTS = 1024
_INT64 = (1 << 63) - 1
LAMPORT_LEAP = 1 << 32
"""Counters move by one an entry. Without this bound one laptop could lift them to where nobody can count on."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a batch says of itself. ``counts``: entries by table; ``parents``: names of the batches it stands on."""

    pair: UUID
    device: UUID
    epoch: bytes
    first: int
    last: int
    lamport_first: int
    lamport_last: int
    schema: int
    codec: str
    counts: Mapping[str, int]
    parents: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of which name and header are known; ``data`` are its bytes."""

    name: bytes
    header: Header
    data: bytes

    def entries(self) -> list[Entry]:
        """The journal entries. ``BatchTooNew`` for another codec, ``BatchForged`` when the header says otherwise."""
        header = self.header
        if header.codec != CODEC:
            raise BatchTooNew(codec=header.codec)
        entries = columns.decode(_split(self.data)[1], header.epoch, header.first)
        if not _agree(header, entries):
            raise BatchForged(batch=self.name.hex()[:12])
        return entries


def seal(header: Header, entries: Sequence[Entry], sign_key: bytes) -> bytes:
    """The bytes of a new batch. ``ValueError`` when the header is not of these entries or they fit no batch."""
    if header.codec != CODEC or not entries or not _agree(header, entries) or entries[0].seq != header.first:
        raise ValueError("the header does not describe the entries")
    head = _pack_header(header)
    body = columns.encode(entries, header.epoch)
    if len(head) > MAX_HEADER or len(body) > MAX_BODY:
        raise ValueError("too much for one batch")
    signed = b"".join((MAGIC, len(head).to_bytes(4, "big"), head, len(body).to_bytes(4, "big"), body))
    _read_header(head)
    return signed + jws.sign_detached(signed, sign_key, header.device.hex).encode()


def name(data: bytes) -> bytes:
    """The name of a batch: the SHA-256 (32 bytes) of all its bytes."""
    return hashlib.sha256(data).digest()


def read(data: bytes, key_of: Callable[[UUID], bytes | None]) -> Batch:
    """The batch in ``data`` if the device that it names signed exactly these bytes.

    ``key_of`` gives a device's raw Ed25519 public key. ``BatchUnknownDevice``, ``BatchCut``, ``BatchForged``.
    """
    found = unseal(data)
    _, _, signature = _split(data)
    kid = found.header.device.hex
    if len(signature) < jws.detached_length(kid):
        raise BatchCut()
    public = key_of(found.header.device)
    if public is None:
        raise BatchUnknownDevice(device=kid[:8])
    try:
        text = signature.decode("ascii")
        if jws.kid_of(text) != kid:
            raise BatchForged(batch=found.name.hex()[:12])
        jws.verify_detached(text, data[: -len(signature)], public)
    except (SignatureWrong, UnicodeDecodeError) as error:
        raise BatchForged(batch=found.name.hex()[:12]) from error
    return found


def unseal(data: bytes) -> Batch:
    """The batch in ``data`` without looking at its signature: for bytes that were verified when they were taken in."""
    head, _, _ = _split(data)
    return Batch(name(data), _read_header(head), data)


def peek_header(data: bytes) -> Header:
    """The header alone, unverified; ``data`` may end anywhere behind it."""
    head, _ = _part(data, len(MAGIC), MAX_HEADER)
    return _read_header(head)


def _split(data: bytes) -> tuple[bytes, bytes, bytes]:
    head, at = _part(data, len(MAGIC), MAX_HEADER)
    body, at = _part(data, at, MAX_BODY)
    return head, body, data[at:]


def _part(data: bytes, at: int, limit: int) -> tuple[bytes, int]:
    if not data.startswith(MAGIC[: len(data)]):
        raise BatchForged()
    start = at + 4
    length = int.from_bytes(data[at:start], "big")
    if len(data) < start:
        raise BatchCut()
    if length > limit:
        raise BatchForged()
    if len(data) < start + length:
        raise BatchCut()
    return data[start : start + length], start + length


def _agree(header: Header, entries: Sequence[Entry]) -> bool:
    lamports = [entry.lamport for entry in entries]
    return (
        header.last - header.first + 1 == len(entries)
        and dict(header.counts) == Counter(entry.table for entry in entries)
        and (header.lamport_first, header.lamport_last) == (lamports[0], lamports[-1])
        and min(lamports) == lamports[0]
        and max(lamports) == lamports[-1]
    )


def _pack_header(header: Header) -> bytes:
    fields = (
        header.pair.bytes,
        header.device.bytes,
        header.epoch,
        header.first,
        header.last,
        header.lamport_first,
        header.lamport_last,
        header.schema,
        header.codec,
        dict(sorted(header.counts.items())),
        list(header.parents),
    )
    return bytes(msgpack.packb(fields))


def _read_header(data: bytes) -> Header:
    try:
        fields = msgpack.unpackb(data, strict_map_key=True)
    except (ValueError, msgpack.UnpackException) as error:
        raise BatchForged() from error
    if not isinstance(fields, list) or len(fields) != 11 or not _sane(fields):
        raise BatchForged()
    pair, device, epoch, first, last, low, high, schema, codec, counts, parents = fields
    header = Header(
        UUID(bytes=pair), UUID(bytes=device), epoch, first, last, low, high, schema, codec, counts, tuple(parents)
    )
    if _pack_header(header) != data:  # one header has one spelling
        raise BatchForged()
    return header


def _sane(fields: list[Any]) -> bool:
    pair, device, epoch, first, last, low, high, schema, codec, counts, parents = fields
    return (
        _is_bytes(pair, 16)
        and _is_bytes(device, 16)
        and _is_bytes(epoch, 12)
        and all(type(number) is int for number in (first, last, low, high, schema))
        and 1 <= first <= last < _INT64
        and last - first < MAX_ENTRIES
        and 0 <= low <= high < _INT64
        and 0 <= schema < 1 << 31
        and isinstance(codec, str)
        and 0 < len(codec) <= 32
        and isinstance(counts, dict)
        and all(isinstance(table, str) and type(many) is int and many > 0 for table, many in counts.items())
        and sum(counts.values()) == last - first + 1
        and isinstance(parents, list)
        and len(parents) <= MAX_PARENTS
        and all(_is_bytes(parent, 32) for parent in parents)
    )


def _is_bytes(value: object, length: int) -> bool:
    return isinstance(value, bytes) and len(value) == length
