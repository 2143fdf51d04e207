"""Where to carry to, the carrying, and what came of it: for a stick and for a laptop in the same room."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.by_hand import Errand
from yiyang_tui.screens.dialogs import Dialog, Type
from yiyang_tui.themes import Token
from yiyang_tui.widgets.virtual_list import Cell, Column, VirtualList
from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from db.errors import YiyangError

Place = tuple[str, str]
TYPED = ""
"""Stands for the place that is typed."""
_ROWS = 5


class Carry(Dialog[None]):
    """One errand: choose a place or type one, wait, read what came of it. Esc leaves, but not while it is under way."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "stick.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [("enter", "close", "")]

    def __init__(self, errand: Errand) -> None:
        super().__init__()
        self.errand = errand
        self.busy = False
        self.over = False

    def compose(self) -> ComposeResult:
        """Title, what is going on, the places, the keys."""
        with Vertical(classes="dialog"):
            yield Static(self._t("title"), classes="title", markup=False)
            with VerticalScroll(can_focus=False, classes="prose"):
                yield Static(self._t("looking"), id="told", markup=False)
            yield VirtualList[Place]([Column(0)], lambda place: [Cell(place[1])], titled=False, id="places")
            yield Static(t("dialog.choose_hint"), id="keys", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Look for places beside it; one can be typed at once."""
        self._offer([])
        carrier = self.yiyang.carrier
        assert carrier is not None
        self.run_care(self.errand.places, carrier.store, then=self._found, group="carry")

    def _found(self, places: list[Place]) -> None:
        if not self.busy and not self.over:
            self.say(self._t("found" if places else "none"))
            self._offer(places)

    def _offer(self, places: list[Place]) -> None:
        rows = [*places, (TYPED, self._t("type"))]
        shown = self.query_one(VirtualList)
        shown.styles.height = min(len(rows), _ROWS)
        shown.show_rows(rows)
        shown.focus()

    def say(self, text: str, token: Token = "") -> None:
        """Answers stand above the places."""
        told = self.query_one("#told", Static)
        told.set_class(token == "urgent", "urgent")
        told.update(text)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter on a place."""
        event.stop()
        if event.row[0] == TYPED:
            self.app.push_screen(Type(self._t("type"), hint=self._t("hint")), self._typed)
        else:
            self._go(event.row[0])

    def _typed(self, place: str | None) -> None:
        if place is not None and place.strip():
            self._go(place.strip())

    def _go(self, place: str) -> None:
        if not self.busy:
            self.busy = True
            self.query_one(VirtualList).display = False
            self.query_one("#keys", Static).update(t("carry.wait"))
            self.say(self._t("busy"))
            self.run_worker(self._work(place))

    async def _work(self, place: str) -> None:
        from db.errors import YiyangError

        carrier = self.yiyang.carrier
        assert carrier is not None
        try:
            said = await carrier.with_record(
                lambda store, gate, told: self.errand.act(store, gate, told, place), self._told
            )
            self.say(said)
        except YiyangError as error:
            self._failed(error)
        finally:
            self.busy, self.over = False, True
            self.query_one("#keys", Static).update(t("dialog.say_hint"))
            self.set_focus(None)

    def _failed(self, error: "YiyangError") -> None:
        self.say(sentence(error), "urgent")

    def _told(self, done: int, total: int) -> None:
        if self.busy and total:
            self.say(f"{self._t('busy')}  {round(min(1.0, done / total) * 100)}%")

    def action_close(self) -> None:
        """Enter, once it is over."""
        if self.over:
            self.dismiss(None)

    def action_back(self) -> None:
        """Esc."""
        if not self.busy:
            self.dismiss(None)

    def _t(self, word: str) -> str:
        return t(f"carry.{self.errand.name}_{word}")
