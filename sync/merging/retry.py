"""Entries that were set aside, tried again by a newer program.

A newer program knows columns and tables that an older one did not. Nothing can be added to a row afterwards, because
later edits may have replaced what was set aside: every row concerned is made anew from all batches, in their causal
order, as a rebuild would make it. So the tables are what they would be had the newer program always been here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from db.append_only import mending
from db.journal import Entry
from db.local import BATCH, RETRIED, SET_ASIDE
from db.store import Store
from db.vault import SCHEMA
from sync import batch
from sync.merging.arrivals import chunks
from sync.merging.found import index_again
from sync.merging.merge import Reached, Tables, apply, laptop_tables
from sync.seal import tail

Rows = dict[str, set[UUID]]
"""Rows by the name of their table."""


def retry_aside(store: Store, tables: Tables | None = None, schema: int | None = None) -> int:
    """Try again what was set aside, once for each ``schema`` (this program's); how many have found their place.

    Costs one short read where nothing is to be done. One transaction: cut off, it is done again.
    """
    schema = SCHEMA if schema is None else schema
    tried = upsert(RETRIED).values(one=1, schema=schema).on_conflict_do_update(set_={"schema": schema})
    with store.reading() as conn:
        if conn.execute(select(RETRIED.c.schema)).scalar() == schema:
            return 0
        nothing = conn.execute(select(SET_ASIDE.c.seq).limit(1)).first() is None
    if nothing:
        with store.writing() as conn:
            conn.execute(tried)
        return 0
    with store.act(None) as act, mending(act, "upgrade"):
        unsealed = [(store.device_id, epoch, entry) for epoch, entry in tail(act.conn)]
        healed, rows = retry(act.conn, tables or laptop_tables(), lambda names: _applied(act.conn, names), unsealed)
        index_again(act.conn, rows.get("person", ()))
        act.conn.execute(tried)
    return healed


def _applied(conn: Connection, names: Sequence[bytes] | None) -> Iterator[batch.Batch]:
    query = select(BATCH.c.body).where(BATCH.c.applied).order_by(BATCH.c.position)
    if names is not None:
        query = query.where(BATCH.c.hash.in_(names))
    for body in conn.execute(query, execution_options={"yield_per": 100}).scalars():
        yield batch.unseal(bytes(body))


def retry(
    conn: Connection,
    tables: Tables,
    batches: Callable[[Sequence[bytes] | None], Iterable[batch.Batch]],
    unsealed: Sequence[tuple[UUID, bytes, Entry]] = (),
) -> tuple[int, Rows]:
    """Make every row anew of which an entry was set aside; how many entries fit now, and the rows.

    ``batches`` gives the named applied batches, or all, in the order they were applied; ``unsealed`` the entries, each
    with its device and epoch, that came after them.
    """
    before = _count(conn, tables)
    rows = _concerned(conn, tables, batches) if before else {}
    if not rows:
        return 0, rows
    _forget(conn, tables, rows)
    _replay(conn, tables, rows, batches(None), unsealed)
    return max(0, before - _count(conn, tables)), rows


def _mine(tables: Tables, table: Table) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in tables.key.items()]


def _count(conn: Connection, tables: Tables) -> int:
    aside = tables.set_aside
    return conn.execute(select(func.count()).select_from(aside).where(*_mine(tables, aside))).scalar_one()


def _concerned(
    conn: Connection, tables: Tables, batches: Callable[[Sequence[bytes] | None], Iterable[batch.Batch]]
) -> Rows:
    """The rows of which something was set aside, in tables this program knows; their entries are aside no more."""
    aside = tables.set_aside
    places: dict[bytes, set[int]] = {}
    for name, seq in conn.execute(select(aside.c.batch, aside.c.seq).where(*_mine(tables, aside))):
        places.setdefault(bytes(name), set()).add(seq)
    rows: Rows = {}
    for name, seqs in places.items():
        for one in batches([name]):
            known = [entry for entry in one.entries() if entry.seq in seqs and entry.table in tables.by_name]
            for entry in known:
                rows.setdefault(entry.table, set()).add(entry.row)
            of_batch = (*_mine(tables, aside), aside.c.batch == name)
            for some in chunks([entry.seq for entry in known]):
                conn.execute(delete(aside).where(*of_batch, aside.c.seq.in_(some)))
    return rows


def _forget(conn: Connection, tables: Tables, rows: Rows) -> None:
    versions = tables.row_version
    for name, ids in rows.items():
        table = tables.by_name[name].table
        for some in chunks(list(ids)):
            conn.execute(delete(table).where(*_mine(tables, table), table.c.id.in_(some)))
            conn.execute(
                delete(versions).where(
                    *_mine(tables, versions), versions.c.table_name == name, versions.c.row_id.in_(some)
                )
            )


def _replay(
    conn: Connection,
    tables: Tables,
    rows: Rows,
    batches: Iterable[batch.Batch],
    unsealed: Sequence[tuple[UUID, bytes, Entry]],
) -> None:
    reached = Reached()
    anew = replace(tables, seen=reached.seen)
    for one in batches:
        header = one.header
        reached.begin(header.device)
        if not rows.keys().isdisjoint(header.counts):
            entries = [entry for entry in one.entries() if entry.row in rows.get(entry.table, ())]
            apply(conn, anew, entries, header.epoch, one.name)
        reached.end(header.epoch, header.last)
    for device, epoch, entry in unsealed:
        reached.begin(device)
        if entry.row in rows.get(entry.table, ()):
            apply(conn, anew, [entry], epoch, b"")
            reached.end(epoch, entry.seq)
