"""The pages of a chart as widgets: each is given what it shows and asks for nothing itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from rich.text import Text
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from yiyang_tui.cells import fit, wrap
from yiyang_tui.screens.chart_header import Said, flow
from yiyang_tui.screens.look_words import (
    kind_of,
    look_line,
    look_page,
    look_state,
    measured,
    pressure,
    score,
    stands,
)
from yiyang_tui.themes import Token, is_plain, token_style
from yiyang_tui.widgets.trend import HALVES, PLAIN_SIGNS, Point, Series, Trend
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.measured import LastVitals, Measured
    from care.timeline import TimelineItem, TrendPoint
    from care.vitals_sets import VitalsSet
    from sync.proof.whereabouts import State

PAGES: Final = ("overview", "vitals", "course", "looks", "facts")
SPANS: Final = (14, 30, 90)
MEASURES: Final[tuple[tuple[str, ...], ...]] = (
    ("sbp", "dbp"),
    ("pulse",),
    ("temp_c10",),
    ("resp",),
    ("spo2",),
    ("glucose_mmol10",),
    ("weight_kg10",),
    ("pain",),
)
"""What the trend can show, one at a time; the two pressures together."""

SECOND: Final = ("spo2",)
"""What the first page draws below the pressures where there is room."""


def name_of(columns: Sequence[str]) -> str:
    """``血压``, ``脉搏``."""
    from care.vitals import measure

    if len(columns) > 1:
        return t("chart.pressure")
    of = measure(columns[0])
    return of.zh if language() == "zh" else of.en


def series(columns: Sequence[str], points: "Sequence[TrendPoint]") -> list[Series]:
    """The points of one measure for ``Trend``, in the unit people write."""
    from care.vitals import measure

    return [
        Series(
            name,
            [Point(p.at, int(p.values[name] or 0) / 10 ** measure(name).decimals) for p in points if name in p.values],
        )
        for name in columns
    ]


def legend(app: App[Any], columns: Sequence[str], days: int) -> Text:
    """``血压 近 14 天   * 收缩压 o 舒张压``, with the signs of the look in use."""
    text = Text(t("chart.of_days", what=name_of(columns), days=days), token_style(app, "title"))
    if len(columns) > 1:
        signs = PLAIN_SIGNS if is_plain(app) else [halves[-1] for halves in HALVES]
        for sign, name, token in zip(signs, columns, ("entry", ""), strict=True):
            text.append(f"   {sign} ", token_style(app, token))
            text.append(t(f"chart.upper.{name}"), token_style(app, "quiet"))
    return text


EARLIER: Final = ("temp_c10", "pulse", "resp", "spo2", "glucose_mmol10", "weight_kg10", "pain")
"""What says something alone, though it was measured before the newest set."""


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
        """All pages with their digits."""
        text = Text(end="", no_wrap=True, overflow="crop")
        for n, page in enumerate(PAGES, 1):
            word = f"{n} {t(f'chart.page.{page}')}"
            here = page == self.current
            text.append(f"[{word}]" if here else f" {word} ", token_style(self.app, "title" if here else "quiet"))
            text.append(" ")
        return text


@dataclass(frozen=True, slots=True)
class Day:
    """What the first page shows."""

    points: "Sequence[TrendPoint]"
    newest: "VitalsSet | None"
    last: "LastVitals | None"
    looks: "Sequence[TimelineItem]"
    began: int
    now: int


class Overview(Horizontal):
    """Blood pressure as a picture; what was measured last; what was seen in this shift."""

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


class VitalsPage(Widget):
    """One measure as a picture, all of them as a table."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.measure, self.days = 0, SPANS[0]

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


class CoursePage(Horizontal):
    """Every look, newest first; with room enough the chosen one in full beside."""

    def __init__(
        self,
        fetch: "Callable[[int, int], Sequence[TimelineItem]]",
        count: Callable[[], int],
        now: Callable[[], int],
        where: "Mapping[UUID, State]",
        id: str,
    ) -> None:
        super().__init__(id=id)
        self.fetch, self.count, self.now, self.where = fetch, count, now, where

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
            fetch=self.fetch,
            count=self.count,
            key=lambda item: item.round_id,
            empty=t("chart.no_looks"),
            id="course-list",
        )
        yield Static(id="look", markup=False)

    def _cells(self, item: "TimelineItem") -> Cells:
        said = look_line(item)
        token: Token = "" if stands(item) else "quiet"
        return [
            Cell(times.moment(item.at, self.now()), token),
            Cell(kind_of(item), token),
            Cell(" | ".join(filter(None, (look_state(self.where.get(item.round_id)), said.text))), said.token),
            Cell(item.who, "quiet"),
        ]

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Show it in full where there is room."""
        event.stop()
        beside = self.query_one("#look", Static)
        lines = look_page(event.row, self.now(), max(beside.size.width - 2, 20), self.where.get(event.row.round_id))
        text = Text("\n").join(Text(one.text, token_style(self.app, one.token)) for one in lines)
        beside.update(text)
