"""The shape of synced rows: which columns, of which types, with which defaults.

A SQLModel table class does not validate what it is given, so every value is checked here
before it reaches the database, whether typed on this laptop or arrived from another.
"""

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from pydantic_core import PydanticUndefined
from sqlalchemy import BigInteger, Table

from db.journal import Value
from db.tables import Synced

# PostgreSQL keeps an Integer in 32 bits, a BigInteger in 64. SQLite would take more than the county can keep.
_INT_LIMIT = 1 << 31
_WIDE_INT_LIMIT = 1 << 63
_TEXT_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Shape:
    """One table: its columns but ``id`` in order, what each may hold, and what it holds by default."""

    name: str
    table: Table
    columns: tuple[str, ...]
    kinds: Mapping[str, tuple[type, ...]]
    defaults: Mapping[str, Value]
    wide: frozenset[str]
    insert_sql: str

    def check(self, values: Mapping[str, Value]) -> None:
        """Raise ``TypeError`` unless every value fits its column."""
        for name, value in values.items():
            kinds = self.kinds.get(name)
            if kinds is None:
                raise TypeError(f"{self.name} has no column {name}")
            if type(value) not in kinds or not _bounded(value, wide=name in self.wide):
                raise TypeError(f"{self.name}.{name} cannot hold {type(value).__name__}")

    def complete(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """All columns but ``id``: those given, the rest by default. ``TypeError`` if one is wanting."""
        self.check(values)
        whole = {**self.defaults, **values}
        missing = [name for name in self.columns if name not in whole]
        if missing:
            raise TypeError(f"{self.name} needs {', '.join(missing)}")
        return {name: whole[name] for name in self.columns}


def _bounded(value: Value, *, wide: bool) -> bool:
    if isinstance(value, str):
        return len(value) <= _TEXT_LIMIT and "\0" not in value and _is_unicode(value)
    if isinstance(value, int):
        limit = _WIDE_INT_LIMIT if wide else _INT_LIMIT
        return -limit <= value < limit
    return True


def _is_unicode(text: str) -> bool:
    # Half a surrogate pair, as a broken terminal sends it, is no character: UTF-8 cannot write it.
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def stored(value: Value) -> bool | int | str | bytes | None:
    """A value as the SQLite driver binds it."""
    return value.bytes if isinstance(value, UUID) else value


@cache
def shape_of(table: type[Synced]) -> Shape:
    """The shape of a synced table."""
    name = str(table.__tablename__)
    core = typing.cast(Table, table.__table__)  # type: ignore[attr-defined]
    columns = tuple(column.name for column in core.columns if column.name != "id")
    kinds = {column: _kinds(table.model_fields[column].annotation) for column in columns}
    defaults = {
        column: table.model_fields[column].default
        for column in columns
        if table.model_fields[column].default is not PydanticUndefined
    }
    wide = frozenset(column.name for column in core.columns if isinstance(column.type, BigInteger))
    quoted = ", ".join(f'"{column}"' for column in ("id", *columns))
    marks = ", ".join("?" * (len(columns) + 1))
    insert_sql = f'INSERT INTO "{name}" ({quoted}) VALUES ({marks})'
    return Shape(name, core, columns, kinds, defaults, wide, insert_sql)


def _kinds(annotation: object) -> tuple[type, ...]:
    if isinstance(annotation, types.UnionType):
        return tuple(typing.get_args(annotation))
    assert isinstance(annotation, type)
    return (annotation,)
