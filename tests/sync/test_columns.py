"""The columnar codec: whatever the record can hold comes back exactly, and whatever else arrives is refused calmly."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.workload import epoch_of, harsh, mild
from db.identity import row_id
from db.journal import Entry, EntryRef, Value
from sync.codec import columns
from sync.codec.cells import Way
from sync.codec.integers import write_integers
from sync.codec.layout import MAX_CELLS, MAX_ENTRIES, OPS
from sync.codec.leaves import write_run
from sync.codec.tokens import Writer
from sync.errors import BatchCut, BatchForged

OWN = epoch_of()
OTHER = bytes(range(12))
MORNING = mild(110)[75:110]  # the end of a night's walk and the morning's, with vitals
INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
IDS = st.one_of(
    st.uuids(),
    st.builds(row_id, st.sampled_from([OWN, OTHER]), st.integers(1, 40)),
    st.builds(row_id, st.just(OWN), st.integers(1, (1 << 32) - 1)),
)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-3, 300), INT64, TEXT, IDS)
NAMES = st.sampled_from(["person_id", "staff_id", "at", "note", "好", "@staff", ""])
REFS = st.lists(st.builds(EntryRef, st.sampled_from([OWN, OTHER]), st.integers(1, 1 << 40)), max_size=3).map(tuple)
LAMPORT = st.one_of(st.integers(1, 50), st.integers(-(1 << 61), 1 << 61))
ENTRIES = st.builds(
    Entry,
    seq=st.just(0),
    lamport=LAMPORT,
    wall=LAMPORT,
    staff=st.none() | IDS,
    table=st.sampled_from(["person", "round", "later"]),
    row=IDS,
    op=st.sampled_from(["insert", "edit"]),
    values=st.dictionaries(NAMES, VALUES, max_size=5),
    replaces=st.dictionaries(NAMES, REFS, max_size=2),
    suspect=st.booleans(),
)


def numbered(entries: Sequence[Entry], first: int = 1) -> list[Entry]:
    return [replace(entry, seq=first + place) for place, entry in enumerate(entries)]


def there_and_back(entries: Sequence[Entry]) -> list[Entry]:
    return columns.decode(columns.encode(entries, OWN), OWN, entries[0].seq)


def told(entries: Sequence[Entry]) -> list[str]:
    """Every value with its type: 1 and True are equal to Python, not to the record."""
    return [
        repr((e, sorted((n, type(v).__name__, v if v is not None else "") for n, v in e.values.items())))
        for e in (
            replace(e, values=dict(sorted(e.values.items())), replaces=dict(sorted(e.replaces.items())))
            for e in entries
        )
    ]


def rows(values: Sequence[Value], table: str = "round") -> list[Entry]:
    return [
        Entry(n, n, 1_772_323_200 + 60 * n, None, table, row_id(OWN, n), "insert", {"field": value})
        for n, value in enumerate(values, 1)
    ]


@settings(max_examples=100, deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=30), st.integers(1, 1 << 50))
def test_arbitrary_entries_come_back_exactly(entries: list[Entry], first: int) -> None:
    entries = numbered(entries, first)
    assert told(there_and_back(entries)) == told(entries)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([None, True, False, 0, 1, 2, "", "好", "\0", row_id(OWN, 1)]), min_size=1, max_size=6),
    st.integers(0, 1 << 32),
    st.integers(1, 300),
)
def test_long_columns_of_few_values_keep_their_types(kinds: list[Value], seed: int, length: int) -> None:
    random = Random(seed)
    entries = rows([random.choice(kinds) for _ in range(length)])
    assert told(there_and_back(entries)) == told(entries)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 32), st.integers(1, 66), st.integers(2, 400))
def test_long_columns_of_numbers_of_any_size_come_back(seed: int, bits: int, length: int) -> None:
    random = Random(seed)
    low, high = -(1 << 63), (1 << 63) - 1
    entries = rows([max(low, min(high, random.getrandbits(bits) - (1 << bits - 1))) for _ in range(length)])
    assert there_and_back(entries) == entries


@pytest.mark.parametrize("make", [mild, harsh])
def test_a_working_house_comes_back_and_is_written_the_same_twice(make) -> None:
    entries = make(300)
    body = columns.encode(entries, OWN)
    assert columns.decode(body, OWN, 1) == entries
    assert columns.encode(entries, OWN) == body


def test_edits_keep_what_they_replace() -> None:
    ref = EntryRef(OTHER, 7)
    entries = [
        Entry(9, 20, 5, None, "person", row_id(OTHER, 3), "edit", {"phone": "1"}, {"phone": (ref, EntryRef(OWN, 8))}),
        Entry(10, 21, 5, None, "person", row_id(OTHER, 3), "edit", {"phone": "2"}, {"phone": ()}),
    ]
    assert there_and_back(entries) == entries


def test_the_order_of_fields_does_not_matter() -> None:
    first, second = rows([1, 2])
    entries = [replace(first, values={"a": 1, "b": 2}), replace(second, values={"b": 4, "a": 3})]
    assert there_and_back(entries) == entries


def test_a_backlog_costs_a_few_bytes_a_round() -> None:
    assert len(columns.encode(mild(6_000), OWN)) / 6_000 <= 4.7


def test_a_batch_of_harsh_rounds_stays_under_its_bound() -> None:
    assert len(columns.encode(harsh(2_000), OWN)) / 2_000 <= 20


def test_random_ids_cost_their_bytes_and_no_more() -> None:
    random = Random(5)
    entries = rows([UUID(bytes=random.randbytes(16)) for _ in range(500)])
    assert there_and_back(entries) == entries
    assert len(columns.encode(entries, OWN)) < 500 * 20


@pytest.mark.parametrize("value", [1 << 63, -(1 << 63) - 1, 1.5, b"raw", "\ud800"])
def test_what_the_record_cannot_hold_is_not_written(value) -> None:
    with pytest.raises(ValueError, match=r".+"):
        columns.encode(rows([value]), OWN)


def test_gaps_and_empty_runs_are_not_written() -> None:
    one, two, three = rows([1, 2, 3])
    for entries in ([], [one, three], [two, one]):
        with pytest.raises(ValueError, match=r"batch holds|without gaps"):
            columns.encode(entries, OWN)


def test_every_cut_of_a_body_is_refused() -> None:
    body = columns.encode(MORNING, OWN)
    for length in range(len(body)):
        with pytest.raises((BatchCut, BatchForged)):
            columns.decode(body[:length], OWN, MORNING[0].seq)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1 << 32), st.booleans())
def test_damaged_bodies_read_as_entries_or_are_refused(seed: int, within: bool) -> None:
    random = Random(seed)
    body = columns.encode(MORNING, OWN)
    data = bytearray(decompressed(body) if within else body)
    for _ in range(random.randint(1, 4)):
        # The structure stands in front: most damage should hit it.
        data[int(len(data) * random.random() ** 2)] = random.choice(
            (0, 1, 2, 0x7F, 0x80, 0xC0, 0xCF, 0xFF, random.randrange(256))
        )
    try:
        entries = columns.decode(compressed(bytes(data)) if within else bytes(data), OWN, 1)
    except (BatchCut, BatchForged):
        return
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert told(columns.decode(columns.encode(entries, OWN), OWN, 1)) == told(entries)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    for body in (data, compressed(data)):
        with pytest.raises((BatchCut, BatchForged)):
            columns.decode(body, OWN, 1)


def test_a_body_that_swells_without_end_is_refused() -> None:
    # A frame without a declared size, of 131,072-byte blocks of one repeated byte: 4 bytes each.
    block = ((131_072 << 3) | 2).to_bytes(3, "little") + b"A"
    bomb = bytes.fromhex("28b52ffd0038") + block * 1000
    with pytest.raises((BatchCut, BatchForged)):
        columns.decode(bomb, OWN, 1)


def test_more_entries_than_a_batch_may_hold_are_refused() -> None:
    one = rows([1])[0]
    many = [replace(one, seq=n, lamport=n) for n in range(1, MAX_ENTRIES + 2)]
    with pytest.raises(ValueError, match="100,000"):
        columns.encode(many, OWN)


def test_a_small_body_that_names_millions_of_replaced_entries_is_refused() -> None:
    """Each field stays under the bound of a batch; together they would fill any laptop's memory."""
    out = beginning("edit", 1, fields=("name",), replaced=("name", "sex"))
    for _ in ("staff", "name"):
        constant(out, None)
    for many in (1, MAX_CELLS):
        write_integers(out, [many])
        write_integers(out, [0] * many)
        write_run(out, [1] * many, {})
    body = compressed(b"".join(out.finish()))
    assert len(body) < 500
    with pytest.raises(BatchForged):
        columns.decode(body, OWN, 1)


def test_a_small_body_that_fills_a_disk_with_text_is_refused() -> None:
    rounds = 2000
    out = beginning("insert", rounds, fields=("note",))
    constant(out, None)
    constant(out, "好" * 60_000)
    body = compressed(b"".join(out.finish()))
    assert len(body) < 1000
    with pytest.raises(BatchForged):
        columns.decode(body, OWN, 1)
    note = "好" * 60_000
    entries = [Entry(n, n, n, None, "round", row_id(OWN, n), "insert", {"note": note}) for n in range(1, rounds + 1)]
    with pytest.raises(ValueError, match="too much for one batch"):
        columns.encode(entries, OWN)


def beginning(op: str, count: int, fields: Sequence[str], replaced: Sequence[str] = ()) -> Writer:
    """A body by hand, up to where its columns begin: ``count`` entries of one kind."""
    out = Writer()
    out.put(count, 1, 0)
    out.put("round", OPS.index(op), len(fields), *fields, len(replaced), *replaced)
    write_integers(out, [0] * count)
    out.put(0, 0, 0)
    for _ in ("lamport", "wall"):
        write_integers(out, [1] * count)
    write_integers(out, [0] * count)
    out.put(True)
    write_integers(out, [1] * count)
    return out


def constant(out: Writer, cell: str | None) -> None:
    """A column of one cell."""
    out.put(int(Way.CONSTANT))
    out.cell(cell)


def compressed(plain: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(plain)


def decompressed(body: bytes) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True) as frames:
        return frames.read(1 << 26)
