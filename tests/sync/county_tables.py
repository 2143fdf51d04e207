"""Reading the same table from a laptop and from its county, to compare them value for value."""

from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, select

from db.rows import shape_of
from db.store import Store
from db.tables import Synced
from sync.county.settings import Settings
from sync.county.tables import pair_tables


def rows_of(source: Store | Settings, pair_id: UUID | None, table: type[Synced]) -> set[tuple[Any, ...]]:
    """All rows of a table as tuples, ``pair_id`` left out."""
    shape = shape_of(table)
    if isinstance(source, Store):
        with source.reading() as conn:
            return {tuple(row) for row in conn.execute(select(shape.table))}
    assert pair_id is not None
    there = pair_tables(pair_id).by_name[shape.name].table
    columns = [there.c[name] for name in ("id", *shape.columns)]
    engine = create_engine(source.database_url)
    with engine.connect() as conn:
        found = {tuple(row) for row in conn.execute(select(*columns).where(there.c.pair_id == pair_id))}
    engine.dispose()
    return found
