"""F6, the dose round: bed after bed one key for a dose that was given, Enter for what became of any other.

As on the rounds board the cursor never waits: what is saved goes into a queue, and the next dose is there at once.
What is done stays in the list, dimmed, and is taken back or said to be wrong from there.
"""

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.worker import Worker, WorkerState

from care.medicines.doses import DoseRound, DoseRow, dose_round
from yiyang_tui.screens import medicine_acts, medicine_amend
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.medicine_acts import Giving
from yiyang_tui.screens.medicine_list import Key, Mark, cells_of, columns, heading, key_of, next_open
from yiyang_tui.screens.medicine_person import Beside, facts_of, read_beside
from yiyang_tui.screens.rounds_saving import GROUP
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.widgets.virtual_list import Cell, VirtualList
from yiyang_tui.words import t

if TYPE_CHECKING:
    from yiyang_tui.session import Session

WIDE = 112
"""From this many cells on the person stands beside the list."""
AGAIN_S = 30


class Medicines(Place):
    """The round above, or at the left; the person under the cursor below, or at the right."""

    where = "medicines"
    CSS_PATH = "medicines.tcss"

    def __init__(self, session: "Session", **facts: object) -> None:
        super().__init__(session, **facts)
        self.round: DoseRound | None = None
        self.marks: dict[Key, Mark] = {}
        self.beside: Beside | None = None
        self.wanted: UUID | Key | None = None
        self.shown: tuple[UUID, UUID] | None = None
        self.giving = Giving(self)

    def body(self) -> ComposeResult:
        """The round, the person."""
        with Container(id="medicines"):
            with Vertical(id="walk"):
                yield CellLines(id="title")
                yield VirtualList[DoseRow](
                    columns(),
                    self._cells,
                    key=key_of,
                    empty=f"{t('medicines.none')}\n{t('medicines.none_todo')}",
                    id="doses",
                )
            yield Facts(column=True, id="person")

    def on_mount(self) -> None:
        """The list is where keys go; a minute changes what is late."""
        super().on_mount()
        self._arrange()
        self.doses.focus()
        self.set_interval(AGAIN_S, self._again)

    def on_resize(self) -> None:
        """The person stands beside where there is room."""
        self._arrange()
        self.call_after_refresh(self.tell)

    def _arrange(self) -> None:
        self.set_class(self.app.size.width >= WIDE, "-wide")

    @property
    def doses(self) -> VirtualList[DoseRow]:
        """The round."""
        return self.query_one("#doses", VirtualList)

    @property
    def row(self) -> DoseRow | None:
        """The dose under the cursor."""
        return self.doses.current

    def _again(self) -> None:
        if self.app.screen is self and not self.giving.busy:
            self.load()

    # --- the round ------------------------------------------------------------------------------------

    def load(self) -> None:
        """Ask which doses there are now."""
        self.run_care(
            dose_round, self.session.store, self.session.now(), then=self._show, group="doses", exclusive=True
        )

    def _show(self, found: DoseRound) -> None:
        first = self.round is None
        self.round = found
        self.marks = {key: mark for key, mark in self.marks.items() if mark == "failed" or self.giving.busy}
        self.doses.show_rows(found.rows)
        if self.wanted is not None:
            self._go_to_wanted()
        elif first and (at := next_open(found.rows, -1, self.marks)) is not None:
            self.doses.goto(at)
        self.count()
        self._turn(anew=True)

    def count(self) -> None:
        """Which round it is, how many doses are done."""
        if self.round is not None:
            self.query_one("#title", CellLines).show(heading(self.round))
        self.doses.refresh()
        self.query_one(FootLine).refresh()

    def _cells(self, row: DoseRow) -> list[Cell]:
        return cells_of(row, self.marks.get(key_of(row)), self.session.now())

    def turn_to(self, person_id: UUID) -> None:
        """Somebody was chosen elsewhere."""
        self.wanted = person_id
        if self.round is not None:
            self._go_to_wanted()

    def _go_to_wanted(self) -> None:
        rows, wanted = (() if self.round is None else self.round.rows), self.wanted
        theirs = [index for index, row in enumerate(rows) if wanted in (row.person_id, key_of(row))]
        self.wanted = None
        if theirs:
            open_one = next((index for index in theirs if rows[index].result is None), theirs[0])
            self.doses.goto(open_one)
        else:
            self.say(t("medicines.nothing_for_them"))

    # --- the person under the cursor ------------------------------------------------------------------

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """The cursor moved."""
        event.stop()
        self._turn()

    def _turn(self, *, anew: bool = False) -> None:
        row = self.row
        now = None if row is None else (row.person_id, row.order_id)
        if now != self.shown or anew:
            same = self.shown is not None and now is not None and self.shown[0] == now[0]
            self.shown = now
            self.beside = self.beside if same else None
            if row is not None:
                then = partial(self._stand_beside, row.person_id)
                store = self.session.store
                self.run_care(
                    read_beside, store, row.person_id, self.session.now(), then=then, group="beside", exclusive=True
                )
        self.tell()

    def _stand_beside(self, person: UUID, found: Beside) -> None:
        if self.row is not None and self.row.person_id == person:
            self.beside = found
            self.tell()

    def tell(self) -> None:
        """Draw what is known of the person and the dose."""
        row = self.row
        wide = self.has_class("-wide")
        facts = () if row is None else facts_of(row, self.beside, self.session.now(), wide=wide)
        self.query_one(Facts).facts = tuple(facts)
        self.query_one(FootLine).refresh()

    # --- what can be done -----------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """What the dose under the cursor does not allow now."""
        if action == "undo":
            return None if self.giving.busy else self.yiyang.why_no_undo()
        if not action.startswith("medicines.") or action in ("medicines.stock", "medicines.move"):
            return None
        return medicine_acts.refusal(action, self.row, self.marks)

    def action_undo(self) -> None:
        """Ctrl+Z: what is still on its way to the disk is the last act, so it is waited for."""
        self.giving.take_back()

    def action_give(self) -> None:
        """Space: given; on to the next dose."""
        if self.row is not None:
            medicine_acts.give(self, self.row)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: what else became of it."""
        event.stop()
        why = self.yiyang.why_not("medicines.other", self)
        if why is not None:
            self.say(why)
        else:
            medicine_acts.other(self, event.row)

    def action_needed(self) -> None:
        """Ctrl+N: one as needed."""
        from yiyang_tui.screens.medicine_needed import as_needed

        if self.row is not None:
            as_needed(self, self.row.person_id, self.row.name)

    def action_prepare(self) -> None:
        """Ctrl+A: the medicines of this round are laid out."""
        if self.round is not None:
            medicine_amend.prepare(self, self.round)

    def action_print(self) -> None:
        """Ctrl+O: the dose sheet of this person."""
        from yiyang_tui.print.from_screen import print_sheet

        if self.row is not None:
            print_sheet(self, "doses", person_id=self.row.person_id)

    async def action_stock(self) -> None:
        """Ctrl+K: what is left."""
        await self.yiyang.open("stock", person_id=None if self.row is None else self.row.person_id)

    async def action_chart(self) -> None:
        """Ctrl+E: everything about this person, at their medicines."""
        if self.row is not None:
            await self.yiyang.open("chart", person_id=self.row.person_id, page="medicine")

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A defect while saving is told by the application; the acts behind it go on."""
        if event.worker.group == GROUP and event.state is WorkerState.ERROR:
            self.giving.broke()
