"""F1: what this screen is for and what its keys do; a key that cannot be used now says why."""

from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from yiyang_tui.actions import EVERYWHERE, Action, actions_of, keys_word
from yiyang_tui.cells import fit, wrap
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.themes import token_style
from yiyang_tui.words import has, t

COLUMN = 18


class Reading(Dialog[None]):
    """A page to read and put away. Override ``page``."""

    BINDINGS: ClassVar[list[BindingType]] = [("enter,f1", "back", "")]

    def page(self, width: int) -> Text:
        """What is to be read, in lines of at most ``width`` cells."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """The page, and how to leave it."""
        with Vertical(classes="page"):
            with VerticalScroll(id="scroll"):
                yield Static(self._page(), id="text", markup=False)
            yield Static(t("helping.more"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """Let the arrows scroll."""
        self.query_one("#scroll").focus()

    def on_resize(self) -> None:
        """Lines are broken to the width there is."""
        self.query_one("#text", Static).update(self._page())

    def _page(self) -> Text:
        # Borders, padding and the scroll bar.
        return self.page(max(self.app.size.width - 9, 20))


class HelpScreen(Reading):
    """The help of the screen it was called from."""

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        self.about = about

    def page(self, width: int) -> Text:
        """Purpose, keys here, keys everywhere."""
        where = getattr(self.about, "where", "") or "list"
        title = token_style(self.app, "title")
        text = Text()
        if has(f"place.{where}"):
            text.append(t(f"place.{where}") + "\n\n", title)
        if has(f"about.{where}"):
            text.append("\n".join(wrap(t(f"about.{where}"), width)) + "\n\n")
        for heading, rows in (
            (t("helping.here"), actions_of(where)),
            (t("helping.everywhere"), actions_of(EVERYWHERE)),
        ):
            if rows:
                text.append(heading + "\n", title)
                for row in rows:
                    self._row(text, row, width)
                text.append("\n")
        return text

    def _row(self, text: Text, row: Action, width: int) -> None:
        why = self.yiyang.why_not(row.id, self.about)
        said = t(row.help) + (" " + t("helping.not_now", why=why) if why else "")
        for n, line in enumerate(wrap(said, max(width - COLUMN - 4, 10))):
            text.append(
                "  " + fit(keys_word(row, every=True) if n == 0 else "", COLUMN) + "  ", token_style(self.app, "title")
            )
            text.append(line + "\n", token_style(self.app, "quiet" if why else ""))
