"""The backups of one record: a numbered row of verified copies, and which of them are kept.

They lie in a private folder beside the record, or on a stick. Each is a pair of files, ``NNNNNN-day-time.db`` and its
key envelope ``….keys``, so that it can be opened alone; the names tell nothing of people. Order is the number, never
the clock: seven days and four weeks are kept as the house counts them, but a day in 1970 or 2099 is one day among
others. What was made under a doubted clock is marked ``x`` and counted apart.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from sqlalchemy import Connection, func, select

from db import keys
from db.backup import GoOn, always
from db.carried import carry
from db.clock import LOCAL
from db.disk import disk_errors, new_folder, remove
from db.errors import Refused, VaultDamaged, YiyangError
from db.local import BATCH, JOURNAL
from db.read_only import BACKUP_NAME
from db.reserve import SIZE, TIMES, free_room
from db.vault import check_whole

if TYPE_CHECKING:
    from db.store import Store

DAYS: Final = 7
WEEKS: Final = 4
DOUBTED: Final = 3
LEAST: Final = 2
"""So many of the newest are kept whatever else is said of them."""
_LEFT: Final = re.compile(r"([0-9]{6}-[0-9]{8}-[0-9]{4}x?)\.(?:keys|(?:db|keys)\.new.{0,4})")


class NoRoomForBackup(YiyangError):
    """There is no room for one more backup. Facts: needed_mb, free_mb."""

    code: ClassVar[str] = "no_room_for_backup"
    exit_code: ClassVar[int] = 7


class NoRoomOnStick(YiyangError):
    """The backup is made, and there is no room for it on the stick. Facts: path, needed_mb, free_mb."""

    code: ClassVar[str] = "no_room_on_stick"
    exit_code: ClassVar[int] = 7


class BackupMissing(YiyangError):
    """There is no backup of that number or at that path. Facts: name."""

    code: ClassVar[str] = "backup_missing"
    exit_code: ClassVar[int] = 4


@dataclass(frozen=True, slots=True)
class Backup:
    """One of them. ``at``: seconds UTC by the clock of then; ``sure``: nobody doubted that clock. ``size`` in bytes."""

    path: Path
    number: int
    at: int
    sure: bool
    size: int

    @property
    def day(self) -> date:
        """The day of the house on which it was made."""
        return datetime.fromtimestamp(self.at, LOCAL).date()


def folder_of(vault: Path) -> Path:
    """Where the backups of the record at ``vault`` lie on its own disk."""
    return vault.with_suffix(".backups")


def listed(folder: Path) -> list[Backup]:
    """The backups of a folder, the newest first; none where there is no such folder."""
    found: list[Backup] = []
    with suppress(OSError):
        for path in folder.iterdir():
            if one := _named(path):
                found.append(one)
    return sorted(found, key=lambda one: one.number, reverse=True)


def _named(path: Path) -> Backup | None:
    name = BACKUP_NAME.fullmatch(path.name)
    if name is None or not keys.envelope_path(path).exists():
        return None
    try:
        made = datetime.strptime(name[2] + name[3], "%Y%m%d%H%M").replace(tzinfo=LOCAL)
        return Backup(path, int(name[1]), int(made.timestamp()), not name[4], path.stat().st_size)
    except (OSError, ValueError, OverflowError):
        return None


def make(store: "Store", go_on: GoOn = always) -> Backup:
    """A verified copy of the open record with its envelope; only then the older ones are thinned out.

    Raises ``VaultDamaged``, ``NoRoomForBackup``, ``DiskFull``, ``BackupStopped``: then the older ones are as they were.
    """
    folder = folder_of(store.path)
    if store.read_only:
        raise Refused("read_only")
    with disk_errors(folder):
        new_folder(folder)
        # Of a damaged record none is made: then none goes for it, either.
        make_room(folder, _size(store.path), lambda: _check(store))
    known = listed(folder)
    number = known[0].number + 1 if known else 1
    made = datetime.fromtimestamp(store.now(), LOCAL)
    target = folder / f"{number:06d}-{made:%Y%m%d-%H%M}{'x' if store.clock.suspect else ''}.db"
    envelope = keys.envelope_path(target)
    keys.read_envelope(keys.envelope_path(store.path))
    try:
        with disk_errors(folder):
            # The envelope first: a copy that lies there under its name can be opened.
            keys.write_whole(envelope, keys.envelope_path(store.path).read_bytes())
        store.back_up(target, go_on)
    except BaseException:
        envelope.unlink(missing_ok=True)
        raise
    with disk_errors(folder):
        # Nobody is to go on working in a backup.
        target.chmod(0o400)
        envelope.chmod(0o400)
        thin_out(folder)
    found = _named(target)
    assert found is not None
    return found


def to_keep(backups: Sequence[Backup]) -> set[int]:
    """The numbers of those that are kept: of each of the last days and weeks the newest, and the newest of all."""
    newest_first = sorted(backups, key=lambda one: one.number, reverse=True)
    sure = [one for one in newest_first if one.sure]
    kept = newest_first[:LEAST]
    kept += _newest_of_each(((one.day.isoformat(), one) for one in sure), DAYS)
    kept += _newest_of_each(((f"{one.day:%G-%V}", one) for one in sure), WEEKS)
    kept += [one for one in newest_first if not one.sure][:DOUBTED]
    return {one.number for one in kept}


def _newest_of_each(labelled: Iterable[tuple[str, Backup]], most: int) -> list[Backup]:
    found: dict[str, Backup] = {}
    for label, one in labelled:
        if len(found) < most:
            found.setdefault(label, one)
    return list(found.values())


def thin_out(folder: Path, newest: Path | None = None) -> None:
    """Remove what need not be kept any more, and what making one left half done.

    ``newest`` stays whatever its number says: a laptop whose own backups were lost counts from one again.
    """
    backups = listed(folder)
    kept = to_keep(backups)
    for one in backups:
        if one.number not in kept and one.path != newest:
            discard(one)
    whole = {one.path.stem for one in listed(folder)}
    for path in folder.iterdir():
        if (left := _LEFT.fullmatch(path.name)) and left[1] not in whole:
            path.unlink(missing_ok=True)


def make_room(folder: Path, size: int, check: Callable[[], object] = always) -> None:
    """See that there is room for one more of ``size`` bytes; the oldest go for it, but never the newest two.

    ``check`` is called before the first one goes, and may raise. Raises ``NoRoomForBackup``, ``OSError``.
    """
    needed = size + TIMES * SIZE
    spare = listed(folder)[: LEAST - 1 : -1]
    if spare and free_room(folder) < needed:
        check()
    for one in spare:
        if free_room(folder) >= needed:
            return
        discard(one)
    if (free := free_room(folder)) < needed:
        raise NoRoomForBackup(needed_mb=needed // 1_000_000, free_mb=free // 1_000_000)


def discard(one: Backup) -> None:
    """Remove a backup with its envelope, the file first: what lies there under its name can be opened."""
    remove(one.path)
    keys.envelope_path(one.path).unlink(missing_ok=True)


def found_as(vault: Path, name: str) -> Path:
    """The backup meant by a number or a path; the newest one for nothing. Raises ``BackupMissing``."""
    known = listed(folder_of(vault))
    if not name and known:
        return known[0].path
    if name.isdecimal() and len(name) <= 6:
        for one in known:
            if one.number == int(name):
                return one.path
    path = Path(name)
    if not name or not path.is_file():
        raise BackupMissing(name=name)
    return path


def entries(conn: Connection) -> int:
    """How many entries of the journal a record holds, sealed or not."""
    sealed = conn.execute(select(func.coalesce(func.sum(BATCH.c.last - BATCH.c.first + 1), 0))).scalar_one()
    return int(sealed + conn.execute(select(func.count()).select_from(JOURNAL)).scalar_one())


def _check(store: "Store") -> None:
    if not check_whole(store):
        raise VaultDamaged(path=str(store.path))


def _size(vault: Path) -> int:
    log = vault.with_name(vault.name + "-wal")
    return vault.stat().st_size + (log.stat().st_size if log.exists() else 0)


def copied(one: Backup, folder: Path) -> Backup:
    """Carry a verified backup to another folder, as on a stick, and read it back from there; then thin out.

    The folder is this laptop's alone: of two that count for themselves one would take the place of the other's.

    Raises ``NoRoomOnStick``, ``DiskFull``, ``VaultDamaged`` if what comes back is not what was written.
    """
    target = folder / one.path.name
    with disk_errors(folder):
        new_folder(folder)
        if (there := _named(target)) and there.size == one.size:
            return there
        try:
            make_room(folder, one.size)
        except NoRoomForBackup as error:
            raise NoRoomOnStick(path=str(folder), **error.facts) from error
        carry(keys.envelope_path(one.path), keys.envelope_path(target))
        carry(one.path, target)
        thin_out(folder, target)
    found = _named(target)
    assert found is not None
    return found
