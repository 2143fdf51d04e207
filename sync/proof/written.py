"""Who wrote an entry, when and on which laptop: read back from the batch it was sealed into, or from the tail."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select

from db.journal import Entry, EntryRef
from db.local import BATCH
from db.store import Store
from sync import batch
from sync.seal import tail


@dataclass(frozen=True, slots=True)
class Written:
    """What is known of an entry. ``here``: it was written on this laptop, ``device``."""

    staff_id: UUID | None
    at: int
    here: bool
    device: UUID


def written(store: Store, refs: Iterable[EntryRef]) -> dict[EntryRef, Written]:
    """The entries that are here, by their names; one whose batch was pruned is left out."""
    found = {}
    with store.reading() as conn:
        unsealed = {EntryRef(epoch, entry.seq): entry for epoch, entry in tail(conn)}
        for ref in refs:
            if ref in unsealed:
                found[ref] = _said(unsealed[ref], store.device_id, here=True)
            elif (sealed := _sealed(conn, ref)) is not None:
                device, entry = sealed
                found[ref] = _said(entry, device, here=device == store.device_id)
    return found


def _said(entry: Entry, device: UUID, *, here: bool) -> Written:
    return Written(entry.staff, entry.wall, here, device)


def _sealed(conn: Connection, ref: EntryRef) -> tuple[UUID, Entry] | None:
    row = conn.execute(
        select(BATCH.c.device_id, BATCH.c.body).where(
            BATCH.c.epoch == ref.epoch, BATCH.c.first <= ref.seq, BATCH.c.last >= ref.seq
        )
    ).first()
    if row is None or not row.body:
        return None
    return row.device_id, next(entry for entry in batch.unseal(bytes(row.body)).entries() if entry.seq == ref.seq)
