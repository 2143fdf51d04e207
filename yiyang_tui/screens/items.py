"""Changing a short list of a person's facts: contacts, allergies, illnesses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.types import CSSPathType
from textual.widgets import Static

from yiyang_tui.fields import fill
from yiyang_tui.screens.chart_header import DIALOG_CSS
from yiyang_tui.screens.dialogs import Dialog, list_choices
from yiyang_tui.screens.person_words import item_words, options
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.items_field import Item
from yiyang_tui.widgets.virtual_list import Column, VirtualList
from yiyang_tui.words import t


@dataclass(frozen=True, slots=True)
class Part:
    """One field of an item: how many characters, or the code list it is chosen from."""

    name: str
    longest: int = 60
    codes: str = ""


PARTS: Final[Mapping[str, Sequence[Part]]] = {
    "contacts": (Part("name", 30), Part("relation", codes="relation"), Part("phone", 20)),
    "allergies": (Part("to"), Part("reaction"), Part("since", 10)),
    "conditions": (Part("name"), Part("icd10", 10), Part("since", 10)),
}
"""The fields of each list, the one that must be given first."""


class ItemDialog(Dialog[dict[str, str]]):
    """One item. Dismisses with its fields, or ``None`` at Esc."""

    CSS_PATH: ClassVar[CSSPathType | None] = [*DIALOG_CSS]

    def __init__(self, kind: str, item: Item | None) -> None:
        super().__init__()
        self.kind, self.item = kind, item

    def compose(self) -> ComposeResult:
        """A field a line; what is wrong, below."""
        with Vertical(classes="dialog"):
            yield Static(t(f"person.one.{self.kind}"), classes="title", markup=False)
            with Form(id="item"):
                for part in PARTS[self.kind]:
                    with Horizontal(classes="field"):
                        yield Static(t(f"person.part.{self.kind}.{part.name}"), classes="label", markup=False)
                        if part.codes:
                            yield Choice(options(part.codes), id=part.name)
                        else:
                            yield Entry(id=part.name, longest=part.longest)
            yield Static(t("person.item_hint"), id="told", markup=False)

    def on_mount(self) -> None:
        """Filled with the item to be changed, if there is one."""
        fill(self, {name: value or None if name == "relation" else value for name, value in (self.item or {}).items()})
        self.query_one(f"#{PARTS[self.kind][0].name}").focus()

    def on_key(self, event: events.Key) -> None:
        """Space lists what can be chosen."""
        list_choices(self, event, lambda id: t(f"person.part.{self.kind}.{id}"))

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        found = {name: str(value or "").strip() for name, value in event.values.items()}
        first = PARTS[self.kind][0].name
        if not found[first]:
            self.query_one("#told", Static).update(t("person.item_unnamed"))
            self.query_one("#told").add_class("urgent")
            self.query_one(f"#{first}").focus()
            return
        self.dismiss(found)


class ItemsDialog(Dialog[list[dict[str, str]]]):
    """The list. Always dismisses with it as it is then: nothing is saved before the form is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("ctrl+n,n", "add", ""),
        ("delete,backspace", "remove", ""),
    ]

    def __init__(self, kind: str, items: Sequence[Item]) -> None:
        super().__init__()
        self.kind, self.items = kind, [dict(item) for item in items]

    def compose(self) -> ComposeResult:
        """The items, and the keys."""
        with Vertical(classes="dialog"):
            yield Static(t(f"field.{self.kind}"), classes="title", markup=False)
            yield VirtualList[dict[str, str]](
                [Column(0)],
                lambda item: [item_words(self.kind, item)],
                titled=False,
                empty=t("person.no_items"),
                id="items",
            )
            yield Static(t("person.items_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """An empty list asks for its first item at once."""
        self._show()
        self.query_one(VirtualList).focus()
        if not self.items:
            self.action_add()

    def _show(self) -> None:
        listed = self.query_one(VirtualList)
        listed.styles.height = min(max(len(self.items), 2), 10)
        listed.show_rows(self.items)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: change the item."""
        event.stop()
        index = event.index
        self.app.push_screen(ItemDialog(self.kind, event.row), lambda item: self._take(index, item))

    def action_add(self) -> None:
        """Ctrl+N: one more."""
        self.app.push_screen(ItemDialog(self.kind, None), lambda item: self._take(len(self.items), item))

    def _take(self, index: int, item: dict[str, str] | None) -> None:
        if item is not None:
            self.items[index : index + 1] = [item]
            self._show()
            self.query_one(VirtualList).goto(index)

    def action_remove(self) -> None:
        """Delete: the item under the cursor goes. It is still in the record until the form is saved."""
        if self.items:
            del self.items[self.query_one(VirtualList).index]
            self._show()

    def action_back(self) -> None:
        """Esc: done."""
        self.dismiss(self.items)
