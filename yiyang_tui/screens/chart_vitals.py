"""The measurements of somebody: one of them as a picture, all of them as a table."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from yiyang_tui.screens.chart_measures import DAY_S, MEASURES, SPANS, name_of, series
from yiyang_tui.screens.chart_pages import ChartPage
from yiyang_tui.screens.look_words import pressure, score
from yiyang_tui.themes import Token, token_style
from yiyang_tui.widgets.trend import Trend
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.measured import Measured
    from care.timeline import TrendPoint
    from care.vitals_sets import VitalsSet
    from db.store import Store
    from yiyang_tui.screens.chart import Chart


def _read(
    store: "Store", person_id: UUID, columns: Sequence[str], since: int, now: int
) -> "tuple[list[TrendPoint], list[VitalsSet]]":
    from care.timeline import trend
    from care.vitals_sets import vitals_sets

    return trend(store, person_id, columns, since, now + DAY_S), vitals_sets(store, person_id, 200)


class VitalsPage(ChartPage):
    """One measure as a picture, all of them as a table."""

    first = "#sets"
    measure = 0
    days = SPANS[0]

    def load(self, chart: "Chart") -> None:
        """The points of the measure in front, and every set."""
        store, person, now = chart.session.store, chart.person_id, chart.session.now()
        since, columns = now - self.days * DAY_S, MEASURES[self.measure]
        chart.run_care(
            _read, store, person, columns, since, now, then=lambda f: self.show(*f, now), group="page", exclusive=True
        )

    def sideways(self, by: int) -> None:
        """Another measure."""
        self.measure = (self.measure + by) % len(MEASURES)
        self.load(self.chart)

    def action_span(self) -> None:
        """Ctrl+T: fourteen, thirty, ninety days."""
        self.days = SPANS[(SPANS.index(self.days) + 1) % len(SPANS)]
        self.load(self.chart)

    def compose(self) -> ComposeResult:
        """The measures, the picture, the table."""
        with Vertical(id="measure-picture"):
            yield Static(id="measures", markup=False)
            yield Trend(id="measure")
        yield VirtualList["VitalsSet"](
            [
                Column(11, t("chart.when")),
                *(Column(width, t(f"chart.column.{name}")) for name, width in SET_COLUMNS),
                Column(0, "NEWS2"),
            ],
            self._cells,
            key=lambda one: one.id,
            empty=t("chart.never_measured"),
            id="sets",
        )

    def show(self, points: "Sequence[TrendPoint]", sets: "Sequence[VitalsSet]", now: int) -> None:
        """Draw them."""
        from care.vitals import measure

        self.now = now
        self._list_measures()
        trend = self.query_one(Trend)
        trend.days = self.days
        columns = MEASURES[self.measure]
        trend.show(series(columns, points), now, whole=not measure(columns[0]).decimals)
        self.query_one(VirtualList).show_rows(sets)

    def _list_measures(self) -> None:
        text = Text()
        for n, columns in enumerate(MEASURES):
            here = n == self.measure
            word = f"[{name_of(columns)}]" if here else f" {name_of(columns)} "
            text.append(word, token_style(self.app, "title" if here else "quiet"))
        text.append("  " + t("chart.days", days=self.days), token_style(self.app, "quiet"))
        self.query_one("#measures", Static).update(text)

    def _cells(self, one: "VitalsSet") -> Cells:
        gone = one.stands != "yes"
        token: Token = "quiet" if gone else ""
        news = score(one.news)
        last = Cell(t(f"chart.stands.{one.stands}"), "quiet") if gone else Cell(news.text, news.token)
        return [
            Cell(times.moment(one.at, self.now), token),
            *(Cell(_shown(name, one.values), token) for name, _ in SET_COLUMNS),
            last,
        ]


SET_COLUMNS: Final = (
    ("pressure", 7),
    ("pulse", 5),
    ("temp_c10", 5),
    ("resp", 4),
    ("spo2", 4),
    ("glucose_mmol10", 5),
    ("weight_kg10", 5),
    ("pain", 4),
    ("acvpu", 6),
)


def _shown(name: str, values: "Mapping[str, Measured]") -> str:
    from care.vitals import measure, show

    if name == "pressure":
        return pressure(values)
    value = values.get(name)
    if name == "acvpu":
        from care.codes import short

        return short("consciousness", str(value), language()) if value else ""
    return show(measure(name), value if isinstance(value, int) else None)
