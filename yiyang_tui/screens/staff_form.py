"""Taking somebody on, or changing what is written of them: one short form that says at once what will not do."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Static

from yiyang_tui.fields import fill, values
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from care.staff import StaffView
    from db.errors import YiyangError
    from yiyang_tui.session import Session

LONGEST: Final = {"number": 12, "name": 40, "phone": 20, "licence_no": 40, "licence_until": 10}
_AT: Final = {
    "staff_number_shape": "number",
    "staff_number_taken": "number",
    "name_missing": "name",
    "role_unknown": "role",
    "own_role": "role",
    "last_administrator": "role",
    "date_shape": "licence_until",
}


class StaffForm(Dialog[str]):
    """Saves by itself; dismisses with what to say once it is saved, or ``None`` at Esc."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "staff_form.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+s", "save", "")]

    busy = False

    def __init__(self, session: "Session", one: "StaffView | None") -> None:
        super().__init__()
        self.session, self.one = session, one

    def compose(self) -> ComposeResult:
        """One row a field; of somebody known the number stays."""
        title = t("staff.form_new") if self.one is None else t("staff.form_known", name=self.one.name)
        with Vertical(classes="dialog", id="staff-form"):
            yield Static(title, classes="title", markup=False)
            with VerticalScroll(can_focus=False, classes="rows"), Form(id="fields"):
                for name, field in self._fields():
                    with Horizontal(classes="row"):
                        yield Static(t(f"staff.field.{name}"), classes="label", markup=False)
                        yield field
            yield Static(t("staff.form_hint"), id="told", markup=False)

    def _fields(self) -> list[tuple[str, Widget]]:
        from care.roles import roles

        listed = [(role, t(f"role.{role}")) for role in roles()]
        names = ["number"] if self.one is None else []
        rows: list[tuple[str, Widget]] = [(name, Entry(id=name, longest=LONGEST[name])) for name in (*names, "name")]
        rows.append(("role", Choice(listed, id="role")))
        later = ["phone"] if self.one is None else []
        rows += [(name, Entry(id=name, longest=LONGEST[name])) for name in (*later, "licence_no", "licence_until")]
        return rows

    def on_mount(self) -> None:
        """Type at once."""
        if self.one is not None:
            known = {"name": self.one.name, "role": self.one.role, "licence_no": self.one.licence_no}
            fill(self, {**known, "licence_until": self.one.licence_until or ""})
            if self.one.id == self.session.staff.id:
                self.query_one("#role").disabled = True
        self.query_one("#number" if self.one is None else "#name").focus()

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Ctrl+S."""
        from care.staff import add, change

        if self.busy:
            return
        typed = {name: str(value or "") for name, value in values(self).items()}
        until = typed.pop("licence_until").strip() or None
        self.busy = True
        store, by = self.session.store, self.session.staff.id
        act: Callable[..., object] = (
            partial(add, store, by) if self.one is None else partial(change, store, by, self.one.id)
        )
        save = partial(act, **typed, licence_until=until)
        self.run_care(save, then=lambda _done: self._kept(typed), failed=self._refused)

    def _kept(self, typed: dict[str, str]) -> None:
        said = "staff.added" if self.one is None else "staff.changed"
        self.dismiss(t(said, name=typed["name"].strip()))

    def _refused(self, error: "YiyangError") -> None:
        """Say what is wrong, and go to the field."""
        self.busy = False
        at = _AT.get(str(error.facts.get("rule")))
        field = next(iter(self.query(f"#{at}")), None) if at else None
        if field is not None:
            field.focus()
        told = self.query_one("#told", Static)
        told.add_class("urgent")
        told.update(sentence(error))
