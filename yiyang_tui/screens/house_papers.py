"""Papers of the staff: which are missing or soon over; entering one, and a training of several."""

from typing import TYPE_CHECKING, Any, Final

from textual.app import ComposeResult
from textual.widget import Widget

from yiyang_tui.cells import narrow
from yiyang_tui.screens.dialogs import Choose
from yiyang_tui.screens.house_form import HouseForm, Typed
from yiyang_tui.screens.house_pages import HousePage
from yiyang_tui.screens.house_staff import PickStaff
from yiyang_tui.screens.house_words import counted, options
from yiyang_tui.themes import Token
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import language, plural, t

if TYPE_CHECKING:
    from uuid import UUID

    from care.certificates import Paper
    from care.staff import StaffView

RIGHT: Final = "certificate.change"
STATES: "Final[dict[str, Token]]" = {"over": "urgent", "missing": "late", "soon": "due", "good": "quiet"}


class PapersPage(HousePage):
    """One line a paper, colleague by colleague, in each what is wrong first."""

    staff: "list[StaffView]" = []  # noqa: RUF012 - replaced whole, never changed

    def compose(self) -> ComposeResult:
        """How many are wrong, the list."""
        yield CellLines(id="papers-told", classes="told")
        yield VirtualList["Paper"](
            [
                Column(8, t("house.column.who")),
                Column(8, t("house.column.role")),
                Column(10, t("house.column.state")),
                Column(24, t("house.column.paper")),
                Column(0, t("house.column.number")),
                Column(10, t("house.column.until")),
            ],
            self._cells,
            key=lambda one: (one.staff_id, one.kind),
            id="papers",
        )

    def load(self) -> None:
        """Everybody's."""
        house = self.house
        now = house.session.now()
        house.run_care(_read, house.session.store, now, then=self._show, group="page", exclusive=True)

    def _show(self, found: "tuple[list[Paper], list[StaffView]]") -> None:
        papers, self.staff = found
        order, place = list(STATES), {one.id: n for n, one in enumerate(self.staff)}
        wrong = {one.staff_id for one in papers if one.state != "good"}
        papers.sort(key=lambda one: (one.staff_id not in wrong, place.get(one.staff_id, 0), order.index(one.state)))
        self.list.show_rows(papers)
        states = [one.state for one in papers]
        told = [(t(f"house.state.{state}"), states.count(state), STATES[state]) for state in order if state != "good"]
        self.query_one(CellLines).show(counted(plural("house.papers_of", len(self.staff)), told))
        self.house.query_one("FootLine").refresh()

    def _cells(self, one: "Paper") -> Cells:
        token = STATES[one.state]
        sign = "! " if token in ("urgent", "late") else ""
        number = t("house.by_training") if one.trained else one.paper_no
        ends = "" if one.state == "missing" else t("house.for_good") if one.until_on is None else str(one.until_on)
        return [
            Cell(one.name, "title"),
            Cell(t(f"role.{one.role}"), "quiet"),
            Cell(sign + t(f"house.state.{one.state}"), token),
            one.words.of(language()),
            Cell(number, "quiet"),
            Cell(ends, token if one.state in ("over", "soon") else "quiet"),
        ]

    def why_not(self, action: str) -> str | None:
        """Papers are entered by who manages the house, a training by anybody who works in it."""
        yiyang = self.house.yiyang
        if action == "training":
            return yiyang.why_no_right("event.house")
        return yiyang.why_no_right(RIGHT) or (t("house.no_papers") if self.list.current is None else None)

    # --- acts -------------------------------------------------------------------------------------

    def chosen(self, row: "Paper") -> None:
        """Enter: enter the paper, or a newer one, or that it counts no more."""
        if row.id is None or row.trained:
            self._enter(row)
            return
        ways = [(way, t(f"house.way.{way}")) for way in ("renew", "withdraw")]
        title = f"{row.name}  {row.words.of(language())}"

        def begin(way: str | None) -> None:
            if way == "renew":
                self._enter(row)
            elif way == "withdraw":
                self._withdraw(row)

        self.app.push_screen(Choose(title, ways), begin)

    def action_new(self) -> None:
        """Ctrl+N: a paper of the colleague under the cursor, of any kind."""
        if self.list.current is not None:
            self._enter(self.list.current, any_kind=True)

    def _enter(self, of: "Paper", *, any_kind: bool = False) -> None:
        from care.certificates import add, close, kinds

        store, by = self.house.session.store, self.house.session.staff.id
        listed = options(kinds(of.role), language())
        rows: list[Widget] = [Choice(listed, listed[0][0], id="kind")] if any_kind else []
        rows += [Entry(id="number", longest=60), Entry(id="issued_on", longest=10), Entry(id="until_on", longest=10)]

        def act(typed: Typed) -> object:
            return add(
                store,
                by,
                of.staff_id,
                kind=typed["kind"] if any_kind else of.kind,
                number=typed["number"],
                issued_on=narrow(typed["issued_on"]) or None,
                until_on=narrow(typed["until_on"]) or None,
            )

        def told(found: "tuple[Any, Typed] | None") -> None:
            if found is not None:
                paper = dict(listed)[found[1]["kind"]] if any_kind else of.words.of(language())
                said = t("house.entered", what=f"{of.name} {paper}")
                self.house.saved(said, lambda: close(store, by, found[0]), said)
                self.load()

        title = of.name if any_kind else f"{of.name}  {of.words.of(language())}"
        self.app.push_screen(HouseForm(title, rows, act, t("house.paper_hint")), told)

    def _withdraw(self, of: "Paper") -> None:
        from care.certificates import close, reopen

        house, id = self.house, of.id
        assert id is not None
        store, by = house.session.store, house.session.staff.id
        said = t("house.withdrawn", what=f"{of.name} {of.words.of(language())}")

        def done(_result: object) -> None:
            house.saved(said, lambda: reopen(store, by, id), said)
            self.load()

        house.run_care(close, store, by, id, then=done)

    # --- a training of several ---------------------------------------------------------------------

    def action_training(self) -> None:
        """Ctrl+T: who was there, then what it was."""
        self.app.push_screen(PickStaff(t("house.training_who"), self.staff), self._train)

    def _train(self, who: "tuple[UUID, ...] | None") -> None:
        from care.certificates import train
        from care.events.kinds import kind
        from care.events.record import undo

        if not who:
            return
        store, by = self.house.session.store, self.house.session.staff.id
        topic = next(field for field in kind("training").fields if field.id == "topic")
        listed = [(one.code, one.words.of(language())) for one in topic.choices]
        rows = [
            Choice(listed, listed[0][0], id="topic"),
            Entry(id="what", longest=100),
            Entry("1", kind="number", id="hours", longest=5),
            Entry(id="teacher", longest=60),
        ]

        def act(typed: Typed) -> object:
            tenths = round(float(typed["hours"]) * 10) if typed["hours"].replace(".", "", 1).isdigit() else 0
            facts = {"topic": typed["topic"], "what": typed["what"], "teacher": typed["teacher"]}
            return train(store, by, who, hours10=tenths, **facts)

        def told(found: "tuple[Any, Typed] | None") -> None:
            if found is not None:
                said = t("house.trained", what=found[1]["what"], people=plural("house.people", len(who)))
                self.house.saved(said, lambda: undo(store, by, *found[0]), said)
                self.load()

        title = t("house.training", people=plural("house.people", len(who)))
        self.app.push_screen(HouseForm(title, rows, act, t("house.training_hint")), told)


def _read(store: Any, now: int) -> "tuple[list[Paper], list[StaffView]]":
    from care.certificates import papers
    from care.staff import everyone

    return papers(store, now), [one for one in everyone(store) if not one.closed]
