"""The fields of the person form, group by group, and what is said beside each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from yiyang_tui.fields import values
from yiyang_tui.screens.dialogs import Choose
from yiyang_tui.screens.items import ItemsDialog
from yiyang_tui.screens.person_values import ASKED, GROUPS, ROWS, Row
from yiyang_tui.screens.person_words import LISTS, item_words, options
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.items_field import ItemsField
from yiyang_tui.widgets.tick import Tick
from yiyang_tui.words import has, t

SPACES: Final = ("space", "ideographic_space")
FEW: Final = 6
"""So many words are seen at once; a longer choice is listed at Space."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is said beside a field: how to fill it in, what to look at again, what may not be saved."""

    kind: Literal["hint", "doubt", "error"]
    words: str


class PersonFields(Form):
    """A row a fact: what it is, the field, what is said of it."""

    # Here and not on the screen: the rows around would only scroll.
    BINDINGS: ClassVar[list[BindingType]] = [("pagedown", "group(1)", ""), ("pageup", "group(-1)", "")]

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._said: dict[str, Beside | None] = {}
        self._barred: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """All groups, one below the other."""
        for group, rows in GROUPS.items():
            yield Static(t(f"person.group.{group}"), classes="group", markup=False)
            for row in rows:
                with Horizontal(classes="row"):
                    label = t(f"field.{row.field}")
                    yield Static(label[:1].upper() + label[1:], classes="label", markup=False)
                    yield _field(row)
                    yield Static("", id=f"note-{row.field}", classes="note", markup=False)

    def say_beside(self, said: Mapping[str, Beside]) -> None:
        """What stands beside the fields now; the one with the cursor has its hint where nothing is wrong."""
        here = self.here
        for field in ROWS:
            if field in self._barred:
                said = {**said, field: Beside("hint", self._barred[field])}
            beside = said.get(field) or (Beside("hint", _hint(self.query_one(f"#{field}"))) if field == here else None)
            if self._said.get(field) != beside:
                self._said[field] = beside
                self._draw(field, beside)

    def _draw(self, field: str, beside: Beside | None) -> None:
        note = self.query_one(f"#note-{field}", Static)
        kind = beside.kind if beside else ""
        note.set_class(kind == "error", "wrong")
        note.set_class(kind == "hint", "how")
        words = beside.words if beside else ""
        note.update(f"! {words}" if kind == "error" else words)

    @property
    def here(self) -> str:
        """The field with the cursor; empty when it is elsewhere."""
        focused = self.screen.focused
        id = focused.id if focused is not None else None
        return id if id in ROWS and id is not None else ""

    def close_to(self, fields: Mapping[str, str]) -> None:
        """These are shown and cannot be changed by whoever is here; why stands beside each."""
        self._barred = dict(fields)
        for field in fields:
            self.query_one(f"#{field}").disabled = True

    def put(self, field: str, value: str) -> None:
        """Fill in one field, as if it had been typed."""
        target = self.query_one(f"#{field}")
        if isinstance(target, Entry):
            target.value = value
        elif isinstance(target, Choice) and target.value != value:
            target.value = value
            target.post_message(Choice.Changed(target, value))

    def text(self, field: str) -> str:
        """What a field to type or to choose in holds."""
        found = values(self).get(field)
        return found if isinstance(found, str) else ""

    def action_group(self, by: int) -> None:
        """PageDown and PageUp: the first field of the next group, or of the one before."""
        firsts = [rows[0].field for rows in GROUPS.values()]
        groups = [n for n, rows in enumerate(GROUPS.values()) if any(row.field == self.here for row in rows)]
        self.query_one(f"#{firsts[(next(iter(groups), 0) + by) % len(firsts)]}").focus()

    def on_key(self, event: events.Key) -> None:
        """Space lists what a field can hold."""
        field = self.screen.focused
        if event.key not in SPACES or not isinstance(field, Choice) or field.id is None:
            return
        event.stop()
        name = field.id
        if isinstance(field, ItemsField):
            self.app.push_screen(ItemsDialog(name, field.items), lambda items: self._listed(field, items))
        else:
            title = t(f"field.{name}")
            self.app.push_screen(
                Choose(title, field.options), lambda code: self.put(name, code) if code is not None else None
            )

    def _listed(self, field: ItemsField, items: list[dict[str, str]] | None) -> None:
        if items is None:
            return
        field.items = items
        if field.id == "allergies" and items:
            self.put("allergies_asked", ASKED[2])


def _field(row: Row) -> Entry | Choice | Tick:
    if row.kind == "list":
        return ItemsField(lambda item: item_words(row.field, item), id=row.field)
    if row.kind == "flag":
        return Tick(t(f"person.flag.{row.field}"), id=row.field)
    if row.field == "allergies_asked":
        return Choice([(word, t(f"person.asked.{word}")) for word in ASKED], id=row.field)
    if row.field == "spo2_scale":
        return Choice([(n, t(f"person.spo2_scale.{n}")) for n in ("1", "2")], id=row.field)
    if row.kind == "code":
        return Choice(options(LISTS[row.field]), id=row.field)
    return Entry(id=row.field, longest=row.longest)


def _hint(field: object) -> str:
    if isinstance(field, ItemsField):
        return t("person.hint_list")
    if isinstance(field, Choice):
        return t("person.hint_choose") if len(field.options) > FEW else t("person.hint_sideways")
    if isinstance(field, Entry) and has(f"person.hint.{field.id}"):
        return t(f"person.hint.{field.id}")
    return ""
