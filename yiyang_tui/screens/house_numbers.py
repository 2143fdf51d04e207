"""Numbers that no source settles: what counts here, where it comes from, whether the pair has confirmed it."""

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult

from yiyang_tui.screens.dialogs import Type
from yiyang_tui.screens.house_pages import HousePage
from yiyang_tui.screens.house_words import confirmed, counted
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from care.county_facts import CountyFact


class NumbersPage(HousePage):
    """One line a number."""

    def compose(self) -> ComposeResult:
        """How many wait, the list."""
        yield CellLines(id="numbers-told", classes="told")
        yield VirtualList["CountyFact"](
            [
                Column(50, t("house.column.fact")),
                Column(6, t("house.column.value"), "right"),
                Column(0),
            ],
            _cells,
            key=lambda one: one.code,
            id="numbers-list",
        )
        yield Facts(id="source")

    def on_mount(self) -> None:
        """Where the one under the cursor comes from, a fact a line."""
        self.query_one(Facts).column = True

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Another number."""
        event.stop()
        one: CountyFact = event.row
        source = t("house.from", source=one.source.of(language()), certainty=one.certainty)
        bounds = t("house.between", least=one.least, most=one.most, default=one.default)
        self.query_one(Facts).facts = (Cell(source, "quiet"), Cell(bounds, "quiet"))

    def load(self) -> None:
        """All of them."""
        from care.county_facts import county_facts

        house = self.house
        house.run_care(county_facts, house.session.store, then=self._show, group="page", exclusive=True)

    def _show(self, found: "list[CountyFact]") -> None:
        self.list.show_rows(found)
        waiting = sum(not one.confirmed for one in found)
        told = counted(t("house.numbers", n=len(found)), [(t("confirm.unconfirmed"), waiting, "due")])
        self.query_one(CellLines).show(told)

    def why_not(self, action: str) -> str | None:  # noqa: ARG002 - there is one
        """Who decides it."""
        return self.house.yiyang.why_no_right("house.change")

    def chosen(self, row: "CountyFact") -> None:
        """Enter: say what counts here, be it the number that stands."""
        hint = t("house.number_hint", least=row.least, most=row.most, source=row.source.of(language()))
        title = row.zh if language() == "zh" else row.en
        self.app.push_screen(Type(title, str(row.value), hint, longest=6), lambda typed: self._confirm(row, typed))

    def _confirm(self, one: "CountyFact", typed: str | None) -> None:
        from care.county_facts import confirm
        from yiyang_tui.cells import narrow

        if typed is None:
            return
        house, number = self.house, narrow(typed).strip()
        if not (number.isascii() and number.isdigit()):
            house.say(t("house.number_wanted"), "urgent")
            return
        store, by = house.session.store, house.session.staff.id
        name = one.zh if language() == "zh" else one.en
        said = t("house.confirmed", what=name, value=f"{number} {one.unit}".strip())
        # Nothing takes a confirmation back, but another number may be set any time.
        undo: Any = (lambda: confirm(store, by, one.code, one.value)) if one.confirmed else None

        def done(_result: object) -> None:
            house.saved(said, undo, said)
            self.load()

        house.run_care(confirm, store, by, one.code, int(number), then=done)


def _cells(one: "CountyFact") -> Cells:
    return [
        Cell(one.zh if language() == "zh" else one.en, "title"),
        f"{one.value} {one.unit}".strip() if language() == "zh" else str(one.value),
        confirmed(one.confirmed),
    ]
