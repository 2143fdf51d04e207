"""Making the tables of a pair anew from its batches: the act that heals whatever befell the tables.

The batches are what was signed; the tables are only what they say. One transaction a pair: readers see the tables as
they were until it is done, and nothing is lost if it is cut off. Doing it again changes nothing.
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, update

from db.errors import YiyangError
from sync import batch, graph
from sync.county import store, stored
from sync.county.database import open_engine, plain_errors, reading, writing
from sync.county.settings import Settings
from sync.county.stored import Progress, quiet
from sync.county.tables import RECORD, ROW_VERSION, SET_ASIDE, RunningCount, StoredBatch, core
from sync.errors import BatchCut, BatchForged, BatchTooNew
from sync.merging.merge import apply

_COUNT, _BATCH = core(RunningCount), core(StoredBatch)


class PairUnknown(YiyangError):
    """The county has no pair of that name. Facts: name."""

    code: ClassVar[str] = "pair_not_found"
    exit_code: ClassVar[int] = 44


class BatchDamaged(YiyangError):
    """A stored batch is not what was signed; nothing was made anew. Facts: pair, batch."""

    code: ClassVar[str] = "stored_batch_damaged"
    exit_code: ClassVar[int] = 46


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one pair's tables were made of. ``left``: batches that only a newer program reads, and those on them."""

    pair_name: str
    batches: int
    entries: int
    left: int


def replay(own: Settings, pair: str | None = None, progress: Progress = quiet) -> list[Replayed]:
    """Make the tables of one pair, or of all, anew. Raises ``PairUnknown``, ``BatchDamaged``, ``CountyDatabase``."""
    engine = open_engine(own.database_url)
    try:
        with plain_errors():
            with reading(engine) as conn:
                found = stored.pairs(conn, pair)
            if pair is not None and not found:
                raise PairUnknown(name=pair)
            done = []
            for pair_id, name in found:
                with writing(engine) as conn:
                    done.append(_replay(conn, pair_id, name, progress))
            return done
    finally:
        engine.dispose()


def _replay(conn: Connection, pair_id: UUID, pair_name: str, progress: Progress) -> Replayed:
    store.hold(conn, pair_id)
    rows = stored.rows(conn, pair_id)
    nodes = {bytes(row.hash): tuple(store.split(bytes(row.parents))) for row in rows}
    for table in (*RECORD.values(), ROW_VERSION, SET_ASIDE):
        conn.execute(delete(table).where(table.c.pair_id == pair_id))
    tables, reached = stored.anew(pair_id)
    entries = 0
    applied: set[bytes] = set()
    left: set[bytes] = set()
    for at, row in enumerate(rows):
        progress(at, len(rows))
        name = bytes(row.hash)
        try:
            found = batch.unseal(stored.body(conn, pair_id, name))
            if found.name != name:
                raise BatchForged
            if not left.isdisjoint(nodes[name]):
                raise BatchTooNew
            said = found.entries()
        except BatchTooNew:
            left.add(name)
            continue
        except (BatchForged, BatchCut) as error:
            raise BatchDamaged(pair=pair_name, batch=name.hex()[:12]) from error
        reached.begin(found.header.device)
        apply(conn, tables, said, found.header.epoch, name)
        reached.end(found.header.epoch, found.header.last)
        entries += len(said)
        applied.add(name)
    progress(len(rows), len(rows))
    _set_straight(conn, pair_id, nodes, {bytes(row.hash): row for row in rows}, applied)
    return Replayed(pair_name, len(applied), entries, len(left))


def _set_straight(
    conn: Connection, pair_id: UUID, nodes: graph.Nodes, rows: Mapping[bytes, Row[Any]], applied: set[bytes]
) -> None:
    """What is noted beside the batches, too, as they are: heads, tips, merged or not, running counts."""
    heads, now = set(graph.heads(nodes)), int(time.time())
    entries: Counter[UUID] = Counter()
    batches: Counter[UUID] = Counter()
    for device, names in by_device(rows).items():
        tips = set(graph.heads({name: nodes[name] for name in names}))
        for name in names:
            row = rows[name]
            entries[device] += row.last - row.first + 1
            batches[device] += 1
            merged_at = (row.merged_at or now) if name in applied else None
            if (row.is_head, row.is_tip, row.merged_at) != (name in heads, name in tips, merged_at):
                conn.execute(
                    update(_BATCH)
                    .where(_BATCH.c.pair_id == pair_id, _BATCH.c.hash == name)
                    .values(is_head=name in heads, is_tip=name in tips, merged_at=merged_at)
                )
    conn.execute(delete(_COUNT).where(_COUNT.c.pair_id == pair_id))
    for device in batches:
        counted = {"entries": entries[device], "batches": batches[device], "digest": b""}
        conn.execute(insert(_COUNT).values(pair_id=pair_id, device_id=device, **counted))


def by_device(rows: Mapping[bytes, Row[Any]]) -> dict[UUID, list[bytes]]:
    """The names of the batches of each device."""
    found: dict[UUID, list[bytes]] = {}
    for name, row in rows.items():
        found.setdefault(row.device_id, []).append(name)
    return found
