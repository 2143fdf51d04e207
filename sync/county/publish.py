"""Publishing a catalogue down to the laptops: batches that the county itself signs, in the graph of each pair.

The county is one more device of every pair. What it publishes is journalled, sealed, stored and merged like anybody's
work, so it reaches the laptops by every way, outlives the county, and is proved by the same rebuild. A newer version
of a catalogue edits what changed and closes what vanished; nothing else travels.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection, Engine, func, select

from db.identity import new_epoch, row_id
from db.journal import Entry, EntryRef, Value
from db.tables import Catalogue, CatalogueItem, Synced
from db.vault import SCHEMA
from db.versions import RowHeads
from sync import batch, graph
from sync.county import keys, store, stored
from sync.county.catalogue_file import CatalogueFile
from sync.county.database import open_engine, plain_errors, reading, writing
from sync.county.keys import Keys
from sync.county.settings import Settings
from sync.county.stored import Progress, quiet
from sync.county.tables import RECORD, ROW_VERSION, StoredBatch, core
from sync.directory import county_device
from sync.seal import RUN

_BATCH = core(StoredBatch)
MOST_MERGES = 100
"""How often to go on merging what waits before it is published."""


@dataclass(frozen=True, slots=True)
class Published:
    """What was published to one pair. ``waits``: nothing was, because earlier batches of the county are not merged."""

    pair_name: str
    added: int = 0
    changed: int = 0
    closed: int = 0
    batches: int = 0
    waits: bool = False


def publish(
    own: Settings, catalogue: CatalogueFile, now: int | None = None, progress: Progress = quiet
) -> list[Published]:
    """Publish to every pair; again, it changes nothing. Cut off, the pairs that were done are done."""
    return publish_to_all(own, lambda draft: _compare(draft, catalogue), now, progress)


def publish_to_all(
    own: Settings, write: "Callable[[Draft], None]", now: int | None = None, progress: Progress = quiet
) -> list[Published]:
    """To every pair what ``write`` finds to be lacking in its tables, in batches that the county signs."""
    at = int(time.time()) if now is None else now
    engine, held = open_engine(own.database_url), keys.load(own.folder)
    try:
        with plain_errors():
            with reading(engine) as conn:
                pairs = stored.pairs(conn)
            done = []
            for number, (pair_id, name) in enumerate(pairs):
                progress(number, len(pairs))
                done.append(_publish(engine, held, pair_id, name, write, at))
            progress(len(pairs), len(pairs))
            return done
    finally:
        engine.dispose()


def _publish(
    engine: Engine, own: Keys, pair_id: UUID, pair_name: str, write: "Callable[[Draft], None]", now: int
) -> Published:
    for _ in range(MOST_MERGES):
        if not store.merge_waiting(engine, pair_id, now):
            break
    device = county_device(own.sign_public)
    with writing(engine) as conn:
        # Nobody stores or merges meanwhile: what is compared with is what the batches will stand on.
        store.hold(conn, pair_id)
        mine = (_BATCH.c.pair_id == pair_id, _BATCH.c.device_id == device)
        if conn.execute(select(_BATCH.c.hash).where(*mine, _BATCH.c.merged_at.is_(None))).first() is not None:
            return Published(pair_name, waits=True)
        lamport = conn.execute(select(func.max(_BATCH.c.lamport_last)).where(_BATCH.c.pair_id == pair_id)).scalar()
        draft = Draft(conn, pair_id, new_epoch(now), lamport or 0, now)
        write(draft)
        tips = conn.execute(select(_BATCH.c.hash).where(*mine, _BATCH.c.is_tip)).scalars()
        parents = graph.to_stand_on(
            store.heads(conn, pair_id), [bytes(tip) for tip in tips], lambda: _writers(conn, pair_id), batch.MAX_PARENTS
        )
        names: list[bytes] = []
        for data in _sealed(draft, own, device, parents):
            one = batch.unseal(data)
            code = store.put(conn, one, now)
            if code is not None:
                raise AssertionError(f"the county refuses its own batch: {code}")
            store.merge_in(conn, pair_id, one.name, now)
            names.append(one.name)
    return Published(pair_name, draft.added, draft.changed, draft.closed, len(names))


def _writers(conn: Connection, pair_id: UUID) -> dict[bytes, UUID]:
    rows = conn.execute(select(_BATCH.c.hash, _BATCH.c.device_id).where(_BATCH.c.pair_id == pair_id))
    return {bytes(name): writer for name, writer in rows}


@dataclass(slots=True)
class Draft:
    """The entries that make a pair's tables say what the county publishes."""

    conn: Connection
    pair_id: UUID
    epoch: bytes
    lamport: int
    now: int
    entries: list[Entry] = field(default_factory=list)
    rows: int = 0
    added: int = 0
    changed: int = 0
    closed: int = 0

    def insert(self, model: type[Synced], **values: Value) -> None:
        """A row that the pair does not have yet."""
        self.rows += 1
        self._add(model, row_id(self.epoch, self.rows), "insert", values, {})

    def edit(self, model: type[Synced], present: Mapping[str, Value], **values: Value) -> bool:
        """The fields of a row that say something else; whether there were any. Closes a conflict, if there was one."""
        row = present["id"]
        assert isinstance(row, UUID)
        heads = self._heads(model, row)
        changed = {name: value for name, value in values.items() if present[name] != value or name in heads.contested}
        if changed:
            self._add(model, row, "edit", changed, heads.refs(changed))
        return bool(changed)

    def _add(
        self,
        model: type[Synced],
        row: UUID,
        op: Literal["insert", "edit"],
        values: Mapping[str, Value],
        replaces: Mapping[str, tuple[EntryRef, ...]],
    ) -> None:
        self.lamport += 1
        seq, table = len(self.entries) + 1, str(model.__tablename__)
        self.entries.append(Entry(seq, self.lamport, self.now, None, table, row, op, values, replaces))

    def present(self, model: type[Synced], column: str, name: str) -> list[Mapping[str, Value]]:
        """The pair's rows of a catalogue, oldest id first."""
        table = RECORD[str(model.__tablename__)]
        query = select(table).where(table.c.pair_id == self.pair_id, table.c[column] == name).order_by(table.c.id)
        return [dict(row) for row in self.conn.execute(query).mappings()]

    def _heads(self, model: type[Synced], row: UUID) -> RowHeads:
        query = select(ROW_VERSION.c.heads).where(
            ROW_VERSION.c.pair_id == self.pair_id,
            ROW_VERSION.c.table_name == str(model.__tablename__),
            ROW_VERSION.c.row_id == row,
        )
        return RowHeads.decode(bytes(self.conn.execute(query).scalar_one()))


def _compare(draft: Draft, catalogue: CatalogueFile) -> None:
    present = draft.present(CatalogueItem, "catalogue", catalogue.name)
    # A county put back from its backup may have published twice what the laptops then gave back to it: the oldest
    # row of a code stays, the others are closed.
    by_code: dict[Value, Mapping[str, Value]] = {}
    spare = [row for row in present if by_code.setdefault(row["code"], row) is not row]
    for item in catalogue.items:
        row = by_code.pop(item.code, None)
        if row is None:
            said = {"catalogue": catalogue.name, "code": item.code, "name": item.name, "facts": item.facts}
            draft.insert(CatalogueItem, closed=False, **said)
            draft.added += 1
        else:
            draft.changed += draft.edit(CatalogueItem, row, name=item.name, facts=item.facts, closed=False)
    for row in (*by_code.values(), *spare):
        draft.closed += draft.edit(CatalogueItem, row, closed=True)
    titles = draft.present(Catalogue, "name", catalogue.name)
    # The items first: a laptop that shows the new version has all of it.
    if not titles:
        draft.insert(Catalogue, name=catalogue.name, version=catalogue.version, published_at=draft.now)
    elif draft.entries or titles[-1]["version"] != catalogue.version:
        draft.edit(Catalogue, titles[-1], version=catalogue.version, published_at=draft.now)


def _sealed(draft: Draft, own: Keys, device: UUID, parents: Sequence[bytes]) -> Iterator[bytes]:
    """The entries as signed batches, each standing on the one before."""
    on = tuple(parents)
    for start in range(0, len(draft.entries), RUN):
        run = draft.entries[start : start + RUN]
        header = batch.Header(
            pair=draft.pair_id,
            device=device,
            epoch=draft.epoch,
            first=run[0].seq,
            last=run[-1].seq,
            lamport_first=run[0].lamport,
            lamport_last=run[-1].lamport,
            schema=SCHEMA,
            codec=batch.CODEC,
            counts=Counter(entry.table for entry in run),
            parents=on,
        )
        data = batch.seal(header, run, own.sign)
        on = (batch.name(data),)
        yield data
