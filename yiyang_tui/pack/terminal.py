"""A pack in a terminal, for an emergency on another laptop: page by page, and nothing of it on a disk."""

import sys
from collections.abc import Callable, Iterator
from typing import Final

from yiyang_tui.pack.document import Cell, Line, Lines, Pack, Page, Table

_WIDEST: Final = 160


def lines_of(pack: Pack, width: int) -> Iterator[str]:
    """All of it in lines; room to write on is left out."""
    for page in pack.pages:
        if all(isinstance(block, Table) and block.look == "blank" for block in page.blocks[-1:]):
            continue
        yield from (f"== {_plain(Line(page.title))} ==", _plain(Line(page.head)), "")
        yield from _blocks(page, min(width, _WIDEST))
        yield ""


def leaf(lines: Iterator[str], height: int, ask: Callable[[], str]) -> Iterator[str]:
    """The same, a screen at a time: after each ``ask`` waits, and an answer of ``q`` ends it."""
    for n, line in enumerate(lines, start=1):
        yield line
        if n % max(1, height - 1) == 0 and ask().strip().lower() == "q":
            return


def _blocks(page: Page, width: int) -> Iterator[str]:
    for block in page.blocks:
        if block.heading:
            yield from (f"-- {block.heading} --", "")
        if isinstance(block, Lines):
            yield from (_plain(line) for line in block.lines if line.kind != "space")
        elif block.look == "grid":
            yield from (_round(block, row) for row in block.rows)
        else:
            yield from _table(block, width)
        yield ""


def _plain(line: Line) -> str:
    # What somebody typed must not command the terminal.
    text = "".join(char if char.isprintable() else " " for char in line.text)
    return f"! {text}" if line.kind == "warning" and not text.startswith("!") else text


def _round(block: Table, row: tuple[Cell, ...]) -> str:
    """A line for a person: at which hours a round falls due."""
    hours = [name for name, cell in zip(block.columns, row, strict=True) for one in cell if one.kind == "box"]
    named = [_plain(one) for cell in row for one in cell if one.kind != "box"]
    return f"{'  '.join(named)}: {' '.join(hours)}"


def _table(block: Table, width: int) -> Iterator[str]:
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(box=None, pad_edge=False, show_header=True, header_style="")
    for name in block.columns:
        drawn.add_column(name, overflow="fold")
    for row in block.rows:
        drawn.add_row(*(Text("\n".join(map(_plain, cell))) for cell in row))
        drawn.add_row()
    console = Console(width=width, highlight=False, color_system=None, file=sys.stdout)
    with console.capture() as page:
        console.print(drawn)
    yield from (line.rstrip() for line in page.get().splitlines())
