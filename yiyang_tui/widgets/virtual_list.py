"""A list of any length at constant cost: only the visible page is ever fetched and drawn.

Rows are the caller's own frozen dataclasses. ``cells(row)`` turns one into cells, ``fetch(offset, limit)`` and
``count()`` run in a worker thread. Ten thousand or a hundred thousand rows cost the same as ten.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.worker import get_current_worker

from yiyang_tui.cells import wrap
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.columns import Cell, Cells, Column, laid_out, title_line
from yiyang_tui.widgets.pages import PAGE, Pages
from yiyang_tui.words import t

__all__ = ["Cell", "Cells", "Column", "VirtualList"]

Row = TypeVar("Row")


class VirtualList(ScrollView, Generic[Row], can_focus=True):
    """A list that scrolls rows fetched page by page.

    ``key(row)`` keeps the place when rows change: after ``load()`` the same row stays chosen if it is still on the
    pages around, else the same position. ``selectable(row)`` is false for headings. ``empty`` is what to say, and
    to do, when there is nothing. With ``titled`` the first line holds the column titles and how many rows there are.
    ``always_lit``: keys come from elsewhere, so the chosen row shows without the focus. Without ``counted`` the titles
    do not say how many rows there are, as of a list with headings among them.
    """

    DEFAULT_CSS = """
    VirtualList { height: 1fr; width: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(-1)", show=False),
        Binding("end", "edge(1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    index: reactive[int] = reactive(0, init=False, repaint=False)
    total: reactive[int] = reactive(0, init=False)

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another row."""

        list: "VirtualList[Any]"
        index: int
        row: Any

    @dataclass
    class Chosen(Message):
        """Enter was pressed on a row."""

        list: "VirtualList[Any]"
        index: int
        row: Any

    @dataclass
    class Loaded(Message):
        """A page has come back from its worker."""

        list: "VirtualList[Any]"
        generation: int
        total: int
        page: int
        rows: Sequence[Any]

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[Row], Cells],
        *,
        fetch: Callable[[int, int], Sequence[Row]] | None = None,
        count: Callable[[], int] | None = None,
        key: Callable[[Row], Hashable] | None = None,
        selectable: Callable[[Row], bool] | None = None,
        empty: str = "",
        titled: bool = True,
        always_lit: bool = False,
        counted: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self._cells = cells
        self._fetch = fetch
        self._count = count
        self._key = key
        self._selectable = selectable or (lambda _row: True)
        self.empty = empty
        self.head = 1 if titled else 0
        self._always_lit = always_lit
        self.counted = counted
        self._pages: Pages[Row] = Pages()
        self._known = False
        self._keep: Hashable | None = None

    # --- rows ---------------------------------------------------------------------------------

    @property
    def current(self) -> Row | None:
        """The row under the cursor, if it has been fetched."""
        return self.row_at(self.index)

    def row_at(self, index: int) -> Row | None:
        """A row if its page is here. Asks for nothing."""
        return self._pages.row(index)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show rows that are all in memory already; no worker is used."""
        self._keep_place()
        self._fetch = self._count = None
        self._pages.hold(rows)
        self._settle(len(rows))

    def load(self) -> None:
        """Count and fetch anew, keeping the place. What is shown stays until the answer is here."""
        if self._fetch is None:
            return
        self._keep_place()
        self._pages.renew()
        self._ask(self.index // PAGE)

    def _keep_place(self) -> None:
        row = self.current
        self._keep = self._key(row) if self._key and row is not None else None

    def _ask(self, page: int) -> None:
        fetch, count, generation, known = self._fetch, self._count, self._pages.generation, self.total
        if fetch is None:
            return
        wanted, first = self._pages.ask(page)
        if not wanted:
            return

        def work() -> None:
            total = count() if first and count is not None else known
            rows = fetch(page * PAGE, PAGE)
            if not get_current_worker().is_cancelled:
                self.post_message(self.Loaded(self, generation, total, page, rows))

        self.run_worker(work, thread=True, group="page", description="page")

    @on(Loaded)
    def _take(self, event: Loaded) -> None:
        event.stop()
        if self._pages.take(event.generation, event.page, event.rows):
            self._settle(event.total)

    def _settle(self, total: int) -> None:
        self._known = True
        self.total = total
        self.virtual_size = Size(self.size.width, total + self.head)
        at = self._pages.find(self._key, self._keep) if self._key and self._keep is not None else None
        self._keep = None
        self._move(self.index if at is None else at, 1, tell=True)
        self.refresh()

    # --- moving -------------------------------------------------------------------------------

    def goto(self, index: int) -> None:
        """Put the cursor on a row."""
        self._move(index, 1)

    def action_step(self, by: int) -> None:
        """Up or Down."""
        self._move(self.index + by, by)

    def action_page(self, by: int) -> None:
        """PageUp or PageDown."""
        self._move(self.index + by * max(self._rows_visible - 1, 1), by)

    def action_edge(self, by: int) -> None:
        """Home or End."""
        self._move(0 if by < 0 else self.total - 1, -by)

    def action_choose(self) -> None:
        """Enter."""
        row = self.current
        if row is not None and self._selectable(row):
            self.post_message(self.Chosen(self, self.index, row))

    @property
    def _rows_visible(self) -> int:
        return max(self.size.height - self.head, 1)

    def _move(self, index: int, by: int, *, tell: bool = False) -> None:
        if not self.total:
            self.index = 0
            return
        index = self._skip(min(max(index, 0), self.total - 1), 1 if by >= 0 else -1)
        before = self.index
        self.index = index
        self._show(index)
        row = self.current
        if (tell or index != before) and row is not None:
            self.post_message(self.Highlighted(self, index, row))

    def _skip(self, index: int, by: int) -> int:
        """Step over headings, first onwards, then back."""
        for direction in (by, -by):
            at = index
            while 0 <= at < self.total:
                row = self.row_at(at)
                if row is None or self._selectable(row):
                    return at
                at += direction
        return index

    def _show(self, index: int) -> None:
        top = round(self.scroll_y)
        if index < top:
            # A heading just above the first row stays in sight with it.
            above = self.row_at(index - 1) if index else None
            top = index - 1 if above is not None and not self._selectable(above) else index
        elif index >= top + self._rows_visible:
            top = index - self._rows_visible + 1
        if top != round(self.scroll_y):
            self.scroll_to(y=top, animate=False, force=True)

    def _show_anew(self, index: int) -> None:
        # While it was too small for it the list began at the chosen row; now it can begin at its beginning again.
        if index < self._rows_visible and self.scroll_y:
            self.scroll_to(y=0, animate=False, force=True)
        else:
            self._show(index)

    def watch_index(self, old: int, new: int) -> None:
        """Draw the two rows that changed."""
        for index in (old, new):
            self.refresh(Region(0, index - round(self.scroll_y) + self.head, self.size.width, 1))

    def on_resize(self, _event: events.Resize) -> None:
        """The chosen row stays in sight."""
        self.virtual_size = Size(self.size.width, self.total + self.head)
        if self.total:
            self.call_after_refresh(self._show_anew, self.index)

    def on_focus(self) -> None:
        """The cursor is drawn strong only where keys go."""
        self.refresh()

    def on_blur(self) -> None:
        """And quiet elsewhere."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click chooses; on the chosen row it opens."""
        at = event.y + round(self.scroll_y) - self.head
        if event.y >= self.head and 0 <= at < self.total:
            if at == self.index:
                self.action_choose()
            else:
                self._move(at, 1)

    # --- drawing ------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One line of the screen: titles, a row, or what to do when there are none."""
        width = self.size.width
        if y < self.head:
            return self._title_line(width)
        if not self.total:
            return self._empty_line(y - self.head, width)
        index = round(self.scroll_y) + y - self.head
        if index >= self.total:
            return self._strip([], width)
        row = self.row_at(index)
        if row is None:
            self._ask(index // PAGE)
            return self._strip([Segment("  " + t("list.loading"), token_style(self.app, "quiet"))], width)
        return self._row_line(row, index == self.index and self._selectable(row), width)

    def _row_line(self, row: Row, chosen: bool, width: int) -> Strip:
        lit = chosen and (self.has_focus or self._always_lit)
        plain = token_style(self.app, "", selected=lit)
        cells = laid_out(self.columns, self._cells(row), width - 3)
        segments = [Segment(cell.text, token_style(self.app, cell.token, selected=lit)) for cell in cells]
        return self._strip([Segment("> " if chosen else "  ", plain), *segments], width, plain if lit else None)

    def _title_line(self, width: int) -> Strip:
        count = t("app.count", n=self.total) if self._known and self.counted else ""
        titles = "  " + title_line(self.columns, count, width - 3)
        return self._strip([Segment(titles, token_style(self.app, "quiet"))], width)

    def _empty_line(self, y: int, width: int) -> Strip:
        if not self._known:
            return self._strip([], width)
        lines = ["", *wrap(self.empty or t("list.none"), max(width - 4, 8))]
        return self._strip([Segment("  " + lines[y], token_style(self.app, "quiet"))] if y < len(lines) else [], width)

    def _strip(self, segments: list[Segment], width: int, pad: Style | None = None) -> Strip:
        return Strip(segments).adjust_cell_length(width, pad).apply_style(self.rich_style)
