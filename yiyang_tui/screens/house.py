"""Ctrl+U, the house: checks, equipment, rota, papers, whether there are enough carers, numbers to confirm."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher

from yiyang_tui.actions import WIDE_DIGITS
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.house_pages import PAGES, HousePage, load_page
from yiyang_tui.widgets.digit_line import DigitLine
from yiyang_tui.widgets.virtual_list import VirtualList
from yiyang_tui.words import t


class House(Place):
    """One page at a time, turned to by its digit."""

    where = "house"
    CSS_PATH = "house.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *((f"{n},{WIDE_DIGITS[n - 1]}", f"page({n - 1})", "") for n in range(1, len(PAGES) + 1)),
        ("tab", "turn(1)", ""),
        ("shift+tab", "turn(-1)", ""),
        ("left", "day(-1)", ""),
        ("right", "day(1)", ""),
    ]

    at = 0

    def body(self) -> ComposeResult:
        """The pages, the one in front."""
        yield DigitLine([t(f"house.page.{page.id}") for page in PAGES], self.at, id="pageline")
        page = PAGES[self.at]
        with ContentSwitcher(initial=page.id, id="pages"):
            yield load_page(page.path)(id=page.id)

    def on_mount(self) -> None:
        """Its list takes the keys."""
        super().on_mount()
        self.front.list.focus()

    @property
    def front(self) -> HousePage:
        """The page that is shown."""
        return self.query_one(f"#{PAGES[self.at].id}", HousePage)

    def load(self) -> None:
        """What the page in front shows."""
        self.front.load()

    async def action_page(self, at: int) -> None:
        """A digit: that page."""
        self.at = at
        page, switcher = PAGES[at], self.query_one(ContentSwitcher)
        if not switcher.query(f"#{page.id}"):
            await switcher.add_content(load_page(page.path)(), id=page.id)
        switcher.current = page.id
        self.query_one(DigitLine).turn(at)
        self.front.list.focus()
        self.load()
        self.query_one("FootLine").refresh()

    async def action_turn(self, by: int) -> None:
        """Tab: the next page."""
        await self.action_page((self.at + by) % len(PAGES))

    def action_day(self, by: int) -> None:
        """Left and Right: another day of the rota."""
        page = self.front
        if "day" in PAGES[self.at].acts:
            page.action_day(by)  # type: ignore[attr-defined]

    def doer(self, method: str) -> object:
        """The page in front does what is its own."""
        return self.front if method.removeprefix("action_") in PAGES[self.at].acts else self

    def why_not(self, action: str) -> str | None:
        """Keys of other pages say on which they work."""
        name = action.rpartition(".")[2]
        having = [(n, page) for n, page in enumerate(PAGES, 1) if name in page.acts]
        if not action.startswith("house.") or not having:
            return None
        if name not in PAGES[self.at].acts:
            named = t("list.comma").join(t(f"house.page.{page.id}") for _, page in having)
            return t("house.other_page", pages=named, keys=t("list.or").join(str(n) for n, _ in having))
        return self.front.why_not(name)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter on a row of the page."""
        event.stop()
        if (why := self.why_not("house.do")) is not None:
            self.say(why)
        else:
            self.front.chosen(event.row)

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Something else is under the cursor."""
        event.stop()
        self.query_one("FootLine").refresh()
