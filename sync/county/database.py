"""The county's database: SQLite in its folder, or a PostgreSQL server; the same statements run on both."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from sync.county.errors import CountyDatabase

_WRITE = "yiyang_write"
_RESTS = "yiyang_rests_since"
BUSY_MS = 30_000
RESTED_S = 5.0


def open_engine(url: str) -> Engine:
    """An engine on ``url``. Raises ``CountyDatabase`` if it names no database we know.

    Values of statements never appear in errors or logs.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "postgresql":
            engine = create_engine(parsed, hide_parameters=True, pool_size=10, max_overflow=30)
            _awaken(engine)
            return engine
        if parsed.get_backend_name() != "sqlite" or not parsed.database:
            raise CountyDatabase(kind="unknown")
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise CountyDatabase(kind="unknown") from error
    _private(Path(parsed.database))
    engine = create_engine(parsed, hide_parameters=True, pool_size=10, max_overflow=30)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _awaken(engine: Engine) -> None:
    """A connection that rested may be dead: the server was started anew, a firewall forgot it. It is asked first."""

    def laid_down(_raw: Any, record: ConnectionPoolEntry) -> None:
        record.info[_RESTS] = time.monotonic()

    def taken_up(raw: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get(_RESTS, time.monotonic()) > RESTED_S:
            try:
                engine.dialect.do_ping(raw)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error

    event.listen(engine, "checkin", laid_down)
    event.listen(engine, "checkout", taken_up)


def _private(path: Path) -> None:
    # SQLite gives its side files the mode of the file itself.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _prepare(raw: Any, _record: object) -> None:
    raw.isolation_level = None
    raw.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")


def _begin(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get(_WRITE) else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction, committed at the end. On SQLite writers queue from its first statement."""
    with engine.connect().execution_options(**{_WRITE: True}) as conn, conn.begin():
        yield conn


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One snapshot to read from."""
    with engine.connect() as conn:
        if conn.dialect.name == "postgresql":
            conn = conn.execution_options(isolation_level="REPEATABLE READ")
        with conn.begin():
            yield conn


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what a driver says, which may quote rows, into an error that quotes nothing."""
    try:
        yield
    except SQLAlchemyError as error:
        raise CountyDatabase(kind=type(error).__name__) from None
