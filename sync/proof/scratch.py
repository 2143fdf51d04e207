"""Empty tables beside the record, to make rows anew in and compare them."""

from collections.abc import Iterable
from functools import cache

from sqlalchemy import Engine, MetaData, Table, create_mock_engine
from sqlalchemy.dialects import sqlite

from db.cipher import driver_of


def make_tables(engine: Engine, tables: Iterable[Table]) -> None:
    """Make these tables, of one catalogue, in an empty SQLite database, all at once."""
    some = tuple(tables)
    with engine.connect() as conn:
        driver_of(conn).executescript(f"BEGIN;\n{_worded(some[0].metadata, some)};\nCOMMIT")


@cache
def _worded(metadata: MetaData, tables: tuple[Table, ...]) -> str:
    # To word it takes longer than to run it.
    dialect, said = sqlite.dialect(), list[str]()
    wording = create_mock_engine("sqlite://", lambda sql, *_: said.append(str(sql.compile(dialect=dialect))))
    metadata.create_all(wording, tables=tables, checkfirst=False)
    return ";\n".join(said)
