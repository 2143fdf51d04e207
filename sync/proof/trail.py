"""The audit trail read: every entry of every laptop, out of the batches and the unsealed tail, one after the other."""

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import func, select

from db.journal import Entry
from db.local import BATCH
from db.store import Store
from sync import batch
from sync.seal import tail


def trail(store: Store, tables: Collection[str] = ()) -> Iterator[tuple[UUID, Entry]]:
    """Each entry and the laptop it was written on, in the order in which they came here.

    ``tables``: only those. A batch that has none of them is not opened; one is in memory at a time.
    """
    with store.reading() as conn:
        names = conn.execute(select(BATCH.c.hash).where(BATCH.c.applied).order_by(BATCH.c.position)).scalars().all()
        beginning = func.substr(BATCH.c.body, 1, batch.MAX_HEADER + 8)
        for name in names:
            if tables:
                head = conn.execute(select(beginning).where(BATCH.c.hash == name)).scalar_one()
                if not head or batch.peek_header(bytes(head)).counts.keys().isdisjoint(tables):
                    continue
            body = conn.execute(select(BATCH.c.body).where(BATCH.c.hash == name)).scalar_one()
            one = batch.unseal(bytes(body))
            for entry in one.entries():
                if not tables or entry.table in tables:
                    yield one.header.device, entry
        for _, entry in tail(conn):
            if not tables or entry.table in tables:
                yield store.device_id, entry
