"""Which drug: by initials of its pinyin, characters or its generic name; one that no list has by the name typed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widgets import Input, Static

from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.screens.medicine_words import of_one_width
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.medicines.catalogue import Drug
    from yiyang_tui.session import Session

MOST_FOUND = 40


@dataclass(frozen=True, slots=True)
class Sought:
    """A drug of the list, or with ``drug`` ``None`` a name that is in none."""

    name: str
    drug: "Drug | None"


class FindDrug(Dialog[Sought]):
    """Dismisses with what was chosen, or ``None`` at Esc."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "medicine_dialogs.tcss"]

    def __init__(self, session: "Session", title: str, typed: str = "") -> None:
        super().__init__()
        self.session, self.title_text, self.begun = session, title, typed
        self.answered: str | None = None
        self.entered = False

    def compose(self) -> ComposeResult:
        """Where to type, what is found."""
        with Vertical(classes="dialog wide"):
            yield Static(self.title_text, classes="title", markup=False)
            yield Entry(self.begun, id="typed", longest=60, placeholder=t("medicines.drug_how"))
            yield VirtualList[Sought](
                [Column(24), Column(0), Column(10), Column(6)],
                _cells,
                key=lambda one: one.name if one.drug is None else one.drug.code,
                titled=False,
                always_lit=True,
                id="found",
            )
            yield Static(t("medicines.drug_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Entry).focus()
        self._search(self.begun)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow down."""
        self._search(event.value)

    def _search(self, typed: str) -> None:
        from care.medicines.catalogue import drugs

        self.run_care(
            drugs,
            self.session.store,
            typed,
            MOST_FOUND,
            then=lambda found: self._found(typed, found),
            group="find",
            exclusive=True,
        )

    def _found(self, typed: str, found: "list[Drug]") -> None:
        rows = [Sought(one.zh, one) for one in found]
        named = typed.strip()
        if named and all(row.name != named for row in rows):
            rows.append(Sought(named, None))
        listed = self.query_one("#found", VirtualList)
        listed.show_rows(rows)
        listed.goto(0)
        self.answered = typed
        if self.entered:
            self._take()

    def on_key(self, event: events.Key) -> None:
        """Arrows move in the list while the cursor stays in the field."""
        moves = {"up": -1, "down": 1}
        if event.key in moves:
            event.stop()
            self.query_one("#found", VirtualList).action_step(moves[event.key])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: what is under the cursor, once the list answers what was typed."""
        event.stop()
        self.entered = True
        if event.value == self.answered:
            self._take()

    def _take(self) -> None:
        self.entered = False
        row: Sought | None = self.query_one("#found", VirtualList).current
        if row is not None:
            self.dismiss(row)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """A click does it, too."""
        event.stop()
        self.dismiss(event.row)


def _cells(one: Sought) -> Cells:
    if one.drug is None:
        return [Cell(one.name, "title"), Cell(t("medicines.not_listed"), "due"), "", ""]
    alert = Cell(t("medicines.high_short"), "urgent") if one.drug.high_alert else ""
    return [
        Cell(of_one_width(one.drug.zh), "title"),
        Cell(of_one_width(one.drug.spec), "quiet"),
        Cell(one.drug.form, "quiet"),
        alert,
    ]
