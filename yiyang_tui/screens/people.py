"""F3, People: find somebody while typing, open their chart, register somebody new."""

from typing import TYPE_CHECKING, Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from yiyang_tui.screens.base import Place
from yiyang_tui.screens.person_words import sex_age, word
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import plural, t

if TYPE_CHECKING:
    from uuid import UUID

    from care.people import PersonRow
    from db.store import Store

WIDE: Final = 110
"""From this many cells on there is room for the end of the ID number."""

MOST: Final = 2000
"""A search is counted no further; nobody scrolls through more."""

NEW_SEARCH: Final = ("/", "、")


class People(Place):
    """A search field and the people it finds, those with a bed first."""

    where = "people"
    CSS_PATH = "people.tcss"

    asked = ""

    def body(self) -> ComposeResult:
        """The field, what to type into it, the people."""
        with Horizontal(id="seek"):
            yield Static(t("people.seek"), classes="label", markup=False)
            yield Entry(id="query", longest=40)
            yield Static(t("people.hint"), id="hint", markup=False)
        yield VirtualList["PersonRow"](
            self._columns(), self._cells, fetch=self._fetch, count=self._count, key=lambda row: row.id, id="people"
        )

    def on_mount(self) -> None:
        """Type at once."""
        super().on_mount()
        self.query_one("#query", Entry).focus()

    def on_screen_resume(self) -> None:
        """Back here: what is typed next is a new search."""
        super().on_screen_resume()
        field = self.query_one("#query", Entry)
        if field.has_focus:
            field.action_select_all()

    def load(self) -> None:
        """Ask who is found now."""
        people = self.query_one(VirtualList)
        self.asked = self.query_one("#query", Entry).value.strip()
        people.empty = t("people.none", query=self.asked) if self.asked else t("people.nobody")
        people.load()

    # --- the list -----------------------------------------------------------------------------

    @property
    def _wide(self) -> bool:
        return self.app.size.width >= WIDE

    def _fetch(self, offset: int, limit: int) -> "list[PersonRow]":
        from care.people import page

        return page(self.session.store, self.asked, offset, limit)

    def _count(self) -> int:
        from care.people import count

        return count(self.session.store, self.asked, most=MOST if self.asked else None)

    def _columns(self) -> list[Column]:
        wide = [(20, "people.category"), (10, "people.id_tail")] if self._wide else [(8, "people.category")]
        shown = [(8, "people.bed"), (10, "people.name"), (8, "people.sex_age"), (6, "people.level")]
        return [
            *(Column(width, t(title)) for width, title in (*shown, *wide, (6, "people.where"))),
            Column(0, t("people.allergies")),
        ]

    def _cells(self, row: "PersonRow") -> Cells:
        category = word("resident_category", row.category)
        tail = [Cell(row.id_tail, "quiet")] if self._wide else []
        allergies = f"! {t('list.comma').join(row.allergies)}" if row.allergies else ""
        return [
            row.bed_label,
            Cell(row.name, "title"),
            sex_age(row.sex, row.age),
            word("home_care_level", row.care_level),
            Cell(category, "quiet"),
            *tail,
            Cell(t(f"people.where_{row.where}") if row.where != "in" else "", "due"),
            Cell(allergies, "urgent"),
        ]

    def on_resize(self) -> None:
        """More room, more columns."""
        people = self.query_one(VirtualList)
        people.columns = tuple(self._columns())
        people.refresh()

    @on(Input.Changed, "#query")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value.endswith(NEW_SEARCH):
            # The key that finds somebody from anywhere does so here, too: no name or bed holds it.
            self.query_one("#query", Entry).value = ""
            return
        people = self.query_one(VirtualList)
        people.goto(0)
        # Whoever an older query is still looking for is not wanted any more.
        self.workers.cancel_group(people, "page")
        self.load()

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Say when there are more than anybody scrolls through."""
        event.stop()
        many = event.list.total >= MOST and bool(self.asked)
        self.query_one("#hint", Static).update(plural("people.many", MOST) if many else t("people.hint"))

    # --- keys ---------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Down goes from the field into the list, Up from its first row back."""
        people, field = self.query_one(VirtualList), self.query_one("#query", Entry)
        if event.key in ("down", "pagedown") and field.has_focus and people.total:
            event.stop()
            people.focus()
        elif event.key == "up" and people.has_focus and people.index == 0:
            event.stop()
            field.focus()

    def action_find(self) -> None:
        """``/`` from anywhere: type a new search at once."""
        field = self.query_one("#query", Entry)
        field.focus()
        field.action_select_all()

    @on(Input.Submitted, "#query")
    def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        row = self.query_one(VirtualList).current
        if row is not None:
            self._open(row.id)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: the chart."""
        event.stop()
        self._open(event.row.id)

    def _open(self, person_id: "UUID") -> None:
        self.yiyang.call_later(self.yiyang.open, "chart", person_id=person_id)

    async def action_new(self) -> None:
        """Ctrl+N: register somebody."""
        await self.yiyang.open("person")

    def why_not(self, action: str) -> str | None:
        """Two are merged, so one of them must be under the cursor."""
        alone = action in ("people.same", "people.steps") and self._row() is None
        return t("people.nobody_here") if alone else None

    def _row(self) -> "PersonRow | None":
        row: PersonRow | None = self.query_one(VirtualList).current
        return row

    def action_steps(self) -> None:
        """Ctrl+S: from application to closed file."""
        row = self._row()
        if row is not None:
            self.yiyang.call_later(self.yiyang.open, "lifecycle", person_id=row.id)

    def action_same(self) -> None:
        """Ctrl+T: who is the same person as the one under the cursor."""
        from care.people import page
        from yiyang_tui.screens.bed_dialogs import FindPerson
        from yiyang_tui.screens.settle_acts import same_people

        row = self._row()
        if row is None:
            return

        def found(store: "Store", typed: str, most: int) -> "list[PersonRow]":
            return [each for each in page(store, typed, 0, most) if each.id != row.id]

        def chosen(other: "PersonRow | None") -> None:
            if other is not None:
                same_people(self, row.id, other.id)

        self.app.push_screen(FindPerson(self.session, t("settle.pick_other", name=row.name), found), chosen)

    def turn_to(self, person_id: "UUID") -> None:
        """The cursor on somebody, as far as they are among the rows here."""
        people = self.query_one(VirtualList)
        for index in range(people.total):
            row = people.row_at(index)
            if row is not None and row.id == person_id:
                people.goto(index)
                return
