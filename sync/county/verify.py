"""Proving a county: every chain, signature and count, and the tables made anew and compared value for value.

It reads one snapshot and changes nothing. Batches are read one at a time, and the tables are made anew in a file
beside the county, private and gone afterwards, so that years of a pair need no more memory than a day.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, Table, create_engine, select

from db.errors import YiyangError
from sync import batch, graph
from sync.county import store, stored
from sync.county.database import open_engine, plain_errors, reading
from sync.county.replay import PairUnknown, by_device
from sync.county.settings import Settings
from sync.county.stored import Progress, quiet
from sync.county.tables import RECORD, ROW_VERSION, SET_ASIDE, RunningCount, core
from sync.errors import BatchTooNew
from sync.merging.merge import Reached, Tables, apply
from sync.proof.scratch import make_tables
from sync.receipt import digest

_COUNT = core(RunningCount)
REPLAY, BACKUP = "replay", "backup"
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``heal``: ``replay`` makes it right; ``backup``: put back from the county's backup.

    ``code``: ``body_damaged``, ``signature_wrong``, ``header_differs``, ``parent_missing``, ``order_wrong`` (a batch),
    ``marks_wrong``, ``counts_wrong``, ``digest_wrong`` (a device), ``rows_differ`` (``count`` rows of a ``table``),
    ``not_compared`` (tables cannot be made anew from damaged batches).
    """

    pair_name: str
    code: str
    heal: str
    batch: str = ""
    device: str = ""
    table: str = ""
    count: int = 0


@dataclass(slots=True)
class Verified:
    """What was looked at, and what is wrong with it."""

    pairs: int = 0
    batches: int = 0
    entries: int = 0
    rows: int = 0
    unmerged: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify(own: Settings, pair: str | None = None, progress: Progress = quiet) -> Verified:
    """Look through one pair, or all. Raises ``PairUnknown``, ``CountyDatabase``."""
    engine = open_engine(own.database_url)
    done = Verified()
    try:
        with plain_errors():
            with reading(engine) as conn:
                found = stored.pairs(conn, pair)
            if pair is not None and not found:
                raise PairUnknown(name=pair)
            for pair_id, name in found:
                # One snapshot a pair: what laptops bring meanwhile is not half looked at.
                with reading(engine) as conn, _beside(own.folder) as side:
                    _Look(conn, side, pair_id, name, done).all(progress)
                done.pairs += 1
    finally:
        engine.dispose()
    return done


@contextmanager
def _beside(folder: Path) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory(prefix="verify-", dir=folder) as place:
        engine = create_engine(f"sqlite:///{Path(place) / 'anew.db'}", hide_parameters=True)
        try:
            make_tables(engine, [*RECORD.values(), ROW_VERSION, SET_ASIDE])
            yield engine
        finally:
            engine.dispose()


@dataclass(slots=True)
class _Look:
    """One pair under the glass."""

    conn: Connection
    side: Engine
    pair_id: UUID
    pair_name: str
    done: Verified

    def all(self, progress: Progress) -> None:
        """Batches, chains and counts; then the tables."""
        rows = {bytes(row.hash): row for row in stored.rows(self.conn, self.pair_id)}
        nodes = {name: tuple(store.split(bytes(row.parents))) for name, row in rows.items()}
        self._chains(rows, nodes)
        keys = store.keys_of(self.conn, self.pair_id)
        tables, reached = stored.anew(self.pair_id, self.conn)
        sound = True
        with self.side.begin() as anew:
            # A file that lives as long as this command needs no safety.
            anew.exec_driver_sql("PRAGMA cache_size = -16000")
            for at, (name, row) in enumerate(rows.items()):
                progress(at, len(rows))
                sound = self._batch(anew, tables, reached, keys, name, row) and sound
            progress(len(rows), len(rows))
            if sound:
                self._compare(anew)
            else:
                self._find("not_compared", BACKUP)

    def _find(self, code: str, heal: str, **said: Any) -> None:
        self.done.findings.append(Finding(self.pair_name, code, heal, **said))

    def _batch(
        self,
        anew: Connection,
        tables: Tables,
        reached: Reached,
        keys: Mapping[UUID, bytes],
        name: bytes,
        row: Row[Any],
    ) -> bool:
        """Look at one batch and apply it to the tables made anew; whether it is sound."""
        body = stored.body(self.conn, self.pair_id, name)
        short = name.hex()[:12]
        self.done.batches += 1
        self.done.entries += row.last - row.first + 1
        self.done.unmerged += row.merged_at is None
        if batch.name(body) != name:
            self._find("body_damaged", BACKUP, batch=short)
            return False
        try:
            found = batch.read(body, keys.get)
            if _noted(row) != _said(found.header, self.pair_id):
                self._find("header_differs", BACKUP, batch=short)
                return False
            entries = found.entries()
        except BatchTooNew:
            return row.merged_at is None
        except YiyangError:
            self._find("signature_wrong", BACKUP, batch=short)
            return False
        if row.merged_at is not None:
            reached.begin(found.header.device)
            apply(anew, tables, entries, found.header.epoch, name)
            reached.end(found.header.epoch, found.header.last)
        return True

    def _chains(self, rows: Mapping[bytes, Row[Any]], nodes: graph.Nodes) -> None:
        heads = set(graph.heads(nodes))
        for name, row in rows.items():
            for parent in nodes[name]:
                if parent not in rows:
                    self._find("parent_missing", BACKUP, batch=name.hex()[:12])
                elif rows[parent].position >= row.position:
                    self._find("order_wrong", BACKUP, batch=name.hex()[:12])
                elif row.merged_at is not None and rows[parent].merged_at is None:
                    self._find("order_wrong", REPLAY, batch=name.hex()[:12])
        counted = {
            row.device_id: row for row in self.conn.execute(select(_COUNT).where(_COUNT.c.pair_id == self.pair_id))
        }
        of_devices = by_device(rows)
        for device in sorted(of_devices.keys() | counted.keys()):
            self._device(device, of_devices.get(device, []), counted.get(device), rows, nodes, heads)

    def _device(
        self,
        device: UUID,
        names: list[bytes],
        counted: Row[Any] | None,
        rows: Mapping[bytes, Row[Any]],
        nodes: graph.Nodes,
        heads: set[bytes],
    ) -> None:
        tips = set(graph.heads({name: nodes[name] for name in names}))
        if any((rows[name].is_head, rows[name].is_tip) != (name in heads, name in tips) for name in names):
            self._find("marks_wrong", REPLAY, device=device.hex)
        entries = sum(rows[name].last - rows[name].first + 1 for name in names)
        if counted is None or (counted.entries, counted.batches) != (entries, len(names)):
            self._find("counts_wrong", REPLAY, device=device.hex)
        # An empty one is made when the next receipt is.
        elif counted.digest and bytes(counted.digest) != digest(names):
            self._find("digest_wrong", REPLAY, device=device.hex)

    def _compare(self, anew: Connection) -> None:
        wrong: Counter[str] = Counter()
        for table in (*RECORD.values(), SET_ASIDE):
            key = [column for column in table.primary_key.columns if column.name != "pair_id"]
            wrong[table.name] = self._differing(anew, table, [column.name for column in key])
        for name in RECORD:
            wrong[ROW_VERSION.name] += self._differing(anew, ROW_VERSION, ["row_id"], name)
        for name, count in wrong.items():
            if count:
                self._find("rows_differ", REPLAY, table=name, count=count)

    def _differing(self, anew: Connection, table: Table, key: list[str], of_table: str = "") -> int:
        """Rows that are not the same here and there, both read once, in the order of their keys."""
        wrong = 0
        here, there = (
            _ordered(self.conn, table, self.pair_id, key, of_table),
            _ordered(anew, table, self.pair_id, key, of_table),
        )
        ours, theirs = next(here, None), next(there, None)
        while ours is not None or theirs is not None:
            self.done.rows += ours is not None
            if ours == theirs:
                ours, theirs = next(here, None), next(there, None)
                continue
            wrong += 1
            if theirs is None or (ours is not None and ours[0] <= theirs[0]):
                if theirs is not None and ours is not None and ours[0] == theirs[0]:
                    theirs = next(there, None)
                ours = next(here, None)
            else:
                theirs = next(there, None)
        return wrong


def _ordered(
    conn: Connection, table: Table, pair_id: UUID, key: list[str], of_table: str
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Rows of one pair as (key, values), in the order of their keys; both databases order bytes alike."""
    query = select(table).where(table.c.pair_id == pair_id).order_by(*(table.c[name] for name in key))
    if of_table:
        query = query.where(table.c.table_name == of_table)
    places = [list(table.columns.keys()).index(name) for name in key]
    for row in conn.execute(query, execution_options={"yield_per": _PAGE}):
        values = tuple(row)
        yield tuple(_plain(values[place]) for place in places), values


def _plain(value: Any) -> Any:
    return value.bytes if isinstance(value, UUID) else value


def _noted(row: Row[Any]) -> tuple[Any, ...]:
    return row.device_id, bytes(row.epoch), row.first, row.last, row.lamport_last, bytes(row.parents)


def _said(header: batch.Header, pair_id: UUID) -> tuple[Any, ...] | None:
    said = (header.device, header.epoch, header.first, header.last, header.lamport_last, b"".join(header.parents))
    return said if header.pair == pair_id else None
