"""A few lines of text by meaning, drawn anew when the look changes."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from yiyang_tui.cells import fit
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.columns import Cell


class CellLines(Widget):
    """Each line is a run of cells; what does not fit is cropped with two dots. The height is the style sheet's."""

    DEFAULT_CSS = "CellLines { height: 1; width: 1fr; }"

    lines: reactive[tuple[tuple[Cell, ...], ...]] = reactive(())

    def show(self, *lines: Sequence[Cell]) -> None:
        """Draw these lines."""
        self.lines = tuple(tuple(line) for line in lines)

    def render(self) -> Text:
        """The lines, cropped."""
        text = Text(no_wrap=True, overflow="crop", end="")
        for nth, line in enumerate(self.lines[: max(self.size.height, 1)]):
            text.append("\n" if nth else "")
            left = self.size.width
            for cell in line:
                piece = cell.text if cell_len(cell.text) <= left else fit(cell.text, left)
                text.append(piece, token_style(self.app, cell.token))
                left -= cell_len(piece)
        return text
