"""What the acts on beds ask: who is to come in, which home, which room."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from care.people import PersonRow
    from db.store import Store
    from yiyang_tui.session import Session

MOST_FOUND = 50


def nobody_like() -> str:
    """Nobody has such a name or bed, and what to do."""
    return f"{t('beds.nobody_like')}\n{t('beds.nobody_like_todo')}"


class FindPerson(Dialog["PersonRow"]):
    """Somebody found by pinyin, characters or ID digits. Dismisses with them, or ``None`` at Esc.

    ``find``: who is found for what was typed, so many at most, each with their bed; without it those who have no bed.
    """

    def __init__(
        self, session: "Session", title: str, find: "Callable[[Store, str, int], list[PersonRow]] | None" = None
    ) -> None:
        super().__init__()
        self.session, self.title_text, self.find = session, title, find

    def compose(self) -> ComposeResult:
        """The bed, where to type, who is found."""
        with Vertical(classes="dialog wide"):
            yield Static(self.title_text, classes="title", markup=False)
            yield Entry(id="typed", longest=40, placeholder=t("beds.find_any_how" if self.find else "beds.find_how"))
            yield VirtualList["PersonRow"](
                [*([Column(8)] if self.find else []), Column(12), Column(10), Column(0), Column(8)],
                self._cells,
                key=lambda row: row.id,
                empty=nobody_like() if self.find else f"{t('beds.nobody_found')}\n{t('beds.nobody_found_todo')}",
                titled=False,
                id="found",
            )
            yield Static(t("dialog.choose_hint"), classes="hint", markup=False)

    def _cells(self, row: "PersonRow") -> Cells:
        from care.codes import short

        age = "" if row.age is None else t("beds.age", n=row.age)
        return [
            *([row.bed_label] if self.find else []),
            Cell(row.name, "title"),
            f"{short('sex', row.sex, language())} {age}",
            short("resident_category", row.category, language()) if row.category else "",
            Cell(row.id_tail, "quiet"),
        ]

    def on_mount(self) -> None:
        """Everybody without a bed, until something is typed."""
        self.query_one(Entry).focus()
        self._search("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow down."""
        self._search(event.value)

    def _search(self, typed: str) -> None:
        from care.people import without_bed

        find = self.find or without_bed
        self.run_care(find, self.session.store, typed, MOST_FOUND, then=self._found, group="find", exclusive=True)

    def _found(self, rows: "list[PersonRow]") -> None:
        people = self.query_one(VirtualList)
        people.show_rows(rows)
        people.goto(0)

    def on_key(self, event: events.Key) -> None:
        """Arrows move in the list while the cursor stays in the field."""
        moves = {"up": -1, "down": 1}
        if event.key in moves:
            self.query_one(VirtualList).action_step(moves[event.key])

    def on_input_submitted(self) -> None:
        """Enter."""
        row = self.query_one(VirtualList).current
        if row is not None:
            self.dismiss(row)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """A click does it, too."""
        self.dismiss(event.row)


@dataclass(frozen=True, slots=True)
class Home:
    """Where a home bed stands."""

    village: str
    address: str


class AskHome(Dialog[Home]):
    """Village and address of a home bed. Dismisses with them, or ``None`` at Esc."""

    def __init__(self, title: str, village: str = "", address: str = "", more: str = "") -> None:
        super().__init__()
        self.title_text, self.village, self.address, self.more = title, village, address, more

    def compose(self) -> ComposeResult:
        """Two fields with what the record knows already."""
        with Vertical(classes="dialog"):
            yield Static(self.title_text, classes="title", markup=False)
            if self.more:
                yield Static(self.more, classes="prose", markup=False)
            with Form(id="home"):
                with Horizontal(classes="row"):
                    yield Static(t("beds.ask_village"), classes="label", markup=False)
                    yield Entry(self.village, id="village", longest=20)
                with Horizontal(classes="row"):
                    yield Static(t("beds.ask_address"), classes="label", markup=False)
                    yield Entry(self.address, id="address", longest=200)
            yield Static("", id="told", classes="urgent", markup=False)
            yield Static(t("beds.form_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#village", Entry).focus()

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        village, address = str(event.values["village"]).strip(), str(event.values["address"]).strip()
        if village:
            self.dismiss(Home(village, address))
        else:
            self.query_one("#told", Static).update("! " + t("beds.village_first"))
            self.query_one("#village", Entry).focus()


class AskRoom(Dialog[str]):
    """The room that gets one more bed. Dismisses with its name, or ``None`` at Esc."""

    def __init__(self, title: str, room: str) -> None:
        super().__init__()
        self.title_text, self.room = title, room

    def compose(self) -> ComposeResult:
        """One field, the room of the cursor in it."""
        with Vertical(classes="dialog"):
            yield Static(self.title_text, classes="title", markup=False)
            yield Entry(self.room, id="room", longest=20)
            yield Static(t("beds.room_hint"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Entry).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        if event.value.strip():
            self.dismiss(event.value.strip())
