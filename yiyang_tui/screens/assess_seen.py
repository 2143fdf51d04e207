"""One assessment in full: what came of it and why, how it went before, every answer; and what is proposed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, cast
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widgets import Static

from yiyang_tui.screens.assess_amend import ask_amendable, void_assessment
from yiyang_tui.screens.assess_asks import Ask, Filling, as_before, asks
from yiyang_tui.screens.assess_bands import bands, marks
from yiyang_tui.screens.assess_drawn import Heading, cells, lines
from yiyang_tui.screens.assess_proposals import (
    accept_proposal,
    decline_proposal,
    proposal_cells,
    proposals_title,
    why_no_proposal,
)
from yiyang_tui.screens.assess_words import result_text, title_text
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.chart_header import warning_text
from yiyang_tui.widgets.bands import Bands
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.assessments import Assessed
    from care.chart import Header
    from care.proposals import Proposal
    from care.scales import Scale

WIDE: Final = 104


@dataclass(frozen=True, slots=True)
class Seen:
    """What is shown: everything by this scale, newest first, and what waits for a decision."""

    header: "Header"
    done: "list[Assessed]"
    scale: "Scale | None"
    proposals: "tuple[Proposal, ...]"


@dataclass(frozen=True, slots=True)
class Between:
    """A line between the proposals and the answers."""

    text: str


if TYPE_CHECKING:
    Row = Ask | Heading | Between | Proposal


class AssessSeen(Place):
    """``person_id`` and ``assessment_id`` among the facts."""

    where = "assessed"
    CSS_PATH = "assess.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("left", "turn(1)", ""), ("right", "turn(-1)", "")]

    seen: Seen | None = None

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.shown_id: UUID = self.facts["assessment_id"]

    @property
    def person_id(self) -> UUID:
        """Whose it is."""
        found: UUID = self.facts["person_id"]
        return found

    @property
    def one(self) -> "Assessed | None":
        """The one that is shown."""
        done = self.seen.done if self.seen is not None else []
        return next((one for one in done if one.id == self.shown_id), None)

    @property
    def proposal(self) -> "Proposal":
        """The one under the cursor; ``why_not`` has looked that there is one."""
        return cast("Proposal", self.query_one("#answers", VirtualList).current)

    def body(self) -> ComposeResult:
        """Who; what came of it; how it went; the answers."""
        yield Static(id="who", markup=False)
        yield Static(id="about", markup=False)
        with Container(id="panes"):
            with Vertical(id="picture"):
                yield Static(id="result", markup=False)
                yield Bands(id="bands")
            yield VirtualList["Row"](
                [Column(2, "", "right"), Column(0), Column(0), Column(0)],
                self._cells,
                empty=t("assess.not_here"),
                titled=False,
                selectable=lambda row: not isinstance(row, Heading | Between),
                id="answers",
            )

    def on_mount(self) -> None:
        """The list takes the keys."""
        super().on_mount()
        self._arrange()
        self.query_one("#answers").focus()

    def on_resize(self) -> None:
        """Beside each other where there is room."""
        self._arrange()
        self.call_after_refresh(self._draw)

    def _arrange(self) -> None:
        self.set_class(self.app.size.width >= WIDE, "-wide")

    def load(self) -> None:
        """All of this scale, and what is proposed."""
        self.run_care(self._read, then=self._show, group="seen", exclusive=True)

    def _read(self) -> Seen:
        from care.assessments import history
        from care.chart import header
        from care.proposals import proposals
        from care.scales import scale
        from db.errors import Refused

        store = self.session.store
        every = history(store, self.person_id)
        of = next((one.scale for one in every if one.id == self.shown_id), "")
        with store.reading() as conn:
            head = header(conn, self.person_id, self.session.now())
        try:
            known = scale(of)
        except Refused:
            # Of a newer program: what was signed is shown all the same.
            known = None
        return Seen(head, [one for one in every if one.scale == of], known, proposals(store, self.person_id))

    def _show(self, seen: Seen) -> None:
        self.seen = seen
        self._draw()
        self.query_one("FootLine").refresh()

    # --- drawing --------------------------------------------------------------------------------

    def _draw(self) -> None:
        seen, one = self.seen, self.one
        if seen is None or one is None:
            return
        width, wide = max(self.app.size.width - 4, 30), self.has_class("-wide")
        at = seen.done.index(one)
        before = next((then for then in seen.done[at + 1 :] if then.stands), None)
        self.query_one("#who", Static).update(warning_text(self.app, seen.header, width, 4 if wide else 2))
        self.query_one("#about", Static).update(
            title_text(self.app, one, (at + 1, len(seen.done)), self.session.now(), width)
        )
        room = max(self.query_one("#picture").size.width - 2, 20)
        self.query_one("#result", Static).update(result_text(self.app, seen.scale, one, before, room))
        picture = self.query_one(Bands)
        shown = marks(seen.done, one.id)
        picture.display = seen.scale is not None and len(shown) > (0 if wide else 1)
        if seen.scale is not None:
            picture.show(bands(seen.scale, seen.done), shown)
        self._fill(seen, one, before)

    def _fill(self, seen: Seen, one: "Assessed", before: "Assessed | None") -> None:
        self.filling = Filling(dict(one.answers), dict(one.facts))
        self.before = Filling() if before is None else Filling(dict(before.answers), dict(before.facts))
        rows: list[object] = []
        if seen.proposals:
            # What this one asks for stands first.
            waiting = sorted(seen.proposals, key=lambda each: each.assessment_id != one.id)
            rows += [Between(proposals_title(self, len(waiting))), *waiting, Between("")]
        asked = asks(seen.scale, as_before(seen.scale, one.answers, one.facts)) if seen.scale is not None else ()
        self.numbers = {ask.id: n for n, ask in enumerate(asked, 1)}
        rows += [Between(t("assess.answers")), *lines(asked)]
        self.query_one("#answers", VirtualList).show_rows(rows)

    def _cells(self, row: object) -> Cells:
        if isinstance(row, Between):
            return [Cell(row.text, "title")]
        if isinstance(row, Ask | Heading):
            n = self.numbers[row.id] if isinstance(row, Ask) else 0
            return cells(row, n, self.filling, self.before)
        return proposal_cells(row)  # type: ignore[arg-type]

    # --- acts -----------------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """What stands no more is only read; a proposal needs the cursor on it."""
        one = self.one
        if action in ("assessed.accept", "assessed.decline"):
            return why_no_proposal(self, self.query_one("#answers", VirtualList).current)
        if action in ("assessed.correct", "assessed.void") and (one is None or not one.stands):
            return t("assess.stands_no_more")
        if action == "assessed.print" and one is None:
            return t("assess.not_here")
        if action == "assessed.turn" and (self.seen is None or len(self.seen.done) < 2):
            return t("assess.only_one")
        return None

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """What can be done depends on the row."""
        event.stop()
        self.query_one("FootLine").refresh()

    def action_print(self) -> None:
        """Ctrl+O: the form with these answers."""
        from yiyang_tui.print.from_screen import print_sheet

        print_sheet(self, "assessment", person_id=self.person_id, record_id=self.shown_id)

    def action_turn(self, by: int) -> None:
        """Left: the one before; Right: the one after."""
        if self.seen is None or self.one is None:
            return
        at = self.seen.done.index(self.one) + by
        if 0 <= at < len(self.seen.done):
            self.shown_id = self.seen.done[at].id
            self._draw()

    def action_accept(self) -> None:
        """Space: do what is proposed."""
        accept_proposal(self, self.person_id, self.proposal)

    def action_decline(self) -> None:
        """Ctrl+D: not, with a reason."""
        decline_proposal(self, self.person_id, self.proposal, self.load)

    async def action_again(self) -> None:
        """Ctrl+N: the same scale once more."""
        if self.one is not None:
            await self.yiyang.open("assess", person_id=self.person_id, scale=self.one.scale)

    def action_correct(self) -> None:
        """Ctrl+R: the form, filled as it was."""
        one = self.one
        if one is not None:
            ask_amendable(self, one, lambda _takes: self._correct(one))

    def _correct(self, one: "Assessed") -> None:
        self.yiyang.call_later(
            self.yiyang.open, "assess", person_id=self.person_id, scale=one.scale, assessment_id=one.id
        )

    def action_void(self) -> None:
        """Ctrl+K: it counts no more."""
        if self.one is not None:
            void_assessment(self, self.one, self._voided)

    def _voided(self) -> None:
        self.saved("", None, t("assess.voided"))
        self.load()

    async def action_back(self) -> None:
        """Esc."""
        await self.app.pop_screen()
