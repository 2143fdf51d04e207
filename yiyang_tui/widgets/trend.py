"""A trend of measurements as a picture: values upward, time to the right.

In the plain theme it is drawn with ``*`` and ``o``, one row a step. Elsewhere half blocks double the steps of the first
series. Series differ by their sign, not by colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from yiyang_tui.cells import fit
from yiyang_tui.themes import is_plain, token_style
from yiyang_tui.words import t
from yiyang_tui.words.times import local

PLAIN_SIGNS: Final = ("*", "o")
# Lower half, upper half, both: of the first series, then of the second.
HALVES: Final = (("▄", "▀", "█"), (".", "'", ":"))
STEPS: Final = (1, 2, 5, 10, 20, 25, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class Point:
    """A measurement: seconds UTC, and the value in the unit shown."""

    at: int
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """Measurements of one kind, in any order. ``name`` as shown in the legend, where there is more than one."""

    name: str
    points: Sequence[Point]


def scale(low: float, high: float, rows: int, *, whole: bool = False) -> tuple[float, float]:
    """(bottom, step): round values, so that ``rows`` steps upward from the bottom cover ``low`` to ``high``.

    ``whole``: no step is finer than one.
    """
    span = max(high - low, 1e-9)
    factor = 0.1 if span < 5 and not whole else 1.0
    for size in STEPS:
        step = size * factor
        bottom = (low // step) * step
        if bottom + step * (rows - 1) >= high:
            return bottom, step
    step = span / max(rows - 1, 1)
    return low, step


class Trend(Widget):
    """Draws up to two series over the last ``days`` days; newest at the right edge."""

    DEFAULT_CSS = "Trend { height: 7; width: 1fr; }"

    series: reactive[tuple[Series, ...]] = reactive(())

    def __init__(self, *, days: int = 14, id: str | None = None) -> None:
        super().__init__(id=id)
        self.days = days
        self.until = 0
        self.whole = False

    def show(self, series: Sequence[Series], until: int, *, whole: bool = False) -> None:
        """Draw these series up to the moment ``until`` (seconds UTC). ``whole``: they are counted in whole numbers."""
        self.until, self.whole = until, whole
        self.series = tuple(series)
        self.refresh()

    def render(self) -> Text:
        """The picture, with a scale at the left and dates below."""
        quiet = token_style(self.app, "quiet")
        from_at = self.until - self.days * 86400
        kept = [[p for p in one.points if from_at < p.at <= self.until] for one in self.series]
        found = [p.value for points in kept for p in points]
        if not found:
            return Text(t("trend.none"), quiet)
        rows, width = max(self.size.height - 1, 2), max(self.size.width - 5, 8)
        bottom, step = scale(min(found), max(found), rows, whole=self.whole)
        grid = self._grid(kept, from_at, width, rows, bottom, step)
        digits = 1 if step < 1 else 0
        text = Text(no_wrap=True, overflow="crop")
        for row in range(rows - 1, -1, -1):
            text.append(fit(f"{bottom + step * row:.{digits}f}", 4, "right") + " ", quiet)
            for sign, which in grid[row]:
                text.append(sign, token_style(self.app, "entry" if which == 0 else ""))
            text.append("\n")
        return text.append("     " + self._dates(from_at, width), quiet)

    def _grid(
        self, kept: list[list[Point]], from_at: int, width: int, rows: int, bottom: float, step: float
    ) -> list[list[tuple[str, int]]]:
        """Rows from the bottom up, of (sign, series) cells."""
        plain = is_plain(self.app)
        grid = [[(" ", 0)] * width for _ in range(rows)]
        # The first series is drawn last: where two meet, it is the one that is read.
        for which in range(len(kept) - 1, -1, -1):
            for point in kept[which]:
                x = min(int((point.at - from_at) * width / (self.until - from_at)), width - 1)
                place = (point.value - bottom) / step
                y = min(max(round(place) if plain else int(place), 0), rows - 1)
                grid[y][x] = (_sign(plain, which, place - y, grid[y][x]), which)
        return grid

    def _dates(self, from_at: int, width: int) -> str:
        first, last = f"{local(from_at + 86400):%m-%d}", f"{local(self.until):%m-%d}"
        return first + " " * max(width - len(first) - len(last), 1) + last


def _sign(plain: bool, which: int, rest: float, there: tuple[str, int]) -> str:
    which = min(which, 1)
    if plain:
        return PLAIN_SIGNS[which]
    lower, upper, both = HALVES[which]
    sign = upper if rest >= 0.5 else lower
    return both if there[1] == which and there[0] in (lower, upper, both) and there[0] != sign else sign
