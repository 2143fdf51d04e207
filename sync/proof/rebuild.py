"""The proof that nothing lives in the tables alone: make them anew from batches and unsealed tail, and compare."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection, Table, create_engine, select
from sqlalchemy.pool import StaticPool

from db.journal import Entry
from db.local import BATCH, METADATA, ROW_VERSION
from db.pack import pack
from db.rows import shape_of
from db.store import Store
from db.tables import SYNCED
from sync import batch
from sync.merging.merge import Reached, apply, laptop_tables
from sync.seal import tail


def differences(store: Store) -> dict[str, int]:
    """Rows that differ between the tables and their rebuild, by table; empty when they are equal value for value.

    The rebuild is made in memory: no plaintext of people reaches the disk.
    """
    engine = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(engine)
    tables = [*(shape_of(model).table for model in SYNCED), ROW_VERSION]
    try:
        with store.reading() as conn, engine.begin() as anew:
            reached = Reached()
            fresh = replace(
                laptop_tables(),
                seen=reached.seen,
                known=lambda _conn, _epoch, _first, _last: {},  # decides what is told, not what stands in the tables
            )
            for name, device, epoch, entries in _history(store, conn):
                reached.begin(device)
                apply(anew, fresh, entries, epoch, name)
                reached.end(epoch, entries[-1].seq)
            wrong = {table.name: _differing(_rows(conn, table), _rows(anew, table)) for table in tables}
    finally:
        engine.dispose()
    return {name: count for name, count in wrong.items() if count}


def _history(store: Store, conn: Connection) -> Iterator[tuple[bytes, UUID, bytes, list[Entry]]]:
    """Every batch in the order it was applied here, then the tail, as (name, device, epoch, entries)."""
    for body in conn.execute(select(BATCH.c.body).where(BATCH.c.applied).order_by(BATCH.c.position)).scalars():
        one = batch.unseal(bytes(body))
        yield one.name, one.header.device, one.header.epoch, one.entries()
    for epoch, entry in tail(conn):
        yield b"", store.device_id, epoch, [entry]


def _differing(here: set[bytes], anew: set[bytes]) -> int:
    # A changed row is one row, though neither side's digest of it is the other's.
    return max(len(here - anew), len(anew - here))


def _rows(conn: Connection, table: Table) -> set[bytes]:
    # Digests: a million rows of both sides would not fit a weak laptop's memory.
    rows = conn.execution_options(yield_per=1000).execute(select(table))
    return {hashlib.blake2b(pack(list(row)), digest_size=16).digest() for row in rows}
