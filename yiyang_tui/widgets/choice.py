"""One of a few words, chosen in place."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from yiyang_tui.cells import fit
from yiyang_tui.themes import token_style


class Choice(Widget, can_focus=True):
    """``[清醒] 声音  疼痛  无反应``: Left and Right or a digit choose, Delete leaves it open, Enter goes on.

    ``options`` are (value, word) pairs. Where they do not all fit, the chosen one stands alone between its
    neighbours' signs: ``< 清醒 > 1/5``. ``value`` is ``None`` while nothing is chosen.

    ``folded``: without the cursor only the chosen word is shown, in the frame of a field to fill in.
    """

    DEFAULT_CSS = "Choice { height: 1; width: 1fr; }"

    value: reactive[str | None] = reactive(None)

    @dataclass
    class Changed(Message):
        """A person chose another word."""

        choice: "Choice"
        value: str | None

    @dataclass
    class Submitted(Message):
        """Enter was pressed: go on."""

        choice: "Choice"

    def __init__(
        self,
        options: Sequence[tuple[str, str]],
        value: str | None = None,
        *,
        folded: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.options = tuple(options)
        self.folded = folded
        self.set_reactive(Choice.value, value)

    @property
    def index(self) -> int | None:
        """Which option is chosen, from 0."""
        return next((i for i, (value, _) in enumerate(self.options) if value == self.value), None)

    def render(self) -> Text:
        """All options with the chosen one in brackets, or the chosen one alone."""
        ink = token_style(self.app, "entry" if self.has_focus else "")
        quiet = token_style(self.app, "quiet")
        if self.folded and not self.has_focus:
            word = "" if self.index is None else self.options[self.index][1]
            frame = token_style(self.app, "line")
            shown = fit(word, self.size.width - 2)
            return Text().append("|", frame).append(shown, token_style(self.app, "")).append("|", frame)
        whole = Text()
        for index, (_, word) in enumerate(self.options):
            chosen = index == self.index
            whole.append(f"[{word}]" if chosen else f" {word} ", ink if chosen or self.has_focus else quiet)
        if cell_len(whole.plain) <= self.size.width:
            return whole
        at = self.index
        word = "--" if at is None else self.options[at][1]
        return Text(f"< {word} >", ink).append(f" {0 if at is None else at + 1}/{len(self.options)}", quiet)

    def on_focus(self) -> None:
        """Drawn differently with the cursor on it."""
        self.refresh()

    def on_blur(self) -> None:
        """Drawn differently without."""
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        """Left, Right, a digit, Delete, Enter; everything else goes on."""
        at, last = self.index, len(self.options) - 1
        if event.key == "enter":
            event.stop()
            self.post_message(self.Submitted(self))
        elif event.key == "right":
            event.stop()
            self._choose(0 if at is None else min(at + 1, last))
        elif event.key == "left":
            event.stop()
            self._choose(last if at is None else max(at - 1, 0))
        elif event.key in ("delete", "backspace"):
            event.stop()
            self._choose(None)
        elif (digit := _digit(event)) and digit <= len(self.options):
            event.stop()
            self._choose(digit - 1)

    def _choose(self, index: int | None) -> None:
        value = None if index is None else self.options[index][0]
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(self, value))


def _digit(event: events.Key) -> int:
    # isdecimal also holds for the full-width digits of an input method, and int() reads them.
    return int(event.character) if event.character and event.character.isdecimal() else 0
