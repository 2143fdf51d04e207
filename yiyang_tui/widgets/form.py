"""Fields in a column: Enter goes to the next one, after the last the form is filled in."""

from dataclasses import dataclass
from typing import Any

from textual import events, on
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from yiyang_tui.fields import Value, fields, values
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.tick import Tick


class Form(Vertical):
    """Holds ``Entry``, ``Tick`` and ``Choice`` fields, at any depth, each with an id.

    Posts ``Touched`` at every change (keep a draft: ``Draft.touch``), ``Passed`` when Enter leaves a field
    (``Draft.flush``), and ``Filled`` when Enter leaves the last one.
    """

    DEFAULT_CSS = "Form { height: auto; }"

    @dataclass
    class Touched(Message):
        """A value changed."""

        form: "Form"
        values: dict[str, Value]

    @dataclass
    class Passed(Message):
        """Enter has left a field."""

        form: "Form"
        field: Any
        values: dict[str, Value]

    @dataclass
    class Filled(Message):
        """Enter was pressed in the last field."""

        form: "Form"
        values: dict[str, Value]

    def check(self, field: Any) -> bool:  # noqa: ARG002 - the hook's contract
        """Whether Enter may leave this field now. Override to refuse a value or ask once about it."""
        return True

    @on(Input.Changed)
    @on(Tick.Changed)
    @on(Choice.Changed)
    def _touched(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Touched(self, values(self)))

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        self._pass(event.input)

    @on(Tick.Submitted)
    def _ticked(self, event: Tick.Submitted) -> None:
        event.stop()
        self._pass(event.tick)

    @on(Choice.Submitted)
    def _chosen(self, event: Choice.Submitted) -> None:
        event.stop()
        self._pass(event.choice)

    def _pass(self, field: Any) -> None:
        if not self.check(field):
            return
        self.post_message(self.Passed(self, field, values(self)))
        if not self.step(field, 1):
            self.post_message(self.Filled(self, values(self)))

    def step(self, field: Any, by: int) -> bool:
        """Move the cursor ``by`` fields; false when there is none."""
        row = [one for one in fields(self) if one.focusable]
        at = row.index(field) + by if field in row else 0
        if 0 <= at < len(row):
            row[at].focus()
            return True
        return False

    def on_key(self, event: events.Key) -> None:
        """Up and Down walk through the fields."""
        if event.key in ("up", "down") and self.screen.focused in fields(self):
            event.stop()
            self.step(self.screen.focused, 1 if event.key == "down" else -1)
