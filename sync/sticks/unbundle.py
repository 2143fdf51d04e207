"""What a bundle holds, put where arrivals wait: batches into the inbox, statements to those that are passed on.

Bundles that were taken from a stick while the vault was closed lie in ``inbox/bundles`` as they came, named by the
SHA-256 of their bytes, until the vault is opened. One that is not what it should be goes to ``refused/bundles``.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyrage

from db.store import Store
from sync import parcel, statements
from sync.errors import BundleDamaged, BundleForeign, BundleTooNew, ParcelDamaged
from sync.link import Folder, Link
from sync.seal import held
from sync.sticks import bundle
from sync.sticks.bundle import MAX_BUNDLE, Bundle

NOT_OURS: Final = (BundleDamaged, BundleForeign, BundleTooNew, ParcelDamaged)


@dataclass(frozen=True, slots=True)
class Laid:
    """What was new in a bundle: batches that the vault does not hold, statements. ``again``: batches held before."""

    batches: int
    again: int
    statements: int


def bundles_of(folder: Folder) -> Path:
    """Where bundles wait for the vault to be opened."""
    return folder.inbox / "bundles"


def opened(data: bytes, store: Store, link: Link) -> Bundle:
    """The bundle in ``data``. Raises as ``bundle.unpack``, and ``BundleForeign`` for one of another pair."""
    found = bundle.unpack(data, store.device.age_key)
    if found.pair != link.pair_id:
        raise BundleForeign()
    return found


def lay_out(store: Store, folder: Folder, found: Bundle) -> Laid:
    """Put what is new into the inbox, sealed to this laptop alone. Cut off anywhere, it can be done again."""
    with store.reading() as conn:
        here = held(conn)
    own = [str(pyrage.x25519.Identity.from_str(store.device.age_key).to_public())]
    fresh = 0
    for name, signed in found.batches:
        if name not in here:
            parcel.put(folder.inbox, name, parcel.seal_parcel(signed, own))
            fresh += 1
    for name, sealed in found.sealed:
        if name not in here:
            parcel.put(folder.inbox, name, sealed)
            fresh += 1
    again = len(found.batches) + len(found.sealed) - fresh
    return Laid(fresh, again, statements.keep(folder, found.statements))


def lay_out_waiting(
    store: Store, folder: Folder, gate: Callable[[], AbstractContextManager[None]]
) -> list[tuple[str, str]]:
    """Open the bundles that wait. Returns those that are no good, by name, each with the code of the reason."""
    refused = []
    place = bundles_of(folder)
    for name in parcel.names(place):
        try:
            data = parcel.get(place, name, limit=MAX_BUNDLE)
            if hashlib.sha256(data).digest() != name:
                raise BundleDamaged()
            with gate():
                lay_out(store, folder, opened(data, store, folder.link()))
        except NOT_OURS as error:
            parcel.move(place, folder.refused / "bundles", name)
            refused.append((name.hex(), error.code))
        else:
            parcel.drop(place, name)
    return refused
