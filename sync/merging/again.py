"""Entries that come a second time under one name: are they the same?

A record put back from a copy seals its tail again, and says the same again. A machine whose memory was resumed twice
gives one name to two changes. Neither can be applied for the other; the later one must at least be seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from db.journal import Entry
from db.local import BATCH, JOURNAL
from sync import batch
from sync.seal import entry_of


def known_here(
    conn: Connection, epoch: bytes, first: int, last: int, *, device: UUID | None = None
) -> dict[int, Entry]:
    """The entries of an epoch from ``first`` to ``last`` that this laptop has applied, by number; of one device."""
    devices = (
        [device] if device else select(BATCH.c.device_id).distinct()
    )  # leads the index, so that no body is read in vain
    bodies = conn.execute(
        select(BATCH.c.body)
        .where(BATCH.c.device_id.in_(devices), BATCH.c.epoch == epoch, BATCH.c.applied)
        .where(BATCH.c.first <= last, BATCH.c.last >= first)
        .order_by(BATCH.c.position)
    ).scalars()
    tail = conn.execute(select(JOURNAL).where(JOURNAL.c.epoch == epoch, JOURNAL.c.seq.between(first, last)))
    return {row.seq: entry_of(row) for row in tail} | of_batches(bodies, first, last)


def of_batches(bodies: Iterable[bytes], first: int, last: int) -> dict[int, Entry]:
    """The entries from ``first`` to ``last`` of these batches; of two of one number the earlier batch's."""
    found: dict[int, Entry] = {}
    for body in bodies:
        if body:  # its bytes may be gone from here, long after everybody has them
            for entry in batch.unseal(bytes(body)).entries():
                if first <= entry.seq <= last:
                    found.setdefault(entry.seq, entry)
    return found


def strangers(entries: Sequence[Entry], known: Mapping[int, Entry]) -> set[int]:
    """Numbers of entries that are not what is known under the same number."""
    return {
        entry.seq for entry in entries if (other := known.get(entry.seq)) is not None and _said(entry) != _said(other)
    }


def _said(entry: Entry) -> tuple[object, ...]:
    return entry.table, entry.row, entry.op, dict(entry.values)
