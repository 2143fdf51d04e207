"""An implausible clock: ask once for date and time, and go on."""

from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from yiyang_tui.cells import narrow
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import t
from yiyang_tui.words.times import HOUSE


def told_at(date: str, time: str) -> int | None:
    """Seconds UTC of a date (``2026-11-22``) and a time (``21:04``) as typed, or ``None``."""
    try:
        read = datetime.strptime(f"{narrow(date).strip()} {narrow(time).strip()}", "%Y-%m-%d %H:%M")
    except ValueError:
        return None
    return int(read.replace(tzinfo=HOUSE).timestamp())


class ClockDialog(Dialog[int]):
    """Dismisses with what a person said (seconds UTC), or ``None``: then the doubt stays and new entries are marked."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why

    def compose(self) -> ComposeResult:
        """What is wrong, two fields, what to do."""
        with Vertical(classes="dialog"):
            yield Static(t("clock.title"), classes="title", markup=False)
            yield Static(self.why, classes="prose", markup=False)
            with Form():
                for name in ("date", "time"):
                    with Horizontal(classes="field"):
                        yield Static(t(f"clock.{name}"), classes="label", markup=False)
                        yield Entry(id=name, longest=10)
            yield Static(t("clock.todo"), id="told", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#date", Entry).focus()

    def on_form_filled(self, _event: Form.Filled) -> None:
        """Enter in the last field."""
        read = told_at(self.query_one("#date", Entry).value, self.query_one("#time", Entry).value)
        if read is None:
            told = self.query_one("#told", Static)
            told.update(t("clock.bad"))
            told.add_class("urgent")
            self.query_one("#date", Entry).focus()
        else:
            self.dismiss(read)
