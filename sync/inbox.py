"""Taking in what arrived: open each parcel, believe only what a known device signed, merge it after its parents.

What arrived while the vault was closed waits in the inbox as it came. A batch whose parents are missing waits
too, and one that only a newer program reads. A file that is not what it should be, or that a revoked laptop signed
after it was lost, is moved to ``refused`` and stops nothing. Parcels in the outbox whose batch the vault does not hold
are arrivals as well: the record was put back from a copy that is older than they are.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, func, update

from db.errors import YiyangError
from db.local import BATCH, CLOCK
from db.store import Store
from sync import batch, graph, parcel
from sync.directory import Directory, signers
from sync.errors import (
    BatchCut,
    BatchForged,
    BatchTooNew,
    BatchUnknownDevice,
    DeviceRevokedSince,
    ParcelDamaged,
    ParcelNotForUs,
    SignatureWrong,
)
from sync.link import Folder
from sync.merging.found import index_again
from sync.merging.merge import apply, here_of, laptop_tables
from sync.merging.retry import retry_aside
from sync.merging.uncollected import uncollected
from sync.our_county import our_link
from sync.revoked import Judge, judge
from sync.seal import held, highest, keep, seal
from sync.sticks.unbundle import lay_out_waiting

_MANY = 16
"""More parcels than a day brings: a new laptop, or one that was away."""
AT_ONCE, _AT_ONCE_OF_MUCH = 2_000, 32_000
"""Entries of one transaction, a second of work. Batch by batch the same pages of the indexes are written each time."""
_USUAL, _ROOMY = (2_000, 1_000), (64_000, 16_000)
"""KiB of the file kept in memory, and pages of the log before they are written into the file."""
# What is wrong with a parcel. A full disk or a busy record is wrong with us: it ends the run, and the parcel waits.
_SPOILED = (
    BatchCut,
    BatchForged,
    BatchUnknownDevice,
    DeviceRevokedSince,
    ParcelDamaged,
    ParcelNotForUs,
    SignatureWrong,
)


@dataclass(slots=True)
class Arrived:
    """What was taken in: batches and entries merged, whose record changed, batches waiting, files refused."""

    batches: int = 0
    entries: int = 0
    people: set[UUID] = field(default_factory=set)
    waiting: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    def add(self, later: "Arrived") -> None:
        """What came in after this."""
        self.batches += later.batches
        self.entries += later.entries
        self.people |= later.people
        self.waiting = later.waiting
        self.refused += later.refused


def take_in(store: Store, folder: Folder, *, gate: Callable[[], AbstractContextManager[None]] = nullcontext) -> Arrived:
    """Merge all of the inbox that can be merged, some batches a transaction; running it again changes nothing.

    ``gate`` is entered around each use of the store; what it raises ends the run between two transactions.
    """
    arrived = Arrived()
    if not folder.enrolled:
        return arrived
    with gate():
        retry_aside(store)
        link = our_link(store, folder)
    arrived.refused += lay_out_waiting(store, folder, gate)
    listed = Directory.read(link.directory, link.county_public)
    keys = signers(listed, link.county_public)
    with gate(), store.reading() as conn:
        here = held(conn)
    for name in parcel.names(folder.outbox):
        if name not in here:
            parcel.move(folder.outbox, folder.inbox, name)
    open_: dict[bytes, batch.Batch] = {}
    for name in parcel.names(folder.inbox):
        if name in here:
            parcel.drop(folder.inbox, name)
            continue
        try:
            open_[name] = _open(store, folder, name, keys)
        except _SPOILED as error:
            _set_aside(folder, name, error, arrived)
    if any(one.header.device == store.device_id for one in open_.values()):
        # This machine was put back in time. What it has written since may bear the names that come back now: sealed
        # first, it stands before them in every order that the tables are made anew in.
        with gate():
            seal(store)
            with store.reading() as conn:
                here = held(conn)
    stands = judge(listed, {**here, **{name: one.header.parents for name, one in open_.items()}})
    order = graph.causal_order({name: one.header.parents for name, one in open_.items()}, open_)
    known = set(here)
    much = len(open_) > _MANY
    for some in groups([open_[name] for name in order], _AT_ONCE_OF_MUCH if much else AT_ONCE):
        with gate(), uncollected():
            done, spoiled = _merge(store, some, known, stands, arrived, roomy=much)
        for name in done:
            parcel.drop(folder.inbox, name)
            parcel.drop(folder.refused, name)
        for name, spoilt in spoiled:
            _set_aside(folder, name, spoilt, arrived)
    if much:
        with gate(), store.writing() as conn:
            _give_room(conn, roomy=False)
    with gate(), store.reading() as conn:
        folder.write_graph(held(conn))
    return arrived


def _open(store: Store, folder: Folder, name: bytes, keys: Mapping[UUID, bytes]) -> batch.Batch:
    body = parcel.open_parcel(parcel.get(folder.inbox, name), store.device.age_key)
    one = batch.read(body, keys.get)
    if one.name != name or one.header.pair != store.pair_id:
        raise BatchForged(batch=name.hex()[:12])
    return one


def _set_aside(folder: Folder, name: bytes, error: YiyangError, arrived: Arrived) -> None:
    parcel.move(folder.inbox, folder.refused, name)
    arrived.refused.append((name.hex(), error.code))


def _give_room(conn: Connection, roomy: bool) -> None:
    """Let the writer keep more of the file in memory while much arrives: each page left is encrypted again."""
    kib, pages = _ROOMY if roomy else _USUAL
    conn.exec_driver_sql(f"PRAGMA cache_size = -{kib}")
    conn.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {pages}")


def groups(order: Iterable[batch.Batch], most: int) -> Iterator[list[batch.Batch]]:
    """The batches in their order, as many together as have ``most`` entries, one at least."""
    group: list[batch.Batch] = []
    entries = 0
    for one in order:
        entries += one.header.last - one.header.first + 1
        if group and entries > most:
            yield group
            group, entries = [], one.header.last - one.header.first + 1
        group.append(one)
    if group:
        yield group


def _merge(
    store: Store, some: Sequence[batch.Batch], known: set[bytes], stands: Judge, arrived: Arrived, *, roomy: bool
) -> tuple[list[bytes], list[tuple[bytes, YiyangError]]]:
    """Merge those of the batches that can be merged, in their order: one transaction, so all of them or none.

    ``known``: the batches that are here; those that are merged join them. Returns the names of what is held now, and
    what is spoiled: their files move when the transaction has ended, not before.
    """
    done: list[batch.Batch] = []
    spoiled: list[tuple[bytes, YiyangError]] = []
    named: set[UUID] = set()
    with store.writing() as conn:
        _give_room(conn, roomy)
        for one in some:
            try:
                if not _may_come(one, known, stands):
                    arrived.waiting += 1
                    continue
                named |= _apply(conn, one, arrived)
            except BatchTooNew as error:
                arrived.waiting += 1
                arrived.refused.append((one.name.hex(), error.code))
            except _SPOILED as error:
                spoiled.append((one.name, error))
            else:
                known.add(one.name)
                done.append(one)
        index_again(conn, named)
    for one in done:
        if one.header.device == store.device_id:
            store.step_over(one.header.epoch)
    return [one.name for one in done], spoiled


def _may_come(one: batch.Batch, known: Collection[bytes], stands: Judge) -> bool:
    """Whether it is the batch's turn. ``DeviceRevokedSince`` for one that was signed after its laptop was lost."""
    standing = stands(one.header.device, one.name)
    if standing is False:
        raise DeviceRevokedSince(device=one.header.device.hex[:8])
    # Of a revoked laptop it may not be known yet: the batches that the county named come later.
    return standing is True and all(parent in known for parent in one.header.parents)


def _apply(conn: Connection, one: batch.Batch, arrived: Arrived) -> set[UUID]:
    """Apply and keep one batch; the people that it names. What raises has written nothing yet."""
    entries = one.entries()
    if held(conn, BATCH.c.hash == one.name):
        return set()  # another program on this record was faster
    # By what it stands on, as the county judges it: what is held here and refused there keeps back all our work.
    if one.header.lamport_last > highest(conn, one.header.parents) + batch.LAMPORT_LEAP:
        raise BatchForged(batch=one.name.hex()[:12])
    done = apply(conn, here_of(laptop_tables(), one.header.device), entries, one.header.epoch, one.name)
    keep(conn, one.name, one.header, one.data)
    conn.execute(update(CLOCK).values(lamport=func.max(CLOCK.c.lamport, one.header.lamport_last)))
    arrived.batches += 1
    arrived.entries += len(entries)
    arrived.people |= done.touched_people
    return done.touched_people & {entry.row for entry in entries if entry.table == "person"}
