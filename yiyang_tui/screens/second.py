"""The second person of an act of two: who it is, and their PIN. What the first one typed stays as it is meanwhile."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from uuid import UUID

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widgets import Input, Static

from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from care.rights import Second
    from db.errors import YiyangError

MOST_ROWS = 6


class Confirms(Protocol):
    """Somebody who may confirm. ``has_pin``: on this laptop."""

    @property
    def id(self) -> UUID: ...

    @property
    def number(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def role(self) -> str: ...

    @property
    def has_pin(self) -> bool: ...


class SecondPerson(Dialog[Any]):
    """Asks who confirms and for their PIN, then does the act with them.

    Dismisses with what the act returned, in a tuple of one; ``None`` at Esc, when nothing was done.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "second.tcss"]

    def __init__(self, what: str, seconds: Sequence[Confirms], act: "Callable[[Second], Any]") -> None:
        super().__init__()
        self.what, self.seconds, self.act = what, list(seconds), act
        self.busy = False

    def compose(self) -> ComposeResult:
        """What is confirmed, by whom, their PIN, what was wrong with the last one."""
        with Vertical(classes="dialog", id="second"):
            yield Static(t("second.title"), classes="title", markup=False)
            yield Static(self.what, classes="prose", markup=False)
            yield VirtualList[Confirms](
                [Column(12), Column(0), Column(14)],
                _cells,
                key=lambda one: one.id,
                selectable=lambda one: one.has_pin,
                empty=t("second.nobody"),
                titled=False,
                always_lit=True,
                id="seconds",
            )
            yield Static(t("second.pin"), id="pin-label", markup=False)
            yield Entry(kind="pin", id="pin")
            yield Static("", id="told", classes="urgent", markup=False)
            yield Static(t("second.hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """Arrows choose who, while the cursor stays where the PIN is typed."""
        listed = self.query_one("#seconds", VirtualList)
        listed.styles.height = max(1, min(len(self.seconds), MOST_ROWS))
        listed.show_rows(self.seconds)
        able = [one for one in self.seconds if one.has_pin]
        self.query_one("#pin").display = self.query_one("#pin-label").display = bool(able)
        self.query_one(Entry).focus()
        self._tell(t("second.no_pin") if self.seconds and not able else "")

    def _tell(self, said: str) -> None:
        told = self.query_one("#told", Static)
        told.display = bool(said)
        told.update(said)

    def on_key(self, event: events.Key) -> None:
        """Up and Down: somebody else; their PIN is typed anew."""
        moves = {"up": -1, "down": 1}
        if event.key in moves and not self.busy:
            event.stop()
            self.query_one("#seconds", VirtualList).action_step(moves[event.key])
            self.query_one(Entry).value = ""

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """A click on somebody: their PIN."""
        event.stop()
        self.query_one(Entry).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the field: do it together."""
        event.stop()
        from care.rights import Second

        one: Confirms | None = self.query_one("#seconds", VirtualList).current
        if self.busy or one is None or not event.value:
            return
        self.busy = True
        self.run_care(self.act, Second(one.id, event.value), then=self._done, failed=self._refused)

    def _done(self, done: Any) -> None:
        self.dismiss((done,))

    def _refused(self, error: "YiyangError") -> None:
        self.busy = False
        pin = self.query_one(Entry)
        pin.value = ""
        pin.focus()
        self._tell(sentence(error))


def _cells(one: Confirms) -> Cells:
    role = t(f"role.{one.role}")
    if not one.has_pin:
        return [Cell(one.number, "quiet"), Cell(one.name, "quiet"), Cell(t("second.without_pin"), "quiet")]
    return [Cell(one.number, "quiet"), one.name, role]
