"""A new database key, after the old one may have leaked: the file is written anew, the envelope follows it.

The steps, each durable before the next: a copy under the new key beside the record, reopened and compared; an
envelope with slots for both keys; the copy in the place of the record; an envelope for the new key alone. Whatever step
a power cut follows, the file that lies there opens with a slot that lies there. Nobody writes meanwhile: the record is
held as an act holds it, from the copy until it is replaced.
"""

import os
import shutil
from contextlib import ExitStack, suppress
from pathlib import Path

from sqlalchemy import Engine

from db import keys, slots
from db.backup import backup
from db.cipher import fold, writing
from db.device import Device
from db.disk import disk_errors, remove, side_files
from db.errors import DiskFull, VaultBusy
from db.keys import Envelope

_MARGIN = 16 << 20
_TRIES = 5
OLD_KEPT = 20
"""Keys of older copies that are kept: a change of the key is a rare thing."""


def copy_path(vault: Path) -> Path:
    """Where the record is written anew until it takes its place."""
    return vault.with_name(vault.name + ".rekeyed")


def check_room(vault: Path) -> None:
    """Raise ``DiskFull`` unless there is room for the record a second time, and for the work of a day."""
    with disk_errors(vault):
        if shutil.disk_usage(vault.parent).free < vault.stat().st_size * 11 // 10 + _MARGIN:
            raise DiskFull


def rewrite(path: Path, engine: Engine, new: bytes, after: Envelope | None = None) -> None:
    """Put the record at ``path`` under another key and let go of ``engine``, which opens the old file only.

    ``after``: the envelope for the new key, where the present one does not hold it yet.

    Raises ``DiskFull``, ``VaultBusy`` while others write, ``VaultDamaged`` if the copy is not what the record is: then
    everything is as it was.
    """
    check_room(path)
    fresh, envelope_at = copy_path(path), keys.envelope_path(path)
    with ExitStack() as held:
        hold_still(held, engine, path)
        try:
            backup(engine, path, new, fresh)
            with disk_errors(path):
                if after is not None:
                    before = keys.read_envelope(envelope_at)
                    keys.write_envelope(envelope_at, {**before, "slots": [*before["slots"], *after["slots"]]})
                if os.name == "nt":
                    # There a file that is open cannot be replaced, by nobody: that keeps others out instead.
                    held.close()
                    engine.dispose()
                fresh.replace(path)
                keys.sync_folder(path.parent)
        except BaseException:
            remove(fresh)
            raise
        # The record is under its new key: what is left to do is done at the next opening where it cannot be now.
        with suppress(OSError):
            # Emptied before, they say nothing; but they belong to the file that lay here.
            for part in side_files(path):
                part.unlink(missing_ok=True)
            if after is not None:
                keys.write_envelope(envelope_at, after)
    engine.dispose()


def hold_still(held: ExitStack, engine: Engine, path: Path) -> None:
    """Begin a transaction that nobody can write beside, with nothing left in the log. Raises ``VaultBusy``."""
    log = side_files(path)[0]
    for _ in range(_TRIES):
        fold(engine, path)
        with ExitStack() as tried:
            tried.enter_context(writing(engine, path))
            if not log.exists() or not log.stat().st_size:
                held.push(tried.pop_all())
                return
    raise VaultBusy(path=str(path))


def envelope_for(envelope: Envelope, old: bytes, new: bytes, device: Device) -> Envelope:
    """The envelope with every slot sealed anew, and the old keys sealed under the new one."""
    current = slots.of_key(envelope, old)
    known = [key for key in (*reversed(slots.old_keys(envelope, old)), old) if key != new]
    return keys.envelope_of(
        [slots.wrapped_for(new, slot, device.device_id) for slot in current],
        device=slots.seal_device(new, device),
        old=[slots.seal_old(new, key) for key in known[-OLD_KEPT:]],
    )
