"""Closing runs of the journal into batches, and putting sealed copies of them into the outbox.

Entries leave the journal in the order of their Lamport counters; a run ends where the epoch changes (two programs on
one file take turns) or at ``RUN`` entries. Each new batch stands on everything this laptop had seen.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from db.journal import Entry, EntryRef
from db.local import BATCH, JOURNAL
from db.pack import unpack
from db.store import Store
from db.vault import SCHEMA
from sync import batch, graph, parcel
from sync.directory import recipients
from sync.errors import ParcelDamaged, ParcelNotForUs
from sync.link import Folder, Link, last_receipt
from sync.our_county import our_link

RUN = 2000
RUN_BYTES = 4 << 20
"""Of fields, before they are laid out and compressed: no batch must be larger than one message takes."""


def seal(store: Store) -> list[bytes]:
    """Seal the whole unsealed tail; returns the names of the new batches. One transaction."""
    with store.writing() as conn:
        return [_close(store, conn, epoch, entries) for epoch, entries in _runs(_unsealed(conn))]


def tail(conn: Connection) -> list[tuple[bytes, Entry]]:
    """The unsealed entries with their epochs, in the order they were written."""
    return [(bytes(row.epoch), entry_of(row)) for row in _unsealed(conn)]


def _unsealed(conn: Connection) -> Sequence[Any]:
    return conn.execute(select(JOURNAL).order_by(JOURNAL.c.lamport)).all()


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


def _runs(rows: Sequence[Any]) -> Iterator[tuple[bytes, list[Entry]]]:
    run: list[Entry] = []
    epoch, size = b"", 0
    for row in rows:
        size += len(row.fields)
        if run and (bytes(row.epoch) != epoch or len(run) == RUN or size > RUN_BYTES):
            yield epoch, run
            run, size = [], len(row.fields)
        epoch = bytes(row.epoch)
        run.append(entry_of(row))
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
        parents=_parents(conn, store.device_id),
    )
    body = batch.seal(header, entries, store.device.sign_key)
    name = batch.name(body)
    keep(conn, name, header, body)
    conn.execute(delete(JOURNAL).where(JOURNAL.c.epoch == epoch, JOURNAL.c.seq.between(header.first, header.last)))
    return name


def _parents(conn: Connection, device: UUID) -> tuple[bytes, ...]:
    """All heads, and this device's own last batch though others stand on it: by it a fork is told from a chain."""
    own = graph.heads(held(conn, BATCH.c.device_id == device))
    return graph.to_stand_on(graph.heads(held(conn)), own, lambda: _writers(conn), batch.MAX_PARENTS)


def _writers(conn: Connection) -> dict[bytes, UUID]:
    return {bytes(name): writer for name, writer in conn.execute(select(BATCH.c.hash, BATCH.c.device_id))}


def highest(conn: Connection, names: Sequence[bytes]) -> int:
    """The highest Lamport counter of the named batches, 0 of none."""
    beginning = func.substr(BATCH.c.body, 1, batch.MAX_HEADER + 8)
    heads = conn.execute(select(beginning).where(BATCH.c.hash.in_(names))).scalars()
    return max((batch.peek_header(bytes(head)).lamport_last for head in heads), default=0)


def held(conn: Connection, *where: ColumnElement[bool]) -> dict[bytes, tuple[bytes, ...]]:
    """The batches of the vault, or some of them, and their parents, in the order they came."""
    rows = conn.execute(select(BATCH.c.hash, BATCH.c.parents).where(*where).order_by(BATCH.c.position))
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


def post(store: Store, folder: Folder) -> None:
    """Make the outbox hold a sealed copy of every batch that the county lacks, and the graph tell of all.

    Does nothing that was done before, so it also mends what a power cut between sealing and posting left.
    """
    link = our_link(store, folder)
    folder.make()
    parcel.clean(folder.outbox, idle_s=3600)
    with store.reading() as conn:
        nodes = held(conn)
        folder.write_graph(nodes)
        there = at_county(folder, link, nodes, held(conn, BATCH.c.device_id == store.device_id).keys())
        waiting = set(parcel.names(folder.outbox))
        for name in graph.causal_order(nodes, nodes.keys() - there - waiting):
            body = conn.execute(select(BATCH.c.body).where(BATCH.c.hash == name)).scalar_one()
            parcel.put(folder.outbox, name, parcel.seal_parcel(body, recipients(link)))
    for name in waiting & there:
        parcel.drop(folder.outbox, name)


def at_county(folder: Folder, link: Link, nodes: graph.Nodes, own: Collection[bytes]) -> set[bytes]:
    """What the county says it has; of our own batches only those it has signed for too. Others have theirs as well."""
    news = folder.news()
    receipt = last_receipt(news, link)
    proven = graph.ancestors(nodes, receipt.heads if receipt else ())
    return graph.ancestors(nodes, news.county_heads) - (set(own) - proven)


def post_afresh(store: Store, folder: Folder) -> bool:
    """Let go of sealed copies that do not hold the batch they are named by, and post again; whether there were any."""
    with store.reading() as conn:
        nodes = held(conn)
    wrong = [name for name in parcel.names(folder.outbox) if name in nodes and not _sound(store, folder, name)]
    for name in wrong:
        parcel.drop(folder.outbox, name)
    post(store, folder)
    return bool(wrong)


def _sound(store: Store, folder: Folder, name: bytes) -> bool:
    try:
        return batch.name(parcel.open_parcel(parcel.get(folder.outbox, name), store.device.age_key)) == name
    except (ParcelDamaged, ParcelNotForUs):
        return False
