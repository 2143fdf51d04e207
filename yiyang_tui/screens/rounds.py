"""F4, the rounds board: one key for a person with nothing remarkable, digits and Enter for the rest.

The cursor never waits: what is saved goes into a queue (``rounds_saving``), and the next bed is there at once. Whatever
is half typed is a draft of its person (``rounds_drafts``).
"""

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.worker import Worker, WorkerState

from care.bedside import Bedside, bedside
from care.duties_due import DutyDue
from care.rounds import Board, BoardRow, unremarkable
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.rounds_allowed import refusal, standing_of
from yiyang_tui.screens.rounds_amend import TakingBack, act_of, ask_to_discard, correct_last
from yiyang_tui.screens.rounds_drafts import Kept, RoundDrafts
from yiyang_tui.screens.rounds_duties import done_of, done_words
from yiyang_tui.screens.rounds_form import RoundForm, options_said
from yiyang_tui.screens.rounds_list import Line, Mark, cells_of, columns
from yiyang_tui.screens.rounds_person import tell_person
from yiyang_tui.screens.rounds_read import read_board
from yiyang_tui.screens.rounds_saving import GROUP, Job, Saving
from yiyang_tui.screens.rounds_told import Pace, counts, tour_words
from yiyang_tui.screens.rounds_walk import go_to_wanted, is_lost, is_saved, show_board, step_on
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.trend import Trend
from yiyang_tui.widgets.virtual_list import VirtualList
from yiyang_tui.words import t

if TYPE_CHECKING:
    from yiyang_tui.session import Session


class Rounds(Place):
    """The board at the left, the person and the form at the right."""

    where = "rounds"
    CSS_PATH = "rounds.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-tall")]  # noqa: RUF012 - Textual's own declaration

    def __init__(self, session: "Session", **facts: Any) -> None:
        super().__init__(session, **facts)
        self.lines: list[Line] = []
        self.board: Board | None = None
        self.marks: dict[UUID, Mark] = {}
        self.drafts = RoundDrafts(self, session)
        self.saving = Saving(self, partial(is_saved, self), partial(is_lost, self))
        self.pace = Pace()
        self.person: UUID | None = None
        self.beside: Bedside | None = None
        self.wanted: UUID | None = facts.get("person_id")
        self.taking_back = TakingBack(self)

    def body(self) -> ComposeResult:
        """List and form."""
        with Horizontal(id="rounds"):
            with Vertical(id="walk"):
                yield CellLines(id="tour")
                yield VirtualList[Line](
                    columns(),
                    self._cells,
                    key=lambda line: line.key,
                    selectable=lambda line: line.row is not None,
                    empty=t("rounds.nobody_in"),
                    id="board",
                )
                yield CellLines(id="counts")
            with Vertical(id="bedside"):
                yield CellLines(id="who")
                yield RoundForm(self.say, id="form")
                yield Trend(id="course")

    def on_mount(self) -> None:
        """The list is where keys go; a minute changes what is late."""
        super().on_mount()
        self.beds.focus()
        self.set_interval(30, self._again)

    @property
    def beds(self) -> VirtualList[Line]:
        """The board."""
        return self.query_one("#board", VirtualList)

    @property
    def form(self) -> RoundForm:
        """The form."""
        return self.query_one(RoundForm)

    @property
    def row(self) -> BoardRow | None:
        """The person under the cursor."""
        line = self.beds.current
        return None if line is None else line.row

    @property
    def duties(self) -> tuple[DutyDue, ...]:
        """What is to be done now beside looking at the person under the cursor; nothing at a correction."""
        row = self.row
        return () if row is None or self.drafts.corrected(row.person_id) is not None else row.duties

    @property
    def in_form(self) -> bool:
        """Whether keys go into the form."""
        return self.focused is not None and self.form in self.focused.ancestors

    def _again(self) -> None:
        if self.app.screen is self and not self.saving.busy:
            self.load()

    # --- the board ----------------------------------------------------------------------------------

    def load(self) -> None:
        """Ask for the board. Marks of rounds that were durable before now say nothing that it will not say."""
        told = {person for person, mark in self.marks.items() if mark == "saved"}
        then = partial(show_board, self, told)
        store, by, now = self.session.store, self.session.staff.id, self.session.now()
        self.run_care(read_board, store, by, now, not self.drafts.read, then=then, group="board", exclusive=True)

    def turn_to(self, person_id: UUID) -> None:
        """Somebody was chosen elsewhere."""
        self.wanted = person_id
        self.set_focus(self.beds)
        if self.lines:
            go_to_wanted(self)
            self.turn()

    def _cells(self, line: Line) -> list[Cell]:
        person = line.person_id
        mark = None if person is None else self.marks.get(person)
        return cells_of(line, mark, bool(self.drafts.of(person)), self.session.now())

    def count(self) -> None:
        """Which tour it is, how many are seen, how long the rest will take."""
        if self.board is not None:
            self.query_one("#tour", CellLines).show(tour_words(self.board))
            self.query_one("#counts", CellLines).show(counts(self.board, self.lines, self.marks, self.pace))
        self.beds.refresh()

    # --- the person under the cursor ------------------------------------------------------------------

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """The cursor moved."""
        event.stop()
        if event.row.person_id != self.person:
            self.turn()

    def turn(self) -> None:
        """Show the person under the cursor: at once what is known here, then what the record says."""
        person = None if self.row is None else self.row.person_id
        if person != self.person:
            self.person, self.beside = person, None
            self.form.put(self.drafts.of(person))
        self.tell()
        if person is not None:
            store, then = self.session.store, partial(self._stand_beside, person)
            self.run_care(bedside, store, person, self.session.now(), then=then, group="bedside", exclusive=True)

    def _stand_beside(self, person: UUID, found: Bedside) -> None:
        if person == self.person:
            self.beside = found
            self.tell()

    def tell(self) -> None:
        """Draw what stands around the form's values."""
        tell_person(self)

    # --- typing ---------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """A digit typed on the list goes into the form."""
        if self.focused is self.beds and event.character and event.character.isdecimal():
            event.stop()
            field = self._enter(empty=True)
            if field is not None:
                # Behind the news that it has the focus, at which a number field selects what it holds.
                field.post_message(events.Key(event.key, event.character))

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: into the form."""
        event.stop()
        self._enter(empty=False)

    def _enter(self, *, empty: bool) -> Any:
        why = self.yiyang.why_not("rounds.fill", self)
        if why is not None:
            self.say(why)
            return None
        field = self.form.begin_at(empty=empty)
        self.set_focus(field)
        return field

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A choice says its words with their digits; the footer follows the cursor."""
        if isinstance(event.widget, Choice):
            self.say(options_said(event.widget))
        self.tell()

    def on_form_touched(self, event: Form.Touched) -> None:
        """Keep what is typed."""
        event.stop()
        self.form.retell()
        self._keep(event.values, at_once=False)

    def on_form_passed(self, event: Form.Passed) -> None:
        """Keep it now."""
        event.stop()
        self._keep(event.values, at_once=True)

    def on_form_filled(self, event: Form.Filled) -> None:
        """Enter in the last field."""
        event.stop()
        if self.form.typed:
            self.action_save()
        else:
            self.action_leave()

    def _keep(self, values: Kept, *, at_once: bool) -> None:
        if self.person is not None and self.drafts.read and self.drafts.keep(self.person, values, at_once=at_once):
            self.beds.refresh()

    # --- what can be done -------------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """What the person under the cursor does not allow now."""
        if action == "undo":
            return None if self.saving.busy else self.yiyang.why_no_undo()
        if not action.startswith("rounds."):
            return None
        return refusal(action, standing_of(self))

    def action_undo(self) -> None:
        """Ctrl+Z."""
        self.taking_back.ask()

    def action_unremarkable(self) -> None:
        """Space: looked at, nothing remarkable; on to the next bed."""
        row = self.row
        if row is not None:
            by, done = self.session.staff, done_of(row.duties, self.session.staff.role)
            act = partial(unremarkable, self.session.store, by.id, row.person_id, duties=done)
            step_on(self, Job(row.person_id, row.bed_label, row.name, act, also=done_words(done)))

    def action_save(self) -> None:
        """Ctrl+S, or Enter in the last field; on to the next bed."""
        row = self.row
        if row is None or not self.form.all_clear():
            return
        person, held = row.person_id, self.form.held
        act = act_of(self, person, held)
        if act is None:
            return
        self.drafts.keep(person, held, at_once=True)
        done = done_of(self.duties, self.session.staff.role, str(held["left"] or ""))
        step_on(self, Job(person, row.bed_label, row.name, act, self.drafts.of(person), done_words(done)))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A defect while saving is told by the application; the acts behind it go on."""
        if event.worker.group == GROUP and event.state is WorkerState.ERROR:
            self.saving.broke()

    def action_leave(self) -> None:
        """Esc: back to the list; what is typed stays."""
        self._keep(self.form.held, at_once=True)
        self.set_focus(self.beds)

    def action_correct(self) -> None:
        """Ctrl+R: the last round of this person, to put it right."""
        correct_last(self)

    def action_discard(self) -> None:
        """Delete: throw away what is half typed."""
        ask_to_discard(self)

    async def action_answer(self) -> None:
        """Ctrl+N: what is done about the alert of this person."""
        if self.person is not None:
            await self.yiyang.open("answer", person_id=self.person)

    def action_event(self) -> None:
        """Ctrl+E: something else happened to this person."""
        from yiyang_tui.screens.event_acts import new_event

        new_event(self, self.person, "" if self.row is None else self.row.name)

    async def action_chart(self) -> None:
        """Ctrl+O: everything about this person."""
        if self.person is not None:
            await self.yiyang.open("chart", person_id=self.person)
