"""Ctrl+G, what wants a person: what two laptops made together that cannot be, each settled by Enter."""

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult

from yiyang_tui.screens import settle_acts, settle_rows
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.settle_rows import COLUMNS, Row
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.widgets.virtual_list import VirtualList
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.findings import Finding


class Settle(Place):
    """The list, and below it what the line under the cursor means."""

    where = "unsettled"
    CSS_PATH = "settle.tcss"

    found: "list[Finding] | None" = None

    def body(self) -> ComposeResult:
        """The list, what to do."""
        yield VirtualList[Row](
            COLUMNS,
            lambda row: row.cells,
            key=lambda row: row.id,
            selectable=lambda row: row.found is not None,
            titled=False,
            empty=f"{t('settle.none')}\n{t('settle.none_todo')}",
            id="findings",
        )
        yield Facts(column=True, id="todo")

    def on_mount(self) -> None:
        """The list is where arrows go."""
        super().on_mount()
        self.query_one(VirtualList).focus()

    def load(self) -> None:
        """Look through the record."""
        from care.invariants import findings

        self.run_care(findings, self.session.store, then=self._show, group="settle", exclusive=True)

    def _show(self, found: "list[Finding]") -> None:
        self.found = found
        self.query_one(VirtualList).show_rows(settle_rows.rows(found, self.session.now()))
        self._turn()

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Something else is under the cursor."""
        event.stop()
        self._turn()

    def _turn(self) -> None:
        row: Row | None = self.query_one(VirtualList).current
        self.query_one(Facts).facts = tuple(settle_rows.todo(row)) if row is not None else ()
        self.query_one(FootLine).refresh()

    def on_resize(self, _event: events.Resize) -> None:
        """More room, longer lines."""
        self.call_after_refresh(self._turn)

    def _current(self) -> Row | None:
        row: Row | None = self.query_one(VirtualList).current
        return row if row is not None and row.found is not None else None

    def why_not(self, action: str) -> str | None:
        """Enter needs a line."""
        return t("settle.none") if action == "unsettled.open" and self._current() is None else None

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: settle it."""
        event.stop()
        row: Row = event.row
        if row.found is not None:
            settle_acts.begin(self, row.found)
