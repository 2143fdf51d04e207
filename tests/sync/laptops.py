"""Laptops of one pair for the tests of merging: real stores on real encrypted files, batches handed over by hand."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, event, insert, select, update

from db.backup import backup
from db.cipher import open_engine
from db.clock import Clock
from db.disk import new_file
from db.journal import Entry, EntryRef, Value
from db.local import BATCH, CLOCK, DEVICE, JOURNAL, METADATA, ROW_VERSION, SET_ASIDE
from db.pack import pack, unpack
from db.store import Device, Store
from db.tables import SYNCED, Synced
from db.vault import new_device
from db.versions import RowHeads
from sync import graph
from sync.merging import merge

KEY = bytes(range(32))


@dataclass(frozen=True)
class Sent:
    """A batch on its way: what its header and its entries say."""

    name: bytes
    device: UUID
    epoch: bytes
    entries: tuple[Entry, ...]
    parents: tuple[bytes, ...]


class Laptop:
    """A store, the sealing of its journal, and an inbox that waits for parents."""

    def __init__(self, path: Path, device: Device | None = None) -> None:
        new = not path.exists()
        self.path = path
        if new:
            new_file(path)
        engine = open_engine(path, KEY)
        # Nobody pulls the plug in these tests.
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
        device = device or new_device(1_800_000_000)
        if new:
            METADATA.create_all(engine)
            with engine.begin() as conn:
                conn.execute(
                    insert(DEVICE).values(
                        device_id=device.device_id, pair_id=device.pair_id, sign_key=b"", age_key="", made_at=0
                    )
                )
                conn.execute(insert(CLOCK).values(one=1, lamport=0, newest_at=0, offset_s=0, seq=0, rows=0))
        self.store = Store(path, engine, device, Clock(wall=lambda: 1_800_000_000), KEY)
        self.applied: list[merge.Applied] = []
        self.waiting: dict[bytes, Sent] = {}

    def start_anew(self) -> None:
        """The program is closed and opened again: another epoch on the same file."""
        self.store = Store(self.path, self.store._engine, self.store.device, self.store.clock, KEY)

    def insert(self, table: type[Synced], **values: Value) -> UUID:
        """Write a row here."""
        with self.store.act(None) as act:
            return act.insert(table, **values)

    def edit(self, table: type[Synced], row: UUID, **values: Value) -> None:
        """Change a row here."""
        with self.store.act(None) as act:
            act.edit(table, row, **values)

    def seal(self) -> list[Sent]:
        """Close the unsealed tail in the order it was written, one batch a run of one epoch."""
        made = []
        with self.store.writing() as conn:
            tail = conn.execute(select(JOURNAL).order_by(JOURNAL.c.lamport)).all()
            for epoch, rows in groupby(tail, key=lambda row: bytes(row.epoch)):
                entries = tuple(_entry(row) for row in rows)
                parents = tuple(graph.heads(_held(conn)))
                said = pack([epoch, [[e.seq, e.table, e.row, dict(e.values)] for e in entries], list(parents)])
                made.append(Sent(hashlib.sha256(said).digest(), self.store.device_id, epoch, entries, parents))
                _keep(conn, made[-1])
            conn.execute(delete(JOURNAL))
        return made

    def receive(self, batches: Iterable[Sent]) -> None:
        """Take batches in as they come; each is applied once its parents are."""
        self.waiting |= {sent.name: sent for sent in batches}
        progress = True
        while progress:
            progress = False
            for sent in list(self.waiting.values()):
                with self.store.writing() as conn:
                    held = _held(conn)
                    if sent.name not in held and not held.keys() >= set(sent.parents):
                        continue
                    if sent.name not in held:
                        entries = sent.entries
                        tables = merge.laptop_tables()
                        self.applied.append(merge.apply(conn, tables, entries, sent.epoch, sent.name))
                        _keep(conn, sent)
                        lamport = max(entry.lamport for entry in entries)
                        conn.execute(update(CLOCK).where(CLOCK.c.lamport < lamport).values(lamport=lamport))
                del self.waiting[sent.name]
                progress = True

    def record(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every synced table and the heads of every row, in an order that says nothing of arrival."""
        with self.store.reading() as conn:
            names = [*(table.__table__ for table in SYNCED), ROW_VERSION]  # type: ignore[attr-defined]
            return {table.name: sorted((tuple(r) for r in conn.execute(select(table))), key=repr) for table in names}

    def value(self, table: type[Synced], row: UUID, name: str) -> Value:
        """What the record shows in one field."""
        core = table.__table__  # type: ignore[attr-defined]
        with self.store.reading() as conn:
            found: Value = conn.execute(select(core.c[name]).where(core.c.id == row)).scalar_one()
        return found

    def heads(self, table: type[Synced], row: UUID) -> RowHeads:
        """The heads of one row."""
        with self.store.reading() as conn:
            found = conn.execute(
                select(ROW_VERSION.c.heads).where(
                    ROW_VERSION.c.table_name == str(table.__tablename__), ROW_VERSION.c.row_id == row
                )
            ).scalar_one()
        return RowHeads.decode(bytes(found))

    def asides(self) -> list[tuple[int, str]]:
        """What was set aside: (entry, reason)."""
        with self.store.reading() as conn:
            return [
                (seq, reason)
                for seq, reason in conn.execute(
                    select(SET_ASIDE.c.seq, SET_ASIDE.c.reason).order_by(SET_ASIDE.c.batch, SET_ASIDE.c.seq)
                )
            ]

    def copy(self, to: Path) -> Path:
        """A copy of the file as it stands, taken while the program runs."""
        return backup(self.store._engine, self.path, KEY, to)

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()


def _held(conn: Connection) -> dict[bytes, tuple[bytes, ...]]:
    rows = conn.execute(select(BATCH.c.hash, BATCH.c.parents))
    return {bytes(name): tuple(bytes(p)[at : at + 32] for at in range(0, len(p), 32)) for name, p in rows}


def _keep(conn: Connection, sent: Sent) -> None:
    conn.execute(
        insert(BATCH).values(
            hash=sent.name,
            device_id=sent.device,
            epoch=sent.epoch,
            first=sent.entries[0].seq,
            last=sent.entries[-1].seq,
            parents=b"".join(sent.parents),
            body=b"",
            position=0,
            applied=True,
        )
    )


def _entry(row: Any) -> Entry:
    values, replaces = unpack(row.fields)
    named = {name: tuple(EntryRef(*ref) for ref in refs) for name, refs in replaces.items()}
    return Entry(row.seq, row.lamport, row.wall, row.staff_id, row.table_name, row.row_id, row.op, values, named)
