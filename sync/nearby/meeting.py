"""Meeting another laptop with the vault open: all it lacks is given, and what it gave is merged at once."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from sqlalchemy import select

from db.local import BATCH
from db.store import Store
from sync import parcel
from sync.directory import Listed
from sync.inbox import Arrived, take_in
from sync.link import Folder
from sync.nearby import peer
from sync.nearby.peer import Meeting, Progress, Source
from sync.seal import post
from sync.session import settle

Gate = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Met:
    """What one meeting did on both ways."""

    meeting: Meeting
    arrived: Arrived


def meet_open(store: Store, address: str, progress: Progress | None = None, *, gate: Gate = nullcontext) -> Met:
    """Bring this laptop and the one that shares at ``address`` up to date. Raises as ``peer.meet``."""
    folder = Folder(store.path)
    with gate():
        settle(store)
    arrived = take_in(store, folder, gate=gate)
    while True:
        meeting = peer.meet(folder, address, from_vault(store, gate), progress)
        part = take_in(store, folder, gate=gate)
        arrived.add(part)
        with gate():
            post(store, folder)
        if not meeting.more or not part.batches:
            return Met(meeting, arrived)


def from_vault(store: Store, gate: Gate) -> Source:
    """Parcels made of what the vault holds, for the one laptop alone."""

    def give(name: bytes, to: Listed) -> bytes | None:
        with gate(), store.reading() as conn:
            signed = conn.execute(select(BATCH.c.body).where(BATCH.c.hash == name)).scalar_one_or_none()
        return parcel.seal_parcel(bytes(signed), [to.age_recipient]) if signed else None

    return give
