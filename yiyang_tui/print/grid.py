"""Tables that break over pages with their head repeated, fields with their names, lines to sign on."""

from collections.abc import Sequence
from dataclasses import dataclass

from yiyang_tui.print.paper import BLACK, RULE, SHADE, TOP, Align, Paper, leading
from yiyang_tui.words import t

_PAD = 1.1


@dataclass(frozen=True, slots=True)
class Column:
    """One column, ``width`` mm wide."""

    title: str
    width: float
    align: Align = "left"
    size: float = 8.5


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not plain: bold, or shaded."""

    said: str
    bold: bool = False
    shaded: bool = False


def spread(columns: Sequence[Column], width: float) -> list[Column]:
    """The same columns as wide as the page: those of width 0 share what is left."""
    open_ = sum(not one.width for one in columns)
    left = (width - sum(one.width for one in columns)) / open_ if open_ else 0
    return [Column(one.title, one.width or left, one.align, one.size) for one in columns]


def grid(
    paper: Paper,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str | Cell]],
    *,
    least: float = 6.0,
    together: float = 0,
) -> None:
    """A table from ``paper.y`` on. ``least``: how high a row is; ``together``: what must fit below it on its page."""
    columns = spread(columns, paper.width)
    paper.need(least * 2 + _titles_height(paper, columns) + (together if not rows else 0))
    _titles(paper, columns)
    for n, row in enumerate(rows):
        more = together if n == len(rows) - 1 else 0
        _row(paper, columns, [one if isinstance(one, Cell) else Cell(one) for one in row], least, more)


def _titles_height(paper: Paper, columns: Sequence[Column]) -> float:
    most = max(len(paper.lines(one.title, one.width - _PAD, 8)) for one in columns)
    return max(6.0, most * leading(8) + 1.6)


def _titles(paper: Paper, columns: Sequence[Column]) -> None:
    height, x = _titles_height(paper, columns), paper.left
    for one in columns:
        paper.box(x, paper.y, one.width, height, fill=SHADE)
        lines = paper.lines(one.title, one.width - _PAD, 8)
        y = paper.y + (height - len(lines) * leading(8)) / 2
        for n, line in enumerate(lines):
            said = (x + _PAD / 2, y + n * leading(8), line, 8.0)
            paper.say(*said, width=one.width - _PAD, align="centre", bold=True)
        x += one.width
    paper.y += height


def _row(paper: Paper, columns: Sequence[Column], row: Sequence[Cell], least: float, more: float) -> None:
    """One row; what is higher than the page goes on over the next."""
    left = [paper.lines(cell.said, one.width - 2 * _PAD, one.size) for one, cell in zip(columns, row, strict=True)]
    while True:
        height = max(least, *(_height(lines, one.size) for lines, one in zip(left, columns, strict=True)))
        if paper.y + height + more <= paper.bottom:
            _draw(paper, columns, row, left, height)
            return
        room = paper.bottom - paper.y
        if height + more > paper.bottom - TOP - _titles_height(paper, columns) and room > 4 * least:
            fits = [int((room - 1.6) / leading(one.size)) for one in columns]
            here = [lines[:most] for lines, most in zip(left, fits, strict=True)]
            _draw(paper, columns, row, here, room)
            left = [lines[most:] for lines, most in zip(left, fits, strict=True)]
            more = 0
        paper.page()
        _titles(paper, columns)


def _height(lines: Sequence[str], size: float) -> float:
    return len(lines) * leading(size) + 1.6


def _draw(
    paper: Paper, columns: Sequence[Column], row: Sequence[Cell], left: Sequence[Sequence[str]], height: float
) -> None:
    x = paper.left
    for one, cell, lines in zip(columns, row, left, strict=True):
        paper.box(x, paper.y, one.width, height, fill=SHADE if cell.shaded else None)
        y = paper.y + max(0.8, (height - len(lines) * leading(one.size)) / 2)
        for n, line in enumerate(lines):
            where = (x + _PAD, y + n * leading(one.size), line, one.size)
            paper.say(*where, width=one.width - 2 * _PAD, align=one.align, bold=cell.bold, grey=BLACK)
        x += one.width
    paper.y += height


def heading(paper: Paper, said: str, below: float = 14) -> None:
    """A line over what follows, on the page where that begins."""
    paper.need(leading(10) + 3 + below)
    paper.y += 2.5
    paper.say(paper.left, paper.y, said, 10, width=paper.width, bold=True)
    paper.y += leading(10) + 1


def prose(paper: Paper, said: str, size: float = 8.5, *, grey: int = BLACK) -> None:
    """A paragraph."""
    for line in paper.lines(said, paper.width, size):
        paper.need(leading(size))
        paper.say(paper.left, paper.y, line, size, grey=grey, width=paper.width)
        paper.y += leading(size)


def signatures(paper: Paper, names: Sequence[str], *, dated: bool = True) -> None:
    """Lines to sign on, as many in a row as have room; all of them on one page."""
    each = [*names, *([t("print.sign.date")] if dated else [])]
    in_row = max(1, int(paper.width // 44))
    rows = [each[n : n + in_row] for n in range(0, len(each), in_row)]
    paper.need(len(rows) * 12 + 4)
    paper.y += 4
    for row in rows:
        width = paper.width / len(row)
        for n, name in enumerate(row):
            x = paper.left + n * width
            word = paper.measure(name, 9)
            paper.say(x, paper.y + 2, name, 9, width=width * 0.6)
            paper.line(x + min(word, width * 0.6) + 1.5, paper.y + 7, x + width - 4, paper.y + 7, 0.2, RULE)
        paper.y += 12
