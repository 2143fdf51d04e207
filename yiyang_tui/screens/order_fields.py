"""The fields of an order: how much, how often, at which hours, from when until when, by whom."""

from collections.abc import Mapping
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from yiyang_tui.fields import Value, values
from yiyang_tui.screens.person_words import options
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import t

LONGEST: Final = {
    "spec": 40, "dose": 8, "unit": 8, "times": 60, "weekdays": 7, "as_needed": 60, "gap": 4,
    "from_on": 10, "until_on": 10, "prescriber": 30, "note": 200,
}  # fmt: skip
"""So many characters may be typed."""

ROWS: Final = (
    ("spec",),
    ("dose", "unit"),
    ("route",),
    ("frequency",),
    ("times",),
    ("weekdays",),
    ("as_needed",),
    ("gap",),
    ("from_on", "until_on"),
    ("prescriber",),
    ("note",),
)
NEEDED: Final = ("as_needed", "gap")
NUMBERS: Final = ("dose", "gap")
CHOSEN: Final = {"route": "drug_route", "frequency": "frequency"}


class OrderFields(Form):
    """A row a field; what does not belong to the frequency chosen is not shown, and not walked through."""

    def compose(self) -> ComposeResult:
        """All rows, one below the other."""
        for row in ROWS:
            with Horizontal(classes="row", id=f"row-{row[0]}"):
                for n, name in enumerate(row):
                    yield Static(t(f"order.field.{name}"), classes="label later" if n else "label", markup=False)
                    yield self._field(name, alone=len(row) == 1)
                yield Static(t(f"order.hint.{row[0]}"), classes="note", markup=False)

    def _field(self, name: str, *, alone: bool) -> Widget:
        if name in CHOSEN:
            return Choice(options(CHOSEN[name]), id=name)
        kind = "number" if name in NUMBERS else "text"
        field = Entry(kind="number" if kind == "number" else "text", id=name, longest=LONGEST[name])
        field.set_class(alone and kind == "text", "-long")
        return field

    def fit_to(self, shown: Mapping[str, bool]) -> None:
        """Show or hide rows, by the name of their first field."""
        for name, on in shown.items():
            row = self.query_one(f"#row-{name}")
            # Enter must not go into a field that nobody sees.
            row.display, row.disabled = on, not on

    def put(self, found: Mapping[str, Value]) -> None:
        """Fill in what was worked out, as if it had been typed."""
        for name, value in found.items():
            field = self.query_one(f"#{name}")
            if isinstance(field, Entry):
                field.value = str(value or "")
            elif isinstance(field, Choice):
                field.value = None if value is None else str(value)

    def text(self, name: str) -> str:
        """What a field holds."""
        return str(values(self).get(name) or "").strip()
