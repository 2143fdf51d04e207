"""The chart of one person: what matters on top, then pages by digit; opened over the place it was asked for from."""

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher, Static

from yiyang_tui.actions import action, keys_word
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.chart_facts import FactRow, fact_rows
from yiyang_tui.screens.chart_header import header_text
from yiyang_tui.screens.chart_pages import (
    MEASURES,
    PAGES,
    SECOND,
    SPANS,
    CoursePage,
    Day,
    Overview,
    PageLine,
    VitalsPage,
)
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from care.amending import Amendable
    from care.chart import Header, Look
    from care.people import PersonFacts
    from care.rounds import Saved
    from care.timeline import TimelineItem, TrendPoint
    from care.vitals_sets import VitalsSet
    from sync.proof.whereabouts import State
    from yiyang_tui.carrier import Carrying
    from yiyang_tui.screens.contest import Settled
    from yiyang_tui.screens.contest_sides import Contested
    from yiyang_tui.screens.look import Way

DAY_S = 86400
WIDE = 104
"""From this many cells on two panes stand side by side."""


class Chart(Place):
    """Who it is and what can hurt them; then their days, measurements, course, readers and facts."""

    where = "chart"
    CSS_PATH = "chart.tcss"
    # An input method sends full-width digits.
    BINDINGS: ClassVar[list[BindingType]] = [
        *((f"{n},{wide}", f"page({n - 1})", "") for n, wide in enumerate("１２３４５", 1)),
        ("tab", "turn(1)", ""),
        ("shift+tab", "turn(-1)", ""),
        ("left", "measure(-1)", ""),
        ("right", "measure(1)", ""),
    ]

    page = PAGES[0]
    moved: "tuple[int, int, int] | None" = None
    header: "Header | None" = None
    known: "PersonFacts | None" = None

    @cached_property
    def states(self) -> "dict[UUID, State]":
        """Where each look is that was listed; nothing before there is a county."""
        return {}

    @property
    def person_id(self) -> UUID:
        """Whose chart it is."""
        found: UUID = self.facts["person_id"]
        return found

    def body(self) -> ComposeResult:
        """Header, pages, the page in front."""
        yield Static(id="header", markup=False)
        yield PageLine(self.page)
        with ContentSwitcher(initial=self.page, id="pages"):
            yield Overview(id="overview")
            yield VitalsPage(id="vitals")
            yield CoursePage(self._course, self._course_count, self.session.now, self.states, id="course")
            yield VirtualList["Look"](
                [Column(14, t("chart.when")), Column(12, t("chart.who")), Column(0, t("chart.what"))],
                self._reader,
                empty=t("chart.nobody_looked"),
                id="looks",
            )
            yield VirtualList[FactRow](
                [Column(14), Column(0)],
                lambda row: [Cell(row.label, "quiet"), Cell(row.text, row.token)],
                key=lambda row: row.key,
                titled=False,
                id="facts",
            )

    def _reader(self, look: "Look") -> Cells:
        return [times.moment(look.at, self.session.now()), look.who, Cell(t("chart.looked"), "quiet")]

    def on_mount(self) -> None:
        """Two panes where there is room; another look is drawn in its own colours."""
        super().on_mount()
        self._arrange()
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.load())

    def on_resize(self) -> None:
        """The header is broken anew."""
        self._arrange()
        self._draw_header()
        if self.page == "overview":
            self.call_after_refresh(self._load_page)

    def _arrange(self) -> None:
        self.set_class(self.app.size.width >= WIDE, "-wide")

    # --- loading ------------------------------------------------------------------------------

    def load(self) -> None:
        """Ask for the header, which records that the chart was read, and for the page in front."""
        from care.chart import open_chart

        self.run_care(
            open_chart,
            self.session.store,
            self.session.staff.id,
            self.person_id,
            then=self._show_header,
            group="header",
        )
        self._load_page()

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

    def _load_page(self) -> None:
        if self.page == "overview":
            self.run_care(self._read_day, then=self.query_one(Overview).show, group="page", exclusive=True)
        elif self.page == "vitals":
            self.run_care(self._read_vitals, then=self._show_vitals, group="page", exclusive=True)
        elif self.page == "course":
            self.query_one("#course-list", VirtualList).load()
        elif self.page == "looks":
            from care.chart import who_looked

            looks = self.query_one("#looks", VirtualList)
            self.run_care(
                who_looked, self.session.store, self.person_id, 500, then=looks.show_rows, group="page", exclusive=True
            )
        else:
            from care.people import facts

            self.run_care(
                facts, self.session.store, self.person_id, then=self._show_facts, group="page", exclusive=True
            )

    def _read_day(self) -> Day:
        from care.measured import last_vitals
        from care.shifts import began
        from care.timeline import timeline, trend
        from care.vitals_sets import vitals_sets

        store, now = self.session.store, self.session.now()
        points = trend(store, self.person_id, (*MEASURES[0], *SECOND), now - SPANS[0] * DAY_S, now + DAY_S)
        newest = next((one for one in vitals_sets(store, self.person_id, 20) if one.stands == "yes"), None)
        last = last_vitals(store, self.person_id, now)
        return Day(points, newest, last, timeline(store, self.person_id, limit=30), began(now), now)

    def _read_vitals(self) -> "tuple[list[TrendPoint], list[VitalsSet], int]":
        from care.timeline import trend
        from care.vitals_sets import vitals_sets

        store, now, shown = self.session.store, self.session.now(), self.query_one(VitalsPage)
        since = now - shown.days * DAY_S
        points = trend(store, self.person_id, MEASURES[shown.measure], since, now + DAY_S)
        return points, vitals_sets(store, self.person_id, 200), now

    def _show_vitals(self, found: "tuple[Sequence[TrendPoint], Sequence[VitalsSet], int]") -> None:
        self.query_one(VitalsPage).show(*found)

    def _course(self, offset: int, limit: int) -> "list[TimelineItem]":
        from care.timeline import timeline_page
        from sync.link import Folder
        from sync.proof.whereabouts import states

        items = timeline_page(self.session.store, self.person_id, offset, limit)
        if Folder(self.session.store.path).enrolled:
            self.states |= states(self.session.store, [item.round_id for item in items])
        return items

    def carried(self, state: "Carrying") -> None:
        """What was only here may be at the county now."""
        stands = state.standing
        moved = None if stands is None else (stands.at_county, stands.sent, stands.sent_back)
        if moved != self.moved and self.page == "course" and self.app.screen is self:
            self.query_one("#course-list", VirtualList).load()
        self.moved = moved

    def _course_count(self) -> int:
        from care.timeline import timeline_count

        return timeline_count(self.session.store, self.person_id)

    def _show_facts(self, facts: "PersonFacts") -> None:
        self.known = facts
        width = max(self.app.size.width - 24, 30)
        lies_on = self.header.bed_kind if self.header else ""
        self.query_one("#facts", VirtualList).show_rows(fact_rows(facts, width, lies_on))

    # --- pages --------------------------------------------------------------------------------

    def action_page(self, index: int) -> None:
        """A digit: that page."""
        self.page = PAGES[index]
        self.query_one(ContentSwitcher).current = self.page
        self.query_one(PageLine).turn(self.page)
        lists = {"vitals": "#sets", "course": "#course-list", "looks": "#looks", "facts": "#facts"}
        if self.page in lists:
            self.query_one(lists[self.page]).focus()
        else:
            self.set_focus(None)
        self._load_page()
        self.query_one("FootLine").refresh()

    def action_turn(self, by: int) -> None:
        """Tab: the next page."""
        self.action_page((PAGES.index(self.page) + by) % len(PAGES))

    def action_measure(self, by: int) -> None:
        """Left and Right: another measure, on the page of measurements."""
        if self.page == "vitals":
            shown = self.query_one(VitalsPage)
            shown.measure = (shown.measure + by) % len(MEASURES)
            self._load_page()

    def action_span(self) -> None:
        """Ctrl+T: fourteen, thirty, ninety days."""
        shown = self.query_one(VitalsPage)
        shown.days = SPANS[(SPANS.index(shown.days) + 1) % len(SPANS)]
        self._load_page()

    # --- acts ---------------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """Keys that belong to one page, or to a disagreement."""
        if action in ("chart.span", "chart.measure") and self.page != "vitals":
            return t("chart.only_vitals")
        if action == "chart.settle" and (self.header is None or not self.header.contested):
            return t("chart.no_contest")
        if action == "chart.part" and (self.header is None or not self.header.hidden):
            return t("settle.not_merged")
        if action == "chart.look" and self.page not in ("course", "facts"):
            return t("chart.only_course")
        if action == "chart.print" and self.page != "looks":
            return t("chart.only_looks")
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

        name = self.header.name if self.header else ""
        self.app.push_screen(Contests(self.session, self.person_id, name, contests), self._settled)

    def _settled(self, settled: "Settled | None") -> None:
        for what, undo in settled.done if settled else ():
            self.saved(what, undo, t("chart.settled", what=what), undone=t("chart.contest_undone", what=what))
        if settled and settled.edit:
            self.yiyang.call_later(self.yiyang.open, "person", person_id=self.person_id, field=settled.edit)

    def action_consents(self) -> None:
        """Ctrl+N: what they agreed to."""
        from yiyang_tui.screens.privacy_acts import ask_consents

        ask_consents(self, self.person_id, self.header.name if self.header else "")

    def action_print(self) -> None:
        """Ctrl+O: who looked, as a page to print for the person."""
        from yiyang_tui.screens.privacy_acts import print_looks

        print_looks(self, self.person_id)

    def action_part(self) -> None:
        """Ctrl+K: of somebody registered twice, give each registration its own again."""
        from yiyang_tui.screens.settle_same import part

        part(self, self.person_id)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: a look in full, or a fact to be changed."""
        event.stop()
        if event.list.id == "course-list":
            from yiyang_tui.screens.look import LookDialog

            item: TimelineItem = event.row
            self.app.push_screen(
                LookDialog(self.session, item, self.states.get(item.round_id)), lambda way: self._act_on(item, way)
            )
        elif event.list.id == "facts" and event.row.field == "consents":
            self.action_consents()
        elif event.list.id == "facts":
            self.yiyang.call_later(self.yiyang.open, "person", person_id=self.person_id, field=event.row.field)

    def _act_on(self, item: "TimelineItem", way: "Way | None") -> None:
        if way is not None:
            # Who may, and with whom, is said before anybody types.
            from care.amending import amendable

            store, by = self.session.store, self.session.staff.id
            self.run_care(amendable, store, by, item.round_id, then=lambda takes: self._amend(item, way, takes))

    def _amend(self, item: "TimelineItem", way: "Way", takes: "Amendable") -> None:
        from yiyang_tui.screens.look import VoidDialog
        from yiyang_tui.screens.look_correct import CorrectDialog

        if way == "correct":
            self.app.push_screen(CorrectDialog(self.session, item, takes), self._corrected)
        else:
            self.app.push_screen(VoidDialog(self.session, item, takes), self._voided)

    def _corrected(self, saved: "Saved | None") -> None:
        from care.rounds import undo

        if saved is not None:
            store, by = self.session.store, self.session.staff.id
            what = t("chart.correction_of", name=self.header.name if self.header else "")
            self.saved(what, lambda: undo(store, by, saved.round_id), t("chart.correction_saved"))

    def _voided(self, done: bool | None) -> None:
        if done:
            self.saved("", None, t("chart.void_saved"))
