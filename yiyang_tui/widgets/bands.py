"""Grades over time as a picture: one row a grade, the totals standing where and when they were given.

A number in the row of its grade says more than a dot, and is drawn alike on every terminal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from yiyang_tui.cells import fit
from yiyang_tui.themes import Token, token_style
from yiyang_tui.words import t
from yiyang_tui.words.times import local

DAY_S: Final = 86400
MOST_LABEL: Final = 26


@dataclass(frozen=True, slots=True)
class Band:
    """One row: its code, its words with the totals that it takes, how it is drawn."""

    code: str
    words: str
    token: Token = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One result: seconds UTC, the code of its band, what is written there. ``here``: the one that is looked at."""

    at: int
    code: str
    text: str
    here: bool = False


class Bands(Widget):
    """Draws marks in their bands, the oldest at the left; of two that would stand on each other the newer is drawn."""

    DEFAULT_CSS = "Bands { height: auto; width: 1fr; }"

    rows: reactive[tuple[Band, ...]] = reactive((), layout=True)
    marks: reactive[tuple[Mark, ...]] = reactive(())

    def show(self, rows: Sequence[Band], marks: Sequence[Mark]) -> None:
        """Draw these."""
        self.rows, self.marks = tuple(rows), tuple(sorted(marks, key=lambda one: one.at))

    def render(self) -> Text:
        """The bands with their marks, the first and the last day below."""
        quiet = token_style(self.app, "quiet")
        if not self.rows or not self.marks:
            return Text(t("list.none"), quiet)
        label = min(max(cell_len(row.words) for row in self.rows), MOST_LABEL)
        room = max(self.size.width - label - 3, 8)
        text = Text(no_wrap=True, overflow="crop")
        for row in self.rows:
            text.append(fit(row.words, label) + " |", token_style(self.app, row.token or "quiet"))
            self._place(text, [mark for mark in self.marks if mark.code == row.code], room)
            text.append("\n")
        first, last = (f"{local(self.marks[at].at):%Y-%m-%d}" for at in (0, -1))
        dates = first if first == last else first + " " * max(room - len(first) - len(last), 1) + last
        return text.append(" " * (label + 2) + dates, quiet)

    def _place(self, text: Text, marks: Sequence[Mark], room: int) -> None:
        taken: list[tuple[int, Mark]] = []
        left = room + 1
        for mark in sorted(marks, key=lambda one: (one.here, one.at), reverse=True):
            x = self._x(mark, room)
            if all(x + len(mark.text) < at or at + len(other.text) < x for at, other in taken):
                taken.append((x, mark))
        at = 0
        for x, mark in sorted(taken, key=lambda one: one[0]):
            text.append(" " * (x - at)).append(mark.text, token_style(self.app, "entry" if mark.here else ""))
            at = x + len(mark.text)
        text.append(" " * max(left - 1 - at, 0))

    def _x(self, mark: Mark, room: int) -> int:
        first, last = self.marks[0].at, self.marks[-1].at
        span = max(last - first, DAY_S)
        width = room - max(len(one.text) for one in self.marks)
        return max(min((mark.at - first) * width // span, width), 0)
