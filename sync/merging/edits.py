"""Rows of edited tables while a batch is applied to them: their values and heads, read once and written once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, bindparam, select, update

from db.journal import Entry, EntryRef, Value
from db.policy import FieldRule
from db.versions import Head, RowHeads
from sync.merging import arrivals, bulk, resolve

_NameOfRow = tuple[str, UUID]


@dataclass(slots=True)
class Row:
    """One row: its columns, its heads, and what of it is not yet written."""

    values: dict[str, Value]
    heads: RowHeads
    new: bool = False
    changed: set[str] = field(default_factory=set)
    moved: bool = False  # its heads are other than stored


class Edits:
    """The rows of edited tables that a batch touches, by (table name, row id)."""

    def __init__(self, conn: Connection, versions: Table, key: Mapping[str, UUID]) -> None:
        self.rows: dict[_NameOfRow, Row] = {}
        self._conn = conn
        self._versions = versions
        self._key = key

    def load(self, table: Table, ids: Iterable[UUID]) -> None:
        """Read those of the rows that are here."""
        versions = self._versions
        for some in arrivals.chunks(list(ids)):
            joined = (
                select(table, versions.c.heads.label("heads_of_row"))
                .join(versions, versions.c.row_id == table.c.id)
                .where(table.c.id.in_(some), versions.c.table_name == table.name)
                .where(*self._mine(table), *self._mine(versions))
            )
            for found in self._conn.execute(joined).mappings():
                values = {column.name: found[column.name] for column in table.columns}
                heads = RowHeads.decode(bytes(found["heads_of_row"]))
                self.rows[table.name, found["id"]] = Row(values, heads)

    def insert(self, entry: Entry, values: Mapping[str, Value], epoch: bytes) -> None:
        """A row that was not here: this entry is the head of all its fields."""
        heads = RowHeads(Head(epoch, entry.seq, entry.lamport))
        whole = {**self._key, "id": entry.row, **values}
        self.rows[entry.table, entry.row] = Row(whole, heads, new=True, moved=True)

    def edit(self, entry: Entry, name: str, epoch: bytes, rule: FieldRule) -> bool:
        """Let the entry's value of one field take the place of the heads it names, beside the others.

        ``False``: another entry of the same name stands there, written by a device whose epoch it is not.
        """
        row = self.rows[entry.table, entry.row]
        present = row.heads.of(name)
        ref = EntryRef(epoch, entry.seq)
        if any(head.ref == ref for head in present):
            return False
        if len(present) == 1:
            # While a head stands alone the column is what keeps its value.
            present = (present[0]._replace(value=row.values[name]),)
        replaced = frozenset(entry.replaces.get(name, ()))
        left = [head for head in present if head.ref not in replaced]
        heads = resolve.standing([*left, Head(epoch, entry.seq, entry.lamport, entry.values[name])])
        row.heads.fields[name] = heads
        row.moved = True
        value = resolve.shown(rule, heads)
        if value != row.values[name]:
            row.values[name] = value
            row.changed.add(name)
        return True

    def write(self, table: Table, columns: Sequence[str]) -> None:
        """Write new and changed rows of one table."""
        mine = [(name[1], row) for name, row in self.rows.items() if name[0] == table.name]
        order = (*self._key, "id", *columns)
        bulk.append(self._conn, table, [tuple(row.values[name] for name in order) for _, row in mine if row.new])
        for row_id, row in mine:
            if row.changed and not row.new:
                values = {name: row.values[name] for name in row.changed}
                self._conn.execute(update(table).where(table.c.id == row_id, *self._mine(table)).values(values))

    def write_versions(self) -> None:
        """Write the heads of every row whose heads moved."""
        prefix = tuple(self._key.values())
        moved = [(name, row) for name, row in self.rows.items() if row.moved]
        bulk.append(
            self._conn,
            self._versions,
            [(*prefix, *name, row.heads.encode(), len(row.heads.contested)) for name, row in moved if row.new],
        )
        stored = [
            {"t": table, "r": row_id, "heads": row.heads.encode(), "contested": len(row.heads.contested)}
            for (table, row_id), row in moved
            if not row.new
        ]
        if stored:
            one: list[ColumnElement[bool]] = [
                self._versions.c.table_name == bindparam("t"),
                self._versions.c.row_id == bindparam("r"),
            ]
            self._conn.execute(update(self._versions).where(*one, *self._mine(self._versions)), stored)

    def _mine(self, table: Table) -> list[ColumnElement[Any]]:
        return [table.c[name] == value for name, value in self._key.items()]
