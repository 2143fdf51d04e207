"""A PIN for a colleague who has forgotten theirs: they type it themselves, twice, unseen."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from care.staff import StaffView
    from db.errors import YiyangError
    from yiyang_tui.session import Session


class NewPin(Dialog[str]):
    """Dismisses with what to say once it is set, or ``None`` at Esc."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "staff_pin.tcss"]

    busy = False

    def __init__(self, session: "Session", one: "StaffView") -> None:
        super().__init__()
        self.session, self.one = session, one

    def compose(self) -> ComposeResult:
        """Whose, the PIN twice."""
        with Vertical(classes="dialog", id="staff-pin"):
            yield Static(t("staff.pin_title", name=self.one.name), classes="title", markup=False)
            with Form(id="fields"):
                yield Static(t("staff.pin_new"), classes="label", markup=False)
                yield Entry(kind="pin", id="pin")
                yield Static(t("staff.pin_again"), classes="label", markup=False)
                yield Entry(kind="pin", id="again")
            yield Static(t("staff.pin_hint"), id="told", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#pin").focus()

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the second field."""
        event.stop()
        from care.staff import give_pin

        pin, again = self.query_one("#pin", Entry).value, self.query_one("#again", Entry).value
        if self.busy:
            return
        if pin != again:
            self._say(t("switch.differs"))
            return
        self.busy = True
        store, by = self.session.store, self.session.staff.id
        self.run_care(give_pin, store, by, self.one.id, pin, then=lambda _none: self._kept(), failed=self._refused)

    def _kept(self) -> None:
        self.dismiss(t("staff.pin_done", name=self.one.name))

    def _refused(self, error: "YiyangError") -> None:
        self.busy = False
        self._say(sentence(error))

    def _say(self, text: str) -> None:
        for field in self.query(Entry):
            field.value = ""
        self.query_one("#pin").focus()
        told = self.query_one("#told", Static)
        told.add_class("urgent")
        told.update(text)
