"""Verified copies of the record: a copy counts only after it was opened again and found whole and equal."""

from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select, text

from db.cipher import connector, driver_of, open_engine, plain_errors, reading
from db.disk import disk_errors, new_file, remove
from db.errors import VaultDamaged
from db.keys import sync_folder
from db.local import METADATA


def backup(engine: Engine, path: Path, key: bytes, target: Path) -> Path:
    """Copy the record at ``path`` to ``target``, encrypted with the same key, while others go on writing.

    The old ``target`` is replaced only when the new copy passes its checks; raises ``VaultDamaged`` otherwise.
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
                driver_of(conn).backup(copy)
        _verify(fresh, key, expected)
        with disk_errors(target):
            fresh.replace(target)
            sync_folder(target.parent)
    finally:
        remove(fresh)
    return target


def _verify(copy: Path, key: bytes, expected: dict[str, int]) -> None:
    engine = open_engine(copy, key)
    try:
        with reading(engine, copy) as conn:
            if not whole(conn) or _counts(conn) != expected:
                raise VaultDamaged(path=str(copy))
    finally:
        engine.dispose()


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
