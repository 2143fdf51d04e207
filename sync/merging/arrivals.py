"""Checking what arrives: do the values of an entry fit the columns of its table here?

A table model does not validate, and a batch is signed but not therefore sane. Whole columns are checked at
once, because a county takes in thousands of rounds at a time; only a column that fails is looked at value by value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from types import NoneType
from uuid import UUID

from db.journal import Entry, Value
from db.rows import Shape

REASON_LIMIT = 200
_NAME_LIMIT = 40
_INT_LIMIT = 1 << 63
_TEXT_LIMIT = 64 * 1024
_CHUNK = 500
_NEVER_TOO_LARGE = {UUID, bool, NoneType}

Row = tuple[Value, ...]


def rows(shape: Shape, entries: Sequence[Entry], prefix: Row) -> tuple[list[Row], list[int], list[tuple[int, str]]]:
    """Rows to append (``prefix``, id, columns in order), the entry of each, and what does not fit: (entry, reason)."""
    made: list[Row] = []
    seqs: list[int] = []
    refused: list[tuple[int, str]] = []
    for names, group in _alike(entries).items():
        columns = _columns(shape, names, group)
        if columns is not None:
            leading = (repeat(value) for value in prefix)
            made += zip(*leading, [entry.row for entry in group], *columns, strict=False)
            seqs += [entry.seq for entry in group]
            continue
        for entry in group:
            values, reasons = whole(shape, entry.values)
            refused += [(entry.seq, reason) for reason in reasons]
            if values is not None:
                made.append((*prefix, entry.row, *(values[name] for name in shape.columns)))
                seqs.append(entry.seq)
    return made, seqs, refused


def whole(shape: Shape, values: Mapping[str, Value]) -> tuple[dict[str, Value] | None, list[str]]:
    """All columns of a new row, and what of it does not fit.

    A field that only a newer program knows waits alone; the row is shown without it. A wrong or wanting
    value keeps the row out.
    """
    reasons = [reason for name, value in values.items() if (reason := misfit(shape, name, value)) is not None]
    known = {**shape.defaults, **{name: value for name, value in values.items() if name in shape.kinds}}
    reasons += [f"missing_field:{name}" for name in shape.columns if name not in known]
    if any(not reason.startswith("unknown_field") for reason in reasons):
        return None, reasons
    return known, reasons


def misfit(shape: Shape, name: str, value: Value) -> str | None:
    """Why a value cannot stand in a column; ``None`` if it can."""
    kinds = shape.kinds.get(name)
    if kinds is None:
        # A name may be anything, and PostgreSQL keeps no NUL; reasons are parted by spaces.
        plain = "".join(each if each.isprintable() and each != " " else "?" for each in name[:_NAME_LIMIT])
        return f"unknown_field:{plain}"
    if type(value) not in kinds or not _bounded([value], {type(value)}):
        return f"wrong_value:{name}"
    return None


def chunks(ids: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Parts small enough for one ``IN``."""
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def _alike(entries: Sequence[Entry]) -> dict[tuple[str, ...], list[Entry]]:
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        groups.setdefault(tuple(entry.values), []).append(entry)
    return groups


def _columns(shape: Shape, names: tuple[str, ...], group: Sequence[Entry]) -> list[Iterable[Value]] | None:
    """The columns of the group in the shape's order; ``None`` if anything does not fit."""
    if not shape.kinds.keys() >= set(names):
        return None
    values = [entry.values for entry in group]
    columns: list[Iterable[Value]] = []
    for name in shape.columns:
        if name in names:
            column = [each[name] for each in values]
            kinds = set(map(type, column))
            if not kinds <= set(shape.kinds[name]) or not _bounded(column, kinds):
                return None
            columns.append(column)
        elif name in shape.defaults:
            columns.append(repeat(shape.defaults[name]))
        else:
            return None
    return columns


def _bounded(column: Sequence[Value], kinds: set[type]) -> bool:
    # Ids and times differ in nearly every row: they need no look at each.
    if kinds <= _NEVER_TOO_LARGE:
        return True
    if kinds == {int}:
        return min(column) >= -_INT_LIMIT and max(column) < _INT_LIMIT  # type: ignore[type-var,operator]
    for value in set(column):
        # PostgreSQL keeps no NUL in text, so no side does.
        if type(value) is str and (len(value) > _TEXT_LIMIT or "\0" in value):
            return False
        if type(value) is int and not -_INT_LIMIT <= value < _INT_LIMIT:
            return False
    return True
