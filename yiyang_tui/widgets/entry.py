"""A one-line field to type in, safe for Chinese input methods."""

from dataclasses import dataclass
from typing import Any, Literal

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import Input

from yiyang_tui.cells import narrow
from yiyang_tui.themes import is_plain

Kind = Literal["text", "number", "secret", "pin"]

LONGEST = {"text": 200, "number": 8, "secret": 200, "pin": 6}


class Entry(Input):
    """A compact ``Input``. ``kind`` says what may be typed.

    ``number`` takes digits and one stop, also the full-width ones of an input method; every other character, Space
    before all, goes on to the bindings of the screen. ``pin`` takes digits alone. ``secret`` and ``pin`` are not shown.

    The hardware cursor stands where the next character will appear (Textual parks it one cell further, and
    forgets it when the text scrolls): an input method draws its preview there.
    """

    @dataclass
    class Typed(Message):
        """A character was typed at the end of a number, by a person."""

        entry: "Entry"

    @dataclass
    class Backed(Message):
        """Backspace in a number field that is empty: back to what was typed before."""

        entry: "Entry"

    def __init__(
        self,
        value: str = "",
        *,
        kind: Kind = "text",
        longest: int = 0,
        placeholder: str = "",
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(
            value,
            placeholder,
            password=kind in ("secret", "pin"),
            max_length=longest or LONGEST[kind],
            compact=True,
            select_on_focus=kind == "number",
            validate_on=(),
            id=id,
            classes=classes,
            disabled=disabled,
        )
        self.kind = kind
        self.cursor_blink = False

    def focus_at_end(self) -> None:
        """Take the cursor behind what stands here, with nothing selected: to mend the last digit."""
        self.select_on_focus = False
        self.cursor_position = len(self.value)
        self.focus()

    def on_blur(self) -> None:
        """Next time the cursor selects what stands here, as in every number field."""
        self.select_on_focus = self.kind == "number"

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the next character will appear, in screen cells."""
        region = self.content_region
        before = self.value[: self.cursor_position]
        cells = len(before) if self.password else cell_len(before)
        x = min(max(cells - self.scroll_offset.x, 0), max(region.width - 1, 0))
        return Offset(region.x + x, region.y)

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Textual moves the text after it has noted the cursor: note it again."""
        super().watch_scroll_x(old_value, new_value)
        self._park()

    def on_resize(self) -> None:
        """A field that moved takes the cursor with it."""
        self.call_after_refresh(self._park)

    def _park(self) -> None:
        if self.has_focus and self.app.cursor_position != self.cursor_screen_offset:
            self.app.cursor_position = self.cursor_screen_offset
            # The terminal's cursor moves when something is drawn, not before.
            self.refresh()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether this field takes the key, so that a letter bound elsewhere does not act."""
        if self.kind in ("number", "pin"):
            return character is not None and character.isprintable() and not character.isspace()
        return super().check_consume_key(key, character)

    async def _on_key(self, event: events.Key) -> None:
        typed = event.character
        if self.kind == "number" and event.key == "backspace" and not self.value:
            event.stop()
            event.prevent_default()
            self.post_message(self.Backed(self))
            return
        if self.kind in ("number", "pin") and event.is_printable and typed is not None:
            # Textual would call Input's own handler after this one.
            event.prevent_default()
            if typed.isspace():
                return
            event.stop()
            self._type(narrow(typed))
            if self.kind == "number" and self.cursor_position == len(self.value):
                self.post_message(self.Typed(self))
            return
        await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        """One commit of an input method may arrive as a paste."""
        event.stop()
        event.prevent_default()
        text = event.text.splitlines()[0] if event.text else ""
        self._type(narrow(text) if self.kind in ("number", "pin") else text)

    def _type(self, text: str) -> None:
        if self.kind in ("number", "pin"):
            stop = "." if self.kind == "number" else ""
            text = "".join(char for char in text if char in "0123456789" + stop)
        text = "".join(char for char in text if char.isprintable())
        if text:
            self.replace(text, *sorted(self.selection))

    @property
    def _value(self) -> Text:
        if self.password:
            return Text(("*" if is_plain(self.app) else "•") * len(self.value), no_wrap=True, overflow="ignore", end="")
        shown: Any = super()._value
        return Text(str(shown), no_wrap=True, overflow="ignore", end="")
