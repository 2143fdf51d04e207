"""Verified copies of the record: a copy counts only after it was opened again and found whole and equal."""

from pathlib import Path

from sqlalchemy import Connection, Engine, func, select, text

from db.cipher import open_engine, plain_errors, reading
from db.errors import VaultDamaged
from db.local import METADATA


def backup(engine: Engine, path: Path, key: bytes, target: Path) -> Path:
    """Copy the record at ``path`` to ``target``, encrypted with the same key.

    The old ``target`` is replaced only when the new copy passes its checks; raises ``VaultDamaged`` otherwise.
    """
    fresh = target.with_name(target.name + ".new")
    fresh.unlink(missing_ok=True)
    try:
        with plain_errors(path), engine.connect() as conn:
            raw = conn.connection.driver_connection
            assert raw is not None
            raw.execute("VACUUM INTO ?", (str(fresh),))
        with reading(engine, path) as conn:
            expected = _counts(conn)
        _verify(fresh, key, expected)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return target


def _verify(copy: Path, key: bytes, expected: dict[str, int]) -> None:
    engine = open_engine(copy, key)
    try:
        with reading(engine, copy) as conn:
            whole = conn.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            if not whole or _counts(conn) != expected:
                raise VaultDamaged(path=str(copy))
    finally:
        engine.dispose()
        for suffix in ("-wal", "-shm"):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)


def _counts(conn: Connection) -> dict[str, int]:
    present = set(conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())
    return {
        name: conn.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in METADATA.tables.items()
        if name in present
    }
