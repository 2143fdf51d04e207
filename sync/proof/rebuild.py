"""The proof that nothing lives in the tables alone: make them anew from batches and unsealed tail, and compare.

Rows of append-only tables are what their one entry says, so each batch is held against the rows that it inserted.
Rows of edited tables are what many entries made of them: those are made anew, in memory, by the code that merges.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection, Table, create_engine, select
from sqlalchemy.pool import StaticPool

from db.cipher import driver_of
from db.journal import Entry
from db.local import BATCH, METADATA, ROW_VERSION
from db.pack import pack
from db.rows import Shape, shape_of
from db.store import Store
from db.tables import SYNCED
from sync import batch
from sync.merging import arrivals
from sync.merging.bulk import stored
from sync.merging.merge import Reached, apply, laptop_tables
from sync.merging.uncollected import uncollected
from sync.proof.scratch import make_tables
from sync.seal import tail

_APPENDED = {str(model.__tablename__): model for model in SYNCED if model.merge.kind == "append"}
_EDITED = [model for model in SYNCED if model.merge.kind == "edit"]

Run = tuple[bytes, UUID, bytes, Sequence[Entry]]
"""A batch's name, its device, its epoch, its entries."""


def differences(store: Store) -> dict[str, int]:
    """Rows that differ between the tables and their rebuild, by table; empty when they are equal value for value.

    No plaintext of people reaches the disk. Raises ``BatchForged``, ``BatchCut``, ``BatchTooNew`` for a batch that does
    not read.
    """
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        make_tables(engine, METADATA.tables.values())
        with store.reading() as conn, engine.begin() as anew, uncollected():
            appended = {name: _Appended(shape_of(model)) for name, model in _APPENDED.items()}
            reached = Reached()
            fresh = replace(
                laptop_tables(),
                seen=reached.seen,
                known=lambda _conn, _epoch, _first, _last: {},  # decides what is told, not what stands in the tables
            )
            for name, device, epoch, entries in _history(store, conn):
                inserted: dict[str, list[Entry]] = {}
                edits: list[Entry] = []
                for entry in entries:
                    if entry.table not in appended:
                        edits.append(entry)
                    elif entry.op == "insert":
                        inserted.setdefault(entry.table, []).append(entry)
                for table, run in inserted.items():
                    appended[table].hold(conn, run)
                reached.begin(device)
                if edits:
                    apply(anew, fresh, edits, epoch, name)
                reached.end(epoch, entries[-1].seq)
            edited = [*(shape_of(model).table for model in _EDITED), ROW_VERSION]
            wrong = {name: one.wrong(conn) for name, one in appended.items()}
            wrong |= {table.name: _differing(_rows(conn, table), _rows(anew, table)) for table in edited}
    finally:
        engine.dispose()
    return {name: count for name, count in wrong.items() if count}


def _history(store: Store, conn: Connection) -> Iterator[Run]:
    """Every batch in the order it was applied here, then the tail."""
    query = select(BATCH.c.body).where(BATCH.c.applied).order_by(BATCH.c.position)
    for body in conn.execution_options(yield_per=16).execute(query).scalars():
        one = batch.unseal(bytes(body))
        yield one.name, one.header.device, one.header.epoch, one.entries()
    for epoch, run in groupby(tail(conn), key=lambda each: each[0]):
        yield b"", store.device_id, epoch, [entry for _, entry in run]


@dataclass(slots=True)
class _Appended:
    """One append-only table, held against what inserted its rows. Of two entries of one id the first one counts."""

    shape: Shape
    changed: int = 0
    lost: int = 0
    met: set[bytes] = field(default_factory=set)

    def hold(self, conn: Connection, entries: Sequence[Entry]) -> None:
        """The rows that these entries inserted are as they say."""
        if not entries:
            return
        made, _, _ = arrivals.rows(self.shape, entries, ())
        if not made:
            return
        meant: dict[bytes, tuple[object, ...]] = {row[0]: row for row in reversed(stored(self.shape.table, made))}
        for known in meant.keys() & self.met:
            del meant[known]
        if not meant:
            return
        # Ids of one epoch lie side by side: one walk along the key.
        columns = ", ".join(f'"{name}"' for name in ("id", *self.shape.columns))
        walk = f'SELECT {columns} FROM "{self.shape.name}" WHERE id BETWEEN ? AND ?'
        here = {row[0]: row for row in driver_of(conn).execute(walk, (min(meant), max(meant)))}
        for id, row in meant.items():
            if id not in here:
                self.lost += 1
            elif here[id] != row:
                self.changed += 1
        self.met |= meant.keys() & here.keys()

    def wrong(self, conn: Connection) -> int:
        """How many rows are not what was inserted: changed, gone, or put in behind the journal."""
        (count,) = driver_of(conn).execute(f'SELECT count(*) FROM "{self.shape.name}"').fetchone()
        return self.changed + max(self.lost, int(count) - len(self.met))


def _differing(here: set[bytes], anew: set[bytes]) -> int:
    # A changed row is one row, though neither side's digest of it is the other's.
    return max(len(here - anew), len(anew - here))


def _rows(conn: Connection, table: Table) -> set[bytes]:
    # Digests: the rows of both sides would not fit a weak laptop's memory.
    rows = conn.execution_options(yield_per=1000).execute(select(table))
    return {hashlib.blake2b(pack(list(row)), digest_size=16).digest() for row in rows}
