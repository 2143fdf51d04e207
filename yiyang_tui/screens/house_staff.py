"""Several colleagues, ticked in a list."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.actions import SPACE
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.widgets.tick import SIGNS
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.staff import StaffView


class PickStaff(Dialog[tuple[UUID, ...]]):
    """Dismisses with the ids in the order of the list, or ``None`` at Esc."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "house_form.tcss"]
    BINDINGS: ClassVar[list[Any]] = [(",".join(SPACE), "tick", ""), ("ctrl+a", "all", "")]

    def __init__(self, title: str, staff: "Sequence[StaffView]") -> None:
        super().__init__()
        self.title_text, self.staff = title, list(staff)
        self.ticked: set[UUID] = set()

    def compose(self) -> ComposeResult:
        """Everybody who works here, how many are ticked."""
        with Vertical(classes="dialog"):
            yield Static(self.title_text, classes="title", markup=False)
            yield VirtualList["StaffView"](
                [Column(4), Column(8), Column(0), Column(12)], self._cells, key=lambda one: one.id, titled=False
            )
            yield Static("", id="told", markup=False)

    def _cells(self, one: "StaffView") -> Cells:
        role = Cell(t(f"role.{one.role}"), "quiet")
        return [SIGNS[one.id in self.ticked], one.number, Cell(one.name, "title"), role]

    def on_mount(self) -> None:
        """The list takes the keys."""
        listed = self.query_one(VirtualList)
        listed.styles.height = min(len(self.staff), 10)
        listed.show_rows(self.staff)
        listed.focus()
        self._tell()

    def _tell(self) -> None:
        self.query_one("#told", Static).update(t("house.pick_hint", n=len(self.ticked)))
        self.query_one(VirtualList).refresh()

    def action_tick(self) -> None:
        """Space: in or out, and on to the next."""
        listed = self.query_one(VirtualList)
        one: StaffView | None = listed.current
        if one is not None:
            self.ticked ^= {one.id}
            listed.action_step(1)
            self._tell()

    def action_all(self) -> None:
        """Ctrl+A: everybody, or nobody."""
        everybody = {one.id for one in self.staff}
        self.ticked = set() if self.ticked == everybody else everybody
        self._tell()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: these, or whoever is under the cursor if nobody is ticked."""
        event.stop()
        chosen = self.ticked or {event.row.id}
        self.dismiss(tuple(one.id for one in self.staff if one.id in chosen))
