"""Ctrl+P: everything that can be done now, found by a few letters of its words."""

from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input, Static

from yiyang_tui.actions import ACTIONS, EVERYWHERE, Action, keys_word
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import t


def matching(rows: list[Action], typed: str) -> list[Action]:
    """The actions whose words, help, keys or id hold every piece of what was typed."""
    pieces = typed.casefold().split()
    return [
        row
        for row in rows
        if all(piece in f"{t(row.word)} {t(row.help)} {keys_word(row)} {row.id}".casefold() for piece in pieces)
    ]


class Palette(Dialog[None]):
    """The commands of the screen it was called from, then those of everywhere."""

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        where = getattr(about, "where", "")
        self.about = about
        self.rows = [row for row in ACTIONS if row.bound and row.where == where]
        self.rows += [row for row in ACTIONS if row.where == EVERYWHERE and row.id != "palette"]

    def compose(self) -> ComposeResult:
        """Where to type, the commands, how to leave."""
        with Vertical(classes="dialog wide"):
            yield Static(t("palette.title"), classes="title", markup=False)
            yield Entry(id="typed", longest=40)
            yield VirtualList[Action](
                [Column(14), Column(12), Column(0)],
                self._cells,
                empty=t("palette.none"),
                titled=False,
                always_lit=True,
                id="commands",
            )
            yield Static(f"{t('palette.hint')}  {t('dialog.choose_hint')}", classes="hint", markup=False)

    def _cells(self, row: Action) -> Cells:
        why = self.yiyang.why_not(row.id, self.about)
        said = t("helping.not_now", why=why) if why else t(row.help)
        return [t(row.word), Cell(keys_word(row), "title"), Cell(said, "quiet")]

    def on_mount(self) -> None:
        """All of them, until something is typed."""
        self.query_one(VirtualList).show_rows(self.rows)
        self.query_one(Entry).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow down."""
        commands = self.query_one(VirtualList)
        commands.show_rows(matching(self.rows, event.value))
        commands.goto(0)

    def on_key(self, event: events.Key) -> None:
        """Arrows move in the list while the cursor stays in the field."""
        commands = self.query_one(VirtualList)
        moves = {"up": -1, "down": 1}
        pages = {"pageup": -1, "pagedown": 1}
        if event.key in moves:
            commands.action_step(moves[event.key])
        elif event.key in pages:
            commands.action_page(pages[event.key])

    def on_input_submitted(self) -> None:
        """Enter: do it."""
        self._do(self.query_one(VirtualList).current)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """A click does it, too."""
        self._do(event.row)

    def _do(self, row: Action | None) -> None:
        if row is None:
            return
        app = self.yiyang
        self.dismiss(None)
        app.action_act(row.id)
