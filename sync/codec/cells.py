"""One column of cells, written in the cheapest of several ways and read back exactly.

A way is a small tag followed by its parts. Some hold the cells themselves (numbers, flags, texts, ids); the
others take a column apart into simpler ones, at most ``MAX_DEPTH`` deep. Which way is cheapest is tried, not guessed.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum

from sync.codec.guesses import TYPES, foretold, groups, rank, surprise, walk
from sync.codec.integers import read_integers, write_integers
from sync.codec.leaves import (
    read_flags,
    read_ids,
    read_numbers,
    read_run,
    read_texts,
    write_flags,
    write_ids,
    write_numbers,
    write_run,
    write_texts,
)
from sync.codec.scope import Key, Scope, read_key
from sync.codec.tokens import Cell, Malformed, Reader, Writer, cheapest

MAX_DEPTH = 4
_SHORT = 64  # characters of a text that may stand among the tokens
_FEW = 12  # values of a column that can split another


class Way(IntEnum):
    """How a column is written."""

    CONSTANT = 0  # one cell for all rows
    LITERAL = 1  # every cell a token
    NUMBERS = 2
    FLAGS = 3
    TEXTS = 4
    IDS = 5
    MOSTLY = 6  # one usual cell, and a column of the others
    CHOICES = 7  # a column of distinct cells, and which of them
    FOLLOWS = 8  # what stood last time beside the same key, and a column of the surprises
    SPLIT = 9  # one column for each value of a key
    MIXED = 10  # one column for each type


_LEAVES: dict[type, tuple[Way, Callable[[Writer, list[Cell], Scope], None]]] = {
    int: (Way.NUMBERS, write_numbers),
    bool: (Way.FLAGS, write_flags),
    str: (Way.TEXTS, write_texts),
    bytes: (Way.IDS, write_ids),
}
_READ_LEAF: dict[Way, Callable[[Reader, int, Scope], list[Cell]]] = {
    Way.NUMBERS: read_numbers,
    Way.FLAGS: read_flags,
    Way.TEXTS: read_texts,
    Way.IDS: read_ids,
}


def write_column(out: Writer, cells: list[Cell], scope: Scope, depth: int = 0) -> None:
    """Write one cell for each row of ``scope``. Integers must be 64-bit signed, texts without surrogates."""
    if cells:
        out.take(cheapest(_candidates(cells, scope, depth)))


def _candidates(cells: list[Cell], scope: Scope, depth: int) -> Iterator[Writer]:
    kinds = set(map(type, cells))
    if bool in kinds and int in kinds:  # equal in Python, not in the record: part them before anything compares
        yield _mixed(cells, scope, depth)
        return
    counts = Counter(cells)
    usual, often = counts.most_common(1)[0]
    if len(counts) == 1 and _short(usual):
        yield _constant(usual)
        return
    if len(kinds) == 1:
        way, write_leaf = _LEAVES[kinds.pop()]
        out = _begin(way)
        write_leaf(out, cells, scope)
        yield out
    elif None not in counts or depth > 1:
        yield _mixed(cells, scope, depth)
    if len(cells) <= 8 and all(map(_short, counts)):
        yield _literal(cells)
    if depth <= 1 and None in counts:
        yield _mostly(None, cells, scope, depth)
    if depth <= 1 and often * 2 >= len(cells) and usual is not None and _short(usual) and type(usual) is not bool:
        yield _mostly(usual, cells, scope, depth)
    if depth <= 2 and len(counts) * 2 <= len(cells) and type(usual) is not bool and not _one_byte(counts):
        yield _choices(sorted(counts, key=rank), cells, scope, depth)  # ids in order are small steps
        if type(usual) is bytes and 16 < len(counts) <= 4096:
            yield _choices(walk(cells), cells, scope, depth)
    ids = type(usual) is bytes
    if len(cells) >= 4 and depth <= (1 if ids else 0) and (ids or len(counts) <= 64):
        yield from _following(cells, often, scope, depth)
    if depth == 0 and len(cells) >= 16 and len(counts) <= 256:
        yield from _splitting(cells, counts, scope)


def read_column(source: Reader, count: int, scope: Scope, depth: int = 0) -> list[Cell]:
    """The ``count`` cells of a column; ``Malformed`` when that is not what was written."""
    if count == 0:
        return []
    if depth > MAX_DEPTH:
        raise Malformed("too deep")
    way = Way(source.whole(0, max(Way)))
    if way in _READ_LEAF:
        return _READ_LEAF[way](source, count, scope)
    if way is Way.CONSTANT:
        return [source.cell()] * count
    if way is Way.LITERAL:
        return [source.cell() for _ in range(count)]
    return _READ[way](source, count, scope, depth)


def _begin(way: Way) -> Writer:
    out = Writer()
    out.put(int(way))
    return out


def _short(cell: Cell) -> bool:
    return not isinstance(cell, str) or len(cell) <= _SHORT


def _one_byte(counts: Counter[Cell]) -> bool:
    numbers = [cell for cell in counts if isinstance(cell, int)]
    return len(numbers) == len(counts) and max(numbers) - min(numbers) < 256


def _constant(cell: Cell) -> Writer:
    out = _begin(Way.CONSTANT)
    out.cell(cell)
    return out


def _literal(cells: list[Cell]) -> Writer:
    out = _begin(Way.LITERAL)
    for cell in cells:
        out.cell(cell)
    return out


def _write_rest(out: Writer, ordinary: Sequence[bool], cells: list[Cell], scope: Scope, depth: int) -> None:
    """The flags ``ordinary``, then a column of the cells that are not."""
    write_integers(out, list(map(int, ordinary)))
    others = [row for row, flag in enumerate(ordinary) if not flag]
    write_column(out, [cells[row] for row in others], scope.pick(others), depth + 1)


def _read_rest(source: Reader, count: int, scope: Scope, depth: int) -> tuple[list[int], Iterator[Cell]]:
    ordinary = read_integers(source, count)
    others = [row for row, flag in enumerate(ordinary) if not flag]
    return ordinary, iter(read_column(source, len(others), scope.pick(others), depth + 1))


def _mostly(usual: Cell, cells: list[Cell], scope: Scope, depth: int) -> Writer:
    out = _begin(Way.MOSTLY)
    out.cell(usual)
    _write_rest(out, [cell == usual for cell in cells], cells, scope, depth)
    return out


def _read_mostly(source: Reader, count: int, scope: Scope, depth: int) -> list[Cell]:
    usual = source.cell()
    ordinary, others = _read_rest(source, count, scope, depth)
    return [usual if flag else next(others) for flag in ordinary]


def _choices(distinct: list[Cell], cells: list[Cell], scope: Scope, depth: int) -> Writer:
    out = _begin(Way.CHOICES)
    out.put(len(distinct))
    write_column(out, distinct, scope.pick([0] * len(distinct)), depth + 1)
    index = {cell: number for number, cell in enumerate(distinct)}
    write_run(out, [index[cell] for cell in cells], {})
    return out


def _read_choices(source: Reader, count: int, scope: Scope, depth: int) -> list[Cell]:
    many = source.whole(1, count)
    distinct = read_column(source, many, scope.pick([0] * many), depth + 1)
    numbers = read_run(source, count, scope)
    if min(numbers) < 0 or max(numbers) >= many:
        raise Malformed("no such choice")
    return [distinct[number] for number in numbers]


def _following(cells: list[Cell], often: int, scope: Scope, depth: int) -> Iterator[Writer]:
    for key in _keys(cells, scope):
        ordinary = foretold(cells, key.cells(scope))
        if sum(ordinary) > often and sum(ordinary) * 4 >= len(cells):
            out = _begin(Way.FOLLOWS)
            key.write(out)
            _write_rest(out, ordinary, cells, scope, depth)
            yield out


def _keys(cells: list[Cell], scope: Scope) -> Iterator[Key]:
    """What a column may follow: ids of its own table; for ids also itself, and its namesakes of earlier tables."""
    table = scope.table
    for index, column in enumerate(table.columns):
        if isinstance(column[0], bytes) and column.count(column[0]) < len(column):
            yield Key(scope.own, index)
    if any(isinstance(cell, bytes) for cell in cells[:8]):
        yield Key(scope.own, len(table.columns))
        name = table.names[len(table.columns)]
        for earlier in range(min(scope.own, 3)):
            if name in scope.tables[earlier].names:
                yield Key(earlier, scope.tables[earlier].names.index(name))


def _read_follows(source: Reader, count: int, scope: Scope, depth: int) -> list[Cell]:
    keys = read_key(source, scope).cells(scope)
    ordinary, others = _read_rest(source, count, scope, depth)
    seen: dict[Cell, Cell] = {}
    cells: list[Cell] = []
    cell: Cell = None
    for row, flag in enumerate(ordinary):
        key = cell if keys is None else keys[row]
        cell = seen.get(key, key) if flag else next(others)
        seen[key] = cell
        cells.append(cell)
    return cells


def _splitting(cells: list[Cell], counts: Counter[Cell], scope: Scope) -> Iterator[Writer]:
    """Split by the earlier column that tells most about this one, if that pays for the extra structure."""
    alone = surprise(counts)
    gains: list[tuple[float, int]] = []
    for index, column in enumerate(scope.table.columns):
        keys = Counter(column)
        if 1 < len(keys) <= _FEW:
            together = surprise(Counter(zip(column, cells, strict=True))) - surprise(keys)
            gains.append((alone - together - 8 * (16 + 4 * len(keys)), -index))
    if gains and max(gains)[0] > 0:
        out = _begin(Way.SPLIT)
        out.put(-max(gains)[1])
        for rows in groups(scope.column(-max(gains)[1])):
            write_column(out, [cells[row] for row in rows], scope.pick(rows), 1)
        yield out


def _read_split(source: Reader, count: int, scope: Scope, depth: int) -> list[Cell]:
    if not scope.table.columns:
        raise Malformed("no column to split by")
    cells: list[Cell] = [None] * count
    for rows in groups(scope.column(source.whole(0, len(scope.table.columns) - 1))):
        for row, cell in zip(rows, read_column(source, len(rows), scope.pick(rows), depth + 1), strict=True):
            cells[row] = cell
    return cells


def _mixed(cells: list[Cell], scope: Scope, depth: int) -> Writer:
    out = _begin(Way.MIXED)
    kinds = [TYPES.index(type(cell)) for cell in cells]
    write_integers(out, kinds)
    for kind in range(1, len(TYPES)):
        rows = [row for row, found in enumerate(kinds) if found == kind]
        write_column(out, [cells[row] for row in rows], scope.pick(rows), depth + 1)
    return out


def _read_mixed(source: Reader, count: int, scope: Scope, depth: int) -> list[Cell]:
    kinds = read_integers(source, count)
    if min(kinds) < 0 or max(kinds) >= len(TYPES):
        raise Malformed("no such type")
    cells: list[Cell] = [None] * count
    for kind in range(1, len(TYPES)):
        rows = [row for row, found in enumerate(kinds) if found == kind]
        for row, cell in zip(rows, read_column(source, len(rows), scope.pick(rows), depth + 1), strict=True):
            cells[row] = cell
    return cells


_READ: dict[Way, Callable[[Reader, int, Scope, int], list[Cell]]] = {
    Way.MOSTLY: _read_mostly,
    Way.CHOICES: _read_choices,
    Way.FOLLOWS: _read_follows,
    Way.SPLIT: _read_split,
    Way.MIXED: _read_mixed,
}
