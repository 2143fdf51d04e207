"""What was written here and stands in no batch: written once more, under the names of a new epoch.

An unsealed tail with a hole in it can be sealed by nobody, and nobody merges a batch that stands on one that is gone.
So their entries get new names, with the staff and the time they were written by. The same is done for a row that lies
in its table while its entry is gone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Table, select

from db.act import Act
from db.identity import epoch_of
from db.journal import Entry, EntryRef, Value
from db.local import ROW_VERSION
from db.rows import shape_of
from db.salvage import Row, Salvage
from db.store import Store
from db.tables import BY_NAME, Synced
from db.versions import RowHeads
from sync.merging.found import index_again
from sync.merging.merge import Tables, apply, laptop_tables
from sync.rescue.spans import Spans

_AT_ONCE: Final = 500
_Each = TypeVar("_Each")


@dataclass(slots=True)
class Again:
    """What was written once more. ``names``: new names by old ones; ``rows``: rows by table that only a table held.

    ``values``: fields whose last change only a table held. ``unplaced``: changes of rows that are nowhere.
    """

    names: dict[EntryRef, EntryRef] = field(default_factory=dict)
    rows: dict[str, set[UUID]] = field(default_factory=dict)
    values: int = 0
    unplaced: list[tuple[EntryRef, Entry]] = field(default_factory=list)


def parts(items: Iterable[_Each], most: int = _AT_ONCE) -> Iterator[list[_Each]]:
    """The items in lists of at most so many."""
    each = iter(items)
    while some := list(islice(each, most)):
        yield some


def write_entries(
    store: Store, again: Again, entries: Iterable[tuple[EntryRef, Entry]], here: Spans, fresh: Spans
) -> None:
    """Write entries once more that are not ``here`` under their own names, in the order they were written.

    ``fresh``: entries that this laptop has only just been given, so that nobody here saw them.
    """
    order = sorted(entries, key=lambda each: (each[1].lamport, each[0]))
    for some in parts(order):
        people: set[UUID] = set()
        with store.act(None) as act:
            for ref, entry in some:
                if ref in again.names:
                    continue
                model = BY_NAME.get(entry.table)
                held = model is not None and _is_here(act.conn, model, entry.row)
                if model is None or (entry.op == "edit" and not held):
                    again.unplaced.append((ref, entry))
                    continue
                if entry.op == "insert" and held:
                    continue
                replaces = _replaces(act, entry, again, here, fresh) if entry.op == "edit" else {}
                again.names[ref] = _write(act, replace(entry, replaces=replaces))
                if entry.table == "person":
                    people.add(entry.row)
            index_again(act.conn, people)


def write_rows(store: Store, again: Again, source: Salvage, fresh: Spans, own: set[bytes], *, edited: bool) -> None:
    """Write rows once more that only their table holds, and what only it knows of edited ones.

    Of an edited row nobody else may hold the first entry: two of them would never agree. So it must be of an epoch of
    this laptop (``own``), and ``edited`` says that whatever the county has is here. What is ``fresh`` is newer than
    anything the damaged table says.
    """
    for name, model in BY_NAME.items():
        table = shape_of(model).table
        compared = model.merge.kind == "edit" and edited and not source.pages.stale
        for some in parts(source.rows(table, None if compared else _wanting(store, source, table))):
            with store.reading() as conn:
                unknown = list(_unknown(conn, model, some, own, edited=edited))
            if not unknown and not compared:
                continue
            fresh_ids = {row["id"] for row in unknown}
            with store.act(None) as act:
                for row in unknown:
                    _write(act, _inserted(model, row, act.now))
                again.rows.setdefault(name, set()).update(fresh_ids)
                if compared:
                    again.values += sum(_newer(act, model, row, fresh) for row in some if row["id"] not in fresh_ids)
                if name == "person":
                    index_again(act.conn, {row["id"] for row in some})


def _wanting(store: Store, source: Salvage, table: Table) -> set[int]:
    """The pages of a table on which rows lie that are not here."""
    pages: set[int] = set()
    for some in parts(source.ids(table)):
        with store.reading() as conn:
            held = set(conn.execute(select(table.c.id).where(table.c.id.in_([row for row, _ in some]))).scalars())
        pages |= {page for row, page in some if row not in held}
    return pages


def _unknown(
    conn: Connection, model: type[Synced], rows: Sequence[Row], own: set[bytes], *, edited: bool
) -> Iterator[Row]:
    table = shape_of(model).table
    held = set(conn.execute(select(table.c.id).where(table.c.id.in_([row["id"] for row in rows]))).scalars())
    for row in rows:
        ours = edited and epoch_of(row["id"]) in own
        if row["id"] in held or (model.merge.kind == "edit" and not ours):
            continue
        held.add(row["id"])
        yield row


def _inserted(model: type[Synced], row: Row, now: int) -> Entry:
    shape = shape_of(model)
    values: dict[str, Value] = {name: row[name] for name in shape.columns}
    staff, at = row.get("staff_id"), row.get("at")
    return Entry(
        seq=0,
        lamport=0,
        wall=at if isinstance(at, int) else now,
        staff=staff if isinstance(staff, UUID) else None,
        table=shape.name,
        row=row["id"],
        op="insert",
        values=values,
    )


def _newer(act: Act, model: type[Synced], row: Row, fresh: Spans) -> int:
    """Write the fields of a row that its table knows otherwise than its entries do; how many."""
    shape = shape_of(model)
    heads = _heads(act.conn, shape.name, row["id"])
    present = act.conn.execute(select(shape.table).where(shape.table.c.id == row["id"])).mappings().first()
    if heads is None or present is None:
        return 0
    changed: dict[str, Value] = {
        name: row[name]
        for name in shape.columns
        if row[name] != present[name] and len(heads.of(name)) == 1 and not fresh.has(heads.of(name)[0].ref)
    }
    if changed:
        entry = replace(_inserted(model, row, act.now), op="edit", values=changed, staff=None)
        _write(act, replace(entry, replaces=heads.refs(changed)))
    return len(changed)


def _tables() -> Tables:
    # What is written here is never a repetition: its names were given this moment.
    return replace(laptop_tables(), seen=lambda _conn, _epoch: 0)


def _write(act: Act, entry: Entry) -> EntryRef:
    written = act.write_again(entry)
    apply(act.conn, _tables(), [written], act.epoch, b"")
    return EntryRef(act.epoch, written.seq)


def _is_here(conn: Connection, model: type[Synced], row: UUID) -> bool:
    table: Table = shape_of(model).table
    return conn.execute(select(table.c.id).where(table.c.id == row)).first() is not None


def _heads(conn: Connection, table: str, row: UUID) -> RowHeads | None:
    found = conn.execute(
        select(ROW_VERSION.c.heads).where(ROW_VERSION.c.table_name == table, ROW_VERSION.c.row_id == row)
    ).scalar()
    return None if found is None else RowHeads.decode(bytes(found))


def _replaces(act: Act, entry: Entry, again: Again, here: Spans, fresh: Spans) -> dict[str, tuple[EntryRef, ...]]:
    """What the entry replaces, by the names of now.

    Where it replaced one that is lost, nobody can tell what that one had replaced: it is taken to be whatever stood on
    this laptop before.
    """
    heads = _heads(act.conn, entry.table, entry.row)
    found: dict[str, tuple[EntryRef, ...]] = {}
    for name in entry.values:
        refs = [again.names.get(ref, ref) for ref in entry.replaces.get(name, ())]
        if heads is not None and not all(ref.epoch == act.epoch or here.has(ref) for ref in refs):
            refs += [
                head.ref
                for head in heads.of(name)
                if head.epoch == act.epoch or (head.lamport < entry.lamport and not fresh.has(head.ref))
            ]
        found[name] = tuple(dict.fromkeys(refs))
    return found
