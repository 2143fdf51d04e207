"""What speaks against an order, every warning in full, each with the reason why the order stands all the same."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.fields import fields
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.screens.medicine_words import warning_cells
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.facts import broken
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.virtual_list import Cell
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.medicines.checks import Warning

ROOM = 64
"""Cells of a line in the dialog."""


class Reasons(Form):
    """A field below each warning that needs a reason; Enter does not leave it empty."""

    def __init__(self, warnings: "Sequence[Warning]", given: Mapping[str, str]) -> None:
        super().__init__(id="reasons")
        self.warnings, self.given = warnings, given

    def compose(self) -> ComposeResult:
        """The warnings, one below the other."""
        for n, one in enumerate(self.warnings):
            lines = [Cell(line, cell.token) for cell in warning_cells(one) for line in broken(cell.text, ROOM)]
            words = CellLines(classes="warning")
            words.styles.height = len(lines)
            words.show(*([line] for line in lines))
            yield words
            if one.needs_reason:
                yield Entry(self.given.get(one.code, ""), id=f"why{n}", longest=200, placeholder=t("order.reason_how"))

    def check(self, field: Any) -> bool:
        """A reason is needed for each."""
        return bool(field.value.strip())

    @property
    def said(self) -> dict[str, str]:
        """The reasons, by the code of their warning."""
        return {
            one.code: self.query_one(f"#why{n}", Entry).value.strip()
            for n, one in enumerate(self.warnings)
            if one.needs_reason
        }


class Overrides(Dialog[Mapping[str, str]]):
    """Dismisses with the reason for each warning by its code, or ``None`` at Esc: the order is not written."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "medicine_dialogs.tcss"]

    def __init__(self, drug: str, warnings: "Sequence[Warning]", given: Mapping[str, str]) -> None:
        super().__init__()
        self.drug, self.warnings, self.given = drug, warnings, given

    def compose(self) -> ComposeResult:
        """All of them, in a list that scrolls where there are many."""
        # What needs no reason is only read.
        asked = "overrides" if any(one.needs_reason for one in self.warnings) else "overrides_seen"
        with Vertical(classes="dialog wide", id="overrides"):
            yield Static(t(f"order.{asked}", drug=self.drug, n=len(self.warnings)), classes="title", markup=False)
            with VerticalScroll(can_focus=False, classes="rows"):
                yield Reasons(self.warnings, self.given)
            yield Static(t(f"order.{asked}_hint"), id="told", classes="hint", markup=False)

    def on_mount(self) -> None:
        """The first reason; where none is needed, Enter is enough."""
        first = next(iter(fields(self)), None)
        if first is not None:
            first.focus()

    def on_key(self, event: events.Key) -> None:
        """Enter where nothing is to be typed."""
        if event.key == "enter" and self.focused is None:
            event.stop()
            self.dismiss({})

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last one: each of them has its reason."""
        event.stop()
        said = self.query_one(Reasons).said
        empty = next((n for n, one in enumerate(self.warnings) if said.get(one.code) == ""), None)
        if empty is None:
            self.dismiss(said)
        else:
            self.query_one("#told").add_class("urgent")
            self.query_one(f"#why{empty}").focus()
