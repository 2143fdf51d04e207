"""One's own: the passphrase that opens the record, the PIN that switches to oneself. The old one is typed first."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.screens.dialogs import Choose, Dialog
from yiyang_tui.themes import Token
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from uuid import UUID

    from db.errors import YiyangError
    from db.store import Store
    from yiyang_tui.session import Session

Own = Literal["passphrase", "pin"]


def own_secrets(*, has_pin: bool) -> Choose:
    """Which of the two to change; without a PIN there is only one."""
    offered: list[Own] = ["passphrase", "pin"] if has_pin else ["passphrase"]
    return Choose(t("account.title"), [(own, t(f"account.{own}")) for own in offered])


class Account(Dialog[str]):
    """The old secret, the new one twice. Stays open until it worked; then dismisses with what to say."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "account.tcss"]

    busy = False

    def __init__(self, session: "Session", own: Own) -> None:
        super().__init__()
        self.session, self.own = session, own

    def compose(self) -> ComposeResult:
        """Three unseen fields, each under its label, and what to do."""
        kind: Literal["secret", "pin"] = "secret" if self.own == "passphrase" else "pin"
        with Vertical(classes="dialog"):
            yield Static(t(f"account.change_{self.own}", name=self.session.staff.name), classes="title", markup=False)
            with Form(id="secrets"):
                for id in ("old", "new", "again"):
                    yield Static(t(f"account.{id}_{self.own}"), classes="label", markup=False)
                    yield Entry(kind=kind, id=id)
            yield Static(t(f"account.hint_{self.own}"), id="told", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#old", Entry).focus()

    def say(self, text: str, token: Token = "") -> None:
        """Answers stand under the fields."""
        told = self.query_one("#told", Static)
        told.set_class(token == "urgent", "urgent")
        told.update(text)

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        old, new, again = (self.query_one(f"#{id}", Entry).value for id in ("old", "new", "again"))
        if self.busy:
            return
        if not old:
            self._again("old", t("account.old_missing"))
        elif new != again:
            self._again("new", t("account.differs"))
        else:
            self.busy = True
            self.say(t("account.working"))
            change: Any = change_passphrase if self.own == "passphrase" else change_pin
            self.run_care(
                change, self.session.store, self.session.staff.id, old, new, then=self._done, failed=self._refused
            )

    def _done(self, _: None) -> None:
        self.dismiss(t(f"account.done_{self.own}"))

    def _refused(self, error: "YiyangError") -> None:
        self.busy = False
        wait = error.facts.get("wait_s")
        old = error.code in ("wrong_passphrase", "wrong_pin")
        self._again("old" if old else "new", t("account.old_wrong") if old and not wait else sentence(error))

    def _again(self, field: str, said: str) -> None:
        """Say what is wrong; what has to be typed anew is emptied."""
        for id in ("old", "new", "again") if field == "old" else ("new", "again"):
            self.query_one(f"#{id}", Entry).value = ""
        self.query_one(f"#{field}", Entry).focus()
        self.say(said, "urgent")

    def action_back(self) -> None:
        """Esc. What is being done is waited for: it takes a second."""
        if not self.busy:
            self.dismiss(None)


def change_passphrase(store: "Store", by: "UUID", old: str, new: str) -> None:
    """The own passphrase, at what one costs on this machine. Blocks for seconds."""
    from care import vault_users
    from yiyang_tui.settings import passphrase_cost

    vault_users.change_passphrase(store, by, old, new, passphrase_cost())


def change_pin(store: "Store", by: "UUID", old: str, new: str) -> None:
    """The own PIN."""
    from care import pins

    pins.change_pin(store, by, old, new)
