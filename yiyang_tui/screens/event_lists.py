"""Fields of an event that hold several words, and the dialogs in which they are chosen."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Static

from yiyang_tui.actions import SPACE
from yiyang_tui.cells import fit
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.tick import SIGNS
from yiyang_tui.widgets.virtual_list import Column, VirtualList
from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from care.events.shape import Choice as Part

SIDES: Final = ("left", "", "right")


MOST_LINES: Final = 3
"""A field whose words take more lines shows what is chosen alone; Space lists the others."""


def laid(options: Sequence[tuple[str, str]], width: int) -> list[list[tuple[str, str]]]:
    """The words in lines of at most ``width`` cells, each with a sign before and behind."""
    lines: list[list[tuple[str, str]]] = [[]]
    used = 0
    for code, word in options:
        if used + cell_len(word) + 2 > width and lines[-1]:
            lines.append([])
            used = 0
        lines[-1].append((code, word))
        used += cell_len(word) + 2
    return lines


class OneField(Choice):
    """A choice that shows all its words, in several lines where they need them."""

    def get_content_height(self, _container: object, _viewport: object, width: int) -> int:
        """As many as its words take, or one."""
        lines = len(laid(self.options, width))
        return lines if lines <= MOST_LINES else 1

    @property
    def ticked(self) -> set[str]:
        """What stands in brackets."""
        return set() if self.value is None else {self.value}

    def render(self) -> Text:
        """All words with the chosen ones in brackets; those alone where there are too many."""
        lines = laid(self.options, max(self.size.width, 8))
        if len(lines) > MOST_LINES:
            return self.narrow()
        ink = token_style(self.app, "entry" if self.has_focus else "")
        quiet, ticked = token_style(self.app, "quiet"), self.ticked
        text = Text(no_wrap=True, end="")
        for n, line in enumerate(lines):
            text.append("\n" if n else "")
            for code, word in line:
                there = code in ticked
                text.append(f"[{word}]" if there else f" {word} ", ink if there or self.has_focus else quiet)
        return text

    def narrow(self) -> Text:
        """The chosen word between its neighbours' signs."""
        return super().render()


class ManyField(OneField):
    """``[瘀青] 疼痛 [碰到头]``: a digit ticks and unticks a word, Space lists them, Delete clears, Enter goes on.

    Its value is the codes with blanks between them, so that a form and a draft keep it as any other.
    """

    @property
    def codes(self) -> list[str]:
        """What is ticked."""
        return (self.value or "").split()

    def put(self, codes: Sequence[str]) -> None:
        """Tick these and no others, as if by a person."""
        value = " ".join(codes) or None
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(self, value))

    def said(self) -> str:
        """What is ticked, in words."""
        return t("list.comma").join(word for code, word in self.options if code in self.codes)

    @property
    def ticked(self) -> set[str]:
        """What stands in brackets."""
        return set(self.codes)

    def narrow(self) -> Text:
        """What is ticked alone, and how to tick."""
        said = self.said()
        return only(self, said)

    def on_key(self, event: events.Key) -> None:
        """A digit, Delete, Enter; Left and Right choose nothing here."""
        # The handler of Choice would follow this one.
        event.prevent_default()
        if event.key == "enter":
            event.stop()
            self.post_message(self.Submitted(self))
        elif event.key in ("delete", "backspace"):
            event.stop()
            self.put([])
        elif event.character and event.character.isdecimal() and 0 < int(event.character) <= len(self.options):
            event.stop()
            self.turn(self.options[int(event.character) - 1][0])

    def turn(self, code: str) -> None:
        """Tick or untick one; in the order of the list."""
        now = set(self.codes) ^ {code}
        self.put([one for one, _ in self.options if one in now])

    def ask(self) -> None:
        """Space: all words as a list."""
        self.app.push_screen(TickMany(self.title_text, self.options, self.codes), self._listed)

    title_text = ""

    def _listed(self, codes: "list[str] | None") -> None:
        if codes is not None:
            self.put(codes)


def only(field: Choice, said: str) -> Text:
    """What is chosen alone, or how to choose."""
    shown = said or (t("event.list_key") if field.has_focus else t("event.nothing_chosen"))
    style = token_style(field.app, "entry" if field.has_focus else "" if said else "quiet")
    return Text(fit(f" {shown}", field.size.width).rstrip(), style)


class BodyField(ManyField):
    """``头、左髋``: Space opens the sketch of the body."""

    def __init__(self, parts: "Sequence[Part]", *, id: str) -> None:
        super().__init__(body_words(parts), id=id)
        self.parts = parts

    def get_content_height(self, *_sizes: object) -> int:
        """One line."""
        return 1

    def render(self) -> Text:
        """What is marked."""
        return self.narrow()

    def turn(self, code: str) -> None:
        """No digit marks a part: there are too many."""

    def ask(self) -> None:
        """Space: the body."""
        self.app.push_screen(BodyDialog(self.title_text, self.parts, self.codes), self._listed)


def body_words(parts: "Sequence[Part]") -> list[tuple[str, str]]:
    """Every code of the body with its words, left and right apart."""
    from care.data import table

    zh = language() == "zh"
    sides = {one["code"]: one["zh" if zh else "en"] for one in table("body_parts")["side"]}
    found: list[tuple[str, str]] = []
    for part in parts:
        word = part.words.of(language())
        found.append((part.code, word))
        if part.sides:
            found += [(f"{part.code}:{side}", f"{said}{'' if zh else ' '}{word}") for side, said in sides.items()]
    return found


class TickMany(Dialog[list[str]]):
    """Words to tick. Dismisses with their codes, or ``None`` at Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [("space,ideographic_space", "tick", "")]

    def __init__(self, title: str, options: Sequence[tuple[str, str]], ticked: Sequence[str]) -> None:
        super().__init__()
        self.title_text, self.options, self.ticked = title, list(options), set(ticked)

    def compose(self) -> ComposeResult:
        """The words, the keys."""
        with Vertical(classes="dialog"):
            yield Static(self.title_text, classes="title", markup=False)
            yield VirtualList[tuple[str, str]](
                [Column(0)],
                lambda one: [f"{SIGNS[one[0] in self.ticked]} {one[1]}"],
                key=lambda one: one[0],
                titled=False,
            )
            yield Static(t("event.tick_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """The list is as high as its words, as far as there is room."""
        listed = self.query_one(VirtualList)
        listed.styles.height = min(len(self.options), 10)
        listed.show_rows(self.options)
        listed.focus()

    def action_tick(self) -> None:
        """Space."""
        listed = self.query_one(VirtualList)
        row = listed.current
        if row is not None:
            self.ticked ^= {row[0]}
            listed.show_rows(self.options)
            listed.action_step(1)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: that is all."""
        event.stop()
        self.dismiss([code for code, _ in self.options if code in self.ticked])


class Body(Widget, can_focus=True):
    """The body in words, from head to foot: left, middle, right. Arrows move, Space marks."""

    DEFAULT_CSS = "Body { width: 1fr; height: auto; }"

    def __init__(self, parts: "Sequence[Part]", marked: Sequence[str]) -> None:
        super().__init__(id="sketch")
        self.rows = sketch(parts)
        self.marked = set(marked)
        words = dict(body_words(parts))
        self.said: Callable[[str], str] = lambda code: words.get(code, "")
        self.row, self.column = 0, 1

    def get_content_height(self, *_size: object) -> int:
        """A line a row."""
        return len(self.rows)

    def render(self) -> Text:
        """Row by row; the part under the cursor stands out."""
        width = max(min(self.size.width // 3, 24), 10)
        text = Text(no_wrap=True, end="")
        for y, row in enumerate(self.rows):
            text.append("\n" if y else "")
            for x, code in enumerate(row):
                here = (y, x) == (self.row, self.column)
                word = f"{SIGNS[code in self.marked]} {self.said(code)}" if code else ""
                style = token_style(self.app, "title" if code in self.marked else "", selected=here)
                text.append(fit(f"{'>' if here else ' '} {word}".rstrip(), width), style)
        return text

    def on_key(self, event: events.Key) -> None:
        """Arrows and Space."""
        moves = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
        if event.key in moves:
            event.stop()
            self._move(*moves[event.key])
        elif event.key in SPACE:
            event.stop()
            self.marked ^= {self.rows[self.row][self.column]}
            self.refresh()

    def _move(self, down: int, right: int) -> None:
        """To the next part that way; up and down keep to the column as far as it goes."""
        row, column = self.row + down, self.column + right
        if down and 0 <= row < len(self.rows):
            self.row = row
            self.column = next(x for x in sorted(range(3), key=lambda x: abs(x - self.column)) if self.rows[row][x])
        while right and 0 <= column < 3:
            if self.rows[self.row][column]:
                self.column = column
                break
            column += right
        self.refresh()


def sketch(parts: "Sequence[Part]") -> list[tuple[str, str, str]]:
    """The parts as they lie on the body: left, middle, right of each row, from head to foot; empty where there is none.

    Parts of the middle and pairs share rows in the order of the list.
    """
    rows: list[tuple[str, str, str]] = []
    middle = [part.code for part in parts if not part.sides]
    order = [part.code for part in parts]
    for part in parts:
        if part.sides:
            between = [code for code in middle if order.index(code) < order.index(part.code)]
            for code in between[:-1]:
                rows.append(("", code, ""))
            rows.append((f"{part.code}:left", between[-1] if between else "", f"{part.code}:right"))
            middle = [code for code in middle if code not in between]
    return [*rows, *(("", code, "") for code in middle)]


class BodyDialog(Dialog[list[str]]):
    """Where on the body. Dismisses with the codes, or ``None`` at Esc."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "event_dialogs.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [("enter", "done", "")]

    def __init__(self, title: str, parts: "Sequence[Part]", marked: Sequence[str]) -> None:
        super().__init__()
        self.title_text, self.parts, self.before = title, parts, list(marked)

    def compose(self) -> ComposeResult:
        """The sketch, the keys."""
        with Vertical(classes="dialog body"):
            yield Static(self.title_text, classes="title", markup=False)
            yield Body(self.parts, self.before)
            yield Static(t("event.body_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """The cursor is in the sketch."""
        self.query_one(Body).focus()

    def action_done(self) -> None:
        """Enter: that is all, from head to foot."""
        marked = self.query_one(Body).marked
        self.dismiss([code for code, _ in body_words(self.parts) if code in marked])
