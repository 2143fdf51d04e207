"""The fields of an event's form, made from its kind: nothing here knows any kind by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal
from uuid import UUID

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from yiyang_tui.actions import SPACE
from yiyang_tui.cells import fit
from yiyang_tui.fields import values
from yiyang_tui.screens.dialogs import Choose
from yiyang_tui.screens.event_lists import BodyField, ManyField, OneField, only
from yiyang_tui.screens.event_values import AT, YES, form_id
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.words import language, plural, t

if TYPE_CHECKING:
    from care.events.shape import Field, Kind
    from care.people import PersonRow
    from care.staff import StaffView
    from db.store import Store

REASON: Final = "f-reason"
WHO: Final = "f-who"
Who = Literal["", "one", "many"]
"""Whether the form asks of whom it is, and whether it may be several people."""

_TYPED: Final = {"int": 8, "tenths": 8, "money": 12, "time": 16, "date": 10}


class StaffField(OneField):
    """Somebody who works here: Left and Right, or Space for the list."""

    def hold(self, staff: "Sequence[StaffView]") -> None:
        """These can be chosen."""
        self.options = tuple((one.id.hex, one.name) for one in staff)
        self.refresh()


class PersonField(Choice):
    """Somebody who is cared for: Space finds them."""

    def render(self) -> Text:
        """Their bed and name."""
        return only(self, next((word for _, word in self.options), "") if self.value else "")

    def hold(self, person_id: UUID, name: str) -> None:
        """It is them."""
        self.options = ((person_id.hex, name),)
        self.value = person_id.hex
        self.post_message(self.Changed(self, self.value))


class PeopleField(ManyField):
    """Several people at once: Space lists them to be ticked."""

    def hold(self, people: Mapping[UUID, str]) -> None:
        """It is these."""
        self.options = tuple((one.hex, name) for one, name in people.items())
        self.put([code for code, _ in self.options])

    def render(self) -> Text:
        """How many, and their names as far as there is room."""
        if len(self.codes) < 2:
            return only(self, self.said())
        style = token_style(self.app, "entry" if self.has_focus else "")
        return Text(fit(f"{plural('event.people', len(self.codes))}  {self.said()}", self.size.width).rstrip(), style)

    def get_content_height(self, *_sizes: object) -> int:
        """One line."""
        return 1

    def turn(self, code: str) -> None:
        """No digit chooses a person."""


class EventFields(Form):
    """A row a field: what it is, the field, what is wrong with it. Fields that do not apply are not there."""

    # Here and not on the screen: the rows around would only scroll.
    BINDINGS: ClassVar[list[BindingType]] = [("pagedown", "jump(8)", ""), ("pageup", "jump(-8)", "")]

    def __init__(self, of: "Kind", *, who: Who, reason: bool) -> None:
        super().__init__(id="event-fields")
        self.of, self.who, self.reason = of, who, reason
        self.fields = {form_id(field.id): field for field in of.fields}

    def compose(self) -> ComposeResult:
        """Of whom or why it is corrected, what the kind asks, when it was."""
        if self.who:
            whose = PeopleField((), id=WHO) if self.who == "many" else PersonField((), id=WHO)
            yield from _row(WHO, t("event.who"), whose, required=True)
        if self.reason:
            yield from _row(REASON, t("event.reason"), Entry(id=REASON, longest=200), required=True)
        for id, field in self.fields.items():
            yield from _row(id, field.words.of(language()), _widget(id, field), field.required, _unit(field))
        yield from _row(AT, t("event.at"), Entry(id=AT, longest=16, classes="few"), required=True)

    def on_mount(self) -> None:
        """The names stand in a column as wide as the longest of them."""
        labels = list(self.query(".label").results(Static))
        width = label_width([str(label.content)[2:] for label in labels])
        for label in labels:
            label.styles.width = width

    def apply(self, facts: "Mapping[str, object]") -> None:
        """Show the fields that apply to what is said."""
        from care.events.facts import tidy
        from care.events.shape import applies

        kept = tidy(self.of, facts)
        for id, field in self.fields.items():
            there = applies(field.when, kept)
            self.query_one(f"#row-{id}").display = there
            self.query_one(f"#{id}").disabled = not there

    def tell(self, wrong: Mapping[str, str]) -> None:
        """What is wrong, beside the fields, by their ids in the form; nothing beside the others."""
        for id in self.ids:
            note = self.query_one(f"#note-{id}", Static)
            said = wrong.get(id, "")
            note.display = bool(said)
            note.update(f"! {said}" if said else "")

    @property
    def ids(self) -> list[str]:
        """All fields in the order they stand."""
        return [*([WHO] if self.who else []), *([REASON] if self.reason else []), *self.fields, AT]

    def first_open(self) -> Widget:
        """Where one begins: the first field that must be filled and is not, else the first."""
        typed = values(self)
        here = [id for id in self.ids if not self.query_one(f"#{id}").disabled]
        wanted = [id for id in here if not typed.get(id) and (id not in self.fields or self.fields[id].required)]
        return self.query_one(f"#{next(iter([*wanted, *here]), AT)}")

    def hold_staff(self, staff: "Sequence[StaffView]") -> None:
        """Who works here."""
        for field in self.query(StaffField):
            field.hold(staff)

    def hint(self) -> str:
        """How the field with the cursor is filled in."""
        field = self.screen.focused
        of = self.fields.get(field.id or "") if field is not None else None
        if isinstance(field, PeopleField):
            return t("event.hint.people")
        if isinstance(field, BodyField):
            return t("event.hint.body")
        if isinstance(field, ManyField):
            return t("event.hint.many")
        if isinstance(field, PersonField):
            return t("event.hint.person")
        if isinstance(field, StaffField):
            return t("event.hint.staff")
        if isinstance(field, Choice):
            return t("event.hint.choice")
        if field is not None and (field.id == AT or (of is not None and of.type == "time")):
            return t("event.hint.time")
        if of is not None and of.type in ("int", "tenths", "money"):
            return t("event.hint.number", lo=_bound(of, of.lo), hi=_bound(of, of.hi), unit=of.unit.of(language()))
        return t("event.hint.date") if of is not None and of.type == "date" else t("event.hint.text")

    def action_jump(self, by: int) -> None:
        """PageDown and PageUp: several fields on."""
        way = 1 if by > 0 else -1
        for _ in range(abs(by)):
            self.step(self.screen.focused, way)

    def on_key(self, event: events.Key) -> None:
        """Space lists what a field can hold; Up and Down walk, as in every form."""
        field = self.screen.focused
        if event.key not in SPACE or not isinstance(field, Choice):
            return
        event.stop()
        title = self.fields[field.id].words.of(language()) if field.id in self.fields else ""
        if isinstance(field, PersonField | PeopleField):
            self.post_message(self.Wanted(self, field))
        elif isinstance(field, ManyField):
            field.title_text = title
            field.ask()
        else:
            self.app.push_screen(Choose(title, field.options), lambda code: _put(field, code))

    @dataclass
    class Wanted(Message):
        """Somebody is to be found for a field."""

        form: "EventFields"
        field: "PersonField | PeopleField"


def label_width(named: Sequence[str]) -> int:
    """Of the column of names, each with the sign before it and air behind."""
    return max(14, 4 + max(cell_len(one) for one in named))


def find_person(session_store: "Store", typed: str, most: int) -> "list[PersonRow]":
    """Who is found, those with a bed first."""
    from care.people import page

    return page(session_store, typed, 0, most)


def _put(field: Choice, code: str | None) -> None:
    if code is not None and code != field.value:
        field.value = code
        field.post_message(Choice.Changed(field, code))


def _row(id: str, label: str, field: Widget, required: bool = False, unit: str = "") -> ComposeResult:
    with Horizontal(classes="row", id=f"row-{id}"):
        yield Static(f"{'*' if required else ' '} {label}", classes="label", markup=False)
        yield field
        if unit:
            yield Static(unit, classes="unit", markup=False)
        note = Static("", id=f"note-{id}", classes="wrong", markup=False)
        note.display = False
        yield note


def _widget(id: str, field: "Field") -> Widget:
    words = [(one.code, one.words.of(language())) for one in field.choices]
    match field.type:
        case "choice":
            return OneField(words, id=id)
        case "many":
            return ManyField(words, id=id)
        case "body":
            return BodyField(field.choices, id=id)
        case "yes":
            return OneField([(YES[0], t("event.yes")), (YES[1], t("event.no"))], id=id)
        case "staff":
            return StaffField((), id=id)
        case "person":
            return PersonField((), id=id)
        case "int" | "tenths" | "money":
            return Entry(kind="number", id=id, longest=_TYPED[field.type], classes="few")
    short = "few" if field.type in _TYPED else ""
    return Entry(id=id, longest=_TYPED.get(field.type, field.longest), classes=short)


def _unit(field: "Field") -> str:
    return field.unit.of(language())


def _bound(field: "Field", value: int) -> str:
    if field.type == "int":
        return str(value)
    return f"{value / 10:g}" if field.type == "tenths" else f"{value / 100:g}"
