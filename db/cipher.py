"""Connections to the encrypted file. Every one goes through SQLCipher or is refused.

Traps this module answers: stock SQLite silently ignores ``PRAGMA key``, so the cipher must name its
version; the cipher's own log would paint over the screen; temp files would hold plaintext.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import NoneType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, ProgrammingError
from sqlalchemy.pool import QueuePool

from db.disk import disk_errors, side_files, sync_file
from db.errors import (
    CipherMissing,
    DiskFailed,
    DiskFull,
    Refused,
    VaultBusy,
    VaultDamaged,
    VaultMissing,
    VaultUnwritable,
    YiyangError,
)
from db.memory import keep_out_of_cores

APPEND_ONLY = "append_only"
"""What the triggers of ``db.append_only`` say first."""
_IMMEDIATE = "yiyang_immediate"
BUSY_MS = 10_000
SALT_BYTES = 16
CACHE_KIB = 16384
"""Pages kept in the clear in memory. Today of 300 people with five years of data reads more than the library's 8 MiB:
each time what was read first would be thrown out by what comes last, and be decrypted anew."""

# As what these values are bound: as themselves. Left to find that out, the driver spends more on each of them than on
# all the rest of a row, because it looks for a way to convert it and fails.
_BOUND: dict[type, Callable[[Any], Any]] = {bytes: bytes, bool: int, NoneType: lambda nothing: nothing}


def _driver() -> Any:
    try:
        import sqlcipher3.dbapi2 as driver
    except ImportError as error:
        raise CipherMissing from error
    return driver


def salt_of(key: bytes) -> bytes:
    """The salt of a file that we make. No secret: found again from the key, a file survives its first bytes."""
    return hashlib.sha256(b"yiyang page salt 1\0" + key).digest()[:SALT_BYTES]


def connector(path: Path, key: bytes) -> Callable[[], Any]:
    """A function that opens one connection to the file at ``path`` with the raw 32-byte key.

    It never makes the file: a record that was moved away must not come back empty. See ``db.disk.new_file``.
    """
    driver = _driver()
    for kind, bound in _BOUND.items():
        driver.register_adapter(kind, bound)
    address = f"{path.absolute().as_uri()}?mode=rw"
    pragma, first = (f"PRAGMA key = \"x'{said.hex()}'\"" for said in (key, key + salt_of(key)))

    def connect() -> Any:
        raw = driver.connect(address, uri=True, check_same_thread=False, isolation_level=None, cached_statements=256)
        try:
            raw.execute("PRAGMA cipher_log_level = NONE")
            # A file that was made elsewhere tells its own salt.
            raw.execute(pragma if path.stat().st_size else first)
            version = raw.execute("PRAGMA cipher_version").fetchone()
            if not version or not version[0]:
                raise CipherMissing
            raw.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            raw.execute("PRAGMA temp_store = MEMORY")
            raw.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("PRAGMA synchronous = FULL")
            # Without this, INSERT OR REPLACE takes a row out past the triggers that keep it.
            raw.execute("PRAGMA recursive_triggers = ON")
        except driver.Error as error:
            raw.close()
            raise _plain(error, path) from error
        except BaseException:
            raw.close()
            raise
        return raw

    return connect


def open_engine(path: Path, key: bytes) -> Engine:
    """An engine on the encrypted file; transactions are begun by us, never by the driver."""
    keep_out_of_cores()
    engine = create_engine(
        "sqlite://",
        module=_driver(),
        creator=connector(path, key),
        poolclass=QueuePool,
        pool_size=4,
        # What is bound are names and notes of people: no error message or log may show them.
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        immediate = conn.get_execution_options().get(_IMMEDIATE, False)
        # Each save begins here: straight to the driver it costs a tenth.
        driver_of(conn).execute("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def writer(engine: Engine, path: Path) -> Connection:
    """A connection to write with: for one transaction after another, never two at once."""
    with plain_errors(path):
        return engine.connect().execution_options(**{_IMMEDIATE: True})


@contextmanager
def transaction(conn: Connection, path: Path) -> Iterator[Connection]:
    """One write transaction on a ``writer``: committed at the end, rolled back on any error."""
    with plain_errors(path), _spent_if_damaged(conn), conn.begin():
        yield conn


@contextmanager
def writing(engine: Engine, path: Path) -> Iterator[Connection]:
    """One write transaction on a connection of its own."""
    with writer(engine, path) as conn, transaction(conn, path):
        yield conn


@contextmanager
def reading(engine: Engine, path: Path) -> Iterator[Connection]:
    """One snapshot to read from, beside any writer."""
    with plain_errors(path), engine.connect() as conn, _spent_if_damaged(conn), conn.begin():
        yield conn


@contextmanager
def _spent_if_damaged(conn: Connection) -> Iterator[None]:
    """After one page that is not what was written the cipher refuses all others: nobody must get this connection."""
    try:
        yield
    except (DBAPIError, _driver().Error) as error:
        found = error.orig if isinstance(error, DBAPIError) else error
        if getattr(found, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
            conn.invalidate()
        raise


def fold(engine: Engine, path: Path) -> None:
    """Write what the write-ahead log holds into the file, and empty the log for good. Raises ``VaultBusy``."""
    with plain_errors(path), engine.connect() as conn:
        busy, *_ = driver_of(conn).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise VaultBusy(path=str(path))
    # SQLite does not wait for that: after a power cut the old log would lie beside a file that took this one's place.
    with disk_errors(path):
        sync_file(side_files(path)[0])


def driver_of(conn: Connection) -> Any:
    """The driver's own connection inside a transaction, for the few statements where every 0.1 ms counts."""
    raw = conn.connection.driver_connection
    assert raw is not None
    return raw


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn what the driver says into what a person can act on. A mistake of ours stays what it is."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error, ProgrammingError | InterfaceError):
            raise
        raise _plain(error.orig, path) from error
    except _driver().Error as error:
        if isinstance(error, _driver().ProgrammingError | _driver().InterfaceError):
            raise
        raise _plain(error, path) from error


# SQLite's result codes (https://www.sqlite.org/rescode.html); the driver does not tell the extended ones.
_BUSY = {5, 6}
_CLOSED_TO_US = {3, 8, 14, 23}
_IOERR = 10
_FULL = 13
_DAMAGED = {11, 26}
_CONSTRAINT = 19
# With less than this nothing can be saved. The shared memory beside the file runs out of room as an "I/O error".
_LEAST_ROOM = 256 * 1024


def _plain(error: BaseException | None, path: Path) -> YiyangError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == _CONSTRAINT and str(error).startswith(APPEND_ONLY):
        return Refused(APPEND_ONLY)
    if code == _FULL or (code == _IOERR and _is_full(path)):
        return DiskFull()
    if code == _IOERR:
        return DiskFailed(path=str(path))
    if code in _BUSY:
        return VaultBusy(path=str(path))
    if code in _CLOSED_TO_US:
        return VaultUnwritable(path=str(path)) if path.exists() else VaultMissing(path=str(path))
    return VaultDamaged(path=str(path))


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LEAST_ROOM
    except OSError:
        return False
