"""Verified copies of the record: a copy counts only after it was opened again and found whole and equal."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, Engine, func, select, text

from db.cipher import connector, driver_of, open_engine, plain_errors, reading
from db.disk import disk_errors, new_file, remove
from db.errors import VaultDamaged, YiyangError
from db.keys import sync_folder
from db.local import METADATA

GoOn = Callable[[], bool]
_PAGES: Final = 2000
_STEPS: Final = 1_000_000
_CACHE_KIB: Final = 64_000
"""So many pages are copied, and so many steps of the database's machine done, before anybody is asked to go on. For
each row the check looks into every index: with this much of them at hand it takes half the time."""


class BackupStopped(YiyangError):
    """The copy was given up because it was asked to; nothing of it is left, the older ones are as they were."""

    code: ClassVar[str] = "backup_stopped"
    exit_code: ClassVar[int] = 130


def always() -> bool:
    """Nobody stops it."""
    return True


def backup(engine: Engine, path: Path, key: bytes, target: Path, go_on: GoOn = always) -> Path:
    """Copy the record at ``path`` to ``target``, encrypted with ``key``, while others go on writing.

    The old ``target`` is replaced only when the new copy passes its checks; raises ``VaultDamaged`` otherwise, and
    ``BackupStopped`` as soon as ``go_on`` says no.
    """
    fresh = target.with_name(target.name + ".new")
    try:
        with disk_errors(fresh):
            remove(fresh)
            new_file(fresh)
        # Copied and counted in one snapshot: what others write meanwhile is in neither.
        with reading(engine, path) as conn:
            expected = _counts(conn)
            with plain_errors(fresh), closing(connector(fresh, key)()) as copy:
                _pour(driver_of(conn), copy, go_on)
        with disk_errors(target):
            reach_disk(fresh)
        _verify(fresh, key, expected, go_on)
        with disk_errors(target):
            fresh.replace(target)
            sync_folder(target.parent)
    finally:
        remove(fresh)
    return target


def _pour(source: Any, copy: Any, go_on: GoOn) -> None:
    def step(_status: int, _remaining: int, _total: int) -> None:
        if not go_on():
            raise BackupStopped

    # A copy that a power cut leaves half done is thrown away: no journal of it is kept, and it reaches the disk once.
    copy.execute("PRAGMA journal_mode = OFF")
    copy.execute("PRAGMA synchronous = OFF")
    source.backup(copy, pages=_PAGES, progress=step)


def reach_disk(path: Path) -> None:
    """Make a file durable and let the system forget what it knows of it, so that it is next read from the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def _verify(copy: Path, key: bytes, expected: dict[str, int], go_on: GoOn) -> None:
    engine = open_engine(copy, key)
    try:
        with reading(engine, copy) as conn:
            driver_of(conn).execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            driver_of(conn).set_progress_handler(lambda: not go_on(), _STEPS)
            good = whole(conn) and _counts(conn) == expected
            driver_of(conn).set_progress_handler(None, 0)
    except YiyangError as error:
        raise error if go_on() else BackupStopped() from error
    finally:
        engine.dispose()
    if not good:
        raise VaultDamaged(path=str(copy))


def whole(conn: Connection) -> bool:
    """Whether the cipher's and SQLite's own checks find every page as it was written. May raise instead."""
    pages = conn.execute(text("PRAGMA cipher_integrity_check")).fetchall()
    return not pages and conn.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]


def _counts(conn: Connection) -> dict[str, int]:
    present = set(conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())
    return {
        name: conn.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in METADATA.tables.items()
        if name in present
    }
