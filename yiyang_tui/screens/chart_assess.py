"""The assessments of somebody: what is proposed, one line a scale with what came of it and when it is due again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from yiyang_tui.screens.assess_bands import bands, marks
from yiyang_tui.screens.assess_drawn import grade_token, word
from yiyang_tui.screens.assess_proposals import (
    accept_proposal,
    decline_proposal,
    proposal_cells,
    proposals_title,
    why_no_proposal,
)
from yiyang_tui.screens.assess_words import result_text
from yiyang_tui.screens.chart_pages import ChartPage
from yiyang_tui.screens.dialogs import Choose
from yiyang_tui.themes import Token, token_style
from yiyang_tui.widgets.bands import Bands
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from care.assessments import Assessed, DueScale
    from care.proposals import Proposal
    from care.scales import Scale
    from care.words import Words
    from db.store import Store
    from yiyang_tui.screens.chart import Chart

TOTALS: Final = 4
"""So many totals stand in a line, the newest last."""


@dataclass(frozen=True, slots=True)
class ScaleLine:
    """One scale of somebody: its assessments, newest first; why and when it is due."""

    id: str
    name: "Words"
    scale: "Scale | None"
    done: "tuple[Assessed, ...]"
    due: "DueScale | None"

    @property
    def last(self) -> "Assessed | None":
        """The newest that stands."""
        return next((one for one in self.done if one.stands), None)


@dataclass(frozen=True, slots=True)
class Said:
    """A line between the others."""

    text: str


@dataclass(frozen=True, slots=True)
class Titles:
    """The names of the columns, above the scales."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the page shows."""

    lines: tuple[ScaleLine, ...]
    proposals: "tuple[Proposal, ...]"


class AssessPage(ChartPage):
    """Enter opens the newest in full, Ctrl+N begins another; Space does what a proposal says."""

    first = "#scales"
    found: Found | None = None

    def compose(self) -> ComposeResult:
        """The list; with room enough how the chosen one went beside it."""
        yield VirtualList[object](
            [
                Column(13),
                Column(0),
                Column(11),
                Column(11),
                Column(13),
            ],
            self._cells,
            titled=False,
            key=_key,
            selectable=lambda row: not isinstance(row, Said | Titles),
            empty=t("assess.none_yet"),
            id="scales",
        )
        with Vertical(id="one-scale"):
            yield Static(id="one-result", markup=False)
            yield Bands(id="one-bands")

    def load(self, chart: "Chart") -> None:
        """Every scale that was filled in or is due, and what waits for a decision."""
        chart.run_care(_read, chart.session.store, chart.person_id, then=self._show, group="page", exclusive=True)

    def _show(self, found: Found) -> None:
        self.found = found
        rows: list[object] = []
        if found.proposals:
            rows += [Said(proposals_title(self.chart, len(found.proposals))), *found.proposals]
        if found.lines:
            rows += [*([Said("")] if rows else []), Titles(), *found.lines]
        self.query_one("#scales", VirtualList).show_rows(rows)
        self.chart.query_one("FootLine").refresh()

    @property
    def lines(self) -> tuple[ScaleLine, ...]:
        """The scales that were filled in or are due; none until they are read."""
        return () if self.found is None else self.found.lines

    @property
    def row(self) -> object:
        """The row under the cursor."""
        return self.query_one("#scales", VirtualList).current

    def _cells(self, row: object) -> Cells:
        if isinstance(row, Said):
            return [Cell(row.text, "title")]
        if isinstance(row, Titles):
            named = ("assess.scale", "assess.result", "chart.when", "assess.due", "assess.trend")
            return [Cell(t(name), "quiet") for name in named]
        if isinstance(row, ScaleLine):
            return _line(row, self.chart.session.now())
        return proposal_cells(cast("Proposal", row))

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Beside the list: how the chosen one went."""
        event.stop()
        self.chart.query_one("FootLine").refresh()
        row, beside = event.row, self.query_one("#one-result", Static)
        picture = self.query_one(Bands)
        last = row.last if isinstance(row, ScaleLine) else None
        picture.display = last is not None
        if not isinstance(row, ScaleLine) or last is None:
            beside.update("")
            return
        width = max(beside.size.width, 20)
        before = next((one for one in row.done if one.stands and one is not last), None)
        title = Text(word(row.name), token_style(self.app, "title"))
        beside.update(Text("\n").join([title, result_text(self.app, row.scale, last, before, width)]))
        if row.scale is not None:
            picture.show(bands(row.scale, row.done), marks(row.done, last.id))

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: the newest in full; what was never assessed is begun; of a proposal what it comes from."""
        event.stop()
        row = event.row
        if isinstance(row, ScaleLine):
            if row.done:
                self._see((row.last or row.done[0]).id)
            else:
                self._begin(row.id)
            return
        about = cast("Proposal", row).assessment_id
        if any(one.id == about for line in self.lines for one in line.done):
            self._see(about)
        else:
            self.chart.say(word(cast("Proposal", row).cause))

    def _see(self, assessment_id: UUID) -> None:
        go = self.chart.yiyang
        go.call_later(go.open, "assessed", person_id=self.chart.person_id, assessment_id=assessment_id)

    def _begin(self, scale_id: str) -> None:
        go = self.chart.yiyang
        go.call_later(go.open, "assess", person_id=self.chart.person_id, scale=scale_id)

    # --- acts -----------------------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """A proposal needs the cursor on it; to assess takes a right."""
        if action in ("chart.tick", "chart.drop"):
            return why_no_proposal(self.chart, self.row)
        if self.found is None:
            return t("list.loading")
        if action == "chart.new":
            return self.chart.yiyang.why_no_right("assess.record")
        return None

    def action_tick(self) -> None:
        """Space: do what is proposed."""
        accept_proposal(self.chart, self.chart.person_id, cast("Proposal", self.row))

    def action_drop(self) -> None:
        """Ctrl+D: not, with a reason."""
        decline_proposal(self.chart, self.chart.person_id, cast("Proposal", self.row), self.chart.load)

    def action_new(self) -> None:
        """Ctrl+N: choose a scale, those that are due first."""
        options = [(one.id, _option(one)) for one in _all(self.lines)]

        def chosen(scale_id: str | None) -> None:
            if scale_id is not None:
                self._begin(scale_id)

        self.app.push_screen(Choose(t("assess.choose"), options), chosen)


def _read(store: "Store", person_id: UUID) -> Found:
    from care.assessments import due_of, history
    from care.proposals import proposals
    from care.scales import scales

    done: dict[str, list[Assessed]] = {}
    for one in history(store, person_id):
        done.setdefault(one.scale, []).append(one)
    due = {one.scale: one for one in due_of(store, person_id)}
    known = {one.id: one for one in scales()}
    lines = [
        ScaleLine(
            id,
            known[id].short if id in known else done[id][0].name,
            known.get(id),
            tuple(done.get(id, ())),
            due.get(id),
        )
        for id in dict.fromkeys([*due, *done])
        if id in known or id in done
    ]
    return Found(tuple(lines), proposals(store, person_id))


def _all(lines: Sequence[ScaleLine]) -> list[ScaleLine]:
    """Every scale there is: those that are due, those filled in before, the others."""
    from care.scales import scales

    listed = {one.id for one in lines}
    others = [ScaleLine(one.id, one.name, one, (), None) for one in scales() if one.id not in listed]
    return [*(one for one in lines if one.scale is not None), *others]


def _option(line: ScaleLine) -> str:
    name = word(line.scale.name) if line.scale is not None else word(line.name)
    return t("assess.option_due", name=name, why=word(line.due.reason)) if line.due is not None else name


def _key(row: object) -> object:
    if isinstance(row, ScaleLine):
        return row.id
    if isinstance(row, Said | Titles):
        return row
    return cast("Proposal", row).key


def _line(line: ScaleLine, now: int) -> Cells:
    last, due = line.last, line.due
    if last is None:
        said: tuple[str, Token] = (t("assess.never"), "quiet")
    else:
        total = "" if last.total is None else str(last.total)
        grade = line.scale.band(last.grade) if line.scale is not None else None
        token = grade_token(line.scale, grade) if line.scale is not None else ""
        said = (" ".join(filter(None, (total, word(last.words)))), token)
    totals = [str(one.total) for one in line.done if one.stands and one.total is not None][:TOTALS]
    return [
        word(line.name),
        Cell(*said),
        Cell("" if last is None else times.moment(last.at, now), "quiet"),
        _due(due, now, first=not line.done),
        Cell(" ".join(reversed(totals)) if len(totals) > 1 else "", "quiet"),
    ]


def _due(due: "DueScale | None", now: int, *, first: bool) -> Cell:
    if due is None:
        return Cell("")
    if first and due.late_min > 0:
        # How long somebody has lived here unassessed is no number to read.
        return Cell(t("assess.due_now"), "late")
    return Cell(times.until(due.due_at - now), "late" if due.late_min > 0 else "due")
