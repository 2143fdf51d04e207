"""The laptops of the pair as this one knows them: what it holds of each, whom it waits for, whose disk was copied."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from db.errors import YiyangError
from db.store import Store
from sync import batch, graph, parcel
from sync.directory import Directory
from sync.graph import Nodes
from sync.link import Folder, Link, last_receipt
from sync.proof import ledger
from sync.proof.ledger import Ledger
from sync.proof.whereabouts import link_of

MOST_OPENED: Final = 64
"""Parcels looked into, to tell whose they are. More than that wait only after a long time apart."""


@dataclass(frozen=True, slots=True)
class Fellow:
    """One laptop. ``here``: this one. ``entries`` of it are held here, ``waiting`` batches of it wait for earlier ones.

    ``forks``: how often two of its batches were written as if the other were not there: its record was put back from a
    copy, or its disk was copied. ``forked``: that is so now, so that two laptops may be using one identity.
    """

    id: UUID
    name: str
    here: bool
    revoked: bool
    entries: int
    waiting: int = 0
    forks: int = 0
    forked: bool = False


def fellows(store: Store) -> tuple[Fellow, ...]:
    """The laptops of the pair, this one first; none before there is a county."""
    folder = Folder(store.path)
    link = link_of(folder)
    if link is None:
        return ()
    with store.reading() as conn:
        nodes, known = ledger.of_vault(store, conn)
    return _told(folder, link, nodes, known, _waiting(folder, store.device.age_key))


def names(folder: Folder) -> dict[UUID, str]:
    """What the county calls the laptops of the pair; nothing before there is a county."""
    link = link_of(folder)
    return (
        {} if link is None else {one.id: one.name for one in Directory.read(link.directory, link.county_public).devices}
    )


def beside(folder: Folder) -> tuple[Fellow, ...]:
    """The same, as far as it can be told while the vault is closed."""
    link = link_of(folder)
    if link is None:
        return ()
    nodes = folder.graph()
    return _told(
        folder, link, nodes, {name: one for name, one in ledger.of_folder(folder).items() if name in nodes}, {}
    )


def _told(folder: Folder, link: Link, nodes: Nodes, known: Ledger, waiting: Mapping[UUID, int]) -> tuple[Fellow, ...]:
    by_device: dict[UUID, dict[bytes, tuple[bytes, ...]]] = {}
    entries: dict[UUID, int] = {}
    for name, one in known.items():
        by_device.setdefault(one.device, {})[name] = tuple(nodes.get(name, ()))
        entries[one.device] = entries.get(one.device, 0) + one.entries
    receipt = last_receipt(folder.news(), link)
    found = []
    for each in Directory.read(link.directory, link.county_public).devices:
        own, here = by_device.get(each.id, {}), each.id == link.device_id
        tips = len(receipt.heads) if here and receipt else 0
        found.append(
            Fellow(
                id=each.id,
                name=each.name,
                here=here,
                revoked=each.revoked,
                entries=entries.get(each.id, 0),
                waiting=waiting.get(each.id, 0),
                forks=forks(own),
                forked=len(graph.heads(own)) > 1 or tips > 1,
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.here, one.revoked, one.name)))


def forks(own: Nodes) -> int:
    """How many batches of one device stand beside another one on the same batch of it."""
    children: dict[bytes, int] = {}
    for parents in own.values():
        # A batch that joins two branches continues both and begins none.
        for parent in [each for each in parents if each in own] or [b""]:
            children[parent] = children.get(parent, 0) + 1
    return sum(count - 1 for count in children.values())


def _waiting(folder: Folder, key: str) -> dict[UUID, int]:
    """Whose batches wait in the inbox."""
    found: dict[UUID, int] = {}
    for name in parcel.names(folder.inbox)[:MOST_OPENED]:
        try:
            device = batch.peek_header(parcel.open_parcel(parcel.get(folder.inbox, name), key)).device
        except YiyangError:
            # Not what it should be: the next time the inbox is taken in it is put aside and told.
            continue
        found[device] = found.get(device, 0) + 1
    return found
