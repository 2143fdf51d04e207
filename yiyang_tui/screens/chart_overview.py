"""The first page of a chart: blood pressure as a picture; what was measured last; what was seen in this shift."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from yiyang_tui.cells import fit, wrap
from yiyang_tui.screens.chart_header import Said, flow
from yiyang_tui.screens.chart_measures import DAY_S, MEASURES, SECOND, SPANS, legend, name_of, series
from yiyang_tui.screens.chart_pages import ChartPage
from yiyang_tui.screens.look_words import kind_of, look_line, measured, score
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.trend import Trend
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from care.measured import LastVitals
    from care.timeline import TimelineItem, TrendPoint
    from care.vitals_sets import VitalsSet
    from db.store import Store
    from yiyang_tui.screens.chart import Chart

EARLIER: Final = ("temp_c10", "pulse", "resp", "spo2", "glucose_mmol10", "weight_kg10", "pain")
"""What says something alone, though it was measured before the newest set."""


@dataclass(frozen=True, slots=True)
class Day:
    """What the first page shows."""

    points: "Sequence[TrendPoint]"
    newest: "VitalsSet | None"
    last: "LastVitals | None"
    looks: "Sequence[TimelineItem]"
    began: int
    now: int


def _read(store: "Store", person_id: UUID, now: int) -> Day:
    from care.measured import last_vitals
    from care.shifts import began
    from care.timeline import timeline, trend
    from care.vitals_sets import vitals_sets

    points = trend(store, person_id, (*MEASURES[0], *SECOND), now - SPANS[0] * DAY_S, now + DAY_S)
    newest = next((one for one in vitals_sets(store, person_id, 20) if one.stands == "yes"), None)
    looks = timeline(store, person_id, limit=30)
    return Day(points, newest, last_vitals(store, person_id, now), looks, began(now), now)


class OverviewPage(ChartPage):
    """The picture left, the words right."""

    def load(self, chart: "Chart") -> None:
        """What was measured and seen lately."""
        store, person, now = chart.session.store, chart.person_id, chart.session.now()
        chart.run_care(_read, store, person, now, then=self.show, group="page", exclusive=True)

    def on_resize(self) -> None:
        """As many lines as there is room for now."""
        self.call_after_refresh(lambda: self.load(self.chart))

    def compose(self) -> ComposeResult:
        """Picture left, words right."""
        with Vertical(id="picture"):
            yield Static(id="legend", markup=False)
            yield Trend(days=SPANS[0], id="pressure")
            with Vertical(id="below"):
                yield Static(t("chart.of_days", what=name_of(SECOND), days=SPANS[0]), classes="title", markup=False)
                yield Trend(days=SPANS[0], id="second")
        yield Static(id="shift", markup=False)

    def show(self, day: Day) -> None:
        """Draw it."""
        self.query_one("#legend", Static).update(legend(self.app, MEASURES[0], SPANS[0]))
        for name, columns in (("#pressure", MEASURES[0]), ("#second", SECOND)):
            self.query_one(name, Trend).show(series(columns, day.points), day.now, whole=True)
        words = self.query_one("#shift", Static)
        words.update(self._words(day, max(words.size.width, 20), max(words.size.height, 6)))

    def _words(self, day: Day, width: int, height: int) -> Text:
        lines = [line for part in self._measured(day, width) for line in part.split("\n")]
        lines.append(Text(""))
        fresh = [look for look in day.looks if look.at >= day.began]
        if not day.looks:
            lines += [Text(line, token_style(self.app, "quiet")) for line in wrap(t("chart.no_looks"), width)]
            return Text("\n").join(lines)
        heading = t("chart.shift", when=times.clock(day.began)) if fresh else t("chart.shift_none")
        lines.append(Text(heading, token_style(self.app, "title")))
        lines += [self._look(look, day.now, width) for look in fresh or day.looks]
        older = [look for look in day.looks if look.at < day.began]
        if fresh and older and len(lines) + 3 <= height:
            lines += [Text(""), Text(t("chart.before"), token_style(self.app, "title"))]
            lines += [self._look(look, day.now, width) for look in older]
        lines = lines[:height]
        return Text("\n").join(lines)

    def _look(self, look: "TimelineItem", now: int, width: int) -> Text:
        said = look_line(look)
        line = f"{times.moment(look.at, now)} {kind_of(look)} {said.text}"
        return Text(fit(line, width).rstrip(), token_style(self.app, said.token))

    def _measured(self, day: Day, width: int) -> list[Text]:
        newest = day.newest
        if newest is None:
            return [Text(t("chart.never_measured"), token_style(self.app, "quiet"))]
        when = t("chart.measured_at", when=times.moment(newest.at, day.now))
        news = score(newest.news)
        title = flow(
            self.app, [Said(when, "title"), Said(f"NEWS2 {news.text}" if news.text else "", news.token)], width
        )
        lines = [title, flow(self.app, [Said(one) for one in measured(newest.values)], width, "  ")]
        older = {} if day.last is None else {k: v for k, v in day.last.values.items() if k not in newest.values}
        # An oxygen flag without its set says nothing, half a pressure little.
        known = measured({name: value for name, value in older.items() if name in EARLIER})
        if known:
            said = [Said(t("chart.earlier"), "quiet"), *(Said(one, "quiet") for one in known)]
            lines.append(flow(self.app, said, width, "  "))
        return lines
