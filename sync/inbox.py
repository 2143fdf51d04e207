"""Taking in what arrived: open each parcel, believe only what a known device signed, merge it after its parents.

What arrived while the vault was closed waits in the inbox as it came. A batch whose parents are missing waits
too. A file that is not what it should be is moved aside, named in the news, and stops nothing.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import col

from db.errors import YiyangError
from db.local import CLOCK
from db.search import index_person
from db.store import Store
from db.tables import Person
from sync import batch, parcel
from sync.directory import Directory
from sync.errors import BatchForged
from sync.link import Folder
from sync.merge import apply, laptop_tables
from sync.seal import held, keep


@dataclass(slots=True)
class Arrived:
    """What was taken in: batches and entries merged, whose record changed, batches waiting, files refused."""

    batches: int = 0
    entries: int = 0
    people: set[UUID] = field(default_factory=set)
    waiting: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def take_in(store: Store, folder: Folder, *, gate: Callable[[], AbstractContextManager[None]] = nullcontext) -> Arrived:
    """Merge all of the inbox that can be merged. A batch is one transaction; running it again changes nothing.

    ``gate`` is entered around each use of the store; what it raises ends the run between two batches.
    """
    arrived = Arrived()
    if not folder.enrolled:
        return arrived
    directory = Directory.read(folder.link().directory, folder.link().county_public)
    keys = {device.id: device.sign_public for device in directory.devices}
    open_: dict[bytes, batch.Batch] = {}
    with gate(), store.reading() as conn:
        here = held(conn)
    for name in parcel.names(folder.inbox):
        if name in here:
            parcel.drop(folder.inbox, name)
            continue
        try:
            open_[name] = _open(store, folder, name, keys)
        except YiyangError as error:
            _set_aside(folder, name)
            arrived.refused.append((name.hex(), error.code))
    known = set(here)
    # Each pass takes what stands on what is here; a pass that takes nothing ends it.
    while ready := [b for b in open_.values() if all(parent in known for parent in b.header.parents)]:
        for one in ready:
            del open_[one.name]
            try:
                with gate():
                    _merge(store, one, arrived)
            except YiyangError as error:
                _set_aside(folder, one.name)
                arrived.refused.append((one.name.hex(), error.code))
                continue
            known.add(one.name)
            parcel.drop(folder.inbox, one.name)
    arrived.waiting = len(open_)
    with gate(), store.reading() as conn:
        folder.write_graph(held(conn))
    return arrived


def _open(store: Store, folder: Folder, name: bytes, keys: Mapping[UUID, bytes]) -> batch.Batch:
    body = parcel.open_parcel(parcel.get(folder.inbox, name), store.device.age_key)
    one = batch.read(body, keys.get)
    if one.name != name or one.header.pair != store.pair_id:
        raise BatchForged(batch=name.hex()[:12])
    return one


def _set_aside(folder: Folder, name: bytes) -> None:
    parcel.put(folder.refused, name, parcel.get(folder.inbox, name))
    parcel.drop(folder.inbox, name)


def _merge(store: Store, one: batch.Batch, arrived: Arrived) -> None:
    entries = one.entries()
    with store.writing() as conn:
        if one.header.lamport_last > conn.execute(select(CLOCK.c.lamport)).scalar_one() + batch.LAMPORT_LEAP:
            raise BatchForged(batch=one.name.hex()[:12])
        done = apply(conn, laptop_tables(), entries, one.header.epoch, one.name)
        keep(conn, one.name, one.header, one.data)
        conn.execute(update(CLOCK).values(lamport=func.max(CLOCK.c.lamport, one.header.lamport_last)))
        for person in done.touched_people & {entry.row for entry in entries if entry.table == "person"}:
            row = conn.execute(select(col(Person.name), col(Person.id_number)).where(col(Person.id) == person)).first()
            if row is not None:
                index_person(conn, person, row.name, row.id_number)
    if one.header.device == store.device_id:
        store.step_over(one.header.epoch)
    arrived.batches += 1
    arrived.entries += len(entries)
    arrived.people |= done.touched_people
