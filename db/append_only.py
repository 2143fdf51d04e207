"""What was written is never written over: triggers of the file itself, whatever program or hand asks.

- A row of an append-only table is never changed, and never taken out but while the record mends itself (``mending``).
- An entry of the journal is never changed, and goes only when a batch of this laptop holds it.
- A batch is never changed and never goes.

Who holds the key of the file can drop a trigger. That all are there is the first thing that ``yiyang audit verify``
looks at, and the signed batches tell what was done without them.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, delete, insert

from db.act import Act
from db.cipher import APPEND_ONLY
from db.local import MENDING
from db.tables import SYNCED, AuditEvent

SEALED_COLUMNS: Final = ("hash", "device_id", "epoch", "first", "last", "parents", "body")
"""Of a batch: what its signature is over, and what names it."""

_NOT_PLAIN: Final = re.compile(r"[^!-~]")
_LONGEST: Final = 40

_HELD: Final = (
    "SELECT 1 FROM batch WHERE device_id = (SELECT device_id FROM device)"
    " AND epoch = OLD.epoch AND first <= OLD.seq AND last >= OLD.seq"
)


def appended() -> tuple[str, ...]:
    """The names of the append-only tables."""
    return tuple(str(table.__tablename__) for table in SYNCED if table.merge.kind == "append")


def guards_of(table: str) -> dict[str, str]:
    """The triggers of one append-only table: name and statement."""
    return {
        f"{table}_unchanged": _trigger(f"{table}_unchanged", f"UPDATE ON {table}", ""),
        f"{table}_kept": _trigger(f"{table}_kept", f"DELETE ON {table}", "WHEN NOT EXISTS (SELECT 1 FROM mending) "),
    }


def guards_of_trail() -> dict[str, str]:
    """The triggers of the journal and its batches: name and statement."""
    return {
        "journal_unchanged": _trigger("journal_unchanged", "UPDATE ON journal", ""),
        "journal_sealed": _trigger("journal_sealed", "DELETE ON journal", f"WHEN NOT EXISTS ({_HELD}) "),
        "batch_unchanged": _trigger("batch_unchanged", f"UPDATE OF {', '.join(SEALED_COLUMNS)} ON batch", ""),
        "batch_kept": _trigger("batch_kept", "DELETE ON batch", ""),
    }


def guards() -> dict[str, str]:
    """All triggers that a file of this program has: name and statement."""
    found = guards_of_trail()
    for table in appended():
        found |= guards_of(table)
    return found


def _trigger(name: str, on: str, when: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {on} {when}BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}: {name}'); END"


def lacking(conn: Connection) -> list[str]:
    """The names of triggers that are not there, or not as this program made them."""
    said = conn.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    found = {str(name): str(sql) for name, sql in said}
    return sorted(name for name, sql in guards().items() if found.get(name) != sql)


def strange(conn: Connection) -> list[str]:
    """The names of triggers and views that this program never made: by them a file does other things than is asked.

    Whoever made one chose its name: it is told in characters that command no terminal, and not at any length.
    """
    said = conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')")
    return sorted(_NOT_PLAIN.sub("_", str(name)[:_LONGEST]) for (name,) in said if name not in guards())


@contextmanager
def mending(act: Act, why: str) -> Iterator[None]:
    """The one door through which rows of append-only tables are made anew: inside this block, and this act alone.

    After an upgrade, fields that an older program did not know are put into the rows that they belong to: such a row is
    taken out and made anew from the signed batches. ``why`` is a code. An event of the audit tells that it was done.
    """
    act.conn.execute(insert(MENDING).values(one=1, why=why))
    yield
    act.conn.execute(delete(MENDING))
    act.insert(AuditEvent, staff_id=act.staff_id, at=act.now, what="mended", facts=f'{{"why": "{why}"}}')
