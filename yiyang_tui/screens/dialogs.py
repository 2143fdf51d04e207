"""Small dialogs: say something, ask yes or no, choose one of several. Esc always backs out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.types import CSSPathType
from textual.widgets import Input, Static

from yiyang_tui.actions import SPACE
from yiyang_tui.screens.base import Sheet
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import Cell, Column, VirtualList
from yiyang_tui.words import t

Answer = TypeVar("Answer")


class Dialog(Sheet[Answer], ModalScreen[Answer]):
    """A sheet over another. Its keys are named in its own last line, which ``hint`` gives."""

    CSS_PATH: ClassVar[CSSPathType | None] = Path(__file__).with_name("dialogs.tcss")

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "back", "")]

    def action_back(self) -> None:
        """Esc: nothing is changed."""
        self.dismiss(None)


class Say(Dialog[None]):
    """A sentence that needs to be read."""

    BINDINGS: ClassVar[list[BindingType]] = [("enter,space,ideographic_space", "back", "")]

    def __init__(self, text: str, title: str = "") -> None:
        super().__init__()
        self.text, self.title_text = text, title

    def compose(self) -> ComposeResult:
        """Title, sentence, how to go on."""
        with Vertical(classes="dialog"):
            if self.title_text:
                yield Static(self.title_text, classes="title", markup=False)
            with VerticalScroll(can_focus=False, classes="prose"):
                yield Static(self.text, markup=False)
            yield Static(t("dialog.say_hint"), classes="hint", markup=False)


class Ask(Dialog[bool]):
    """Yes or no. Dismisses with ``True`` or ``False``; Esc is no."""

    BINDINGS: ClassVar[list[BindingType]] = [("enter", "yes", ""), ("escape", "back", "")]

    def __init__(self, question: str, more: str = "") -> None:
        super().__init__()
        self.question, self.more = question, more

    def compose(self) -> ComposeResult:
        """Question, what it means, the two keys."""
        with Vertical(classes="dialog"):
            yield Static(self.question, classes="title", markup=False)
            if self.more:
                yield Static(self.more, markup=False, classes="prose")
            yield Static(t("dialog.ask_hint"), classes="hint", markup=False)

    def action_yes(self) -> None:
        """Enter."""
        self.dismiss(True)

    def action_back(self) -> None:
        """Esc."""
        self.dismiss(False)


class Choose(Dialog[Any]):
    """One of several. ``options`` are (value, words) pairs; dismisses with the value, or ``None`` at Esc."""

    def __init__(self, title: str, options: Sequence[tuple[Any, str]]) -> None:
        super().__init__()
        self.title_text, self.options = title, list(options)

    def compose(self) -> ComposeResult:
        """Title, the options, the keys."""
        with Vertical(classes="dialog"):
            yield Static(self.title_text, classes="title", markup=False)
            yield VirtualList[tuple[Any, str]]([Column(0)], lambda option: [Cell(option[1])], titled=False)
            yield Static(t("dialog.choose_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """The list is as high as its options, as far as there is room."""
        options = self.query_one(VirtualList)
        options.styles.height = min(len(self.options), 10)
        options.show_rows(self.options)
        options.focus()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter on an option."""
        self.dismiss(event.row[0])


def list_choices(screen: Sheet[Any], event: events.Key, title: Callable[[str], str]) -> None:
    """Space in a field to choose lists what can be chosen there, and takes what is. ``title``: by the field's id."""
    field = screen.focused
    if event.key not in SPACE or not isinstance(field, Choice):
        return
    event.stop()

    def chosen(value: str | None) -> None:
        if value is not None:
            field.value = value

    screen.app.push_screen(Choose(title(field.id or ""), field.options), chosen)


class Type(Dialog[str]):
    """One line to be typed. Dismisses with it, or ``None`` at Esc."""

    def __init__(self, title: str, present: str = "", hint: str = "", longest: int = 200) -> None:
        super().__init__()
        self.title_text, self.present, self.hint, self.longest = title, present, hint, longest

    def compose(self) -> ComposeResult:
        """What it is, the line, how it is typed."""
        with Vertical(classes="dialog"):
            yield Static(self.title_text, classes="title", markup=False)
            if self.hint:
                yield Static(self.hint, classes="prose", markup=False)
            yield Entry(self.present, id="line", longest=self.longest)
            yield Static(t("dialog.type_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Entry).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.dismiss(event.value)
