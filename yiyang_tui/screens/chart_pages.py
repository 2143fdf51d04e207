"""The pages of a chart: which there are, by which digit, and what each can do.

A page is one widget in a file of its own, made when it is first turned to. To add one: a class that derives from
``ChartPage``, a row in ``PAGES``, its word ``chart.page.<id>``. What a page does are actions ``chart.<name>`` of the
registry with a method ``action_<name>`` on the page, named in ``acts``: pages may share one, so that a key means the
same on each of them (Ctrl+N: the new thing of this page).
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from yiyang_tui.themes import token_style
from yiyang_tui.words import t

if TYPE_CHECKING:
    from yiyang_tui.carrier import Carrying
    from yiyang_tui.screens.chart import Chart


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the digit that turns to it, ``module:Class``, the chart's actions that are its own."""

    id: str
    digit: int
    path: str
    acts: tuple[str, ...] = ()


PAGES: Final = (
    Page("overview", 1, "yiyang_tui.screens.chart_overview:OverviewPage", ("print",)),
    Page("vitals", 2, "yiyang_tui.screens.chart_vitals:VitalsPage", ("measure", "span", "print")),
    Page(
        "medicine",
        3,
        "yiyang_tui.screens.chart_medicine:MedicinePage",
        ("new", "look", "custody", "measure", "print"),
    ),
    Page("assess", 4, "yiyang_tui.screens.chart_assess:AssessPage", ("drop", "look", "new", "tick", "print")),
    Page("care", 5, "yiyang_tui.screens.chart_care:CarePage", ("new", "look", "tick", "drop", "print")),
    Page("course", 6, "yiyang_tui.screens.chart_course:CoursePage", ("look", "print")),
    Page("looks", 7, "yiyang_tui.screens.chart_looks:LooksPage", ("print",)),
    Page("facts", 8, "yiyang_tui.screens.chart_facts:FactsPage", ("look",)),
)


class ChartPage(Widget):
    """One page of a chart: it asks through ``chart.run_care(..., group="page", exclusive=True)``, shows the answer."""

    DEFAULT_CSS = "ChartPage { height: 1fr; width: 1fr; }"

    first = ""
    """Selector of what takes the keys when the page is turned to; empty for a page that is only read."""

    @property
    def chart(self) -> "Chart":
        """Whose page it is: its ``person_id``, ``session``, ``header``, ``saved()``."""
        from yiyang_tui.screens.chart import Chart

        assert isinstance(self.screen, Chart)
        return self.screen

    def load(self, chart: "Chart") -> None:
        """Ask for what is shown; called each time the page or its chart comes to the front. Override."""

    def carried(self, state: "Carrying") -> None:
        """The sync beside the work has news. Override to show more than the chart's line."""

    def sideways(self, by: int) -> None:
        """Left and Right. Override where something lies beside."""

    def action_print(self) -> None:
        """Ctrl+O: the sheets that belong to this page."""
        from yiyang_tui.print.of_chart import print_page

        print_page(self.chart)

    def why_not(self, action: str) -> str | None:  # noqa: ARG002 - the hook's contract
        """Why one of the page's own actions cannot be done now. Override."""
        return None


def page(id: str) -> Page:
    """The page of that id. Raises ``KeyError``."""
    for one in PAGES:
        if one.id == id:
            return one
    raise KeyError(id)


def by_digit(digit: int) -> Page | None:
    """The page that a digit turns to, if there is one."""
    return next((one for one in PAGES if one.digit == digit), None)


def pages_with(act: str) -> tuple[Page, ...]:
    """The pages that have an act of that name; none for the acts of the whole chart."""
    return tuple(one for one in PAGES if act in one.acts)


@cache
def load_page(path: str) -> type[ChartPage]:
    """The class named ``module:Class``."""
    module, _, name = path.partition(":")
    found: type[ChartPage] = getattr(import_module(module), name)
    return found


class PageLine(Widget):
    """``[1 概览]  2 体征``: the pages, where one is stands in brackets."""

    DEFAULT_CSS = "PageLine { height: 1; width: 1fr; }"

    def __init__(self, current: str) -> None:
        super().__init__(id="pageline")
        self.current = current

    def turn(self, page: str) -> None:
        """Another page is in front."""
        self.current = page
        self.refresh()

    def render(self) -> Text:
        """All pages with their digits, as far apart as there is room for."""
        words = [(one.id == self.current, f"{one.digit} {t(f'chart.page.{one.id}')}") for one in PAGES]
        # Brackets take the room of the gap beside the page in front.
        bare = sum(cell_len(word) for _, word in words) + len(words) + 1
        gap = 1 if bare + 2 * len(words) - 1 <= self.size.width else 0
        text = Text(end="", no_wrap=True, overflow="crop")
        for n, (here, word) in enumerate(words):
            opened = "[" if here else " " if gap or not n or not words[n - 1][0] else ""
            text.append(f"{opened}{word}{']' if here else ''}", token_style(self.app, "title" if here else "quiet"))
            text.append(" " * (gap if here else gap * 2))
        return text
