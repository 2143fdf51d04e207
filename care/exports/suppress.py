"""Tables of counts without small cells: nothing that is not told can be had by subtracting what is.

A cell from 1 to 4 is told as "fewer than 5" (``SMALL``). Where that could still be worked out from the row, the column,
their totals and the rule itself, cells of 5 and more are not told either (``HIDDEN``), the smallest first, until every
cell that is not told has at least two values that fit all that is. Totals are cells like others.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

SMALL: Final = "small"
HIDDEN: Final = "hidden"
Shown = int | str
"""A count, ``SMALL`` or ``HIDDEN``."""
_Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What is known of a cell that is not told: from ``lo`` to ``hi``, ``None`` without an upper end."""

    lo: int
    hi: int | None

    def may_rise(self, value: int) -> bool:
        return self.hi is None or value < self.hi

    def may_fall(self, value: int) -> bool:
        return value > self.lo


def suppressed(counts: Sequence[Sequence[int]], least: int) -> list[list[Shown]]:
    """Counts (not negative, all rows of one length) with their totals as a last column and row, made safe to tell.

    A table for which nothing less will do is not told at all.
    """
    whole = with_totals(counts)
    small, large = _Bounds(1, least - 1), _Bounds(least, None)
    untold = {cell: small for cell, value in _cells(whole) if 0 < value < least}
    # Adding to what is not told never makes another cell easier to work out, so one round finds all.
    for cell in list(untold):
        way = _way_round(whole, untold, large, cell)
        if way is None:
            return [[HIDDEN] * len(row) for row in whole]
        untold |= {one: large for one in way if one not in untold}
    return [
        [SMALL if untold.get((r, c)) is small else HIDDEN if (r, c) in untold else value for c, value in enumerate(row)]
        for r, row in enumerate(whole)
    ]


def with_totals(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    """The counts with the sum of each row, then a row of the sums of the columns."""
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]] if rows else []


def _cells(whole: Sequence[Sequence[int]]) -> Iterator[tuple[_Cell, int]]:
    return (((r, c), value) for r, row in enumerate(whole) for c, value in enumerate(row))


def _way_round(
    whole: Sequence[Sequence[int]], untold: dict[_Cell, _Bounds], large: _Bounds, cell: _Cell
) -> list[_Cell] | None:
    """The cells that change with this one, by one each, so that every sum stays: the cheapest such round, or ``None``.

    Every row and every column is an equation. A change of a cell must be undone by another of its row, that by another
    of its column, and so on until it comes back: a walk through rows and columns, whose steps are cells that are not
    told. A step over one of 5 and more that is told costs what it hides.
    """
    rows, columns = len(whole), len(whole[0])

    def sign(one: _Cell) -> int:
        # A total stands on the other side of its equations; the total of totals on both.
        return -1 if (one[0] == rows - 1) != (one[1] == columns - 1) else 1

    def cost(one: _Cell, rise: bool) -> int | None:
        value = whole[one[0]][one[1]]
        bounds = untold.get(one) or (large if value >= large.lo else None)
        up = rise == (sign(one) > 0)
        if bounds is None or not (bounds.may_rise(value) if up else bounds.may_fall(value)):
            return None
        # Much rather two cells than one sum over everything.
        return 0 if one in untold else value + 1

    best: tuple[int, list[_Cell]] | None = None
    for rise in (True, False):
        if cost(cell, rise) is None:
            continue
        found = _walk(rows, columns, cell, rise, cost)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
    return None if best is None else best[1]


def _walk(
    rows: int, columns: int, cell: _Cell, rise: bool, cost: Callable[[_Cell, bool], int | None]
) -> tuple[int, list[_Cell]] | None:
    """The cheapest walk from the cell's column back to its row without itself; steps change by turns the other way."""
    start, goal = rows + cell[1], cell[0]
    queue: list[tuple[int, int, list[_Cell]]] = [(0, start, [])]
    done: set[int] = set()
    while queue:
        paid, at, way = heappop(queue)
        if at == goal:
            return paid, way
        if at in done:
            continue
        done.add(at)
        in_column = at >= rows
        for other in range(rows if in_column else columns):
            one = (other, at - rows) if in_column else (at, other)
            # In a column the change of before is undone, in a row it is made anew.
            step = None if one == cell else cost(one, rise != in_column)
            if step is not None:
                heappush(queue, (paid + step, other if in_column else rows + other, [*way, one]))
    return None
