"""A few fields over a page of the house, and one act."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Static

from yiyang_tui.fields import fields, values
from yiyang_tui.screens.dialogs import Dialog, list_choices
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from db.errors import YiyangError

Typed = Mapping[str, str]

AT: Final = {
    "equipment_label_missing": "label",
    "equipment_twice": "label",
    "date_impossible": "until_on",
    "certificate_ends_first": "until_on",
    "event_missing": "what",
}


class HouseForm(Dialog[tuple[Any, Typed]]):
    """Dismisses with what ``act`` gave and what was typed once it is saved; ``None`` at Esc."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "house_form.tcss"]
    BINDINGS: ClassVar[list[Any]] = [("ctrl+s", "save", "")]

    busy = False

    def __init__(self, title: str, rows: Sequence[Widget], act: Callable[[Typed], object], hint: str = "") -> None:
        super().__init__()
        self.title_text, self.rows, self.act, self.hint = title, rows, act, hint

    def compose(self) -> ComposeResult:
        """The title, a row a field named ``house.field.<id>``, how to go on."""
        with Vertical(classes="dialog", id="house-form"):
            yield Static(self.title_text, classes="title", markup=False)
            with VerticalScroll(can_focus=False, classes="rows"), Form(id="fields"):
                for field in self.rows:
                    with Horizontal(classes="row"):
                        yield Static(t(f"house.field.{field.id}"), classes="label", markup=False)
                        yield field
            yield Static(self.hint or t("house.form_hint"), id="told", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        fields(self)[0].focus()

    def on_key(self, event: events.Key) -> None:
        """Space lists what can be chosen."""
        list_choices(self, event, lambda id: t(f"house.field.{id}"))

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Ctrl+S."""
        if not self.busy:
            self.busy = True
            typed = {name: str(value or "").strip() for name, value in values(self).items()}

            def done(found: object) -> None:
                self.dismiss((found, typed))

            self.run_care(self.act, typed, then=done, failed=self._refused)

    def _refused(self, error: "YiyangError") -> None:
        self.busy = False
        told = self.query_one("#told", Static)
        told.add_class("urgent")
        told.update(sentence(error))
        wrong = AT.get(str(error.facts.get("rule")), "")
        for field in fields(self):
            if field.id == wrong:
                field.focus()
