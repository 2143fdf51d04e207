"""Columns of one type: whole numbers, flags, texts and row ids, each in the cheapest of a few ways.

Numbers and the counters of ids are written as differences: to the row before, to the wall time of the entry or of
the one before it (when a form was opened), to the entry's own row, to an earlier column. An id is an epoch (12 bytes,
written once) and a counter (RFC 9562 version 8, ``db.identity``); any other UUID falls into the same two halves and
only costs more.
"""

from collections.abc import Iterator, Mapping
from itertools import accumulate, pairwise

from sync.codec.integers import fits, read_integers, write_integers
from sync.codec.scope import Scope
from sync.codec.tokens import Cell, Malformed, Reader, Writer, cheapest

# What a number is the difference to; COLUMN and above: to an earlier column of the table.
PLAIN, PREVIOUS, WALL, WALL_MS, BEFORE, BEFORE_MS, ROW, COLUMN = range(8)
_LONGEST = 64 << 20  # bytes of all texts of a column
_COUNTER = (1 << 32) - 1
_CHARSETS = ("utf-8", "gb18030")


def write_numbers(out: Writer, cells: list[Cell], scope: Scope) -> None:
    """Cells that are all ``int``."""
    numbers = [cell for cell in cells if isinstance(cell, int)]
    write_run(out, numbers, _number_bases(numbers, scope))


def read_numbers(source: Reader, count: int, scope: Scope) -> list[Cell]:
    """``count`` integers of 64 bits."""
    return list(read_run(source, count, scope))


def write_flags(out: Writer, cells: list[Cell], _: Scope) -> None:
    """Cells that are all ``bool``."""
    write_integers(out, [1 if cell else 0 for cell in cells])


def read_flags(source: Reader, count: int, _: Scope) -> list[Cell]:
    """``count`` booleans."""
    numbers = read_integers(source, count)
    if not set(numbers) <= {0, 1}:
        raise Malformed("neither true nor false")
    return [number == 1 for number in numbers]


def write_texts(out: Writer, cells: list[Cell], _: Scope) -> None:
    """Cells that are all ``str``, in UTF-8 or GB 18030.

    Each text is ended by a zero character; when one has such inside, their lengths are told instead.
    """
    texts = [cell for cell in cells if isinstance(cell, str)]
    plain = not any("\0" in text for text in texts)
    whole = "".join([text + "\0" for text in texts] if plain else texts)
    out.take(cheapest(_texts(texts, whole, plain)))


def _texts(texts: list[str], whole: str, plain: bool) -> Iterator[Writer]:
    for charset, name in enumerate(_CHARSETS):
        data = whole.encode(name)
        # GB 18030 takes two bytes for a Chinese character; both can say all of Unicode, but tables of codecs differ.
        if charset and (whole.isascii() or data.decode(name) != whole):
            continue
        out = Writer()
        out.put(charset, plain, len(data))
        if not plain:
            write_integers(out, [len(text) for text in texts])
        out.stream(data)
        yield out


def read_texts(source: Reader, count: int, _: Scope) -> list[Cell]:
    """``count`` texts."""
    charset = _CHARSETS[source.whole(0, len(_CHARSETS) - 1)]
    plain = source.cell()
    size = source.whole(0, _LONGEST)
    lengths = [] if plain is True else read_integers(source, count)
    try:
        data = source.stream(size).decode(charset)
    except UnicodeDecodeError as error:
        raise Malformed("not text") from error
    if plain is True:
        texts = data.split("\0")
        if len(texts) != count + 1 or texts[-1]:
            raise Malformed("texts do not end")
        return list(texts[:-1])
    ends = list(accumulate(lengths, initial=0))
    if min(lengths) < 0 or ends[-1] != len(data):
        raise Malformed("lengths do not agree")
    return [data[start:end] for start, end in pairwise(ends)]


def write_ids(out: Writer, cells: list[Cell], scope: Scope) -> None:
    """Cells that are all ids (``bytes``)."""
    ids = [cell for cell in cells if isinstance(cell, bytes)]
    write_integers(out, [scope.epochs.number(cell[:12]) for cell in ids])
    counters = [int.from_bytes(cell[12:], "big") for cell in ids]
    write_run(out, counters, {ROW: scope.counters()})


def read_ids(source: Reader, count: int, scope: Scope) -> list[Cell]:
    """``count`` ids."""
    epochs = scope.epochs.read(source, count)
    counters = read_run(source, count, scope)
    if min(counters) < 0 or max(counters) > _COUNTER:
        raise Malformed("counter out of range")
    return [epoch + counter.to_bytes(4, "big") for epoch, counter in zip(epochs, counters, strict=True)]


def write_run(out: Writer, numbers: list[int], bases: Mapping[int, list[int]]) -> None:
    """Write numbers plainly, as differences to the one before, or to one of ``bases`` (by tag)."""
    if numbers:
        out.take(cheapest(_differences(numbers, bases)))


def read_run(source: Reader, count: int, scope: Scope) -> list[int]:
    """The ``count`` numbers of ``write_run``."""
    if count == 0:
        return []
    tag = source.whole(PLAIN, COLUMN + len(scope.table.columns) - 1)
    if tag == PREVIOUS:
        start = source.whole()
        numbers = list(accumulate(read_integers(source, count - 1), initial=start))
    else:
        numbers = read_integers(source, count)
    if tag not in (PLAIN, PREVIOUS):
        base = _base(tag, scope)
        if len(base) != count:
            raise Malformed("nothing to differ from")
        numbers = [number + other for number, other in zip(numbers, base, strict=True)]
    if not fits(numbers):
        raise Malformed("number too large")
    return numbers


def _number_bases(numbers: list[int], scope: Scope) -> dict[int, list[int]]:
    """What numbers this large may be written as differences to: times to times."""
    if max(numbers) - min(numbers) < 256:
        return {}
    bases: dict[int, list[int]] = {}
    if min(numbers) > 1 << 28:  # 1978 in seconds, 1978 in milliseconds
        tags = (WALL_MS, BEFORE_MS) if min(numbers) > 1000 << 28 else (WALL, BEFORE)
        bases |= {tag: _base(tag, scope) for tag in tags}
    for index in range(max(0, len(scope.table.columns) - 4), len(scope.table.columns)):
        column = scope.numbers(index)
        if column is not None and max(column) - min(column) >= 256:
            bases[COLUMN + index] = column
    return bases


def _differences(numbers: list[int], bases: Mapping[int, list[int]]) -> Iterator[Writer]:
    out = Writer()
    out.put(PLAIN)
    write_integers(out, numbers)
    yield out
    steps = [b - a for a, b in pairwise(numbers)]
    if fits(steps):
        out = Writer()
        out.put(PREVIOUS, numbers[0])
        write_integers(out, steps)
        yield out
    for tag, base in bases.items():
        apart = [number - other for number, other in zip(numbers, base, strict=True)]
        if fits(apart):
            out = Writer()
            out.put(tag)
            write_integers(out, apart)
            yield out


def _base(tag: int, scope: Scope) -> list[int]:
    if tag == ROW:
        return scope.counters()
    if tag in (WALL, BEFORE):
        return scope.walls() if tag == WALL else scope.walls_before()
    if tag in (WALL_MS, BEFORE_MS):
        return [wall * 1000 for wall in (scope.walls() if tag == WALL_MS else scope.walls_before())]
    column = scope.numbers(tag - COLUMN)
    if column is None:
        raise Malformed("not a column of numbers")
    return column
