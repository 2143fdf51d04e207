"""What a column's writer looks at before it tries: order, repetition, and what one column tells about another."""

import math
from collections import Counter
from itertools import pairwise

from sync.codec.tokens import Cell

TYPES: tuple[type, ...] = (type(None), bool, int, str, bytes)
"""The types a cell may have; their places are written."""


def foretold(cells: list[Cell], keys: list[Cell] | None) -> list[bool]:
    """Whether each cell is the one last seen beside its key, or the key itself when that is new."""
    seen: dict[Cell, Cell] = {}
    ordinary = []
    for key, cell in zip([None, *cells[:-1]] if keys is None else keys, cells, strict=True):
        guess = seen.get(key, key)
        ordinary.append(guess == cell and type(guess) is type(cell))
        seen[key] = cell
    return ordinary


def rank(cell: Cell) -> tuple[int, int | str | bytes]:
    """What cells of any types are sorted by."""
    return (TYPES.index(type(cell)), 0 if cell is None else cell)


def surprise(counts: Counter[Cell] | Counter[tuple[Cell, Cell]]) -> float:
    """Bits that all cells together cost an ideal coder."""
    total = counts.total()
    return sum(count * math.log2(total / count) for count in counts.values())


def groups(keys: list[Cell]) -> list[list[int]]:
    """The rows of each key, keys in the order they first stand."""
    rows: dict[Cell, list[int]] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    return list(rows.values())


def walk(cells: list[Cell]) -> list[Cell]:
    """Distinct cells so that each stands behind the one it first came after: beds in the order of the walk."""
    order = [cells[0]]
    known = {cells[0]}
    for before, cell in pairwise(cells):
        if cell not in known:
            known.add(cell)
            order.insert(order.index(before) + 1, cell)
    return order
