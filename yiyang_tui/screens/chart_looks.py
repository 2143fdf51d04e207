"""Who looked at somebody's chart, newest first; a page of it for the person themselves."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from yiyang_tui.screens.chart_pages import ChartPage
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from care.chart import Look
    from yiyang_tui.screens.chart import Chart

MOST = 500


class LooksPage(ChartPage):
    """When, who."""

    first = "#looks-list"

    def compose(self) -> ComposeResult:
        """The list."""
        yield VirtualList["Look"](
            [Column(14, t("chart.when")), Column(12, t("chart.who")), Column(0, t("chart.what"))],
            self._cells,
            empty=t("chart.nobody_looked"),
            id="looks-list",
        )

    def _cells(self, look: "Look") -> Cells:
        return [times.moment(look.at, self.chart.session.now()), look.who, Cell(t("chart.looked"), "quiet")]

    def load(self, chart: "Chart") -> None:
        """The newest of them."""
        from care.chart import who_looked

        listed = self.query_one(VirtualList)
        store = chart.session.store
        chart.run_care(who_looked, store, chart.person_id, MOST, then=listed.show_rows, group="page", exclusive=True)

    def why_not(self, action: str) -> str | None:
        """Who may print it is not who may read it."""
        return self.chart.yiyang.why_no_right("access.print") if action == "chart.print" else None

    def action_print(self) -> None:
        """Ctrl+O: who looked, as a page to print for the person."""
        from yiyang_tui.screens.privacy_acts import print_looks

        print_looks(self.chart, self.chart.person_id)
