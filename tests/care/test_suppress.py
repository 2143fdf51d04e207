"""Small cells are not told, and nobody gets at them by subtracting: tried as somebody would who knows the rule."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from care.exports.suppress import HIDDEN, SMALL, Shown, suppressed, with_totals

LEAST = 5
COUNT = st.one_of(st.integers(0, 9), st.integers(0, 9), st.integers(10, 60))


def tables(rows: int, columns: int, count: st.SearchStrategy[int] = COUNT) -> st.SearchStrategy[list[list[int]]]:
    def of(size: tuple[int, int]) -> st.SearchStrategy[list[list[int]]]:
        return st.lists(st.lists(count, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])

    return st.tuples(st.integers(1, rows), st.integers(1, columns)).flatmap(of)


@given(tables(6, 5))
@settings(max_examples=100)
def test_what_is_told_is_true_and_never_small(counts: list[list[int]]) -> None:
    told, whole = suppressed(counts, LEAST), with_totals(counts)
    everything_hidden = all(cell == HIDDEN for row in told for cell in row)
    for row, truth in zip(told, whole, strict=True):
        for cell, value in zip(row, truth, strict=True):
            if cell == SMALL:
                assert 0 < value < LEAST
            elif cell == HIDDEN:
                assert value >= LEAST or everything_hidden
            else:
                assert cell == value
                assert value == 0 or value >= LEAST


@given(tables(6, 5, st.one_of(st.just(0), st.integers(LEAST, 60))))
@settings(max_examples=50)
def test_a_table_without_small_cells_is_told_whole(counts: list[list[int]]) -> None:
    assert suppressed(counts, LEAST) == with_totals(counts)


@given(tables(6, 5))
@settings(max_examples=100)
def test_no_sum_and_difference_of_what_is_told_gives_a_cell(counts: list[list[int]]) -> None:
    """By linear algebra over all rows, columns and totals: the strongest form of subtracting."""
    assert solvable(suppressed(counts, LEAST)) == set()


@given(tables(2, 3, st.integers(0, 8)))
@settings(max_examples=60, deadline=None)
@example([[4, 4]])
@example([[1, 1], [1, 1]])
@example([[1, 4, 0], [0, 0, 0]])
@example([[2, 2, 1], [6, 7, 8]])
@example([[4, 4], [1, 3]])  # totals move against the cells that they sum up
def test_of_every_untold_cell_two_values_fit_for_whoever_knows_the_rule(counts: list[list[int]]) -> None:
    """All tables of small numbers are tried out: those that would look the same on paper."""
    told = suppressed(counts, LEAST)
    if all(cell == HIDDEN for row in told for cell in row):
        return
    untold = [(r, c) for r, row in enumerate(told) for c, cell in enumerate(row) if isinstance(cell, str)]
    values: dict[tuple[int, int], set[int]] = {cell: set() for cell in untold}
    for whole in alike(told):
        for r, c in untold:
            values[r, c].add(whole[r][c])
        if all(len(found) > 1 for found in values.values()):
            return
    assert {cell for cell, found in values.items() if len(found) < 2} == set()


def test_a_single_small_cell_takes_a_square_with_it() -> None:
    counts = [[2, 19, 30], [18, 7, 40], [33, 21, 60]]
    told = suppressed(counts, LEAST)
    assert told[0][0] == SMALL
    assert sum(isinstance(cell, str) for row in told for cell in row) == 4
    assert told[1][1] == HIDDEN


@pytest.mark.parametrize("order", permutations(range(3)))
def test_what_goes_with_it_is_the_least_there_is(order: tuple[int, int, int]) -> None:
    counts = [[2, 19, 30], [18, 7, 40], [33, 21, 60]]
    told = suppressed([[counts[r][c] for c in order] for r in order], LEAST)
    untold = {(r, c) for r, row in enumerate(told) for c, cell in enumerate(row) if isinstance(cell, str)}
    here = {order.index(0), order.index(1)}
    assert untold == {(r, c) for r in here for c in here}


@pytest.mark.parametrize("counts", [[], [[0, 0], [0, 0]]])
def test_nobody_there_is_no_secret(counts: list[list[int]]) -> None:
    assert suppressed(counts, LEAST) == with_totals(counts)


def alike(told: list[list[Shown]]) -> Iterator[list[list[int]]]:
    """Every table with these sums and these words, none of its cells over 12."""
    inner = [row[:-1] for row in told[:-1]]
    ways = [[range(1, LEAST) if c == SMALL else range(LEAST, 13) if c == HIDDEN else [c] for c in row] for row in inner]
    cells = [way for row in ways for way in row]
    width = len(inner[0])
    for chosen in product(*cells):
        whole = with_totals([list(chosen[n : n + width]) for n in range(0, len(chosen), width)])  # type: ignore[arg-type]
        if all(
            fits(cell, value)
            for row, truth in zip(told, whole, strict=True)
            for cell, value in zip(row, truth, strict=True)
        ):
            yield whole


def fits(cell: Shown, value: int) -> bool:
    """Whether a word may stand for a value."""
    if cell == SMALL:
        return 0 < value < LEAST
    return value >= LEAST if cell == HIDDEN else cell == value


def solvable(told: list[list[Shown]]) -> set[tuple[int, int]]:
    """The untold cells that the sums alone determine."""
    rows, columns = len(told), len(told[0])
    untold = [(r, c) for r in range(rows) for c in range(columns) if isinstance(told[r][c], str)]
    lines = [[(r, c) for c in range(columns)] for r in range(rows)]
    lines += [[(r, c) for r in range(rows)] for c in range(columns)]
    matrix = []
    for line in lines:
        weights = dict.fromkeys(line, Fraction(1)) | {line[-1]: Fraction(-1)}
        matrix.append([weights.get(cell, Fraction(0)) for cell in untold])
    rank_row = 0
    for column in range(len(untold)):
        pivot = next((n for n in range(rank_row, len(matrix)) if matrix[n][column]), None)
        if pivot is None:
            continue
        matrix[rank_row], matrix[pivot] = matrix[pivot], matrix[rank_row]
        head = matrix[rank_row] = [value / matrix[rank_row][column] for value in matrix[rank_row]]
        for n, other in enumerate(matrix):
            if n != rank_row and other[column]:
                matrix[n] = [a - other[column] * b for a, b in zip(other, head, strict=True)]
        rank_row += 1
    return {untold[one[0]] for row in matrix if len(one := [n for n, value in enumerate(row) if value]) == 1}
