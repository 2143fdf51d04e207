"""Reading what a county stores of a pair: its batches in the order they came, one body at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from sync import batch
from sync.county.tables import CountyPair, StoredBatch, core, pair_tables
from sync.merging.merge import Reached, Tables

_PAIR, _BATCH = core(CountyPair), core(StoredBatch)
Progress = Callable[[int, int], None]
"""Called with batches done and batches to do."""


def quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


def pairs(conn: Connection, name: str | None = None) -> list[tuple[UUID, str]]:
    """The pairs (id, name), or the one of that name, by name."""
    query = select(_PAIR.c.pair_id, _PAIR.c.name).order_by(_PAIR.c.name)
    found = conn.execute(query if name is None else query.where(_PAIR.c.name == name))
    return [(row.pair_id, row.name) for row in found]


def rows(conn: Connection, pair_id: UUID) -> list[Row[Any]]:
    """What is kept of each batch of the pair but its body, in the order they came."""
    columns = [column for column in _BATCH.c if column.name not in ("pair_id", "body")]
    return list(conn.execute(select(*columns).where(_BATCH.c.pair_id == pair_id).order_by(_BATCH.c.position)))


def body(conn: Connection, pair_id: UUID, name: bytes) -> bytes:
    """The bytes of a batch as they are stored."""
    query = select(_BATCH.c.body).where(_BATCH.c.pair_id == pair_id, _BATCH.c.hash == name)
    return bytes(conn.execute(query).scalar_one())


def merged(conn: Connection, pair_id: UUID, names: Sequence[bytes] | None = None) -> Iterator[batch.Batch]:
    """The merged batches of the pair, or the named ones of them, in the order they came."""
    query = select(_BATCH.c.hash).where(_BATCH.c.pair_id == pair_id, _BATCH.c.merged_at.is_not(None))
    if names is not None:
        query = query.where(_BATCH.c.hash.in_(names))
    for name in conn.execute(query.order_by(_BATCH.c.position)).scalars().all():
        yield batch.unseal(body(conn, pair_id, bytes(name)))


def anew(pair_id: UUID, told: Connection | None = None) -> tuple[Tables, Reached]:
    """The tables of a pair while they are made anew, and how far the entries of each epoch are in them.

    The caller tells the latter of each batch before and after. ``told``: where the batches can be read, if not where
    the tables are.
    """
    reached = Reached()
    tables = pair_tables(pair_id)
    known = tables.known
    return replace(
        tables,
        seen=reached.seen,
        known=lambda conn, epoch, low, high: known(told or conn, epoch, low, high),
    ), reached
