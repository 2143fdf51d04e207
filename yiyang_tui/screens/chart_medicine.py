"""Page 3 of a chart: what somebody is prescribed, now and before, and the doses of the last days as a sheet."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from textual.app import ComposeResult
from textual.widgets import Static

from yiyang_tui.actions import action, keys_word
from yiyang_tui.cells import BETWEEN
from yiyang_tui.screens.chart_pages import ChartPage
from yiyang_tui.screens.dialogs import Choose, Say, Type
from yiyang_tui.screens.medicine_sheet import days_in, grid, last_causes, legend, sheets
from yiyang_tui.screens.medicine_words import named
from yiyang_tui.themes import Token
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from care.medicines.custody import Custody
    from care.medicines.orders import OrderView
    from care.medicines.sheet import SheetLine
    from db.store import Store
    from yiyang_tui.screens.chart import Chart

DAY_S: Final = 86400
ROOMY: Final = 20
"""From this many lines on the sheets of all orders stand below each other."""
CAUSES: Final = 4
STATE: Final[dict[str, Token]] = {"open": "", "held": "due", "ahead": "quiet", "stopped": "quiet", "over": "quiet"}


@dataclass(frozen=True, slots=True)
class Prescribed:
    """What the page shows. ``until``: the last day of the sheet."""

    orders: "tuple[OrderView, ...]"
    sheet: "dict[UUID, SheetLine]"
    custody: "Custody | None"
    until: int


def _read(store: "Store", person_id: UUID, until: int, days: int) -> Prescribed:
    from care.medicines.custody import custody
    from care.medicines.orders import orders
    from care.medicines.sheet import dose_sheet

    lines = dose_sheet(store, person_id, until - days * DAY_S, until)
    found = tuple(orders(store, person_id, all=True))
    return Prescribed(found, {one.order.id: one for one in lines}, custody(store, person_id), until)


class MedicinePage(ChartPage):
    """Orders above; below, the sheet of the one under the cursor."""

    first = "#orders"

    shown: Prescribed | None = None
    back = 0

    def compose(self) -> ComposeResult:
        """Who keeps the medicines, the orders, the sheet."""
        yield Static("", id="custody", markup=False)
        yield VirtualList["OrderView"](
            [Column(5), Column(0, t("medicines.drug")), Column(9, t("medicines.dose"), "right"),
             Column(24, t("medicines.when")), Column(11, t("medicines.from_until"))],
            _cells,
            key=lambda one: one.id,
            empty=f"{t('medicines.no_orders')}\n{t('medicines.no_orders_todo')}",
            id="orders",
        )  # fmt: skip
        yield CellLines(id="sheet")

    def load(self, chart: "Chart") -> None:
        """Ask for the orders and the days that fit."""
        until = chart.session.now() - self.back * DAY_S
        days = days_in(chart.size)
        chart.run_care(
            _read, chart.session.store, chart.person_id, until, days, then=self._show, group="page", exclusive=True
        )

    def _show(self, found: Prescribed) -> None:
        self.shown = found
        self.query_one("#custody", Static).update(_custody_words(found.custody))
        self.query_one("#orders", VirtualList).show_rows(found.orders)
        self._turn()

    def on_resize(self) -> None:
        """Another number of days fits."""
        self.call_after_refresh(self._turn)

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Another order: its sheet."""
        event.stop()
        self._turn()

    @property
    def order(self) -> "OrderView | None":
        """The order under the cursor."""
        current: OrderView | None = self.query_one("#orders", VirtualList).current
        return current

    def _turn(self) -> None:
        sheet, order = self.query_one("#sheet", CellLines), self.order
        roomy = self.size.height >= ROOMY
        custody = self.query_one("#custody")
        # What stands as it should gives way to orders where there is little room.
        custody.display = roomy or self.shown is None or self.shown.custody is None or self.shown.custody.expired
        if self.shown is None or order is None:
            sheet.show()
            return
        rows = self._sheet_of(order, self.shown, roomy=roomy)
        sheet.styles.height = "2fr" if roomy else len(rows)
        sheet.show(*rows)
        self.chart.query_one("FootLine").refresh()

    def _sheet_of(self, order: "OrderView", shown: Prescribed, *, roomy: bool) -> list[list[Cell]]:
        line, days = shown.sheet.get(order.id), days_in(self.size)
        notes = _notes(order)
        if line is None:
            return [[Cell(t("medicines.no_doses", drug=named(order.name, order.spec)), "quiet")], *notes]
        height = self.size.height
        if not roomy:
            rows = grid(line, shown.until, days)
            spare = height - len(rows) - len(shown.orders) - 5
            return [*rows, *([*notes, *([one] for one in last_causes(line, spare))][: max(spare, 0)]), legend()]
        more = [*notes, *([one] for one in last_causes(line, CAUSES))]
        listed = [(named(one.name, one.spec), shown.sheet.get(one.id)) for one in shown.orders]
        known = [(name, found) for name, found in listed if found is not None]
        return [*sheets(known, order.id, shown.until, days, height * 2 // 3 - len(more) - 3), *more, legend()]

    def sideways(self, by: int) -> None:
        """Left: a week earlier; Right: back towards today."""
        self.back = max(self.back - 7 * by, 0)
        self.load(self.chart)

    # --- acts -------------------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """Enter needs an order; who may write one is said before anything is typed."""
        if action == "chart.new":
            return self.chart.yiyang.why_no_right("order.write")
        if action == "chart.print":
            return self.chart.yiyang.why_no_right("care.print")
        if action == "chart.look" and self.order is None:
            return t("medicines.no_orders")
        return None

    async def action_new(self) -> None:
        """Ctrl+N: a new order."""
        await self.chart.yiyang.open("order", person_id=self.chart.person_id)

    async def action_custody(self) -> None:
        """Ctrl+X: that the house keeps their medicines; where that is agreed, that it ends."""
        found, person = None if self.shown is None else self.shown.custody, self.chart.person_id
        if found is None or found.expired:
            await self.chart.yiyang.open("event", kind="custody", person_id=person)
        else:
            await self.chart.yiyang.open("event", kind="custody_ended", person_id=person, about=found.event_id)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: what can be done with this order."""
        event.stop()
        order: OrderView = event.row
        ways = [(way, t(f"medicines.way.{way}")) for way in _ways(order)]
        if not ways:
            self.chart.app.push_screen(Say(_in_full(order)))
            return
        self.chart.app.push_screen(Choose(_in_full(order), ways), lambda way: self._begin(order, way))

    def _begin(self, order: "OrderView", way: str | None) -> None:
        if way is None:
            return
        if way == "needed":
            from yiyang_tui.screens.medicine_needed import give_now

            give_now(self.chart, order, self.chart.person_name)
            return
        why = self.chart.yiyang.why_no_right("order.write")
        if why is not None:
            self.chart.say(why)
            return
        from care.medicines import orders

        acts: dict[str, Any] = {"hold": orders.hold, "resume": orders.resume, "stop": orders.stop}

        def typed(reason: str | None) -> None:
            if reason is not None:
                self._do(order, way, acts[way], reason)

        hint = "" if way == "resume" else t("medicines.reason_needed")
        self.chart.app.push_screen(
            Type(t(f"medicines.ask.{way}", drug=named(order.name, order.spec)), hint=hint), typed
        )

    def _do(self, order: "OrderView", way: str, act: Any, reason: str) -> None:
        from care.medicines.orders import hold, resume

        chart = self.chart
        store, by = chart.session.store, chart.session.staff.id
        back = {
            "hold": partial(resume, store, by, order.id),
            "resume": partial(hold, store, by, order.id, order.held_reason or reason),
        }

        def done(_none: None) -> None:
            drug = named(order.name, order.spec)
            chart.saved(t("medicines.order_of", drug=drug), back.get(way), t(f"medicines.did.{way}", drug=drug))
            self.load(chart)

        chart.run_care(act, store, by, order.id, reason, then=done)


def _ways(order: "OrderView") -> list[str]:
    if order.state in ("stopped", "over"):
        return []
    ways = ["needed"] if order.as_needed and order.state == "open" else []
    return [*ways, "resume" if order.held else "hold", "stop"]


def _cells(one: "OrderView") -> Cells:
    lang, token = language(), STATE.get(one.state, "")
    until = t("medicines.long_term") if one.until_on is None else one.until_on[5:]
    when = t("medicines.as_needed", what=one.as_needed) if one.as_needed else one.when.of(lang)
    return [
        Cell(("!" if one.high_alert else " ") + t(f"medicines.state_of.{one.state}"), token),
        Cell(named(one.name, one.spec), token or "title"),
        Cell(one.dose.of(lang), token),
        Cell(when, token),
        Cell(f"{one.from_on[5:]} {until}", "quiet"),
    ]


def _notes(order: "OrderView") -> list[list[Cell]]:
    said = [order.held_reason if order.held else "", order.stop_reason if order.stopped else "", order.note]
    overrides = [t("medicines.overridden", code=one.code, reason=one.reason) for one in order.overrides if one.reason]
    by = t("medicines.by_whom", who=order.prescriber, entered=order.entered_by)
    return [[Cell(BETWEEN.join(filter(None, [by, *said, *overrides])), "quiet")]]


def _in_full(order: "OrderView") -> str:
    lang = language()
    lines = [
        f"{named(order.name, order.spec)}  {order.dose.of(lang)}  {order.when.of(lang)}",
        t("medicines.by_whom", who=order.prescriber, entered=order.entered_by),
        order.as_needed,
        order.held_reason if order.held else "",
        order.stop_reason if order.stopped else "",
        order.note,
        *(t("medicines.overridden", code=one.code, reason=one.reason) for one in order.overrides if one.reason),
    ]
    return "\n".join(filter(None, lines))


def _custody_words(found: "Custody | None") -> str:
    key = keys_word(action("chart.custody"))
    if found is None:
        return t("custody.none", key=key)
    if found.expired:
        return t("custody.expired", day=found.until_on, who=found.signed_by, key=key)
    until = t("custody.until", day=found.until_on) if found.until_on else ""
    return t("custody.stands", from_on=found.from_on, who=found.signed_by, until=until)
