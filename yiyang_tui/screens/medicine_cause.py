"""Why, by one digit or in words: the cause of a late dose, of a refusal, of an override."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widgets import Input, Static

from yiyang_tui.cells import narrow
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import Cell, Column, VirtualList
from yiyang_tui.words import t


class Cause(Dialog[str]):
    """``options`` are the usual causes, the first nine by their digit. Dismisses with the words of one, or what was
    typed; ``None`` at Esc.

    ``more``: what is asked about, read before anything is chosen. ``first``: which cause Enter alone takes.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "medicine_dialogs.tcss"]

    def __init__(self, title: str, options: Sequence[str], more: str = "", first: int = 0) -> None:
        super().__init__()
        self.title_text, self.options, self.more, self.first = title, list(options), more, first

    def compose(self) -> ComposeResult:
        """What is asked, the usual causes, a field for any other."""
        with Vertical(classes="dialog"):
            yield Static(self.title_text, classes="title", markup=False)
            if self.more:
                yield Static(self.more, classes="prose", markup=False)
            yield VirtualList[str](
                [Column(2), Column(0)],
                lambda said: [Cell(str(self.options.index(said) + 1), "title"), said],
                titled=False,
                always_lit=True,
                id="causes",
            )
            yield Entry(id="typed", longest=200, placeholder=t("medicines.cause_other"))
            yield Static(t("medicines.cause_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """Keys go to the field; arrows move in the list."""
        listed = self.query_one("#causes", VirtualList)
        listed.styles.height = max(1, min(len(self.options), 9))
        listed.display = bool(self.options)
        listed.show_rows(self.options)
        listed.goto(self.first)
        self.query_one(Entry).focus()

    def on_key(self, event: events.Key) -> None:
        """Up and Down: another cause."""
        moves = {"up": -1, "down": 1}
        if event.key in moves:
            event.stop()
            self.query_one("#causes", VirtualList).action_step(moves[event.key])

    def on_input_changed(self, event: Input.Changed) -> None:
        """A digit alone is one of the causes."""
        typed = narrow(event.value)
        if len(typed) == 1 and typed.isdecimal() and 1 <= int(typed) <= len(self.options):
            self.dismiss(self.options[int(typed) - 1])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: what was typed, else the cause under the cursor."""
        event.stop()
        said = event.value.strip() or self.query_one("#causes", VirtualList).current
        if said:
            self.dismiss(str(said))

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """A click."""
        event.stop()
        self.dismiss(str(event.row))
