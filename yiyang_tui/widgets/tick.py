"""A box to tick. Its two states differ by their sign, not by colour."""

from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from yiyang_tui.themes import token_style

SIGNS = {True: "[x]", False: "[ ]"}


class Tick(Widget, can_focus=True):
    """``[x] 防跌倒``. Space ticks and unticks, Enter goes on to the next field."""

    DEFAULT_CSS = "Tick { height: 1; width: auto; }"

    value = reactive(False)

    @dataclass
    class Changed(Message):
        """It was ticked or unticked by a person."""

        tick: "Tick"
        value: bool

    @dataclass
    class Submitted(Message):
        """Enter was pressed: go on."""

        tick: "Tick"

    def __init__(self, label: str, value: bool = False, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.label = label
        self.set_reactive(Tick.value, value)

    def render(self) -> Text:
        """Sign and label."""
        style = token_style(self.app, "entry") if self.has_focus else token_style(self.app, "")
        return Text(f"{SIGNS[self.value]} {self.label}", style)

    def on_focus(self) -> None:
        """Drawn differently with the cursor on it."""
        self.refresh()

    def on_blur(self) -> None:
        """Drawn differently without."""
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        """Space and Enter; everything else goes on."""
        if event.key in ("space", "ideographic_space"):
            event.stop()
            self.value = not self.value
            self.post_message(self.Changed(self, self.value))
        elif event.key == "enter":
            event.stop()
            self.post_message(self.Submitted(self))

    def on_click(self) -> None:
        """The mouse may, too."""
        self.value = not self.value
        self.post_message(self.Changed(self, self.value))
