"""Batches: what a device signed is what everybody reads, or nothing is."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from uuid import UUID

import msgpack
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bench.workload import epoch_of, mild
from db.journal import Entry
from sync import batch, jws
from sync.batch import Header
from sync.codec import columns
from sync.errors import BatchCut, BatchForged, BatchTooNew, BatchUnknownDevice

KEY = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(KEY).public_key().public_bytes_raw()
DEVICE, PAIR = UUID(int=7), UUID(int=3)
ENTRIES = mild(130)[80:130]  # the end of a night's walk and the morning's, with vitals
PARENTS = (b"\1" * 32, b"\2" * 32)


def header_of(entries: list[Entry]) -> Header:
    tables = [entry.table for entry in entries]
    return Header(
        pair=PAIR,
        device=DEVICE,
        epoch=epoch_of(),
        first=entries[0].seq,
        last=entries[-1].seq,
        lamport_first=entries[0].lamport,
        lamport_last=entries[-1].lamport,
        schema=1,
        codec=batch.CODEC,
        counts={table: tables.count(table) for table in set(tables)},
        parents=PARENTS,
    )


HEADER = header_of(ENTRIES)
SEALED = batch.seal(HEADER, ENTRIES, KEY)


def key_of(device: UUID) -> bytes | None:
    return PUBLIC if device == DEVICE else None


def signed(header: list[object], body: bytes) -> bytes:
    """A batch as somebody with the device's key but another program would make it."""
    head = msgpack.packb(header)
    data = batch.MAGIC + len(head).to_bytes(4, "big") + head + len(body).to_bytes(4, "big") + body
    return data + jws.sign_detached(data, KEY, DEVICE.hex).encode()


def fields(header: Header) -> list[object]:
    return [
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
    ]


def test_what_was_sealed_is_read() -> None:
    found = batch.read(SEALED, key_of)
    assert found.header == HEADER
    assert found.entries() == ENTRIES
    assert found.name == batch.name(SEALED)
    assert found.data == SEALED
    assert batch.peek_header(SEALED) == HEADER
    assert batch.unseal(SEALED) == found


def test_the_same_entries_seal_to_the_same_name() -> None:
    shuffled = replace(HEADER, counts=dict(reversed(list(HEADER.counts.items()))))
    assert batch.seal(shuffled, ENTRIES, KEY) == SEALED


def test_a_run_from_the_middle_of_an_epoch_keeps_its_numbers() -> None:
    run = ENTRIES[17:30]
    found = batch.read(batch.seal(header_of(run), run, KEY), key_of)
    assert found.entries() == run
    assert found.header.first == run[0].seq == 98


def test_a_batch_cut_anywhere_is_told_as_cut() -> None:
    for length in range(len(SEALED)):
        with pytest.raises(BatchCut):
            batch.read(SEALED[:length], key_of)


def test_any_flipped_bit_is_refused() -> None:
    random = Random(1)
    for place in range(len(SEALED)):
        data = bytearray(SEALED)
        data[place] ^= 1 << random.randrange(8)
        # A flip in the device's id names an unknown device; one in a length may look like a cut.
        with pytest.raises((BatchForged, BatchCut, BatchUnknownDevice)):
            batch.read(bytes(data), key_of)


def test_flips_outside_lengths_and_device_are_told_as_forged() -> None:
    start, size = 8, int.from_bytes(SEALED[4:8], "big")
    for place in (0, 3, start + size + 4, len(SEALED) - 1, len(SEALED) - 40, start + size - 1):
        data = bytearray(SEALED)
        data[place] ^= 1
        with pytest.raises(BatchForged):
            batch.read(bytes(data), key_of)


def test_bytes_behind_the_signature_are_refused() -> None:
    for tail in (b"=", b"\n", b"x" * 100, b"\xff"):
        with pytest.raises(BatchForged):
            batch.read(SEALED + tail, key_of)


def test_nobody_signs_for_another_device() -> None:
    with pytest.raises(BatchUnknownDevice):
        batch.read(SEALED, lambda _: None)
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    with pytest.raises(BatchForged):
        batch.read(SEALED, lambda _: stranger)
    size = jws.detached_length(DEVICE.hex)
    payload = SEALED[:-size]
    with pytest.raises(BatchForged):  # our key, but in another device's name
        batch.read(payload + jws.sign_detached(payload, KEY, UUID(int=8).hex).encode(), key_of)


CHANGES: list[tuple[int, object]] = [
    (3, 2),  # numbers moved, count kept wrong
    (4, 10**6),
    (5, HEADER.lamport_first - 1),
    (6, HEADER.lamport_last + 1),
    (9, {"round": len(ENTRIES)}),
    (9, {"round": 0, "vitals": len(ENTRIES)}),
    (10, [b"short"]),
    (10, [bytes(32)] * 2000),
    (0, b"no pair"),
    (2, bytes(11)),
    (3, True),
    (8, ""),
]


@pytest.mark.parametrize(("place", "value"), CHANGES)
def test_a_header_that_contradicts_its_entries_is_refused_though_truly_signed(place: int, value: object) -> None:
    header = fields(HEADER)
    header[place] = value
    with pytest.raises(BatchForged):
        batch.read(signed(header, columns.encode(ENTRIES, epoch_of())), key_of).entries()


def test_a_batch_of_a_later_codec_is_kept_and_named_as_too_new() -> None:
    header = fields(HEADER)
    header[8] = "cols2+zstd"
    found = batch.read(signed(header, b"whatever"), key_of)
    with pytest.raises(BatchTooNew) as refusal:
        found.entries()
    assert refusal.value.facts == {"codec": "cols2+zstd"}


def test_a_body_that_is_no_body_is_refused_though_truly_signed() -> None:
    with pytest.raises((BatchForged, BatchCut)):
        batch.read(signed(fields(HEADER), b"whatever"), key_of).entries()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda h: replace(h, last=h.last + 1),
        lambda h: replace(h, first=h.first + 1, last=h.last + 1),
        lambda h: replace(h, counts={"round": 1}),
        lambda h: replace(h, lamport_last=h.lamport_last + 1),
        lambda h: replace(h, codec="json"),
    ],
)
def test_a_header_of_other_entries_is_not_sealed(wrong: Callable[[Header], Header]) -> None:
    with pytest.raises(ValueError, match="describe"):
        batch.seal(wrong(HEADER), ENTRIES, KEY)


@given(st.binary(max_size=120), st.booleans())
def test_noise_is_no_batch(data: bytes, with_magic: bool) -> None:
    noise = batch.MAGIC + data if with_magic else data
    with pytest.raises((BatchForged, BatchCut)):
        batch.read(noise, key_of)
    with pytest.raises((BatchForged, BatchCut)):
        batch.peek_header(noise)


def test_the_header_is_read_from_the_first_bytes_alone() -> None:
    size = 8 + int.from_bytes(SEALED[4:8], "big")
    assert batch.peek_header(SEALED[:size]) == HEADER
    with pytest.raises(BatchCut):
        batch.peek_header(SEALED[: size - 1])
