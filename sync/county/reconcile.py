"""A comparison seen from the county: digests of its tables, and rows made anew from the signed batches.

Nothing that a laptop says goes into the tables: it only names rows. What they hold is made of the batches that stand
here, by the code that merged them the first time.
"""

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Engine, Table, create_engine, delete, func, select
from sqlalchemy.pool import StaticPool

from db.journal import Entry
from db.local import METADATA
from db.local import ROW_VERSION as VERSIONS_HERE
from db.tables import SYNCED
from sync import batch, parcel
from sync.county import logs, store
from sync.county.database import reading, writing
from sync.county.errors import Denied
from sync.county.exchange import Asking
from sync.county.keys import Keys
from sync.county.tables import RECORD, ROW_VERSION, CountyPair, StoredBatch, core
from sync.errors import ParcelDamaged, ParcelNotForUs
from sync.merging import bulk
from sync.merging.merge import Reached, apply, laptop_tables
from sync.proof.compare import (
    CHUNK,
    KEY_BYTES,
    MOST_ANSWERED,
    VERSIONS,
    CompareAnswer,
    CompareRequest,
    Sum,
    Where,
    subjects,
)
from sync.proof.scratch import make_tables

ANSWER_S: Final = 3.0
"""So long an answer is worked on; what is left is asked for again."""
_EDITED: Final = frozenset(str(model.__tablename__) for model in SYNCED if model.merge.kind == "edit")
_PAIR, _BATCH = core(CountyPair), core(StoredBatch)


def compare(engine: Engine, keys: Keys, asking: Asking, request: CompareRequest) -> CompareAnswer:
    """Serve one question of a certified device. Raises ``Denied``."""
    with reading(engine) as conn:
        state = _state(conn, asking.pair_id, request.heads)
        if state != "alike" or request.want == "columns":
            return CompareAnswer(state, tuple((name, subject.columns) for name, subject in subjects().items()))
        if request.want != "heal":
            where = _where(keys, asking.pair_id, request)
            return _rows(conn, where, request) if request.want == "rows" else _sums(conn, where, request)
        position = _position(conn, asking.pair_id)
        wanted = frozenset(request.rows)
        made = _made_anew(conn, asking.pair_id, wanted)
    with writing(engine) as conn:
        _hold(conn, asking.pair_id)
        if _position(conn, asking.pair_id) != position:
            return CompareAnswer("heads_differ")
        healed = _put_in_place(conn, asking.pair_id, wanted, made)
    if healed:
        logs.LOG.warning("%d rows of pair %s were not what its batches say, made anew", healed, asking.pair_id.hex[:8])
    return CompareAnswer("alike", healed=healed)


def _state(conn: Connection, pair_id: UUID, theirs: Collection[bytes]) -> str:
    if set(store.heads(conn, pair_id)) != set(theirs):
        return "heads_differ"
    waiting = select(_BATCH.c.hash).where(_BATCH.c.pair_id == pair_id, _BATCH.c.merged_at.is_(None)).limit(1)
    return "merging" if conn.execute(waiting).first() is not None else "alike"


def _position(conn: Connection, pair_id: UUID) -> int:
    return conn.execute(select(func.max(_BATCH.c.position)).where(_BATCH.c.pair_id == pair_id)).scalar() or 0


def _hold(conn: Connection, pair_id: UUID) -> None:
    conn.execute(select(_PAIR.c.pair_id).where(_PAIR.c.pair_id == pair_id).with_for_update()).one()


def _table(name: str) -> Table:
    return ROW_VERSION if name == VERSIONS else RECORD[name]


# --- digests -----------------------------------------------------------------------------------


def _where(keys: Keys, pair_id: UUID, request: CompareRequest) -> Where:
    subject = subjects().get(request.table)
    if subject is None or not set(request.columns) <= set(subject.columns):
        raise Denied("message_malformed", 400)
    if subject.dated and "at" not in request.columns:
        raise Denied("message_malformed", 400)
    try:
        secret = parcel.open_parcel(request.secret, keys.age)
    except (ParcelNotForUs, ParcelDamaged) as error:
        raise Denied("message_malformed", 400) from error
    if len(secret) != KEY_BYTES:
        raise Denied("message_malformed", 400)
    columns = subject.shared(request.columns)
    return Where(subject, _table(subject.name), columns, {"pair_id": pair_id}, secret)


def _sums(conn: Connection, where: Where, request: CompareRequest) -> CompareAnswer:
    sums: dict[int, Sum] = {}
    after, scanned, until = request.after, 0, time.monotonic() + ANSWER_S
    while True:
        last = after
        read = 0
        for row in where.rows(conn, after=after):
            sums.setdefault(row.bucket if request.want == "sums" else 0, Sum()).add(row.digest)
            last = row.id
            read += 1
        scanned += read
        after = last if read == CHUNK else None
        if after is None or time.monotonic() > until or len(sums) + CHUNK > MOST_ANSWERED:
            said = tuple((bucket, each.said()) for bucket, each in sorted(sums.items()))
            return CompareAnswer("alike", sums=said, after=after, scanned=scanned)


def _rows(conn: Connection, where: Where, request: CompareRequest) -> CompareAnswer:
    if request.rows:
        found = where.rows(conn, ids=request.rows)
        return CompareAnswer("alike", rows=tuple((row.id, row.digest) for row in found))
    wanted = frozenset(request.buckets)
    rows: list[tuple[UUID, bytes]] = []
    after, scanned, until = request.after, 0, time.monotonic() + ANSWER_S
    while True:
        last = after
        read = 0
        for row in where.rows(conn, after=after):
            if row.bucket in wanted:
                rows.append((row.id, row.digest))
            last = row.id
            read += 1
        scanned += read
        after = last if read == CHUNK else None
        if after is None or time.monotonic() > until or rows:
            return CompareAnswer("alike", rows=tuple(rows), after=after, scanned=scanned)


# --- rows made anew ----------------------------------------------------------------------------


def _made_anew(conn: Connection, pair_id: UUID, wanted: Collection[UUID]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows as the signed batches make them, by table; in memory, with the columns of a laptop's tables."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    make_tables(engine, METADATA.tables.values())
    reached = Reached()
    fresh = replace(
        laptop_tables(),
        seen=reached.seen,
        known=lambda _conn, _epoch, _first, _last: {},
    )
    try:
        with engine.begin() as anew:
            for one, entries in _holding(conn, pair_id, wanted):
                reached.begin(one.header.device)
                apply(anew, fresh, entries, one.header.epoch, one.name)
                reached.end(one.header.epoch, one.header.last)
            ids = list(wanted)
            found = {
                name: [tuple(row) for row in anew.execute(select(merged.table).where(merged.table.c.id.in_(ids)))]
                for name, merged in fresh.by_name.items()
            }
            versions = select(VERSIONS_HERE).where(VERSIONS_HERE.c.row_id.in_(ids))
            return found | {VERSIONS: [tuple(row) for row in anew.execute(versions)]}
    finally:
        engine.dispose()


def _holding(conn: Connection, pair_id: UUID, wanted: Collection[UUID]) -> Iterable[tuple[batch.Batch, list[Entry]]]:
    """The merged batches with entries of these rows, and those entries, in the order they were merged.

    A row was written in the epoch its id names; changes of an edited one may stand anywhere.
    """
    of_pair = (_BATCH.c.pair_id == pair_id, _BATCH.c.merged_at.is_not(None))
    epochs = {row.bytes[:12] for row in wanted}
    born = list(_of_rows(_bodies(conn, *of_pair, _BATCH.c.epoch.in_(epochs)), wanted))
    edited = _EDITED & {entry.table for _, entries in born for entry in entries}
    if not edited:
        return born
    return _of_rows(_bodies(conn, *of_pair), wanted, edited | {entry.table for _, some in born for entry in some})


def _of_rows(
    bodies: Iterable[bytes], wanted: Collection[UUID], tables: Collection[str] = RECORD
) -> Iterable[tuple[batch.Batch, list[Entry]]]:
    for body in bodies:
        one = batch.unseal(bytes(body))
        if not one.header.counts.keys().isdisjoint(tables):
            entries = [entry for entry in one.entries() if entry.row in wanted]
            if entries:
                yield one, entries


def _bodies(conn: Connection, *where: object) -> Iterable[bytes]:
    query = select(_BATCH.c.body).where(*where).order_by(_BATCH.c.position)  # type: ignore[arg-type]
    return conn.execution_options(yield_per=50).execute(query).scalars()


def _put_in_place(
    conn: Connection, pair_id: UUID, wanted: Collection[UUID], made: dict[str, list[tuple[Any, ...]]]
) -> int:
    """Let the tables hold exactly these of the wanted rows. How many rows were not as they should be."""
    changed: set[UUID] = set()
    for name, rows in made.items():
        table = _table(name)
        row_id = table.c[subjects()[name].id]
        mine = (table.c.pair_id == pair_id, row_id.in_(list(wanted)))
        columns = [column for column in table.columns if column.name != "pair_id"]
        here = {tuple(row) for row in conn.execute(select(*columns).where(*mine))}
        should = set(rows)
        place = [column.name for column in columns].index(subjects()[name].id)
        wrong: Sequence[UUID] = list({row[place] for row in here ^ should})
        if wrong:
            conn.execute(delete(table).where(table.c.pair_id == pair_id, row_id.in_(wrong)))
            bulk.append(conn, table, [(pair_id, *row) for row in rows if row[place] in set(wrong)])
            changed.update(wrong)
    return len(changed)
