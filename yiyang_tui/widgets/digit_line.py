"""``[1 本班]  2 待接  3 往期``: the pages of a place, each with its digit; where one is stands in brackets."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from yiyang_tui.themes import token_style


class DigitLine(Widget):
    """``words`` are numbered from 1; the pages stand as far apart as there is room for."""

    DEFAULT_CSS = "DigitLine { height: 1; width: 1fr; }"

    def __init__(self, words: Sequence[str], current: int, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.words, self.current = tuple(words), current

    def turn(self, current: int, words: Sequence[str] | None = None) -> None:
        """Another page is in front (from 0), or a word says something else."""
        self.current = current
        self.words = tuple(words or self.words)
        self.refresh()

    def render(self) -> Text:
        """All of them."""
        words = [f"{n} {word}" for n, word in enumerate(self.words, 1)]
        loose = sum(cell_len(word) for word in words) + 4 * len(words) - 2 <= self.size.width
        text = Text(end="", no_wrap=True, overflow="crop")
        for n, word in enumerate(words):
            here = n == self.current
            # Close up, the bracket of the page in front stands in the only blank between two.
            opened = "[" if here else " " if loose or not n or n - 1 != self.current else ""
            shut = "]" if here else " " if loose else ""
            text.append(f"{opened}{word}{shut}", token_style(self.app, "title" if here else "quiet"))
            text.append("  " if loose and n < len(words) - 1 else "")
        return text
