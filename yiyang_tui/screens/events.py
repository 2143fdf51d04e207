"""F8, Events: what is in force, what happened today or lately, of everybody and of the house; record a new one."""

from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from yiyang_tui.screens.base import Place
from yiyang_tui.screens.event_acts import new_event, show_event
from yiyang_tui.screens.events_rows import Row, columns, rows
from yiyang_tui.themes import token_style
from yiyang_tui.widgets.virtual_list import VirtualList
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.events.house import HouseEvents

SPANS: Final = (1, 7, 30)
DAY_S: Final = 86400


class Events(Place):
    """One list, filtered by a group of kinds and by days."""

    where = "events"
    CSS_PATH = "events.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("left", "turn(-1)", ""), ("right", "turn(1)", "")]

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.group, self.days = "", SPANS[0]
        self.found: HouseEvents | None = None

    def body(self) -> ComposeResult:
        """What is shown, the list."""
        yield Static(id="filter", markup=False)
        yield VirtualList[Row](
            columns(),
            lambda row: row.cells,
            key=lambda row: row.id,
            selectable=lambda row: row.event is not None,
            titled=False,
            id="events",
        )

    def on_mount(self) -> None:
        """The list is where arrows go."""
        super().on_mount()
        self.query_one(VirtualList).focus()

    def on_resize(self) -> None:
        """More room, more words."""
        self.call_after_refresh(self._draw)

    def load(self) -> None:
        """Ask for what is in force and what happened."""
        from care.events.house import house_events

        self._draw_filter()
        midnight = times.local(self.session.now()).replace(hour=0, minute=0, second=0)
        since = int(midnight.timestamp()) - (self.days - 1) * DAY_S
        store = self.session.store
        self.run_care(house_events, store, since, self.group, then=self._show, group="events", exclusive=True)

    def _show(self, found: "HouseEvents") -> None:
        self.found = found
        self._draw()

    def _draw(self) -> None:
        if self.found is None:
            return
        listed = self.query_one(VirtualList)
        listed.empty = f"{t('events.none')}\n{t('events.none_todo')}"
        listed.show_rows(rows(self.found, self.session.now(), listed.size.width))
        self.query_one("FootLine").refresh()

    def _draw_filter(self) -> None:
        text = Text(no_wrap=True, overflow="crop", end="")
        for code, word in self._groups():
            here = code == self.group
            text.append(f"[{word}]" if here else f" {word} ", token_style(self.app, "title" if here else "quiet"))
        text.append(f"  {t(f'events.span.{self.days}')}", token_style(self.app, "quiet"))
        self.query_one("#filter", Static).update(text)

    def _groups(self) -> list[tuple[str, str]]:
        from care.events.kinds import event_groups

        return [("", t("events.all")), *((code, words.of(language())) for code, words in event_groups().items())]

    def turn_to(self, person_id: UUID) -> None:
        """The cursor on the first event of somebody."""
        from care.events.house import Happened, OpenRow

        listed = self.query_one(VirtualList)
        if self.found is None:
            return
        every: list[OpenRow | Happened] = [*self.found.opened, *self.found.happened]
        ids = {
            one.id
            for row in every
            for one in ((row.event,) if isinstance(row, OpenRow) else row.events)
            if one.person_id == person_id
        }
        for index in range(listed.total):
            row: Row | None = listed.row_at(index)
            if row is not None and row.event in ids:
                listed.goto(index)
                return

    # --- keys ---------------------------------------------------------------------------------

    def _row(self) -> Row | None:
        row: Row | None = self.query_one(VirtualList).current
        return row if row is not None and row.event is not None else None

    def why_not(self, action: str) -> str | None:
        """Enter needs an event."""
        return t("events.none") if action in ("events.open", "events.print") and self._row() is None else None

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: all of it, and what can be done."""
        event.stop()
        if event.row.event is not None:
            show_event(self, event.row.event)

    def action_print(self) -> None:
        """Ctrl+O: the form of the event under the cursor."""
        from yiyang_tui.print.from_screen import print_sheet

        row = self._row()
        if row is not None:
            print_sheet(self, "incident", record_id=row.event)

    def action_new(self) -> None:
        """Ctrl+N: record something."""
        new_event(self)

    def action_turn(self, by: int) -> None:
        """Left and Right: another group."""
        codes = [code for code, _ in self._groups()]
        self.group = codes[(codes.index(self.group) + by) % len(codes)]
        self.load()

    def action_span(self) -> None:
        """Ctrl+T: today, seven days, thirty."""
        self.days = SPANS[(SPANS.index(self.days) + 1) % len(SPANS)]
        self.load()
