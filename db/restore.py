"""Putting a backup in the place of the record: looked at first, the present file kept aside, nothing overwritten.

The steps, each durable before the next: the backup is copied beside the record and compared; the present file gets a
second name; the copy takes its place in one step. A power cut leaves the record as it was or as the backup has it.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final
from uuid import UUID

from sqlalchemy import select

from db import keys, slots
from db.backup import whole
from db.backups import NoRoomForBackup, entries
from db.carried import carry
from db.clock import LOCAL, Clock
from db.disk import disk_errors, new_folder, side_files
from db.errors import VaultDamaged, WrongPassphrase, YiyangError
from db.local import CLOCK
from db.reserve import SIZE, TIMES, free_room
from db.store import Store
from db.vault import read_with

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST: Final = 1000


class BackupNotOurs(YiyangError):
    """The backup is of another pair or of another laptop. Facts: path."""

    code: ClassVar[str] = "backup_not_ours"
    exit_code: ClassVar[int] = 5


class BackupDamaged(VaultDamaged):
    """The backup does not read as what was written; nothing was touched. Facts: path."""

    code: ClassVar[str] = "backup_damaged"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds: whose it is, how many entries, the newest time that it believed in (seconds UTC)."""

    pair_id: UUID
    device_id: UUID
    entries: int
    newest_at: int


def open_backup(backup: Path, number: str, passphrase: str, vault: Path, clock: Clock | None = None) -> Store:
    """A backup, open to be read, by what opened it then or by what opens the record at ``vault`` now.

    Raises ``WrongPassphrase`` if neither does, ``BackupDamaged``, and as ``open_vault``.
    """
    found: Sequence[bytes] = ()
    wrong: YiyangError = BackupDamaged(path=str(backup))
    for envelope in (keys.envelope_path(backup), keys.envelope_path(vault)):
        try:
            found = (*found, *slots.unwrap_all(keys.read_envelope(envelope), number, passphrase))
        except VaultDamaged:
            continue
        except WrongPassphrase as error:
            wrong = error
    if not found:
        raise wrong
    try:
        return read_with(backup, found, clock)
    except VaultDamaged as error:
        raise BackupDamaged(path=str(backup)) from error


def looked_at(backup: Store) -> Contents:
    """Check every page of an open backup and tell what it holds. Raises ``BackupDamaged``."""
    try:
        with backup.reading() as conn:
            if whole(conn):
                newest = conn.execute(select(CLOCK.c.newest_at)).scalar_one()
                return Contents(backup.pair_id, backup.device_id, entries(conn), int(newest))
    except VaultDamaged as error:
        raise BackupDamaged(path=str(backup.path)) from error
    raise BackupDamaged(path=str(backup.path))


def check_ours(contents: Contents, vault: Path, path: Path) -> None:
    """Raise ``BackupNotOurs`` if the envelope of the record at ``vault`` is of another pair or laptop.

    Where there is no envelope that reads, there is nothing to compare with.
    """
    try:
        ours = slots.device_ids(keys.read_envelope(keys.envelope_path(vault)))
    except VaultDamaged:
        return
    if ours != (contents.device_id, contents.pair_id):
        raise BackupNotOurs(path=str(path))


def put_back(backup: Path, vault: Path, present: Store | None, at: int, *, envelope: bool) -> Path | None:
    """Put the file ``backup`` in the place of the record at ``vault``. Gives where the file before it is kept.

    ``present``: that record, open; it is closed. ``None``: it does not open, or is not there. ``envelope``: take that
    of the backup, too, as the present one does not open it. ``at``: seconds UTC, for the name. Raises
    ``NoRoomForBackup``, ``DiskFull``, ``VaultBusy``, ``VaultDamaged``: then everything is as it was.
    """
    fresh = vault.with_name(vault.name + ".restoring")
    aside = _free_name(vault, at)
    with disk_errors(vault):
        new_folder(vault.parent)
        needed, free = backup.stat().st_size + TIMES * SIZE, free_room(vault.parent)
        if free < needed:
            raise NoRoomForBackup(needed_mb=needed // 1_000_000, free_mb=free // 1_000_000)
        try:
            carry(backup, fresh)
            _keep_envelope(vault, aside)
            if present is not None:
                present.give_way(fresh, aside)
            else:
                _move(vault, aside)
                # A power cut must not bring the old log back beside the new file.
                keys.sync_folder(vault.parent)
                fresh.replace(vault)
            if envelope:
                keys.write_whole(keys.envelope_path(vault), keys.envelope_path(backup).read_bytes())
            keys.sync_folder(vault.parent)
        finally:
            fresh.unlink(missing_ok=True)
    return aside if aside.exists() else None


def opens_with_present(backup: Path, vault: Path, number: str, passphrase: str) -> bool:
    """Whether the present envelope of the record holds the key of the backup: then it stays, and whom it lets in."""
    try:
        found = slots.unwrap_all(keys.read_envelope(keys.envelope_path(vault)), number, passphrase)
        then = slots.unwrap_all(keys.read_envelope(keys.envelope_path(backup)), number, passphrase)
    except (WrongPassphrase, VaultDamaged):
        return False
    return then[0] in found


def _free_name(vault: Path, at: int) -> Path:
    day = datetime.fromtimestamp(at, LOCAL)
    for n in range(_MOST):
        more = f"-{n}" if n else ""
        aside = vault.with_name(f"{vault.stem}.before-{day:%Y%m%d-%H%M}{more}.db")
        if not aside.exists():
            return aside
    raise FileExistsError(str(vault))


def _keep_envelope(vault: Path, aside: Path) -> None:
    envelope = keys.envelope_path(vault)
    if envelope.exists():
        keys.write_whole(keys.envelope_path(aside), envelope.read_bytes())


def _move(vault: Path, aside: Path) -> None:
    """What cannot be opened goes aside with its log, which would be taken for the new file's. The log follows last."""
    if vault.exists():
        vault.replace(aside)
    for part, to in zip(side_files(vault), side_files(aside), strict=True):
        if part.exists():
            part.replace(to)
