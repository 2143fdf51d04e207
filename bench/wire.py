"""Bytes on the wire: ours with every envelope counted, beside what the same rows cost as JSON lines.

The same seed gives the same sizes. A "round" is a round row; a mild round's share includes the vitals taken with it.
"""

import gzip
import json
import lzma
import time
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from uuid import UUID

import pyrage
import zstandard

from bench.figure import Figure
from bench.workload import epoch_of, harsh, mild
from db.journal import Entry
from sync import batch, parcel
from sync.codec.columns import decode, encode

ROUNDS = 20_000
RUN = 2_000  # entries, at which a batch is sealed
SOME = 12  # of the smaller batches: one is much like the next
SETS = (("mild", mild, "round", 6.0, 40.0), ("harsh", harsh, "harsh", 20.0, 80.0))


def figures() -> list[Figure]:
    """All wire figures, in bytes a round, and the codec's pace."""
    found: list[Figure] = []
    for name, make, table, most, most_small in SETS:
        found += _of_set(name, make(ROUNDS), table, most, most_small)
    return found


def _of_set(name: str, entries: list[Entry], table: str, most: float, most_small: float) -> list[Figure]:
    lines = json_lines(entries)
    others = {
        "JSON lines": len(lines),
        "gzip -6": len(gzip.compress(lines, 6)),
        "zstd -19": len(zstandard.ZstdCompressor(level=19).compress(lines)),
        "xz -6": len(lzma.compress(lines)),
    }
    beside = ", ".join(f"{what} {size / ROUNDS:.1f}" for what, size in others.items())
    found = [Figure(f"{name}: {what}, random UUIDs", size / ROUNDS, "B/round") for what, size in others.items()]

    body = encode(entries[:RUN], epoch_of())
    written = _milliseconds(lambda: encode(entries[:RUN], epoch_of()))
    read = _milliseconds(lambda: decode(body, epoch_of(), 1))

    def ours(what: str, runs: Sequence[Sequence[Entry]], bound: float | None) -> Figure:
        rounds = sum(entry.table == table for run in runs for entry in run)
        value = sum(len(sealed(run)) for run in runs) / rounds
        must = f"≤ {bound:g}" if bound else ""
        return Figure(f"{name}: {what}", value, "B/round", beside, must, value <= bound if bound else None)

    chunks = [entries[at : at + RUN] for at in range(0, len(entries), RUN)]
    return [
        *found,
        ours(f"one batch of {ROUNDS:,} rounds", [entries], most),
        ours(f"batches of {RUN:,} entries", chunks, most),
        ours("batches of 1,000 rounds", _runs(entries, table, 1_000)[:SOME], most),
        ours("batches of 50 rounds", _runs(entries, table, 50)[:SOME], most_small),
        Figure(f"{name}: encode {RUN:,} entries", written, "ms"),
        Figure(f"{name}: decode {RUN:,} entries", read, "ms"),
    ]


def _milliseconds(work: Callable[[], object]) -> float:
    """Processor time of the quickest of three."""
    times = []
    for _ in range(3):
        began = time.process_time()
        work()
        times.append((time.process_time() - began) * 1000)
    return min(times)


def _runs(entries: Sequence[Entry], table: str, rounds: int) -> list[list[Entry]]:
    """Consecutive runs of so many rounds, with what was taken beside them."""
    runs: list[list[Entry]] = [[]]
    seen = 0
    for entry in entries:
        if entry.table == table:
            if seen == rounds:
                runs.append([])
                seen = 0
            seen += 1
        runs[-1].append(entry)
    return runs


def sealed(entries: Sequence[Entry]) -> bytes:
    """As it is carried: signed, with its header and two parents, sealed to the county and both laptops of the pair."""
    random = Random(1)
    key = random.randbytes(32)
    recipients = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(3)]
    header = batch.Header(
        pair=UUID(bytes=random.randbytes(16)),
        device=UUID(bytes=random.randbytes(16)),
        epoch=epoch_of(),
        first=entries[0].seq,
        last=entries[-1].seq,
        lamport_first=entries[0].lamport,
        lamport_last=entries[-1].lamport,
        schema=1,
        codec=batch.CODEC,
        counts=Counter(entry.table for entry in entries),
        parents=(random.randbytes(32), random.randbytes(32)),
    )
    sealed = batch.seal(header, entries, key)
    return parcel.seal_parcel(sealed, recipients)


def json_lines(entries: Sequence[Entry]) -> bytes:
    """The same rows as most systems send them: one JSON object a row, every id a random UUID."""
    random = Random(2)
    ids: dict[UUID, str] = {}

    def plain(value: object) -> object:
        if not isinstance(value, UUID):
            return value
        if value not in ids:
            ids[value] = str(UUID(bytes=random.randbytes(16), version=4))
        return ids[value]

    rows = ({"id": plain(e.row)} | {field: plain(value) for field, value in e.values.items()} for e in entries)
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows).encode()
