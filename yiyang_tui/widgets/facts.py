"""A few facts in words: side by side where there is one line, below each other where there is a column."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from yiyang_tui.cells import wrap
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.columns import Cell

BETWEEN = 3


def broken(text: str, width: int) -> list[str]:
    """A fact in lines of at most ``width`` cells, broken where two blanks stand before anywhere else."""
    lines: list[str] = []
    for part in text.split("  "):
        if lines and cell_len(lines[-1]) + 2 + cell_len(part) <= width:
            lines[-1] += f"  {part}"
        else:
            lines += wrap(part, width)
    return lines


def packed(facts: Sequence[Cell], width: int) -> list[list[Cell]]:
    """The facts in lines of at most ``width`` cells, in their order; one that is longer is broken."""
    lines: list[list[Cell]] = []
    used = width
    for fact in facts:
        pieces = broken(fact.text, width)
        if used + BETWEEN + cell_len(fact.text) <= width and lines:
            lines[-1].append(fact)
            used += BETWEEN + cell_len(fact.text)
            continue
        lines += [[Cell(piece, fact.token)] for piece in pieces]
        used = cell_len(pieces[-1])
    return lines


class Facts(Widget):
    """Facts of what the cursor stands on. ``column``: each on a line of its own, an empty one keeps a line free."""

    facts: reactive[tuple[Cell, ...]] = reactive((), layout=False)
    column: reactive[bool] = reactive(False)

    def __init__(self, *, column: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(Facts.column, column)

    def render(self) -> Text:
        """As many as there is room for."""
        width = max(self.size.width, 8)
        shown = [fact for fact in self.facts if fact.text or self.column]
        lines = (
            [[Cell(piece, fact.token)] for fact in shown for piece in broken(fact.text, width)]
            if self.column
            else packed(shown, width)
        )
        text = Text(no_wrap=True, overflow="crop", end="")
        for nth, line in enumerate(lines[: max(self.size.height, 1)]):
            text.append("\n" if nth else "")
            for place, fact in enumerate(line):
                text.append(" " * BETWEEN if place else "")
                text.append(fact.text, token_style(self.app, fact.token))
        return text
