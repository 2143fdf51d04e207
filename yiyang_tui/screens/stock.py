"""What is left of the medicines, lot by lot, what asks for somebody first; what came in, went out, was counted."""

from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from textual.app import ComposeResult

from yiyang_tui.screens.base import Place
from yiyang_tui.screens.dialogs import Choose
from yiyang_tui.screens.medicine_drug import FindDrug, Sought
from yiyang_tui.screens.medicine_words import named, of_one_width
from yiyang_tui.screens.stock_forms import Counted, CountForm, InForm, OutForm
from yiyang_tui.screens.stock_words import STATES, days, quantity
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.medicines.orders import OrderView
    from care.medicines.stock import StockLine
    from care.medicines.stock_everywhere import KeptLine

WAYS: Final = ("count", "returned", "destroyed", "opened")
OTHER: Final = "other"


class Stock(Place):
    """``person_id`` among the facts: whose medicines are shown first; ``None``: everybody's and the house's."""

    where = "stock"
    CSS_PATH = "stock.tcss"

    kept: "list[KeptLine]" = []  # noqa: RUF012 - replaced whole, never changed
    only: UUID | None = None

    def body(self) -> ComposeResult:
        """Whose, the lots."""
        yield CellLines(id="title")
        yield VirtualList["KeptLine"](
            [
                Column(6, t("stock.state_title")),
                Column(6, t("medicines.bed")),
                Column(8, t("stock.whose")),
                Column(0, t("medicines.drug")),
                Column(7, t("stock.lot")),
                Column(10, t("stock.until")),
                Column(8, t("stock.left_title"), "right"),
                Column(7, t("stock.lasts"), "right"),
            ],
            _cells,
            key=lambda one: (one.line.person_id, one.line.drug, one.line.name, one.line.key),
            empty=f"{t('stock.none')}\n{t('stock.none_todo')}",
            id="lots",
        )

    def on_mount(self) -> None:
        """Theirs first, if somebody was chosen."""
        super().on_mount()
        self.only = self.facts.get("person_id")
        self.query_one("#lots").focus()

    def load(self) -> None:
        """Ask what is there."""
        from care.medicines.stock_everywhere import everything

        self.run_care(everything, self.session.store, then=self._show, group="stock", exclusive=True)

    def _show(self, found: "list[KeptLine]") -> None:
        self.kept = found
        self._tell()

    def _tell(self) -> None:
        shown = [one for one in self.kept if self.only is None or one.line.person_id in (self.only, None)]
        grave = sum(1 for one in shown if one.line.state in ("expired", "short", "low"))
        name = next((one.name for one in self.kept if one.line.person_id == self.only), "")
        title = t("stock.all") if self.only is None else t("stock.of", name=name)
        cells = [Cell(title, "title")]
        if grave:
            cells.append(Cell("   ! " + t("stock.grave", n=grave), "late"))
        self.query_one("#title", CellLines).show(cells)
        self.query_one("#lots", VirtualList).show_rows(shown)
        self.query_one("FootLine").refresh()

    @property
    def line(self) -> "KeptLine | None":
        """The lot under the cursor."""
        current: KeptLine | None = self.query_one("#lots", VirtualList).current
        return current

    def why_not(self, action: str) -> str | None:
        """Whose there is nobody to choose from."""
        if action == "stock.open" and self.line is None:
            return t("stock.none")
        if action == "stock.only" and self.only is None and (self.line is None or self.line.line.person_id is None):
            return t("stock.nobody")
        return None

    async def action_back(self) -> None:
        """Esc: to where it was opened from."""
        await self.app.pop_screen()

    def action_only(self) -> None:
        """Ctrl+T: of this person alone, or of everybody."""
        if self.only is not None:
            self.only = None
        elif self.line is not None:
            self.only = self.line.line.person_id
        self._tell()

    # --- one lot ----------------------------------------------------------------------------------

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: what is done with this lot."""
        event.stop()
        kept: KeptLine = event.row
        ways = [(way, t(f"stock.way.{way}")) for way in WAYS if way != "opened" or kept.line.opened_at is None]
        title = f"{_whose(kept)}  {named(kept.line.name, kept.line.spec)}  {quantity(kept.line)}"
        self.app.push_screen(Choose(title, ways), lambda way: self._begin(kept, way) if way else None)

    def _begin(self, kept: "KeptLine", way: str) -> None:
        if way == "opened":
            from care.medicines.stock import open_lot, undo

            store, by, line = self.session.store, self.session.staff.id, kept.line
            said = t("stock.opened", drug=line.name)
            then: Any = lambda id: self._kept(said, partial(undo, store, by, id))  # noqa: E731
            self.run_care(open_lot, store, by, line, then=then)
            return
        if (why := self.yiyang.why_no_right("stock.change")) is not None:
            self.say(why)
        elif way == "count":
            lots = [one.line for one in self.kept if _same(one.line, kept.line)]
            self.app.push_screen(CountForm(self.session, _whose(kept), lots), self._counted)
        else:
            self.app.push_screen(OutForm(self.session, _whose(kept), kept.line, way), self._moved)

    def _counted(self, found: Counted | None) -> None:
        if found is not None:
            self._kept(found.said, None)

    def _moved(self, found: "tuple[str, UUID] | None") -> None:
        if found is not None:
            from care.medicines.stock import undo

            said, id = found
            self._kept(said, partial(undo, self.session.store, self.session.staff.id, id))

    def _kept(self, said: str, undo: Any) -> None:
        self.saved(said, undo, said)
        self.load()

    # --- what came in ------------------------------------------------------------------------------

    def action_receive(self) -> None:
        """Ctrl+N: medicine came in; of whoever is shown, else of the house."""
        if self.only is None:
            self._which([])
        else:
            from care.medicines.orders import orders

            self.run_care(orders, self.session.store, self.only, then=self._which)

    def _which(self, theirs: "list[OrderView]") -> None:
        """One of their orders first, then any drug."""
        options: list[tuple[Any, str]] = [(one, f"{named(one.name, one.spec)}  {one.unit}") for one in theirs]
        if not options:
            self._find()
            return
        options.append((OTHER, t("stock.other_drug")))

        def chosen(one: Any) -> None:
            if one == OTHER:
                self._find()
            elif one is not None:
                self._receive(one.drug, one.name, one.spec, one.unit)

        self.app.push_screen(Choose(t("stock.which"), options), chosen)

    def _find(self) -> None:
        def sought(found: Sought | None) -> None:
            if found is None:
                return
            drug = found.drug
            spec = of_one_width(drug.specs[0]) if drug and drug.specs else ""
            self._receive(drug.code if drug else "", found.name, spec, drug.unit if drug else "")

        self.app.push_screen(FindDrug(self.session, t("stock.which")), sought)

    def _receive(self, drug: str, name: str, spec: str, unit: str) -> None:
        whose = next((_whose(one) for one in self.kept if one.line.person_id == self.only), t("stock.house"))
        if self.only is not None and whose == t("stock.house"):
            whose = t("stock.theirs")
        self.app.push_screen(InForm(self.session, self.only, whose, drug, name, spec, unit), self._moved)


def _same(one: "StockLine", other: "StockLine") -> bool:
    return (one.person_id, one.drug, one.name) == (other.person_id, other.drug, other.name)


def _whose(kept: "KeptLine") -> str:
    return f"{kept.bed_label} {kept.name}".strip() or t("stock.house")


def _cells(kept: "KeptLine") -> Cells:
    one = kept.line
    token = STATES.get(one.state, "")
    sign = "" if one.state == "ok" else ("! " if token in ("urgent", "late") else "") + t(f"stock.short.{one.state}")
    return [
        Cell(sign, token),
        kept.bed_label,
        kept.name or t("stock.house"),
        Cell(named(one.name, one.spec), "title"),
        Cell(one.lot, "quiet"),
        Cell(one.use_by or "", token if one.state in ("expired", "soon") else ""),
        Cell(quantity(one), token if one.state in ("short", "low") else ""),
        Cell(days(one), token if one.state in ("short", "low") else "quiet"),
    ]
