"""Which kind of event: groups side by side, the frequent ones first; a digit chooses."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from care.events.shape import Kind
    from yiyang_tui.session import Session

_LETTERS = "123456789"


class PickKind(Dialog[str]):
    """Dismisses with the id of a kind, or ``None`` at Esc. ``only``: these and no groups, as what follows an event."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "event_dialogs.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        ("left", "group(-1)", ""),
        ("right,tab", "group(1)", ""),
        ("shift+tab", "group(-1)", ""),
        *((f"{n},{wide}", f"digit({n})", "") for n, wide in zip(_LETTERS, "１２３４５６７８９", strict=True)),
    ]

    def __init__(self, session: "Session", title: str, *, house: bool, only: "Sequence[Kind]" = ()) -> None:
        super().__init__()
        self.session, self.title_text = session, title
        self.pages = [("", list(only))] if only else pages(house)
        self.page = 0

    def compose(self) -> ComposeResult:
        """The groups, the kinds of the one in front, the keys."""
        with Vertical(classes="dialog kinds"):
            yield Static(self.title_text, classes="title", markup=False)
            yield Static("", id="groups", markup=False)
            yield VirtualList["Kind"](
                [Column(2, align="right"), Column(0), Column(30)], self._cells, key=lambda of: of.id, titled=False
            )
            yield Static(t("event.pick_hint" if len(self.pages) > 1 else "dialog.choose_hint"), classes="hint")

    def _cells(self, of: "Kind") -> Cells:
        kinds = self.pages[self.page][1]
        place = kinds.index(of) + 1
        barred = self.yiyang.why_no_right(of.right) is not None
        beside = t("event.urgent_kind") if of.urgent is True else t("event.several") if of.many else ""
        return [
            Cell(str(place) if place < 10 else "", "quiet"),
            Cell(of.words.of(language()), "quiet" if barred else ""),
            Cell(beside, "quiet"),
        ]

    def on_mount(self) -> None:
        """The frequent ones."""
        self.query_one("#groups").display = len(self.pages) > 1
        listed = self.query_one(VirtualList)
        # Title, groups and hint stay on the screen, however many kinds a group has.
        most = max(self.app.size.height - 12, 4)
        listed.styles.height = min(max(len(kinds) for _, kinds in self.pages), most)
        self._show()
        listed.focus()

    def _show(self) -> None:
        words = Text(no_wrap=True, end="")
        for n, (word, _) in enumerate(self.pages):
            here = n == self.page
            words.append(f"[{word}]" if here else f" {word} ", token_style(self.app, "title" if here else "quiet"))
        self.query_one("#groups", Static).update(words)
        listed = self.query_one(VirtualList)
        listed.show_rows(self.pages[self.page][1])
        listed.goto(0)

    def action_group(self, by: int) -> None:
        """Left and Right: another group."""
        self.page = (self.page + by) % len(self.pages)
        self._show()

    def action_digit(self, digit: int) -> None:
        """A digit: that kind."""
        kinds = self.pages[self.page][1]
        if digit <= len(kinds):
            self._choose(kinds[digit - 1])

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter."""
        event.stop()
        self._choose(event.row)

    def _choose(self, of: "Kind") -> None:
        # Before the form opens: nobody types for nothing.
        if (why := self.yiyang.why_no_right(of.right)) is not None:
            self.say(why)
            return
        self.dismiss(of.id)


def pages(house: bool) -> "list[tuple[str, list[Kind]]]":
    """The groups with the kinds that somebody fills in by themselves, after the frequent ones.

    ``house``: also what is of the house. What follows another event is found where that is open.
    """
    from care.events.kinds import event_groups, kinds

    shown = [of for of in kinds() if of.form and of.alone and (house or of.of == "person")]
    quick = sorted((of for of in shown if of.quick), key=lambda of: of.quick)
    found = [(t("event.frequent"), quick)]
    for code, words in event_groups().items():
        found.append((words.of(language()), [of for of in shown if of.group == code]))
    return [(word, kinds) for word, kinds in found if kinds]
