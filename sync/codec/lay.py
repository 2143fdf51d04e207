"""Journal entries into tables of columns: the writing half of ``sync.codec.columns``."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from uuid import UUID

from db.journal import Entry, Value
from sync.codec.cells import write_column
from sync.codec.integers import write_integers
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
from sync.codec.leaves import write_run
from sync.codec.scope import Epochs, Scope, Table
from sync.codec.tokens import INT64_HIGH, INT64_LOW, Cell, Writer


def lay(entries: Sequence[Entry], epoch: bytes) -> list[bytes]:
    """The body of a batch in parts, not yet compressed. ``ValueError`` for what the record cannot hold."""
    _check(entries, epoch)
    kinds = _kinds(entries)
    if len(kinds) > MAX_KINDS:
        raise ValueError("too many different kinds of change for one batch")
    tables = [Table.of(places) for places in kinds.values()]
    epochs = Epochs(epoch, _epochs(entries))
    out = Writer()
    out.put(len(entries), len(kinds), len(epochs.known) - 1)
    out.stream(b"".join(epochs.known[1:]))
    which = [0] * len(entries)
    for number, (kind, table) in enumerate(zip(kinds, tables, strict=True)):
        out.put(kind.table, kind.op, len(kind.fields), *kind.fields, len(kind.replaced), *kind.replaced)
        for place in table.places:
            which[place] = number
    write_integers(out, which)
    _write_entries(out, entries, epochs, tables)
    for number, kind in enumerate(kinds):
        _write_fields(out, [entries[place] for place in tables[number].places], kind, Scope(epochs, tables, number))
    return out.finish()


def _check(entries: Sequence[Entry], epoch: bytes) -> None:
    if not 0 < len(entries) <= MAX_ENTRIES or len(epoch) != 12:
        raise ValueError("a batch holds 1 to 100,000 entries of one epoch")
    if any(later.seq != entry.seq + 1 for entry, later in pairwise(entries)):
        raise ValueError("entries are not numbered without gaps")
    cells = text = 0
    for entry in entries:
        text += sum(len(value) for value in entry.values.values() if type(value) is str)
        cells += len(entry.values) + sum(1 + len(refs) for refs in entry.replaces.values())
        if not -LIMIT < entry.lamport < LIMIT or not -LIMIT < entry.wall < LIMIT:
            raise ValueError("a counter or time beyond reason")
    if cells > MAX_CELLS or text > MAX_TEXT:
        raise ValueError("too much for one batch")


def _kinds(entries: Sequence[Entry]) -> dict[Kind, list[int]]:
    """The places of each kind, the most frequent first; fields in the order of the first entry that has them."""
    order: dict[tuple[str, str, frozenset[str], frozenset[str]], tuple[Kind, list[int]]] = {}
    for place, entry in enumerate(entries):
        key = (entry.table, entry.op, frozenset(entry.values), frozenset(entry.replaces))
        if key not in order:
            order[key] = (_kind(entry), [])
        order[key][1].append(place)
    return dict(sorted(order.values(), key=lambda item: (-len(item[1]), item[1][0])))


def _kind(entry: Entry) -> Kind:
    kind = Kind(entry.table, OPS.index(entry.op), tuple(entry.values), tuple(entry.replaces))
    if max(map(len, (kind.table, *kind.fields, *kind.replaced))) > MAX_NAME:
        raise ValueError("a name too long")
    if len(kind.fields) > MAX_FIELDS or len(kind.replaced) > MAX_FIELDS:
        raise ValueError("too many fields")
    return kind


def _epochs(entries: Sequence[Entry]) -> Iterator[bytes]:
    for entry in entries:
        for value in (entry.row, entry.staff, *entry.values.values()):
            if isinstance(value, UUID):
                yield value.bytes[:12]
        for refs in entry.replaces.values():
            for ref in refs:
                if len(ref.epoch) != 12:
                    raise ValueError("an epoch is 12 bytes")
                yield ref.epoch


def _write_entries(out: Writer, entries: Sequence[Entry], epochs: Epochs, tables: list[Table]) -> None:
    """What every entry has: Lamport counter, wall time, doubt of the clock, row."""
    own = epochs.known[0]
    rows = [entry.row.bytes for entry in entries]
    counters = [int.from_bytes(row[12:], "big") for row in rows]
    fresh = [all(rows[place].startswith(own) and entries[place].op == "insert" for place in t.places) for t in tables]
    issued = sorted(place for table, new in zip(tables, fresh, strict=True) if new for place in table.places)
    born = [counters[place] for place in issued]
    out.put(entries[0].lamport - 1, entries[0].wall, born[0] - 1 if born else 0)
    lamports = _steps([entries[0].lamport - 1, *(entry.lamport for entry in entries)])
    walls = _steps([entries[0].wall, *(entry.wall for entry in entries)])
    births = dict(zip(issued, _steps([born[0] - 1, *born]) if born else [], strict=True))
    for number, table in enumerate(tables):
        write_integers(out, [lamports[place] for place in table.places])
        write_integers(out, [walls[place] for place in table.places])
        write_integers(out, [int(entries[place].suspect) for place in table.places])
        out.put(fresh[number])
        if fresh[number]:
            write_integers(out, [births[place] for place in table.places])
        else:
            table.names = [ROW]
            write_column(out, [rows[place] for place in table.places], Scope(epochs, tables, number))
        table.names = []
    for table in tables:
        table.tell([entry.wall for entry in entries], counters)


def _steps(numbers: list[int]) -> list[int]:
    return [later - number for number, later in pairwise(numbers)]


def _write_fields(out: Writer, entries: Sequence[Entry], kind: Kind, scope: Scope) -> None:
    table = scope.table
    table.names = [STAFF, *kind.fields]
    _write_column(out, [entry.staff for entry in entries], scope)
    for name in kind.fields:
        _write_column(out, [entry.values[name] for entry in entries], scope)
    for name in kind.replaced:
        refs = [ref for entry in entries for ref in entry.replaces[name]]
        write_integers(out, [len(entry.replaces[name]) for entry in entries])
        write_integers(out, [scope.epochs.number(ref.epoch) for ref in refs])
        write_run(out, [ref.seq for ref in refs], {})


def _write_column(out: Writer, values: list[Value], scope: Scope) -> None:
    cells = [_cell(value) for value in values]
    write_column(out, cells, scope)
    scope.table.columns.append(cells)


def _cell(value: Value) -> Cell:
    if type(value) is UUID:
        return value.bytes
    if value is None or type(value) is bool or type(value) is str:
        return value
    if type(value) is int and INT64_LOW <= value <= INT64_HIGH:
        return value
    raise ValueError(f"not a value of the record: {type(value).__name__}")
