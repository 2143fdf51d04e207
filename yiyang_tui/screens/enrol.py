"""Two fields to join a county: its address and the one-time code that county IT gave out."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import t


@dataclass(frozen=True, slots=True)
class County:
    """What was typed."""

    url: str
    code: str


class AskCounty(Dialog[County]):
    """Dismisses with address and code, or ``None`` at Esc."""

    def compose(self) -> ComposeResult:
        """What is asked, and why the code is safe to type."""
        with Vertical(classes="dialog"):
            yield Static(t("sync.ask_county"), classes="title", markup=False)
            with Form(id="county"):
                yield Static(t("sync.ask_url"), classes="label", markup=False)
                yield Entry("https://", id="url")
                yield Static(t("sync.ask_code"), classes="label", markup=False)
                yield Entry(id="code")
            yield Static(t("sync.ask_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#url", Entry).focus()

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        url, code = str(event.values["url"]).strip(), str(event.values["code"]).strip()
        if url.startswith(("http://", "https://")) and code:
            self.dismiss(County(url, code))
