"""A laptop whose program is older than that of the others: it knows neither a column nor a table that they write."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from unittest.mock import patch

from sqlalchemy import MetaData, Table

from db.journal import SCHEMA
from db.rows import Shape
from sync.merging import merge

NEW_TABLE, NEW_COLUMN = "leave", ("person", "birth")


def older_tables() -> merge.Tables:
    """Where an older program merges into."""
    now = merge.laptop_tables()
    known = {name: merged for name, merged in now.by_name.items() if name != NEW_TABLE}
    name, column = NEW_COLUMN
    known[name] = replace(
        known[name], shape=_without(known[name].shape, column), table=_table(known[name].table, column)
    )
    return replace(now, by_name=MappingProxyType(known))


def _without(shape: Shape, column: str) -> Shape:
    return replace(
        shape,
        columns=tuple(name for name in shape.columns if name != column),
        kinds={name: kind for name, kind in shape.kinds.items() if name != column},
        defaults={name: value for name, value in shape.defaults.items() if name != column},
    )


def _table(table: Table, column: str) -> Table:
    return Table(table.name, MetaData(), *(each._copy() for each in table.columns if each.name != column))


@contextmanager
def program(old: bool) -> Iterator[None]:
    """The program that runs inside is the older one, or not."""
    if not old:
        yield
        return
    with patch("sync.inbox.laptop_tables", older_tables), patch("sync.merging.retry.SCHEMA", SCHEMA - 1):
        yield
