"""Closing runs of the journal into batches, and putting sealed copies of them into the outbox.

Entries leave the journal in the order of their Lamport counters; a run ends where the epoch changes (two programs on
one file take turns) or at ``RUN`` entries. Each new batch stands on everything this laptop had seen.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from db.journal import Entry, EntryRef
from db.local import BATCH, JOURNAL
from db.pack import unpack
from db.store import Store
from db.vault import SCHEMA
from sync import batch, graph, parcel
from sync.directory import recipients
from sync.link import Folder

RUN = 2000


def seal(store: Store) -> list[bytes]:
    """Seal the whole unsealed tail; returns the names of the new batches. One transaction."""
    made: list[bytes] = []
    with store.writing() as conn:
        for epoch, entries in _runs(tail(conn)):
            made.append(_close(store, conn, epoch, entries))
    return made


def tail(conn: Connection) -> list[tuple[bytes, Entry]]:
    """The unsealed entries with their epochs, in the order they were written."""
    rows = conn.execute(select(JOURNAL).order_by(JOURNAL.c.lamport))
    return [(bytes(row.epoch), entry_of(row)) for row in rows]


def entry_of(row: Any) -> Entry:
    """The entry kept as a row of the journal."""
    values, replaces = unpack(row.fields)
    return Entry(
        seq=row.seq,
        lamport=row.lamport,
        wall=row.wall,
        staff=row.staff_id,
        table=row.table_name,
        row=row.row_id,
        op=row.op,
        values=values,
        replaces={name: tuple(EntryRef(*ref) for ref in refs) for name, refs in replaces.items()},
        suspect=row.suspect,
    )


def _runs(entries: Sequence[tuple[bytes, Entry]]) -> Iterator[tuple[bytes, list[Entry]]]:
    run: list[Entry] = []
    epoch = b""
    for its, entry in entries:
        if run and (its != epoch or len(run) == RUN):
            yield epoch, run
            run = []
        epoch = its
        run.append(entry)
    if run:
        yield epoch, run


def _close(store: Store, conn: Connection, epoch: bytes, entries: list[Entry]) -> bytes:
    counts: dict[str, int] = {}
    for entry in entries:
        counts[entry.table] = counts.get(entry.table, 0) + 1
    header = batch.Header(
        pair=store.pair_id,
        device=store.device_id,
        epoch=epoch,
        first=entries[0].seq,
        last=entries[-1].seq,
        lamport_first=entries[0].lamport,
        lamport_last=entries[-1].lamport,
        schema=SCHEMA,
        codec=batch.CODEC,
        counts=counts,
        parents=tuple(graph.heads(held(conn))),
    )
    body = batch.seal(header, entries, store.device.sign_key)
    name = batch.name(body)
    keep(conn, name, header, body)
    conn.execute(delete(JOURNAL).where(JOURNAL.c.epoch == epoch, JOURNAL.c.seq.between(header.first, header.last)))
    return name


def held(conn: Connection) -> dict[bytes, tuple[bytes, ...]]:
    """The batches of the vault and their parents."""
    rows = conn.execute(select(BATCH.c.hash, BATCH.c.parents).order_by(BATCH.c.position))
    return {bytes(name): _split(bytes(parents)) for name, parents in rows}


def keep(conn: Connection, name: bytes, header: batch.Header, body: bytes) -> None:
    """Keep the signed bytes of a batch whose entries are in the tables."""
    position = conn.execute(select(func.coalesce(func.max(BATCH.c.position), 0) + 1)).scalar_one()
    conn.execute(
        insert(BATCH).values(
            hash=name,
            device_id=header.device,
            epoch=header.epoch,
            first=header.first,
            last=header.last,
            parents=b"".join(header.parents),
            body=body,
            position=position,
            applied=True,
        )
    )


def _split(joined: bytes) -> tuple[bytes, ...]:
    return tuple(joined[at : at + 32] for at in range(0, len(joined), 32))


def post(store: Store, folder: Folder, at_county: set[bytes]) -> None:
    """Make the outbox hold a sealed copy of every batch that the county lacks, and the graph tell of all.

    ``at_county`` are the batches known to be there. Does nothing that was done before, so it also mends what
    a power cut between sealing and posting left.
    """
    link = folder.link()
    folder.make()
    with store.reading() as conn:
        nodes = held(conn)
        folder.write_graph(nodes)
        waiting = set(parcel.names(folder.outbox))
        for name in graph.causal_order(nodes, nodes.keys() - at_county - waiting):
            body = conn.execute(select(BATCH.c.body).where(BATCH.c.hash == name)).scalar_one()
            parcel.put(folder.outbox, name, parcel.seal_parcel(body, recipients(link)))
    for name in waiting & at_county:
        parcel.drop(folder.outbox, name)
