"""Chart page 5, care: the plan with what is due, what is in force, what happened; weight and balance."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from yiyang_tui.screens.chart_care_rows import COLUMNS, HALF_YEAR_S, Care, Line, cells, lines, losing, measured
from yiyang_tui.screens.chart_pages import ChartPage
from yiyang_tui.screens.dialogs import Choose, Type
from yiyang_tui.screens.event_acts import new_event, show_event
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.trend import Point, Series, Trend
from yiyang_tui.widgets.virtual_list import VirtualList
from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from uuid import UUID

    from care.plan import PlanRow
    from db.store import Store
    from yiyang_tui.screens.chart import Chart

MOST = 60


class CarePage(ChartPage):
    """Space: a duty is done; Ctrl+D: it is asked for no more; Ctrl+N: an event; Enter: all of it."""

    DEFAULT_CSS = """
    CarePage #care-measured { height: auto; max-height: 2; margin-bottom: 1; }
    CarePage #care-beside { display: none; width: 40; padding-left: 3; height: 1fr; }
    CarePage #care-weight { height: 9; }
    CarePage #care-ml { height: auto; margin-top: 1; }
    CarePage #care-balance { height: 8; }
    CarePage #care-beside Static { height: auto; }
    """

    first = "#care-list"
    care: Care | None = None

    def compose(self) -> ComposeResult:
        """Weight and balance in a line, the list; where there is room the weight as a picture."""
        with Horizontal():
            with Vertical():
                yield Static("", id="care-measured", markup=False)
                yield VirtualList[Line](
                    COLUMNS,
                    cells,
                    key=lambda line: line.key,
                    selectable=lambda line: line.chosen,
                    titled=False,
                    id="care-list",
                )
            with Vertical(id="care-beside"):
                yield Static(t("care.weight_title"), classes="title", markup=False)
                yield Trend(days=180, id="care-weight")
                with Vertical(id="care-ml"):
                    yield Static(t("care.balance_title"), classes="title", markup=False)
                    yield Trend(id="care-balance")

    def load(self, chart: "Chart") -> None:
        """The plan, the events, the weights."""
        store, person, now = chart.session.store, chart.person_id, chart.session.now()
        chart.run_care(_read, store, person, now, then=self._show, group="page", exclusive=True)

    def _show(self, care: Care) -> None:
        self.care = care
        self._draw()

    def on_resize(self) -> None:
        """More room, more words."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        care = self.care
        if care is None:
            return
        listed = self.query_one("#care-list", VirtualList)
        listed.show_rows(lines(care, listed.size.width, may_plan=self.chart.session.may("plan.change")))
        said = measured(care)
        warn = losing(care.weights)
        words = Text(f"! {t('care.losing')}  {said}" if warn else said, token_style(self.app, "urgent" if warn else ""))
        line = self.query_one("#care-measured", Static)
        line.update(words)
        line.display = bool(said)
        points = [Point(one.at, one.kg10 / 10) for one in care.weights]
        self.query_one("#care-weight", Trend).show([Series("kg", points)], care.now)
        into = Series("in", [Point(one.at, one.in_ml) for one in care.balances])
        out = Series("out", [Point(one.at, one.out_ml) for one in care.balances])
        self.query_one("#care-balance", Trend).show([into, out], care.now, whole=True)
        self.query_one("#care-ml").display = bool(care.balances)
        self.chart.query_one("FootLine").refresh()

    # --- acts -----------------------------------------------------------------------------------

    @property
    def row(self) -> Line | None:
        """The line under the cursor."""
        found: Line | None = self.query_one("#care-list", VirtualList).current
        return found if found is not None and found.chosen else None

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Other things can be done."""
        event.stop()
        self.chart.query_one("FootLine").refresh()

    def why_not(self, action: str) -> str | None:
        """A duty is ticked and ended; everything else is opened."""
        row, yiyang = self.row, self.chart.yiyang
        duty = None if row is None else row.duty
        if action == "chart.tick":
            return t("care.no_duty") if duty is None else yiyang.why_no_right("round.record")
        if action == "chart.drop":
            return t("care.no_duty") if duty is None else yiyang.why_no_right("plan.change")
        if action == "chart.new":
            return yiyang.why_no_right("event.record")
        return t("care.nothing_here") if action == "chart.look" and row is None else None

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: an event in full; other hours for a duty; one more duty."""
        event.stop()
        line: Line = event.row
        if line.event is not None:
            show_event(self.chart, line.event.id)
        elif line.duty is not None:
            self._ask_hours(line.duty)
        elif line.adds:
            self._ask_duty()

    def action_new(self) -> None:
        """Ctrl+N: an event of this person."""
        new_event(self.chart, self.chart.person_id, self.chart.person_name)

    def action_tick(self) -> None:
        """Space: the duty was done just now."""
        from care.duties_done import Done, done, undo_done

        row = self.row
        if row is None or row.duty is None:
            return
        chart, what = self.chart, row.duty.words.of(language())
        store, by = chart.session.store, chart.session.staff.id

        def said(event_id: "UUID") -> None:
            chart.saved(what, partial(undo_done, store, by, event_id), t("care.done", what=what))
            self.load(chart)

        chart.run_care(done, store, by, chart.person_id, Done((row.duty.duty,)), then=said)

    def action_drop(self) -> None:
        """Ctrl+D: the duty is asked for no more, and why."""
        from care.plan import end, resume

        row = self.row
        if row is None or row.duty is None:
            return
        chart, duty = self.chart, row.duty
        what = duty.words.of(language())
        store, by = chart.session.store, chart.session.staff.id

        def typed(reason: str | None) -> None:
            if reason:
                back = partial(resume, store, by, duty.id)
                chart.run_care(end, store, by, duty.id, reason, then=lambda _none: self._changed(what, back, "ended"))

        self.app.push_screen(Type(t("care.end_title", what=what)), typed)

    def _ask_hours(self, duty: "PlanRow") -> None:
        from care.plan import change

        chart = self.chart
        if (why := chart.yiyang.why_no_right("plan.change")) is not None:
            chart.say(why)
            return
        what = duty.words.of(language())
        store, by = chart.session.store, chart.session.staff.id
        present = duty.times or str(duty.every_min or "")

        def typed(hours: str | None) -> None:
            if not hours or hours.strip() == present:
                return
            minutes = int(hours) if hours.strip().isdecimal() and len(hours.strip()) < 7 else None
            back = partial(change, store, by, duty.id, every_min=duty.every_min, times=duty.times, note=duty.note)
            chart.run_care(
                change,
                store,
                by,
                duty.id,
                every_min=minutes,
                times="" if minutes is not None else hours,
                note=duty.note,
                then=lambda _done: self._changed(what, back, "changed"),
            )

        self.app.push_screen(Type(t("care.hours_title", what=what), present, t("care.hours_hint"), longest=80), typed)

    def _ask_duty(self) -> None:
        from care.duties import duties, say_hours
        from care.plan import add, end

        chart = self.chart
        store, by, lang = chart.session.store, chart.session.staff.id, language()
        there = {row.duty for row in self.care.plan.items} if self.care else set()
        options = [
            (one.code, f"{one.words.of(lang)}  {say_hours(one.every_min, _times(one.times), lang)}")
            for one in duties().values()
            if one.code not in there
        ]

        def chosen(code: str | None) -> None:
            if code is not None:
                what = duties()[code].words.of(lang)

                def added(item: "UUID") -> None:
                    self._changed(what, partial(end, store, by, item, t("care.added_wrongly")), "added")

                chart.run_care(add, store, by, chart.person_id, code, then=added)

        self.app.push_screen(Choose(t("care.add_title"), options), chosen)

    def _changed(self, what: str, back: Callable[[], object], how: str) -> None:
        self.chart.saved(what, back, t(f"care.{how}", what=what))
        self.load(self.chart)


def _times(each: "tuple[object, ...]") -> str:
    return " ".join(f"{one:%H:%M}" for one in each)


def _read(store: "Store", person_id: "UUID", now: int) -> Care:
    from care.events.read import of_person, open_of
    from care.events.weights import balances, weights
    from care.plan import plan

    since = now - HALF_YEAR_S
    return Care(
        plan(store, person_id),
        tuple(open_of(store, person_id)),
        tuple(of_person(store, person_id, limit=MOST)),
        tuple(weights(store, person_id, since)),
        tuple(balances(store, person_id, since)),
        now,
    )
