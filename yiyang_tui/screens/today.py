"""F2, Today: what must be done now, worst first. One list, so that two keys reach everything."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from textual import events
from textual.app import ComposeResult

from yiyang_tui.actions import EVERYWHERE, actions_of
from yiyang_tui.screens import today_beside, today_rows
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.event_acts import new_event, show_event
from yiyang_tui.screens.today_line import COLUMNS, Row
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.widgets.virtual_list import VirtualList
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.bedside import Bedside
    from care.today import Today as Day
    from db.errors import YiyangError

AGAIN_S = 30
"""A minute changes what is late, and other programs write to the record."""


class Lines(VirtualList[Row]):
    """The list of Today. How many words fit is known once it is laid out, also when another language made it anew."""

    def on_resize(self, _event: events.Resize) -> None:
        """More room, more words."""
        if isinstance(self.screen, Today):
            self.call_after_refresh(self.screen.draw)


class Today(Place):
    """What is to be done, worst first; beside it, where there is room, the person under the cursor."""

    where = "today"
    CSS_PATH = "today.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual's own declaration

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.day: Day | None = None
        self.unsettled = 0
        self._recorded: set[UUID] = set()
        self._durable: set[UUID] = set()

    def body(self) -> ComposeResult:
        """The list, and what stands beside it."""
        yield Lines(
            COLUMNS,
            lambda row: row.cells,
            key=lambda row: row.id,
            selectable=lambda row: bool(row.leads),
            titled=False,
            id="today",
        )
        yield Facts(id="beside")

    def on_mount(self) -> None:
        """The list is where arrows go."""
        super().on_mount()
        self.query_one(VirtualList).focus()
        self.set_interval(AGAIN_S, self._again)

    def on_screen_resume(self) -> None:
        """Back in front: something may have arrived or been settled."""
        super().on_screen_resume()
        self._count()

    def _again(self) -> None:
        if self.app.screen is self:
            self.load()
            self._count()

    def _count(self) -> None:
        """How much wants a person. Beside the day itself: no round that is saved waits for it."""
        from care.invariants import count

        self.run_care(count, self.session.store, then=self._counted, group="count", exclusive=True)

    def _counted(self, unsettled: int) -> None:
        if unsettled != self.unsettled:
            self.unsettled = unsettled
            self.draw()

    def load(self) -> None:
        """Ask what must be done now."""
        from care.today import today

        # Rounds that are durable before the reading begins are in what it finds.
        known = frozenset(self._durable)
        self.run_care(
            today,
            self.session.store,
            self.session.now(),
            then=lambda day: self._show(day, known),
            group="today",
            exclusive=True,
        )

    def _show(self, day: "Day", known: frozenset[UUID]) -> None:
        self.day = day
        self._durable -= known
        self._recorded -= known
        self.draw()

    def draw(self) -> None:
        """The lines, in as many words as there is room for."""
        if self.day is None:
            return
        todo, now = self.query_one(VirtualList), self.session.now()
        todo.empty = today_rows.why_empty(self.day, now)
        room = todo.size
        role = self.session.staff.role
        todo.show_rows(today_rows.rows(self.day, now, room.width, self.unsettled, role=role, height=room.height))
        self._turn()

    # --- beside the list --------------------------------------------------------------------------

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """The cursor stands elsewhere: other things can be done, somebody else stands beside."""
        event.stop()
        self._turn()

    def _turn(self) -> None:
        self.query_one(FootLine).refresh()
        beside, row = self.query_one(Facts), self._row()
        if not beside.display or row is None:
            beside.facts = ()
        elif row.group:
            beside.facts = tuple(today_beside.next_rounds(row.group, self.session.now()))
        elif row.person_id is not None:
            self._ask_beside(row.person_id)
        else:
            beside.facts = ()

    def _ask_beside(self, person_id: UUID) -> None:
        from care.bedside import bedside

        self.run_care(
            bedside,
            self.session.store,
            person_id,
            self.session.now(),
            then=self._show_beside,
            failed=self._nothing_beside,
            group="beside",
            exclusive=True,
        )

    def _show_beside(self, found: "Bedside") -> None:
        row, beside = self._row(), self.query_one(Facts)
        if row is not None and row.person_id == found.header.id and not row.group:
            beside.column = True
            beside.facts = tuple(today_beside.essentials(found, self.session.now()))

    def _nothing_beside(self, _error: "YiyangError") -> None:
        self.query_one(Facts).facts = ()

    # --- acts -------------------------------------------------------------------------------------

    def _row(self) -> Row | None:
        row: Row | None = self.query_one(VirtualList).current
        return row if row is not None and row.leads else None

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: to where it is done."""
        event.stop()
        row: Row = event.row
        if row.leads == "events" and row.about is not None:
            show_event(self, row.about)
        elif row.leads == "assess":
            self.yiyang.call_later(self.yiyang.open, "chart", person_id=row.person_id, page="assess")
        elif row.leads == "orders":
            self.yiyang.call_later(self.yiyang.open, "chart", person_id=row.person_id, page="medicine")
        elif row.leads in {one.id for one in actions_of(EVERYWHERE)}:
            self.yiyang.call_later(self.yiyang.go_to_person, row.leads, row.person_id)
        else:
            self.yiyang.call_later(self.yiyang.open, row.leads, person_id=row.person_id)

    def why_not(self, action: str) -> str | None:
        """Space needs a person whose round is late; Enter needs a line."""
        row = self._row()
        if action == "today.unremarkable" and (row is None or not row.due):
            return t("today.no_round_here")
        if action == "today.open" and row is None:
            return t("today.nothing")
        return None

    def action_event(self) -> None:
        """Ctrl+N: something happened, to whoever is under the cursor or to anybody."""
        row = self._row()
        person = None if row is None or row.group else row.person_id
        new_event(self, person, row.name if row is not None and person else "")

    def action_print(self) -> None:
        """Ctrl+O: the sheets of the house."""
        from yiyang_tui.print.from_screen import HOUSE, offer

        offer(self, HOUSE)

    def action_unremarkable(self) -> None:
        """Space: looked at, nothing remarkable. The cursor goes on at once; twice on the same line is one round."""
        from care.duties_done import NOTHING
        from care.rounds import undo, unremarkable

        row = self._row()
        if row is None or row.person_id is None or row.person_id in self._recorded:
            return
        store, by, person_id, name = self.session.store, self.session.staff.id, row.person_id, row.name
        self._recorded.add(person_id)
        self.run_care(
            unremarkable,
            store,
            by,
            person_id,
            duties=row.done or NOTHING,
            then=lambda saved: self._saved(person_id, name, lambda: undo(store, by, saved.round_id)),
            failed=lambda error: self._not_saved(person_id, error),
        )
        self._step()

    def _step(self) -> None:
        todo = self.query_one(VirtualList)
        below = todo.row_at(todo.index + 1)
        if below is not None and below.due:
            todo.action_step(1)

    def _saved(self, person_id: UUID, name: str, undo: Callable[[], object]) -> None:
        self._durable.add(person_id)
        self.saved(t("today.round_of", name=name), undo, t("today.round_saved", name=name))
        self.load()

    def _not_saved(self, person_id: UUID, error: "YiyangError") -> None:
        from yiyang_tui.words import sentence

        self._recorded.discard(person_id)
        self.say(sentence(error), "urgent")
