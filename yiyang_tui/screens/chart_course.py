"""The course of somebody: every look, newest first, in full on Enter, to be corrected or voided."""

from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from yiyang_tui.screens.chart_pages import ChartPage
from yiyang_tui.screens.look_words import kind_of, look_line, look_page, look_state, stands
from yiyang_tui.themes import Token, token_style
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from care.amending import Amendable
    from care.rounds import Saved
    from care.timeline import TimelineItem
    from sync.proof.whereabouts import State
    from yiyang_tui.carrier import Carrying
    from yiyang_tui.screens.chart import Chart
    from yiyang_tui.screens.look import Way


class CoursePage(ChartPage):
    """Every look, newest first; with room enough the chosen one in full beside."""

    first = "#course-list"
    moved: tuple[int, int, int] | None = None

    @cached_property
    def states(self) -> "dict[UUID, State]":
        """Where each look is that was listed; nothing before there is a county."""
        return {}

    def load(self, chart: "Chart") -> None:  # noqa: ARG002 - the list asks for its pages itself
        """The page of the list that is seen."""
        self.query_one("#course-list", VirtualList).load()

    def _fetch(self, offset: int, limit: int) -> "list[TimelineItem]":
        from care.timeline import timeline_page
        from sync.link import Folder
        from sync.proof.whereabouts import states

        store = self.chart.session.store
        items = timeline_page(store, self.chart.person_id, offset, limit)
        if Folder(store.path).enrolled:
            self.states |= states(store, [item.round_id for item in items])
        return items

    def _count(self) -> int:
        from care.timeline import timeline_count

        return timeline_count(self.chart.session.store, self.chart.person_id)

    def carried(self, state: "Carrying") -> None:
        """What was only here may be at the county now."""
        stands = state.standing
        moved = None if stands is None else (stands.at_county, stands.sent, stands.sent_back)
        if moved != self.moved and self.app.screen is self.screen:
            self.query_one("#course-list", VirtualList).load()
        self.moved = moved

    def compose(self) -> ComposeResult:
        """The list, and the one chosen."""
        yield VirtualList["TimelineItem"](
            [
                Column(11, t("chart.when")),
                Column(8, t("chart.kind")),
                Column(0, t("chart.what")),
                Column(8, t("chart.who")),
            ],
            self._cells,
            fetch=self._fetch,
            count=self._count,
            key=lambda item: item.round_id,
            empty=t("chart.no_looks"),
            id="course-list",
        )
        yield Static(id="look", markup=False)

    def _cells(self, item: "TimelineItem") -> Cells:
        said = look_line(item)
        token: Token = "" if stands(item) else "quiet"
        return [
            Cell(times.moment(item.at, self.chart.session.now()), token),
            Cell(kind_of(item), token),
            Cell(" | ".join(filter(None, (look_state(self.states.get(item.round_id)), said.text))), said.token),
            Cell(item.who, "quiet"),
        ]

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Show it in full where there is room."""
        event.stop()
        beside = self.query_one("#look", Static)
        lines = look_page(
            event.row, self.chart.session.now(), max(beside.size.width - 2, 20), self.states.get(event.row.round_id)
        )
        text = Text("\n").join(Text(one.text, token_style(self.app, one.token)) for one in lines)
        beside.update(text)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: the look in full."""
        event.stop()
        from yiyang_tui.screens.look import LookDialog

        item: TimelineItem = event.row
        self.app.push_screen(
            LookDialog(self.chart.session, item, self.states.get(item.round_id)), lambda way: self._act_on(item, way)
        )

    def _act_on(self, item: "TimelineItem", way: "Way | None") -> None:
        if way is not None:
            # Who may, and with whom, is said before anybody types.
            from care.amending import amendable

            store, by = self.chart.session.store, self.chart.session.staff.id
            self.chart.run_care(amendable, store, by, item.round_id, then=lambda takes: self._amend(item, way, takes))

    def _amend(self, item: "TimelineItem", way: "Way", takes: "Amendable") -> None:
        from yiyang_tui.screens.look import VoidDialog
        from yiyang_tui.screens.look_correct import CorrectDialog

        if way == "correct":
            self.app.push_screen(CorrectDialog(self.chart.session, item, takes), self._corrected)
        else:
            self.app.push_screen(VoidDialog(self.chart.session, item, takes), self._voided)

    def _corrected(self, saved: "Saved | None") -> None:
        from care.rounds import undo

        if saved is not None:
            store, by = self.chart.session.store, self.chart.session.staff.id
            what = t("chart.correction_of", name=self.chart.person_name)
            self.chart.saved(what, lambda: undo(store, by, saved.round_id), t("chart.correction_saved"))

    def _voided(self, done: bool | None) -> None:
        if done:
            self.chart.saved("", None, t("chart.void_saved"))
