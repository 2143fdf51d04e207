"""Somebody with the key of the file and a tool of their own: nothing but the file itself stands in their way."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from db.store import Store


@contextmanager
def tampering(store: Store) -> Iterator[Connection]:
    """One transaction on the file without the triggers that keep what was written; they are back afterwards."""
    with store.writing() as conn:
        kept = conn.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        for name, _ in kept:
            conn.exec_driver_sql(f"DROP TRIGGER {name}")
        yield conn
        for _, sql in kept:
            conn.exec_driver_sql(sql)
