"""Columns of a list, measured in cells."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from yiyang_tui.cells import Align, fit
from yiyang_tui.themes import Token
from yiyang_tui.visible import visible


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``width`` in cells; 0 takes what is left (shared by all such columns). ``title`` as shown."""

    width: int
    title: str = ""
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of text with its meaning. A bare ``str`` is a cell of ordinary text."""

    text: str
    token: Token = ""

    def __post_init__(self) -> None:
        if not self.text.isprintable():
            object.__setattr__(self, "text", visible(self.text))


Cells = Sequence[str | Cell]
"""One cell a column, or a single one that takes the whole line: a heading."""


def widths(columns: Sequence[Column], room: int) -> list[int]:
    """How many cells each column gets; one blank stands between neighbours."""
    fixed = sum(column.width for column in columns) + len(columns) - 1
    elastic = [i for i, column in enumerate(columns) if not column.width]
    left = max(room - fixed, 0)
    found = [column.width for column in columns]
    for nth, index in enumerate(elastic):
        found[index] = left // len(elastic) + (1 if nth < left % len(elastic) else 0)
    return found


def laid_out(columns: Sequence[Column], cells: Cells, room: int) -> list[Cell]:
    """The cells of one row, each in exactly its width, with a blank before each but the first."""
    if len(cells) == 1:
        columns = (Column(0),)
    found = []
    for n, (cell, column, width) in enumerate(zip(cells, columns, widths(columns, room), strict=True)):
        text, token = (cell.text, cell.token) if isinstance(cell, Cell) else (cell, "")
        found.append(Cell((" " if n else "") + fit(text, width, column.align), token))
    return found


def title_line(columns: Sequence[Column], count: str, room: int) -> str:
    """The titles, and how many rows there are in the last gap between titles that is wide enough."""
    titles = "".join(cell.text for cell in laid_out(columns, [column.title for column in columns], room)) + " "
    need = cell_len(count) + 2
    gap = titles.rfind(" " * need)
    return titles[: gap + 1] + count + titles[gap + need - 1 :] if count and gap >= 0 else titles
