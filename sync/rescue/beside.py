"""What lies beside a record, and who is asked about it: the envelope, the transport folder, the county."""

import shutil
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db import keys
from db.disk import disk_errors, remove
from db.errors import YiyangError
from db.store import Store
from sync import batch, parcel, session
from sync.errors import BatchCut, BatchForged, LinkDamaged, ParcelDamaged, ParcelNotForUs
from sync.inbox import take_in
from sync.link import Folder
from sync.rescue.found import Found
from sync.seal import held
from sync.turns import my_turn

_OF_THE_OLD: Final = ("graph", "ledger", "lock", "carry")
"""Files of a transport folder that tell what the damaged record held, or what was under way from it."""


def lay_out(source: Path, target: Path) -> None:
    """Copy the envelope and the transport folder of a record beside the new one; what lies there is replaced."""
    with disk_errors(target):
        shutil.copyfile(keys.envelope_path(source), keys.envelope_path(target))
        keys.envelope_path(target).chmod(0o600)
        folder, beside = Folder(target).path, Folder(source).path
        shutil.rmtree(folder, ignore_errors=True)
        if beside.is_dir():
            shutil.copytree(beside, folder, ignore=shutil.ignore_patterns(*_OF_THE_OLD))
            folder.chmod(0o700)


def clear(target: Path) -> None:
    """Take away a new record that did not come about, and what was laid out beside it."""
    remove(target)
    keys.envelope_path(target).unlink(missing_ok=True)
    shutil.rmtree(Folder(target).path, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether the county gave what it has: ``done``, ``not_enrolled``, ``no_network``, or the code of ``failed``."""

    code: str
    failed: YiyangError | None = None

    @property
    def all_here(self) -> bool:
        """Nothing is left that the county could give."""
        return self.code in ("done", "not_enrolled")


def ask_others(store: Store, *, network: bool) -> Asked:
    """Take in what lies in the folder; with ``network`` also exchange with the county."""
    folder = Folder(store.path)
    if not folder.enrolled:
        return Asked("not_enrolled")
    try:
        take_in(store, folder)
        if not network:
            return Asked("no_network")
        with my_turn(folder):
            session.sync(store)
    except YiyangError as error:
        return Asked(error.code, error)
    return Asked("done")


def left_waiting(store: Store, found: Found) -> None:
    """Batches of this laptop that wait in the inbox for others that are gone: what they hold is written again."""
    folder = Folder(store.path)
    for name in parcel.names(folder.inbox):
        with suppress(ParcelDamaged, ParcelNotForUs, BatchCut, BatchForged):
            one = batch.unseal(parcel.open_parcel(parcel.get(folder.inbox, name), store.device.age_key))
            if one.name == name and one.header.device == store.device_id:
                found.batches.setdefault(name, one)
                found.reached(one.header.epoch, one.header.last)
                parcel.drop(folder.inbox, name)


def post_waiting(store: Store, found: Found, elsewhere: Collection[bytes]) -> None:
    """Let batches of others, and those of ours that are ``elsewhere`` too, wait in the inbox for what they stand on."""
    import pyrage

    folder = Folder(store.path)
    if not folder.enrolled:
        return
    folder.make()
    ourselves = str(pyrage.x25519.Identity.from_str(store.device.age_key).to_public())
    with store.reading() as conn:
        here = held(conn)
    for name, one in found.batches.items():
        if name not in here and (one.header.device != store.device_id or name in elsewhere):
            parcel.put(folder.inbox, name, parcel.seal_parcel(one.data, [ourselves]))
    with suppress(LinkDamaged):
        folder.write_graph(here)
