"""Many rows into one table at once; rows whose key is already there stay as they are.

SQLite takes one prepared statement many times. PostgreSQL takes a COPY into a temporary table and one
INSERT … ON CONFLICT DO NOTHING out of it, about twice the cost of a bare COPY and a quarter of row-wise INSERTs.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from db.journal import Value
from db.tables import RowId

# Under so many rows the temporary table costs more than it saves.
_FEW = 32


def append(conn: Connection, table: Table, rows: Sequence[Sequence[Value | bytes]]) -> int:
    """Insert ``rows`` (every column, in the table's order); returns how many were not there before."""
    if not rows:
        return 0
    if conn.dialect.name != "postgresql":
        return _insert(conn, table, stored(table, rows), "?")
    if len(rows) <= _FEW:
        return _insert(conn, table, rows, "%s")
    return _copy(conn, table, rows)


def stored(table: Table, rows: Sequence[Sequence[Value | bytes]]) -> list[tuple[Any, ...]]:
    """The rows as SQLite keeps them: ids are sixteen bytes."""
    cells: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, column in enumerate(table.columns):
        if isinstance(column.type, RowId):
            cells[place] = [None if value is None else value.int.to_bytes(16, "big") for value in cells[place]]
    return list(zip(*cells, strict=True))


def _names(conn: Connection, table: Table) -> tuple[str, str]:
    quote = conn.dialect.identifier_preparer.quote
    return quote(table.name), ", ".join(quote(column.name) for column in table.columns)


def _insert(conn: Connection, table: Table, rows: Sequence[Sequence[Any]], mark: str) -> int:
    name, columns = _names(conn, table)
    marks = ", ".join([mark] * len(table.columns))
    sql = f"INSERT INTO {name} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    return conn.exec_driver_sql(sql, [tuple(row) for row in rows]).rowcount


def _copy(conn: Connection, table: Table, rows: Sequence[Sequence[Value | bytes]]) -> int:
    name, columns = _names(conn, table)
    incoming = conn.dialect.identifier_preparer.quote(f"incoming_{table.name}")
    # The same transaction may come here twice for one table.
    conn.exec_driver_sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} (LIKE {name}) ON COMMIT DROP")
    raw: Any = conn.connection.driver_connection
    copying = f"COPY {incoming} ({columns}) FROM STDIN"
    try:
        with raw.cursor() as cursor, cursor.copy(copying) as copy:
            for row in rows:
                copy.write_row(row)
    except conn.dialect.loaded_dbapi.Error as error:
        # The driver was spoken to directly; its errors come out like those of every other statement.
        raise DBAPIError(copying, None, error, hide_parameters=True) from error
    inserted = conn.exec_driver_sql(
        f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {incoming} ON CONFLICT DO NOTHING"
    ).rowcount
    conn.exec_driver_sql(f"TRUNCATE {incoming}")
    return inserted
