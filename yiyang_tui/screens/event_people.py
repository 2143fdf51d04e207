"""Choosing several people at once: who was at a meal, who took part."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from yiyang_tui.actions import SPACE
from yiyang_tui.screens.bed_dialogs import nobody_like
from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.tick import SIGNS
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import plural, t

if TYPE_CHECKING:
    from care.people import PersonRow
    from db.store import Store
    from yiyang_tui.session import Session

MOST = 500


class Seek(Entry):
    """Where to type whom one looks for. Blanks are not typed: Space ticks."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Every character but a blank."""
        return key not in SPACE and super().check_consume_key(key, character)


class PickPeople(Dialog[dict[UUID, str]]):
    """People with a bed, to be ticked. Dismisses with the names by id, or ``None`` at Esc."""

    # No name, pinyin or bed is searched with a blank in it: Space ticks while one types.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,ideographic_space", "tick", priority=True),
        Binding("ctrl+a", "all", priority=True),
    ]

    def __init__(self, session: "Session", title: str, ticked: Mapping[UUID, str]) -> None:
        super().__init__()
        self.session, self.title_text, self.ticked = session, title, dict(ticked)

    def compose(self) -> ComposeResult:
        """Where to type, the people, how many are ticked."""
        with Vertical(classes="dialog wide"):
            yield Static(self.title_text, classes="title", markup=False)
            yield Seek(id="typed", longest=40, placeholder=t("beds.find_any_how"))
            yield VirtualList["PersonRow"](
                [Column(4), Column(8), Column(12), Column(0)],
                self._cells,
                key=lambda row: row.id,
                empty=nobody_like(),
                titled=False,
                always_lit=True,
                id="found",
            )
            yield Static("", id="told", classes="hint", markup=False)

    def _cells(self, row: "PersonRow") -> Cells:
        away = t("people.where_leave") if row.where == "leave" else ""
        return [SIGNS[row.id in self.ticked], row.bed_label, Cell(row.name, "title"), Cell(away, "due")]

    def on_mount(self) -> None:
        """Everybody with a bed, until something is typed."""
        self.query_one(Entry).focus()
        self._count()
        self._search("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow down."""
        self._search(event.value)

    def _search(self, typed: str) -> None:
        self.run_care(in_beds, self.session.store, typed, then=self._found, group="find", exclusive=True)

    def _found(self, rows: "list[PersonRow]") -> None:
        listed = self.query_one(VirtualList)
        listed.show_rows(rows)
        listed.goto(0)

    def on_key(self, event: events.Key) -> None:
        """Arrows move in the list while the cursor stays in the field."""
        moves = {"up": -1, "down": 1}
        if event.key in moves:
            self.query_one(VirtualList).action_step(moves[event.key])

    def action_tick(self) -> None:
        """Space: in or out, and on to the next."""
        listed = self.query_one(VirtualList)
        row: PersonRow | None = listed.current
        if row is None:
            return
        if row.id in self.ticked:
            del self.ticked[row.id]
        else:
            self.ticked[row.id] = row.name
        listed.refresh()
        listed.action_step(1)
        self._count()

    def action_all(self) -> None:
        """Ctrl+A: everybody who is listed and in the house; once more: nobody of them."""
        listed = self.query_one(VirtualList)
        rows: list[PersonRow] = [row for n in range(listed.total) if (row := listed.row_at(n)) is not None]
        here = {row.id: row.name for row in rows if row.where == "in"}
        if here.keys() <= self.ticked.keys():
            self.ticked = {one: name for one, name in self.ticked.items() if one not in here}
        else:
            self.ticked |= here
        listed.refresh()
        self._count()

    def _count(self) -> None:
        self.query_one("#told", Static).update(f"{plural('event.people', len(self.ticked))}   {t('event.people_hint')}")

    def on_input_submitted(self) -> None:
        """Enter: that is all; with nobody ticked whoever is under the cursor."""
        row: PersonRow | None = self.query_one(VirtualList).current
        if not self.ticked and row is not None:
            self.ticked = {row.id: row.name}
        self.dismiss(self.ticked)


def in_beds(store: "Store", typed: str) -> "list[PersonRow]":
    """Who is found of those with a bed."""
    from care.people import page

    return [row for row in page(store, typed, 0, MOST) if row.where != "none"]
