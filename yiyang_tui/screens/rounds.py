"""F4, the rounds board: one key for a person with nothing remarkable, digits and Enter for the rest.

The cursor never waits: what is saved goes into a queue (``rounds_saving``), and the next bed is there at once. Whatever
is half typed is a draft of its person, kept here and in the record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.worker import Worker, WorkerState

from care.beds import BedCell, free_beds
from care.bedside import Bedside, LastRound, bedside
from care.rounds import Board, Saved, board, correct, record, undo, unremarkable
from yiyang_tui.drafts import Draft
from yiyang_tui.fields import Value
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.dialogs import Ask
from yiyang_tui.screens.rounds_form import RoundForm, correction_title, options_said
from yiyang_tui.screens.rounds_list import Line, Mark, cells_of, columns, lines_of, most_urgent, next_due
from yiyang_tui.screens.rounds_person import who
from yiyang_tui.screens.rounds_saving import GROUP, Job, Saving
from yiyang_tui.screens.rounds_told import Pace, counts, saved_words, tour_words
from yiyang_tui.screens.rounds_values import BLANK, observation, typed, values_of
from yiyang_tui.session import UNDO_S
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.widgets.form import Form
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.widgets.trend import Point, Series, Trend
from yiyang_tui.widgets.virtual_list import VirtualList
from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from db.errors import YiyangError

DRAFTS: Final = "round:"
CORRECTS: Final = "corrects"
"""In a draft: the round that it corrects, and the time of that look."""
JUST_SEEN_S: Final = 120

Kept = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Read:
    """What the record says of the house: the board, free beds, all drafts (newest first) and whose are mine."""

    board: Board
    free: list[BedCell]
    drafts: dict[str, Kept] = field(default_factory=dict)
    mine: dict[str, Kept] = field(default_factory=dict)


class Rounds(Place):
    """The board at the left, the person and the form at the right."""

    where = "rounds"
    CSS_PATH = "rounds.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-tall")]  # noqa: RUF012 - Textual's own declaration

    def __init__(self, *args: object, **facts: object) -> None:
        super().__init__(*args, **facts)  # type: ignore[arg-type]
        self.lines: list[Line] = []
        self.marks: dict[UUID, Mark] = {}
        self.drafts: dict[UUID, Kept] | None = None
        self.saving = Saving(self, self._is_saved, self._is_lost)
        self.pace = Pace()
        self.board: Board | None = None
        self.person: UUID | None = None
        self.beside: Bedside | None = None
        self.wanted: UUID | None = None
        self._keepers: dict[UUID, Draft] = {}
        self._undo_after = False

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
    def in_form(self) -> bool:
        """Whether keys go into the form."""
        return self.focused is not None and self.form in self.focused.ancestors

    def _again(self) -> None:
        if self.app.screen is self and not self.saving.busy:
            self.load()

    # --- what the record says -----------------------------------------------------------------------

    def load(self) -> None:
        """Ask for the board; for the drafts only once, as from then on this screen knows them first."""
        seen = {person for person, mark in self.marks.items() if mark == "saved"}
        self.run_care(self._read, self.drafts is None, then=partial(self._show, seen), group="board", exclusive=True)

    def _read(self, with_drafts: bool) -> Read:
        store, by = self.session.store, self.session.staff.id
        found, free = board(store, self.session.now()), free_beds(store)
        if not with_drafts:
            return Read(found, free)
        return Read(found, free, store.drafts(DRAFTS), store.drafts(DRAFTS, by))

    def _show(self, seen: set[UUID], read: Read) -> None:
        self.board, self.lines = read.board, lines_of(read.board, read.free)
        for person in seen:
            if self.marks.get(person) == "saved":
                del self.marks[person]
        if self.drafts is None:
            self.drafts = {UUID(key.removeprefix(DRAFTS)): body for key, body in read.drafts.items()}
            if self.wanted is None:
                self.wanted = self._where_to_begin([UUID(key.removeprefix(DRAFTS)) for key in read.mine])
        self.beds.show_rows(self.lines)
        self._count()
        self._go_to_wanted()
        self._turn()

    def _where_to_begin(self, mine: list[UUID]) -> UUID | None:
        here = {line.person_id for line in self.lines}
        begun = next((person for person in mine if person in here), None)
        if begun is not None:
            return begun
        index = most_urgent(self.lines, self.marks)
        return None if index is None else self.lines[index].person_id

    def turn_to(self, person_id: UUID) -> None:
        """Somebody was chosen elsewhere."""
        self.wanted = person_id
        self.beds.focus()
        if self.lines:
            self._go_to_wanted()
            self._turn()

    def _go_to_wanted(self) -> None:
        if self.wanted is None:
            return
        index = next((at for at, line in enumerate(self.lines) if line.person_id == self.wanted), None)
        self.wanted = None
        if index is None:
            self.say(t("rounds.not_here"))
        else:
            self.beds.goto(index)

    # --- the person under the cursor ------------------------------------------------------------------

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """The cursor moved, or the rows are new."""
        event.stop()
        self._turn()

    def _turn(self) -> None:
        """Show the person under the cursor: at once what is known here, then what the record says."""
        line = self.beds.current
        person = None if line is None else line.person_id
        if person != self.person:
            self.person, self.beside = person, None
            self.form.put(self._draft_of(person))
        self._tell_person()
        if person is not None:
            self.run_care(
                bedside,
                self.session.store,
                person,
                self.session.now(),
                then=partial(self._stand_beside, person),
                group="bedside",
                exclusive=True,
            )

    def _stand_beside(self, person: UUID, found: Bedside) -> None:
        if person == self.person:
            self.beside = found
            self._tell_person()

    def _tell_person(self) -> None:
        line = self.beds.current
        row = None if line is None else line.row
        self.query_one("#who", CellLines).show(*(who(row, self.beside) if row is not None else []))
        draft = self._draft_of(self.person)
        corrected = draft.get(CORRECTS)
        self.form.correcting(corrected is not None)
        title = correction_title(int(str(corrected).partition(" ")[2])) if corrected else ""
        begun = bool(draft) and not self.in_form
        self.form.show_beside(self.beside, title, t("rounds.go_on") if begun else "")
        points = () if self.beside is None else self.beside.trend
        now = self.session.now()
        course = [
            Series(
                t(f"rounds.part.{name}"), [Point(p.at, float(p.values[name] or 0)) for p in points if name in p.values]
            )
            for name in ("sbp", "dbp")
        ]
        self.query_one(Trend).show(course, now)
        self.query_one(FootLine).refresh()

    def _draft_of(self, person: UUID | None) -> Kept:
        return {} if person is None or self.drafts is None else self.drafts.get(person, {})

    def _keeper(self, person: UUID) -> Draft:
        return self._keepers.setdefault(person, Draft(self, self.session, f"{DRAFTS}{person}"))

    def _cells(self, line: Line) -> list[Cell]:
        person = line.person_id
        mark = None if person is None else self.marks.get(person)
        return cells_of(line, mark, bool(self._draft_of(person)), self.session.now())

    def _count(self) -> None:
        if self.board is not None:
            self.query_one("#tour", CellLines).show(tour_words(self.board))
            self.query_one("#counts", CellLines).show(counts(self.board, self.lines, self.marks, self.pace))

    # --- typing ------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """A digit typed on the list goes into the form."""
        if self.focused is not self.beds or not (event.character and event.character.isdecimal()):
            return
        event.stop()
        if self.person is None or self.why_not("rounds.fill") is not None:
            return
        target = self.form.begin_at()
        self.set_focus(target)
        # Behind the news that it has the focus, which marks what it holds.
        target.post_message(events.Key(event.key, event.character))

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: into the form."""
        event.stop()
        why = self.why_not("rounds.fill")
        if why is not None:
            self.say(why)
            return
        self.set_focus(self.form.begin_at())

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A choice says its words with their digits; the footer follows the cursor."""
        if isinstance(event.widget, Choice):
            self.say(options_said(event.widget))
        self._tell_person()

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
        person, draft = self.person, self._draft_of(self.person)
        if person is None or self.drafts is None or {**BLANK, **draft} == {**BLANK, **_of(draft), **values}:
            return
        keeper = self._keeper(person)
        kept = {**_of(draft), **values}
        if typed(values) or CORRECTS in draft:
            self.drafts[person] = kept
            (keeper.flush if at_once else keeper.touch)(kept)
        elif self.drafts.pop(person, None) is not None:
            keeper.forget()
        self.beds.refresh()

    # --- acts ----------------------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """What the person under the cursor does not allow now."""
        line = self.beds.current
        row = None if line is None else line.row
        draft = self._draft_of(self.person)
        if action == "undo":
            return None if self.saving.busy else self._why_no_undo()
        if not action.startswith("rounds."):
            return None
        if row is None:
            return t("rounds.nobody")
        if action == "rounds.leave":
            return None if self.in_form else t("rounds.not_in_form")
        if row.where == "leave":
            return t("rounds.is_out", name=row.name)
        if action == "rounds.unremarkable":
            if draft:
                return t("rounds.half_typed", name=row.name)
            seen = row.last_at is not None and 0 <= self.session.now() - row.last_at < JUST_SEEN_S
            just = self.marks.get(row.person_id) in ("saving", "saved") or (row.done and seen)
            return t("rounds.just_seen", name=row.name) if just else None
        if action == "rounds.save":
            return None if self.form.typed else t("rounds.nothing_typed")
        if action == "rounds.discard":
            return None if draft else t("rounds.nothing_typed")
        if action == "rounds.correct":
            if draft and CORRECTS not in draft:
                return t("rounds.half_typed", name=row.name)
            return None if self.beside is not None and self.beside.last_round else t("rounds.nothing_to_correct")
        return None

    def _why_no_undo(self) -> str | None:
        act = self.session.last_act
        if act is None:
            return t("said.nothing_to_undo")
        return t("said.undo_too_late", what=act.what) if self.session.now() - act.at > UNDO_S else None

    def action_undo(self) -> None:
        """Ctrl+Z: what is on its way to the disk counts as the last act."""
        if self.saving.busy:
            self._undo_after = True
        else:
            self.yiyang.action_undo()

    def action_unremarkable(self) -> None:
        """Space: looked at, nothing remarkable; on to the next bed."""
        line = self.beds.current
        if line is None or line.row is None:
            return
        act = partial(unremarkable, self.session.store, self.session.staff.id, line.row.person_id)
        self._save(Job(line.row.person_id, line.bed_label, line.row.name, act))

    def action_save(self) -> None:
        """Ctrl+S, or Enter in the last field."""
        line = self.beds.current
        if line is None or line.row is None or not self.form.all_clear():
            return
        person, held, draft = line.row.person_id, self.form.held, self._draft_of(line.row.person_id)
        store, by = self.session.store, self.session.staff.id
        act: Callable[[], Saved]
        if CORRECTS in draft:
            earlier = self._corrected(draft)
            if earlier is None:
                self.say(t("rounds.nothing_to_correct"))
                return
            new = observation(held, earlier.observation)
            act = partial(correct, store, by, earlier.round_id, new, str(held["reason"]))
        else:
            act = partial(record, store, by, person, observation(held))
        self._keeper(person).flush({**_of(draft), **held})
        self._save(Job(person, line.bed_label, line.row.name, act, {**_of(draft), **held}))

    def _corrected(self, draft: Mapping[str, Value]) -> LastRound | None:
        """The round that a draft corrects, if it still is the last."""
        last = None if self.beside is None else self.beside.last_round
        return last if last is not None and str(draft[CORRECTS]).partition(" ")[0] == last.round_id.hex else None

    def _save(self, job: Job) -> None:
        self.marks[job.person_id] = "saving"
        if self.drafts is not None:
            self.drafts.pop(job.person_id, None)
        self.set_focus(self.beds)
        self.saving.add(job)
        index = next_due(self.lines, self.beds.index, self.marks)
        if index is None or CORRECTS in (job.values or {}):
            self.form.put({})
        else:
            self.beds.goto(index)
        self._turn()
        self.beds.refresh()
        self._count()

    def _is_saved(self, job: Job, saved: Saved) -> None:
        person, store, by = job.person_id, self.session.store, self.session.staff.id
        self.marks[person] = "saved"
        self.pace.note(self.session.now())
        if job.values is not None and not self._draft_of(person):
            self._keeper(person).forget()

        def take_back() -> None:
            undo(store, by, saved.round_id)
            self.wanted = person

        what = t("rounds.round_of", bed=job.bed, name=job.name)
        text, token = saved_words(job, saved, self.app.size.width)
        self.saved(what, take_back, text)
        if token:
            self.say(text, token)
        self._settled()

    def _is_lost(self, job: Job, error: "YiyangError | None") -> None:
        person = job.person_id
        self.marks[person] = "failed"
        if job.values is not None and self.drafts is not None and person not in self.drafts:
            self.drafts[person] = dict(job.values)
            if person == self.person:
                self.form.put(self.drafts[person])
        if error is not None:
            self.say(sentence(error), "urgent")
        self._settled()

    def _settled(self) -> None:
        self.beds.refresh()
        self._count()
        if self.saving.busy:
            return
        if self._undo_after:
            self._undo_after = False
            self.call_later(self.yiyang.act, "undo")
        else:
            self.load()

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
        last = None if self.beside is None else self.beside.last_round
        if last is None or self.person is None or self.drafts is None:
            return
        if not self._draft_of(self.person):
            kept = {**values_of(last.observation, t("rounds.reason_usual")), CORRECTS: f"{last.round_id.hex} {last.at}"}
            self.drafts[self.person] = kept
            self._keeper(self.person).flush(kept)
        self.form.put(self._draft_of(self.person))
        self._tell_person()
        self.set_focus(self.form.query_one("#temp_c10"))
        self.say(t("rounds.correct_how", who=last.who))

    def action_discard(self) -> None:
        """Delete: throw away what is half typed."""
        line = self.beds.current
        name = "" if line is None or line.row is None else line.row.name
        self.app.push_screen(Ask(t("rounds.discard_ask", name=name)), self._discard)

    def _discard(self, yes: bool | None) -> None:
        if yes and self.person is not None and self.drafts is not None:
            self.drafts.pop(self.person, None)
            self._keeper(self.person).forget()
            self.form.put({})
            self._tell_person()
            self.beds.refresh()

    async def action_chart(self) -> None:
        """Ctrl+O: everything about this person."""
        if self.person is not None:
            await self.yiyang.open("chart", person_id=self.person)


def _of(draft: Mapping[str, Value]) -> Kept:
    """What a draft holds beside the fields."""
    return {CORRECTS: draft[CORRECTS]} if CORRECTS in draft else {}
