"""What each side's tables hold, read to be compared."""

from typing import Any

from sqlalchemy import Connection, Table, select

from db.local import ROW_VERSION, SET_ASIDE
from db.rows import shape_of
from db.store import Store
from db.tables import SYNCED
from sync.county import tables as county_tables
from sync.county.database import reading
from tests.simulation.broken import Broken
from tests.simulation.model import Fact
from tests.simulation.world import World

Row = tuple[Any, ...]
Rows = dict[str, dict[Row, Row]]
"""Rows by table, then by key; the last part of a key is the row's id."""

PLACES = {
    shape.name: {name: place for place, name in enumerate(("id", *shape.columns))} for shape in map(shape_of, SYNCED)
}
"""Where a column stands in a row."""


def of_laptop(store: Store) -> Rows:
    """All synced tables of a record, and the heads of its rows."""
    with store.reading() as conn:
        return {table.name: _rows(conn, table) for table in [*(shape_of(each).table for each in SYNCED), ROW_VERSION]}


def of_county(world: World) -> Rows:
    """The same tables of the county. Raises ``Broken`` if it has not merged all that it holds."""
    pair = county_tables.pair_tables(world.model.pair)
    stored = county_tables.core(county_tables.StoredBatch)
    tables = [*(pair.by_name[shape_of(each).name].table for each in SYNCED), pair.row_version]
    with reading(world.county.engine) as conn:
        if conn.execute(select(stored.c.hash).where(stored.c.merged_at.is_(None))).first() is not None:
            raise Broken("the county holds batches that it has not merged")
        return {table.name: _rows(conn, table) for table in tables}


def aside(world: World, store: Store | None = None) -> set[tuple[bytes, int]]:
    """The entries a laptop, or the county, has set aside: (batch, number)."""
    if store is not None:
        with store.reading() as conn:
            return {(bytes(name), seq) for name, seq in conn.execute(select(SET_ASIDE.c.batch, SET_ASIDE.c.seq))}
    with reading(world.county.engine) as conn:
        there = county_tables.SET_ASIDE
        return {(bytes(name), seq) for name, seq in conn.execute(select(there.c.batch, there.c.seq))}


def facts_aside(world: World, store: Store | None = None) -> set[Fact]:
    """What the entries say that a laptop, or the county, has set aside, whole or in part."""
    return {
        fact
        for name, seq in aside(world, store)
        for ref, some in world.model.batches[name].names.items()
        if ref.seq == seq
        for fact in some
    }


def _rows(conn: Connection, table: Table) -> dict[Row, Row]:
    names = [column.name for column in table.columns if column.name != "pair_id"]
    key = ("table_name", "row_id") if table.name == "row_version" else ("id",)
    found = conn.execute(select(*(table.c[name] for name in names)))
    return {tuple(getattr(row, name) for name in key): tuple(row) for row in found}
