"""Tables of columns back into journal entries: the reading half of ``columns``. Nothing is believed unchecked."""

from itertools import accumulate, repeat
from uuid import UUID, SafeUUID

from db.journal import Entry, EntryRef, Value
from sync.codec.cells import read_column
from sync.codec.integers import read_integers
from sync.codec.layout import (
    LIMIT,
    MAX_CELLS,
    MAX_ENTRIES,
    MAX_FIELDS,
    MAX_KINDS,
    MAX_NAME,
    MAX_TEXT,
    OPS,
    ROW,
    STAFF,
    Kind,
)
from sync.codec.leaves import read_run
from sync.codec.scope import Epochs, Scope, Table
from sync.codec.tokens import INT64_HIGH, Cell, Malformed, Reader

_COUNTER = (1 << 32) - 1
_UNSAID = SafeUUID.unknown


def lift(source: Reader, epoch: bytes, first: int) -> list[Entry]:
    """The entries of a body, numbered from ``first``. ``Malformed`` for what ``lay`` does not write."""
    count, many = source.whole(1, MAX_ENTRIES), source.whole(1, MAX_KINDS)
    if first + count > INT64_HIGH:
        raise Malformed("number too large")
    others = source.stream(12 * source.whole(0))
    epochs = Epochs(epoch, (others[at : at + 12] for at in range(0, len(others), 12)))
    kinds = [_read_kind(source) for _ in range(many)]
    places, room = _read_places(source, count, kinds)
    tables = [Table.of(found) for found in places]
    lamports, walls, suspects, rows = _read_entries(source, count, epochs, tables)
    found: list[Entry | None] = [None] * count
    ids: dict[bytes, UUID] = {}
    text = 0
    for number, kind in enumerate(kinds):
        columns, replaced, room = _read_fields(source, kind, Scope(epochs, tables, number), room)
        types = [set(map(type, column)) for column in columns]
        text += sum(map(_text, columns, types))
        if text > MAX_TEXT:
            raise Malformed("too much text")
        values = [_values(column, found_in, ids) for column, found_in in zip(columns, types, strict=True)]
        # Transposed at once: picking a million cells one by one was a third of the work.
        lines = zip(*values[1:], strict=True) if kind.fields else repeat(())
        seen = zip(*replaced, strict=True) if kind.replaced else repeat(())
        for place, staff, line, before in zip(tables[number].places, values[0], lines, seen, strict=False):
            if staff is not None and not isinstance(staff, UUID):
                raise Malformed("not a member of staff")
            found[place] = Entry(  # by place: to name each argument costs as much as to make the entry
                first + place,
                lamports[place],
                walls[place],
                staff,
                kind.table,
                _uuid(rows[place]),
                OPS[kind.op],
                dict(zip(kind.fields, line, strict=True)),
                dict(zip(kind.replaced, before, strict=True)) if kind.replaced else {},
                suspects[place],
            )
    source.end()
    return [entry for entry in found if entry is not None]


def _read_kind(source: Reader) -> Kind:
    table, op = source.text(MAX_NAME), source.whole(0, len(OPS) - 1)
    fields = tuple(source.text(MAX_NAME) for _ in range(source.whole(0, MAX_FIELDS)))
    replaced = tuple(source.text(MAX_NAME) for _ in range(source.whole(0, MAX_FIELDS)))
    if len(set(fields)) != len(fields) or len(set(replaced)) != len(replaced):
        raise Malformed("a field named twice")
    return Kind(table, op, fields, replaced)


def _read_places(source: Reader, count: int, kinds: list[Kind]) -> tuple[list[list[int]], int]:
    """The places of each kind; and how many more cells the batch may have."""
    which = read_integers(source, count)
    if min(which) < 0 or max(which) >= len(kinds):
        raise Malformed("no such kind")
    places: list[list[int]] = [[] for _ in kinds]
    for place, number in enumerate(which):
        places[number].append(place)
    cells = sum(len(found) * (len(k.fields) + len(k.replaced)) for found, k in zip(places, kinds, strict=True))
    if cells > MAX_CELLS:
        raise Malformed("too many cells")
    return places, MAX_CELLS - cells


def _read_entries(
    source: Reader, count: int, epochs: Epochs, tables: list[Table]
) -> tuple[list[int], list[int], list[bool], list[bytes]]:
    """What every entry has: Lamport counter, wall time, doubt of the clock, row; in the order of entries."""
    lamport, wall, born = source.whole(), source.whole(), source.whole(-1, _COUNTER)
    lamports, walls, suspects = [0] * count, [0] * count, [0] * count
    rows: list[bytes] = [b""] * count
    births: dict[int, int] = {}
    for number, table in enumerate(tables):
        for steps in (lamports, walls, suspects):
            _scatter(steps, table.places, read_integers(source, len(table.places)))
        if source.cell() is True:
            births.update(zip(table.places, read_integers(source, len(table.places)), strict=True))
            continue
        table.names = [ROW]
        for place, cell in zip(
            table.places, read_column(source, len(table.places), Scope(epochs, tables, number)), strict=True
        ):
            if not isinstance(cell, bytes):
                raise Malformed("not a row")
            rows[place] = cell
        table.names = []
    issued = sorted(births)
    for place, counter in zip(
        issued, list(accumulate((births[place] for place in issued), initial=born))[1:], strict=True
    ):
        if not 0 <= counter <= _COUNTER:
            raise Malformed("counter out of range")
        rows[place] = epochs.known[0] + counter.to_bytes(4, "big")
    lamports, walls = list(accumulate(lamports, initial=lamport))[1:], list(accumulate(walls, initial=wall))[1:]
    if max(map(abs, lamports)) >= LIMIT or max(map(abs, walls)) >= LIMIT or not set(suspects) <= {0, 1}:
        raise Malformed("a counter or time beyond reason")
    counters = [int.from_bytes(row[12:], "big") for row in rows]
    for table in tables:
        table.tell(walls, counters)
    return lamports, walls, [flag == 1 for flag in suspects], rows


def _scatter(into: list[int], places: list[int], numbers: list[int]) -> None:
    for place, number in zip(places, numbers, strict=True):
        into[place] = number


def _read_fields(
    source: Reader, kind: Kind, scope: Scope, room: int
) -> tuple[list[list[Cell]], list[list[tuple[EntryRef, ...]]], int]:
    """The columns of one kind, staff first, and the replaced entries of each field that tells them.

    Of those all fields and kinds together have ``room``; what is left of it comes last.
    """
    table = scope.table
    rows = len(table.places)
    table.names = [STAFF, *kind.fields]
    for _ in table.names:
        table.columns.append(read_column(source, rows, scope))
    replaced = []
    for _ in kind.replaced:
        counts = read_integers(source, rows)
        total = sum(counts)
        if rows and (min(counts) < 0 or total > room):
            raise Malformed("too many cells")
        room -= total
        epochs = scope.epochs.read(source, total)
        refs = iter([EntryRef(epoch, seq) for epoch, seq in zip(epochs, read_run(source, total, scope), strict=True)])
        replaced.append([tuple(next(refs) for _ in range(count)) for count in counts])
    return table.columns, replaced, room


def _text(column: list[Cell], types: set[type]) -> int:
    """Characters of a column. A text that is written once may stand in every row."""
    if str not in types:
        return 0
    return sum(map(len, column if types == {str} else [cell for cell in column if type(cell) is str]))  # type: ignore[arg-type]


def _uuid(name: bytes) -> UUID:
    """``UUID(bytes=name)`` without its choice among six ways to say one: half of what it takes."""
    if len(name) != 16:
        raise Malformed("not an id")
    made = UUID.__new__(UUID)
    object.__setattr__(made, "int", int.from_bytes(name, "big"))
    object.__setattr__(made, "is_safe", _UNSAID)
    return made


def _values(column: list[Cell], types: set[type], ids: dict[bytes, UUID]) -> list[Value]:
    # Most columns hold no ids, and looking at each of their cells is most of the work of reading.
    if bytes not in types:
        return column  # type: ignore[return-value]
    ids.update((cell, _uuid(cell)) for cell in set(column) if isinstance(cell, bytes) and cell not in ids)
    return list(map(ids.get, column, column))  # type: ignore[arg-type]
