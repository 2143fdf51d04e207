"""A new laptop joins a pair that has worked for five years, and pulls its whole record.

The record is that of ``bench.record``, as one laptop's batches of 2,000 entries; a county process serves them as its
command starts it, and the laptop does what ``yiyang init --join`` does.
"""

import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from uuid import UUID

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, insert, select, update

from bench.figure import Figure
from bench.record import NUMBER, PASSPHRASE, five_years
from bench.reissue import reissued
from bench.storm import serving
from db.identity import new_epoch
from db.journal import Entry, Value
from db.rows import shape_of
from db.store import Store
from db.tables import SYNCED, Access
from db.vault import open_vault
from sync import batch, enrol, session
from sync.county import admin, store
from sync.county.database import open_engine, writing
from sync.county.settings import Settings
from sync.county.tables import CountyPair, Device, StoredBatch, core

PAIR = "青山镇两院"
RUN = 2_000
MUST_S = 60.0
_AT = 1_800_000_000
_KEY = bytes(range(32))
_DEVICE = UUID(int=0xDE << 112)


def figures() -> list[Figure]:
    """Seconds and bytes until the new laptop holds all."""
    with tempfile.TemporaryDirectory() as place:
        county = admin.init(Path(place) / "county", "青川县")
        entries, batches = _fill(county)
        with serving(county, workers=1) as port:
            code = admin.new_code(county, PAIR)
            began, worked = time.monotonic(), time.process_time()
            new = enrol.join(
                Path(place) / "new" / "yiyang.db",
                f"http://127.0.0.1:{port}",
                code,
                number=NUMBER,
                passphrase=PASSPHRASE,
                laptop="医生站",
            )
            done = session.sync(new)
            took, worked = time.monotonic() - began, time.process_time() - worked
        there = _rows(new)
        new.close()
    down, requests = done.outcome.bytes_down, done.outcome.requests
    beside = f"{entries:,} entries in {batches:,} batches; {worked:.0f} s of a processor"
    return [
        Figure("pull of a five-year pair to a new laptop", took, "s", beside, f"≤ {MUST_S:g} s", took <= MUST_S),
        Figure("bytes of that pull", down / 1e6, "MB", f"{down / entries:.2f} B an entry, {requests} requests"),
        Figure("rows on the new laptop", there, "", "", f"{entries}", there == entries),
    ]


def _rows(new: Store) -> int:
    with new.reading() as conn:
        return sum(conn.execute(select(func.count()).select_from(shape_of(each).table)).scalar_one() for each in SYNCED)


def _fill(county: Settings) -> tuple[int, int]:
    """Put the record into the county's database as it would lie there; how many entries and batches."""
    record = open_vault(five_years(), NUMBER, PASSPHRASE)
    pair = record.pair_id
    engine = open_engine(county.database_url)
    with writing(engine) as conn:
        conn.execute(insert(core(CountyPair)).values(pair_id=pair, name=PAIR, directory_version=1, enrolled_at=_AT))
        public = Ed25519PrivateKey.from_private_bytes(_KEY).public_key().public_bytes_raw()
        conn.execute(
            insert(core(Device)).values(
                pair_id=pair,
                device_id=_DEVICE,
                sign_public=public,
                transport_public=public,
                age_recipient=str(pyrage.x25519.Identity.generate().to_public()),
                name="护理站",
                certified_at=_AT,
            )
        )
    parents: tuple[bytes, ...] = ()
    entries = batches = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for data in pool.map(_packed, _runs(_entries(record)), chunksize=1):
            whole = reissued(data, _KEY, pair=pair, parents=parents)
            one = batch.unseal(whole)
            if store.store(engine, one, _AT) is not None:
                raise ValueError("the county refuses the record")
            parents = (one.name,)
            entries, batches = one.header.last, batches + 1
    stored = core(StoredBatch)
    with writing(engine) as conn:
        conn.execute(update(stored).values(merged_at=_AT))
    engine.dispose()
    record.close()
    return entries, batches


_EPOCH = new_epoch(_AT, bytes)


def _entries(record: Store) -> Iterator[Entry]:
    """All rows as the entries that made them, in the order of time where there is one."""
    seq = 0
    with record.reading() as conn:
        for model in SYNCED:
            shape = shape_of(model)
            if model is Access:
                continue
            query = select(shape.table.c.id, *(shape.table.c[name] for name in shape.columns))
            if "at" in shape.columns:
                query = query.order_by(shape.table.c.at)
            for row_id, *values in conn.execute(query.execution_options(yield_per=RUN)):
                seq += 1
                said: dict[str, Value] = dict(zip(shape.columns, values, strict=True))
                at = said.get("at")
                yield Entry(seq, seq, at if isinstance(at, int) else _AT, None, shape.name, row_id, "insert", said)


def _runs(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    while run := list(islice(entries, RUN)):
        yield run


def _packed(run: Sequence[Entry]) -> bytes:
    header = batch.Header(
        pair=_DEVICE,
        device=_DEVICE,
        epoch=_EPOCH,
        first=run[0].seq,
        last=run[-1].seq,
        lamport_first=run[0].lamport,
        lamport_last=run[-1].lamport,
        schema=1,
        codec=batch.CODEC,
        counts=Counter(entry.table for entry in run),
        parents=(),
    )
    return batch.seal(header, run, _KEY)
