"""The inside of one act: rows written together with their journal entries."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from db.cipher import driver_of
from db.identity import row_id
from db.journal import Entry, Value
from db.local import ROW_VERSION
from db.pack import pack
from db.rows import Shape, shape_of, stored
from db.search import index_person
from db.tables import Person, Synced
from db.versions import Head, RowHeads

_JOURNAL = (
    "INSERT INTO journal (epoch, seq, lamport, wall, suspect, staff_id, table_name, row_id, op, fields)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(slots=True)
class Progress:
    """How far this process's epoch has come: entries, row ids."""

    epoch: bytes
    seq: int = 0
    rows: int = 0


class Act:
    """The inside of one act. ``now`` is its time (seconds UTC), ``conn`` its transaction."""

    def __init__(
        self,
        conn: Connection,
        progress: Progress,
        staff_id: UUID | None,
        now: int,
        lamport: int,
        newest: int,
        suspect: bool,
    ) -> None:
        self.conn = conn
        self.now = now
        self.staff_id = staff_id
        # The acts of a day are thousands of single rows: these few statements go straight to the driver.
        self._raw = driver_of(conn)
        self._progress = progress
        self._lamport = lamport
        self._newest = newest
        self._suspect = suspect
        # False while a write is under way, so for good after one that failed, and after the end.
        self._ready = True

    def insert(self, table: type[Synced], **values: Value) -> UUID:
        """Insert a row and its journal entry; columns not named take their defaults. Returns the row's id.

        Raises ``TypeError`` for a value or a name that the table does not have.
        """
        shape = shape_of(table)
        whole = shape.complete(values)
        self._enter()
        self._progress.rows += 1
        row = row_id(self._progress.epoch, self._progress.rows)
        self._raw.execute(shape.insert_sql, (row.bytes, *(stored(whole[name]) for name in shape.columns)))
        head = self._journal(table, row, "insert", whole, {})
        if table.merge.kind == "edit":
            self._write_heads(shape, row, RowHeads(head), new=True)
        if table is Person:
            index_person(self.conn, row, str(whole["name"]), str(whole["id_number"]))
        self._ready = True
        return row

    def edit(self, table: type[Synced], row: UUID, **changes: Value) -> bool:
        """Change fields of a row of an edited table; only real changes are written. False if none was.

        Raises ``LookupError`` if there is no such row, ``TypeError`` if the table is append-only.
        """
        shape = shape_of(table)
        if table.merge.kind != "edit":
            raise TypeError(f"{shape.name} is append-only")
        shape.check(changes)
        self._enter()
        present = self.conn.execute(select(shape.table).where(shape.table.c.id == row)).mappings().first()
        if present is None:
            self._ready = True
            raise LookupError(f"{shape.name}: no such row")
        heads = RowHeads.decode(self._heads(shape, row))
        # Writing a contested field again with the shown value settles it, so it is a change too.
        changed = {k: v for k, v in changes.items() if v != present[k] or k in heads.contested}
        if not changed:
            self._ready = True
            return False
        replaces = heads.refs(changed)
        self.conn.execute(update(shape.table).where(shape.table.c.id == row).values(changed))
        head = self._journal(table, row, "edit", changed, replaces)
        heads.replace(changed, head)
        self._write_heads(shape, row, heads, new=False)
        if table is Person and {"name", "id_number"} & changed.keys():
            now = {**present, **changed}
            index_person(self.conn, row, str(now["name"]), str(now["id_number"]))
        self._ready = True
        return True

    @property
    def epoch(self) -> bytes:
        """The epoch that the entries of this act are written in."""
        return self._progress.epoch

    def write_again(self, entry: Entry) -> Entry:
        """Journal a change whose entry was lost with its name: the same row, values, staff and time, a new name.

        Its row is not written here: whoever calls applies the entry that is returned.
        """
        self._enter()
        self._progress.seq += 1
        self._lamport += 1
        fresh = replace(entry, seq=self._progress.seq, lamport=self._lamport)
        self._raw.execute(
            _JOURNAL,
            (
                self._progress.epoch,
                fresh.seq,
                fresh.lamport,
                fresh.wall,
                fresh.suspect,
                None if fresh.staff is None else fresh.staff.bytes,
                fresh.table,
                fresh.row.bytes,
                fresh.op,
                pack([dict(fresh.values), dict(fresh.replaces)]),
            ),
        )
        self._ready = True
        return fresh

    def _enter(self) -> None:
        # What failed half-way must not be committed because somebody caught the error; and past its end an act
        # would write row by row, each committed by itself.
        if not self._ready:
            raise RuntimeError("this act is over, or a write of it failed")
        self._ready = False

    def _heads(self, shape: Shape, row: UUID) -> bytes:
        found = self.conn.execute(
            select(ROW_VERSION.c.heads).where(ROW_VERSION.c.table_name == shape.name, ROW_VERSION.c.row_id == row)
        ).scalar_one()
        return bytes(found)

    def _write_heads(self, shape: Shape, row: UUID, heads: RowHeads, *, new: bool) -> None:
        values = {"heads": heads.encode(), "contested": len(heads.contested)}
        if new:
            self.conn.execute(insert(ROW_VERSION).values(table_name=shape.name, row_id=row, **values))
        else:
            self.conn.execute(
                update(ROW_VERSION)
                .where(ROW_VERSION.c.table_name == shape.name, ROW_VERSION.c.row_id == row)
                .values(values)
            )

    def _journal(
        self, table: type[Synced], row: UUID, op: str, values: dict[str, Value], replaces: dict[str, Any]
    ) -> Head:
        self._progress.seq += 1
        self._lamport += 1
        self._raw.execute(
            _JOURNAL,
            (
                self._progress.epoch,
                self._progress.seq,
                self._lamport,
                self.now,
                self._suspect,
                None if self.staff_id is None else self.staff_id.bytes,
                str(table.__tablename__),
                row.bytes,
                op,
                pack([values, replaces]),
            ),
        )
        return Head(self._progress.epoch, self._progress.seq, self._lamport)

    def finish(self) -> None:
        """Write how far the record has come; the store commits next. Raises ``RuntimeError`` if a write failed."""
        if not self._ready or not self._raw.in_transaction:
            raise RuntimeError("a write of this act failed: it cannot be committed")
        self._ready = False
        # A doubted clock must not become the measure of later ones.
        newest = self._newest if self._suspect else max(self._newest, self.now)
        self._raw.execute(
            "UPDATE clock SET lamport = ?, newest_at = ?, epoch = ?, seq = ?, rows = ?",
            (self._lamport, newest, self._progress.epoch, self._progress.seq, self._progress.rows),
        )
