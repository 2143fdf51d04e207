"""The chart of one person: what matters on top, then pages by digit; opened over the place it was asked for from."""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher, Static

from yiyang_tui.actions import WIDE_DIGITS, action, keys_word
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.chart_header import header_text
from yiyang_tui.screens.chart_pages import PAGES, ChartPage, PageLine, by_digit, load_page, page, pages_with
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.chart import Header
    from yiyang_tui.carrier import Carrying
    from yiyang_tui.screens.contest import Settled
    from yiyang_tui.screens.contest_sides import Contested
    from yiyang_tui.session import Session

WIDE = 104
"""From this many cells on two panes stand side by side."""


class Chart(Place):
    """Who it is and what can hurt them; then the pages, each made when it is first turned to.

    ``page`` among the facts: the id of the page it opens at.
    """

    where = "chart"
    CSS_PATH = "chart.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *((f"{one.digit},{WIDE_DIGITS[one.digit - 1]}", f"page({one.digit})", "") for one in PAGES),
        ("tab", "turn(1)", ""),
        ("shift+tab", "turn(-1)", ""),
        ("left", "measure(-1)", ""),
        ("right", "measure(1)", ""),
    ]

    header: "Header | None" = None

    def __init__(self, session: "Session", **facts: Any) -> None:
        super().__init__(session, **facts)
        self.page = str(facts.get("page") or PAGES[0].id)

    @property
    def person_id(self) -> UUID:
        """Whose chart it is."""
        found: UUID = self.facts["person_id"]
        return found

    @property
    def person_name(self) -> str:
        """Their name; empty until the header is here."""
        return self.header.name if self.header else ""

    @property
    def front(self) -> ChartPage:
        """The page that is shown."""
        return self.query_one(f"#{self.page}", ChartPage)

    def body(self) -> ComposeResult:
        """Header, pages, the page in front."""
        yield Static(id="header", markup=False)
        yield PageLine(self.page)
        with ContentSwitcher(initial=self.page, id="pages"):
            yield load_page(page(self.page).path)(id=self.page)

    def on_mount(self) -> None:
        """Two panes where there is room; another look is drawn in its own colours."""
        super().on_mount()
        self._arrange()
        if self.front.first:
            self.front.query_one(self.front.first).focus()
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.load())

    def on_resize(self) -> None:
        """The header is broken anew."""
        self._arrange()
        self._draw_header()

    def _arrange(self) -> None:
        self.set_class(self.app.size.width >= WIDE, "-wide")

    # --- loading ------------------------------------------------------------------------------

    def load(self) -> None:
        """Ask for the header, which records that the chart was read, and for the page in front."""
        from care.chart import open_chart

        store, by = self.session.store, self.session.staff.id
        self.run_care(open_chart, store, by, self.person_id, then=self._show_header, group="header")
        self.front.load(self)

    def _show_header(self, header: "Header") -> None:
        self.header = header
        self._draw_header()
        self.refresh_bindings()
        self.query_one("FootLine").refresh()

    def _draw_header(self) -> None:
        if self.header is not None:
            key = keys_word(action("chart.settle"))
            width = max(self.app.size.width - 4, 30)
            self.query_one("#header", Static).update(header_text(self.app, self.header, key, width))

    def carried(self, state: "Carrying") -> None:
        """The page in front may show where a record has got to."""
        self.front.carried(state)

    # --- pages --------------------------------------------------------------------------------

    async def action_page(self, digit: int) -> None:
        """A digit: that page."""
        turned = by_digit(digit)
        if turned is None:
            return
        self.page = turned.id
        switcher = self.query_one(ContentSwitcher)
        if not switcher.query(f"#{turned.id}"):
            await switcher.add_content(load_page(turned.path)(), id=turned.id)
        switcher.current = turned.id
        self.query_one(PageLine).turn(turned.id)
        front = self.front
        self.set_focus(front.query_one(front.first) if front.first else None)
        front.load(self)
        self.query_one("FootLine").refresh()

    async def action_turn(self, by: int) -> None:
        """Tab: the next page."""
        at = [one.id for one in PAGES].index(self.page)
        await self.action_page(PAGES[(at + by) % len(PAGES)].digit)

    def action_measure(self, by: int) -> None:
        """Left and Right: what lies beside on the page in front."""
        self.front.sideways(by)

    # --- acts ---------------------------------------------------------------------------------

    def doer(self, method: str) -> object:
        """The page in front does what is its own."""
        return self.front if method.removeprefix("action_") in page(self.page).acts else self

    def why_not(self, action: str) -> str | None:
        """Keys that belong to other pages, or to a disagreement."""
        name = action.rpartition(".")[2]
        having = pages_with(name) if action.startswith("chart.") else ()
        if having and self.page not in [one.id for one in having]:
            named = t("list.comma").join(t(f"chart.page.{one.id}") for one in having)
            return t("chart.other_page", pages=named, keys=t("list.or").join(str(one.digit) for one in having))
        if having:
            return self.front.why_not(action)
        if action == "chart.settle" and (self.header is None or not self.header.contested):
            return t("chart.no_contest")
        if action == "chart.part" and (self.header is None or not self.header.hidden):
            return t("settle.not_merged")
        return None

    async def action_back(self) -> None:
        """Esc: to where it was opened from."""
        await self.app.pop_screen()

    async def action_round(self) -> None:
        """Ctrl+R: the rounds board, at this person."""
        await self.yiyang.go_to_person("rounds", self.person_id)

    async def action_edit(self) -> None:
        """Ctrl+E: the facts, to be changed."""
        await self.yiyang.open("person", person_id=self.person_id)

    def action_settle(self) -> None:
        """Ctrl+B: both sides of what two laptops changed."""
        from yiyang_tui.screens.contest_sides import read_contested

        self.run_care(read_contested, self.session.store, self.person_id, then=self._settle)

    def _settle(self, contests: "list[Contested]") -> None:
        from yiyang_tui.screens.contest import Contests

        self.app.push_screen(Contests(self.session, self.person_id, self.person_name, contests), self._settled)

    def _settled(self, settled: "Settled | None") -> None:
        for what, undo in settled.done if settled else ():
            self.saved(what, undo, t("chart.settled", what=what), undone=t("chart.contest_undone", what=what))
        if settled and settled.edit:
            self.yiyang.call_later(self.yiyang.open, "person", person_id=self.person_id, field=settled.edit)

    def action_consents(self) -> None:
        """Ctrl+A: what they agreed to."""
        from yiyang_tui.screens.privacy_acts import ask_consents

        ask_consents(self, self.person_id, self.person_name)

    async def action_steps(self) -> None:
        """Ctrl+S: from application to closed file."""
        await self.yiyang.open("lifecycle", person_id=self.person_id)

    def action_part(self) -> None:
        """Ctrl+K: of somebody registered twice, give each registration its own again."""
        from yiyang_tui.screens.settle_same import part

        part(self, self.person_id)
