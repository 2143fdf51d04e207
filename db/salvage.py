"""What can still be read of a damaged record, row by row, without trusting anything that leads to it.

Which page belongs to which table is told by the tree of the table as far as it can be followed; a page that no tree
leads to any more is known by the shape of its rows. A row is right or it is not there: every page proves itself
(``db.pages``), and what was deleted is zeroes (``secure_delete``), not an old row.
"""

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from sqlalchemy import Boolean, Integer, LargeBinary, Table

from db.btree import (
    INDEX_INNER,
    INDEX_LEAF,
    TABLE_INNER,
    TABLE_LEAF,
    Cell,
    Field,
    beginnings,
    cells,
    children,
    kind_of,
)
from db.disk import side_files
from db.errors import VaultMissing
from db.local import JOURNAL, METADATA
from db.pages import Pages, open_pages
from db.tables import RowId

_SCHEMA: Final = "sqlite_master"
_AUTO: Final = "sqlite_autoindex_"
Row = dict[str, Any]
"""A row by the names of its columns; ids are ``UUID``, numbers of yes and no ``bool``."""
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Salvage:
    """A damaged record, open for reading. ``home``: the table or index of each page; ``lost``: unreadable pages of it.

    ``astray``: pages of rows that no tree leads to.
    """

    pages: Pages
    home: dict[int, str] = field(default_factory=dict)
    lost: dict[str, set[int]] = field(default_factory=dict)
    astray: dict[str, list[int]] = field(default_factory=dict)

    def rows(self, table: Table, on: Container[int] | None = None) -> Iterator[Row]:
        """Every whole row of a table that can be read, ``on`` some pages or all; those of pages astray come last."""
        columns = _columns(table)
        for cell in self._cells(table.name, on):
            if cell.whole and len(cell.fields) == len(columns) and _fits(table, cell):
                yield _row(table, cell)

    def ids(self, table: Table) -> Iterator[tuple[UUID, int]]:
        """The ids of the rows of a synced table, and the page of each."""
        for number, page in self._pages(table.name):
            for _, first, _ in beginnings(page, number):
                if _is_id(first):
                    yield UUID(bytes=first), number  # type: ignore[arg-type]

    def cut(self, table: Table) -> Iterator[Row]:
        """Rows of which only the first columns can be read: what they were is known, not what they said."""
        long = {
            number
            for number, page in self._pages(table.name)
            if not all(local for _, _, local in beginnings(page, number))
        }
        for cell in self._cells(table.name, long):
            if not cell.whole and _fits(table, cell):
                yield _row(table, cell)

    def named_rows(self, table: Table) -> Iterator[tuple[UUID, int]]:
        """The ids and row numbers that the index of a synced table names, whether or not their rows can be read."""
        for cell in self._cells(f"{_AUTO}{table.name}_1"):
            if cell.whole and len(cell.fields) == 2 and _is_id(cell.fields[0]) and isinstance(cell.fields[1], int):
                yield UUID(bytes=cell.fields[0]), cell.fields[1]  # type: ignore[arg-type]

    def last_number(self, table: Table) -> int:
        """The highest row number of a synced table that anything tells: rows are never taken out of one."""
        found = 0
        for number, page in self._pages(table.name):
            found = max(found, *(rowid for rowid, _, _ in beginnings(page, number)), 0)
        for index in table.indexes if self.lost else ():
            for cell in self._cells(str(index.name)):
                if cell.whole and isinstance(cell.fields[-1], int):
                    found = max(found, cell.fields[-1])
        return found

    def dated(self, table: Table, numbers: Container[int]) -> dict[int, tuple[UUID, int]]:
        """Whose and of when (seconds UTC) rows are, by their numbers, as far as an index tells."""
        told: dict[int, tuple[UUID, int]] = {}
        for cell in self._cells(f"ix_{table.name}_person_at"):
            if cell.whole and len(cell.fields) == 3 and cell.fields[2] in numbers and _is_id(cell.fields[0]):
                person, at, number = cell.fields
                told[number] = (UUID(bytes=person), at)  # type: ignore[index,arg-type,assignment]
        return told

    def _pages(self, name: str, on: Container[int] | None = None) -> Iterator[tuple[int, bytes]]:
        here = [number for number, home in self.home.items() if home == name]
        for number in (*here, *self.astray.get(name, ())):
            page = self.pages.read(number) if on is None or number in on else None
            if page is not None:
                yield number, page

    def _cells(self, name: str, on: Container[int] | None = None) -> Iterator[Cell]:
        for number, page in self._pages(name, on):
            yield from cells(page, number, self.pages.read)


@contextmanager
def salvaging(path: Path, key: bytes, progress: Progress | None = None) -> Iterator[Salvage]:
    """Read the record at ``path`` as far as it can be read. Nothing is written, and SQLite never opens it.

    Raises ``VaultMissing``; ``WrongPassphrase`` if no page proves itself with this key.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise VaultMissing(path=str(path)) from error
    with file:
        yield salvage(file, side_files(path)[0], key, progress)


def salvage(file: BinaryIO, log: Path, key: bytes, progress: Progress | None = None) -> Salvage:
    """The same of an open file and the log beside it."""
    found = Salvage(open_pages(file, log, key))
    kinds = bytearray(found.pages.count + 1)
    for number in range(1, found.pages.count + 1):
        page = found.pages.read(number)
        if page is not None:
            kinds[number] = kind_of(page, number)
        if progress is not None and (number % 256 == 0 or number == found.pages.count):
            progress(number, found.pages.count)
    _follow(found, _SCHEMA, 1)
    for name, root in _roots(found):
        _follow(found, name, root)
    for number, kind in enumerate(kinds):
        if kind in (TABLE_LEAF, INDEX_LEAF, INDEX_INNER) and number not in found.home:
            table = _known_by_shape(found.pages, number, kind)
            if table is not None:
                found.astray.setdefault(table, []).append(number)
    return found


def _roots(found: Salvage) -> Iterator[tuple[str, int]]:
    """The tables and indexes that the schema names, and where their trees begin."""
    for cell in list(found._cells(_SCHEMA)):
        if len(cell.fields) >= 4 and isinstance(cell.fields[1], str) and isinstance(cell.fields[3], int):
            yield cell.fields[1], cell.fields[3]


def _follow(found: Salvage, name: str, root: int) -> None:
    waiting = [root]
    while waiting:
        number = waiting.pop()
        if number in found.home or not 0 < number <= found.pages.count:
            continue
        page = found.pages.read(number)
        if page is None:
            found.lost.setdefault(name, set()).add(number)
            continue
        found.home[number] = name
        if kind_of(page, number) in (TABLE_INNER, INDEX_INNER):
            waiting += children(page, number)


def _known_by_shape(pages: Pages, number: int, kind: int) -> str | None:
    """The one table that all rows of a page fit; ``None`` if there is none, or more than one."""
    page = pages.read(number)
    if page is None:
        return None
    # An index cannot be told from another one by its rows; of tables only the journal is kept as one.
    left = [JOURNAL] if kind != TABLE_LEAF else [one for one in METADATA.tables.values() if one is not JOURNAL]
    for cell in cells(page, number, pages.read):
        left = [table for table in left if (not cell.whole or _long_enough(table, cell)) and _fits(table, cell)]
    return left[0].name if len(left) == 1 else None


def _long_enough(table: Table, cell: Cell) -> bool:
    return len(cell.fields) == len(_columns(table))


def _is_id(value: Field) -> bool:
    return isinstance(value, bytes) and len(value) == 16


_Check = Callable[[Field], bool]


@cache
def _columns(table: Table) -> tuple[tuple[str, _Check], ...]:
    return tuple((column.name, _check(table, column.name)) for column in table.columns)


def _check(table: Table, name: str) -> _Check:
    column = table.c[name]
    kinds: type = str  # of text there are several types
    width = most = None
    if isinstance(column.type, RowId):
        kinds, width = bytes, 16
    elif isinstance(column.type, LargeBinary):
        kinds = bytes
    elif isinstance(column.type, Boolean):
        kinds, most = int, 1
    elif isinstance(column.type, Integer):
        kinds = int
    empty = bool(column.nullable) or _is_rowid(table, name)

    def fits(value: Field) -> bool:
        if value is None:
            return empty
        if not isinstance(value, kinds):
            return False
        return (width is None or len(value) == width) and (most is None or 0 <= value <= most)  # type: ignore[arg-type,operator]

    return fits


def _is_rowid(table: Table, name: str) -> bool:
    # SQLite keeps the one whole-number key of a row as the row's own number.
    return [each.name for each in table.primary_key] == [name] and type(table.c[name].type) is Integer


def _fits(table: Table, cell: Cell) -> bool:
    columns = _columns(table)
    if not cell.fields or len(cell.fields) > len(columns):
        return False
    return all(check(value) for (_, check), value in zip(columns, cell.fields, strict=False))


def _row(table: Table, cell: Cell) -> Row:
    found: Row = {}
    for column, value in zip(table.columns, cell.fields, strict=False):
        if isinstance(column.type, RowId) and isinstance(value, bytes):
            found[column.name] = UUID(bytes=value)
        elif isinstance(column.type, Boolean) and value is not None:
            found[column.name] = bool(value)
        elif value is None and _is_rowid(table, column.name):
            found[column.name] = cell.rowid
        else:
            found[column.name] = value
    return found
