"""Rows as they lie in single pages: cells, records and what of them continues elsewhere.

The format is SQLite's (https://www.sqlite.org/fileformat2.html), sections 1.6 and 2. Every page is read for itself, so
that a row is found also where no index and no inner page leads to it any more.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from db.pages import USABLE

INDEX_INNER, TABLE_INNER, INDEX_LEAF, TABLE_LEAF = 2, 5, 10, 13
KINDS: Final = frozenset((INDEX_INNER, TABLE_INNER, INDEX_LEAF, TABLE_LEAF))
_FIRST = 100
"""Octets of the first page before its own cells."""
_LEAST_LOCAL: Final = (USABLE - 12) * 32 // 255 - 23
_MOST_LOCAL: Final = {True: USABLE - 35, False: (USABLE - 12) * 64 // 255 - 23}
"""Of a record in its own page: in tables, in indexes."""
_LONGEST: Final = 64 << 20

Field = None | int | float | str | bytes
Read = Callable[[int], bytes | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """One record. ``rowid`` of a table's row, else 0. ``whole``: all ``fields`` could be read, not the first alone."""

    rowid: int
    fields: tuple[Field, ...]
    whole: bool


def kind_of(page: bytes, number: int) -> int:
    """Which kind of page it is, 0 for one that holds no cells of its own."""
    kind = page[_FIRST if number == 1 else 0]
    return kind if kind in KINDS else 0


def children(page: bytes, number: int) -> list[int]:
    """The pages that an inner page leads to."""
    start = _FIRST if number == 1 else 0
    if page[start] not in (INDEX_INNER, TABLE_INNER):
        return []
    last: int = struct.unpack_from(">I", page, start + 8)[0]
    return [*(struct.unpack_from(">I", page, at)[0] for at in _places(page, start)), last]


def cells(page: bytes, number: int, read: Read) -> Iterator[Cell]:
    """The records of a page; ``read`` gives the pages that long ones continue on. Stops at what is no record."""
    start = _FIRST if number == 1 else 0
    kind = page[start]
    if kind not in KINDS or kind == TABLE_INNER:
        return
    for at in _places(page, start):
        try:
            if kind == INDEX_INNER:
                at += 4
            length, at = _varint(page, at)
            rowid = 0
            if kind == TABLE_LEAF:
                rowid, at = _varint(page, at)
            if length > _LONGEST:
                return
            payload = _payload(page, at, length, kind == TABLE_LEAF, read)
            fields, whole = _record(payload, length)
        except (IndexError, struct.error, ValueError):
            return
        yield Cell(rowid, fields, whole)


def beginnings(page: bytes, number: int) -> Iterator[tuple[int, Field, bool]]:
    """Of each row on a leaf of a table its number, its first field, and whether all of it lies on this page.

    Nothing else is looked at: of a million rows this is what tells which few are worth reading.
    """
    if kind_of(page, number) != TABLE_LEAF:
        return
    for at in _places(page, _FIRST if number == 1 else 0):
        try:
            length, at = _varint(page, at)
            rowid, at = _varint(page, at)
            size, within = _varint(page, at)
            kind, _ = _varint(page, within)
            begin = at + size
            first = _field(kind, page[begin : begin + _width(kind)])
        except (IndexError, struct.error, ValueError):
            return
        yield rowid, first, length <= _MOST_LOCAL[True]


def _places(page: bytes, start: int) -> list[int]:
    (count,) = struct.unpack_from(">H", page, start + 3)
    begin = start + (12 if page[start] in (INDEX_INNER, TABLE_INNER) else 8)
    count = min(count, (USABLE - begin) // 2)
    return [place for place in struct.unpack_from(f">{count}H", page, begin) if 0 < place <= USABLE - 4]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(8):
        octet = data[at + place]
        value = value << 7 | octet & 0x7F
        if octet < 0x80:
            return value, at + place + 1
    value = value << 8 | data[at + 8]
    return value - (1 << 64 if value >= 1 << 63 else 0), at + 9


def _payload(page: bytes, at: int, length: int, table: bool, read: Read) -> bytes:
    """The bytes of a record, as many of them as can be read."""
    most = _MOST_LOCAL[table]
    if length <= most:
        return page[at : at + length]
    here = _LEAST_LOCAL + (length - _LEAST_LOCAL) % (USABLE - 4)
    here = here if here <= most else _LEAST_LOCAL
    parts = [page[at : at + here]]
    left = length - here
    (following,) = struct.unpack_from(">I", page, at + here)
    while left > 0 and following:
        more = read(following)
        if more is None:
            break
        parts.append(more[4 : 4 + min(left, USABLE - 4)])
        left -= USABLE - 4
        (following,) = struct.unpack_from(">I", more)
    return b"".join(parts)


def _record(payload: bytes, length: int) -> tuple[tuple[Field, ...], bool]:
    size, at = _varint(payload, 0)
    kinds: list[int] = []
    while at < size:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    fields: list[Field] = []
    for kind in kinds:
        width = _width(kind)
        if at + width > len(payload):
            break
        fields.append(_field(kind, payload[at : at + width]))
        at += width
    return tuple(fields), len(fields) == len(kinds) and len(payload) == length


_WIDTHS: Final = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


def _width(kind: int) -> int:
    if kind < len(_WIDTHS):
        return _WIDTHS[kind]
    if kind < 12:
        raise ValueError("no kind of field")
    return (kind - 12) // 2


def _field(kind: int, data: bytes) -> Field:
    if kind == 0:
        return None
    if kind == 7:
        return float(struct.unpack(">d", data)[0])
    if kind in (8, 9):
        return kind - 8
    if kind < 7:
        return int.from_bytes(data, "big", signed=True)
    return data if kind % 2 == 0 else data.decode("utf-8")
