"""Two fields to join a county: its address and the one-time code that county IT gave out."""

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.cells import narrow
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.themes import Token
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from db.errors import YiyangError

SCHEME = "https://"


def address(typed: str) -> str | None:
    """The address of a county as typed, full-width characters too, or ``None`` if it is none.

    ``https://`` may be left out. Only scheme, host and port belong to it: a path, a name or a password would be wrong.
    """
    plain = narrow(typed).strip()
    if plain and "://" not in plain:
        plain = SCHEME + plain
    try:
        parts = urlsplit(plain)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        return None
    if not sound or parts.username is not None or parts.path.strip("/") or parts.query or parts.fragment:
        return None
    if any(char.isspace() for char in plain):
        return None
    return f"{parts.scheme}://{parts.netloc}"


class CountyForm(Form):
    """Enter leaves a field only with something in it that can be right."""

    def check(self, field: Any) -> bool:
        """An address, then a code; what is wrong is said under the fields."""
        from db.errors import YiyangError
        from sync.codes import normal

        screen: Any = self.screen
        if field.id == "url":
            if address(field.value) is None:
                screen.say(t("sync.bad_url"), "urgent")
                return False
        else:
            try:
                normal(narrow(field.value))
            except YiyangError as error:
                screen.say(sentence(error), "urgent")
                return False
        screen.say(t("sync.ask_hint"))
        return True


class AskCounty(Dialog[str]):
    """Enrols. Stays open, with what is typed, until it worked: then dismisses with the name of the county.

    Esc before that dismisses with ``None``.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "enrol.tcss"]

    joining = False

    def compose(self) -> ComposeResult:
        """What is asked, two fields, what to do."""
        with Vertical(classes="dialog"):
            yield Static(t("sync.ask_county"), classes="title", markup=False)
            with CountyForm(id="county"):
                yield Static(t("sync.ask_url"), classes="label", markup=False)
                yield Entry(SCHEME, id="url")
                yield Static(t("sync.ask_code"), classes="label", markup=False)
                yield Entry(id="code", longest=64)
            yield Static(t("sync.ask_hint"), id="told", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#url", Entry).focus()

    def say(self, text: str, token: Token = "") -> None:
        """Answers stand under the fields."""
        told = self.query_one("#told", Static)
        told.set_class(token == "urgent", "urgent")
        told.update(text)

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        url = address(str(event.values["url"]))
        if url is None:
            self.say(t("sync.bad_url"), "urgent")
            self.query_one("#url", Entry).focus()
        elif not self.joining:
            self.joining = True
            self.say(t("sync.enrolling"))
            self.run_worker(self._join(url, narrow(str(event.values["code"]))))

    async def _join(self, url: str, code: str) -> None:
        from db.errors import YiyangError

        carrier = self.yiyang.carrier
        assert carrier is not None
        try:
            self.dismiss(await carrier.join(url, code))
        except YiyangError as error:
            self._refused(error)
        finally:
            self.joining = False

    def _refused(self, error: "YiyangError") -> None:
        self.say(sentence(error), "urgent")

    def action_back(self) -> None:
        """Esc. Once the county is asked, its answer is waited for: it takes seconds, and the code is used up by it."""
        if not self.joining:
            self.dismiss(None)
