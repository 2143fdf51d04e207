"""F9, Sync: the truth about where the record stands, and what to do.

What the county has counts only by its signed receipt. The numbers come from ``sync.standing``, the exchange itself runs
beside the work in ``yiyang_tui.carrier``; this screen starts it and draws it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from textual.app import ComposeResult
from textual.widgets import Static

from yiyang_tui.carrier import EVERY_S, Carrying
from yiyang_tui.cells import fit, wrap
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.enrol import AskCounty
from yiyang_tui.sync_line import why
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.widgets.virtual_list import Cell, Column, VirtualList
from yiyang_tui.words import has, plural, sentence, t, times

if TYPE_CHECKING:
    from care.disputes import Dispute
    from sync.link import Run
    from sync.standing import Standing

BAR = 24
LABEL, NUMBER = 10, 15
"""Cells of the first two columns of the standing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: a heading, something for a person to settle, or a run that is past."""

    id: str
    cells: tuple[Cell, ...]
    person_id: UUID | None = None


class SyncScreen(Place):
    """Where the record stands, the exchange under way, what wants a person, the last runs."""

    where = "sync"
    CSS_PATH = "sync_screen.tcss"

    shown: "Standing | None" = None

    def body(self) -> ComposeResult:
        """Standing, progress, list."""
        yield Facts(id="standing")
        yield Static(id="progress", markup=False)
        yield VirtualList["Row"](
            [Column(16), Column(0), Column(28, align="right")],
            lambda row: row.cells,
            key=lambda row: row.id,
            selectable=lambda row: row.person_id is not None,
            titled=False,
            id="runs",
        )

    def on_mount(self) -> None:
        """The list is where arrows go."""
        super().on_mount()
        self.query_one(Facts).column = True
        self.query_one(VirtualList).focus()

    def load(self) -> None:
        """Ask for the standing and for what wants a person."""
        self.run_care(self._read, then=self._show, group="sync", exclusive=True)

    def _read(self) -> "tuple[Standing, list[Dispute], int]":
        from care.disputes import disputes, elsewhere
        from sync.standing import standing

        store = self.session.store
        return standing(store), disputes(store), elsewhere(store)

    def _show(self, found: "tuple[Standing, list[Dispute], int]") -> None:
        standing, people, others = found
        self.shown = standing
        now = self.session.now()
        self.query_one(Facts).facts = tuple(_standing(standing, now))
        self.query_one(VirtualList).show_rows([*_to_settle(standing, people, others), *_history(standing, now)])
        self.carried(self.yiyang.carrying)

    # --- the exchange under way -----------------------------------------------------------------

    def carried(self, state: Carrying) -> None:
        """The carrier has something new to show."""
        line = self.query_one("#progress", Static)
        words, urgent = _progress(state, self.shown, self.session.now())
        line.set_class(urgent, "urgent")
        line.update("\n".join(wrap(words, max(line.size.width, 20))))
        self.query_one(FootLine).refresh()
        if state.standing is not None and state.standing != self.shown and self.app.screen is self:
            self.load()

    def why_not(self, action: str) -> str | None:
        """Without a county there is nobody to sync with; with one there is nothing to enrol."""
        standing = self.yiyang.carrying.standing
        if action == "sync.now":
            if self.yiyang.carrying.running:
                return t("sync.running")
            if standing is None:
                return t("sync.looking")
            if not standing.enrolled:
                return t("sync.enrol_first")
        if action == "sync.enrol" and standing is not None and standing.enrolled:
            return t("sync.enrolled_already")
        if action == "sync.open":
            row: Row | None = self.query_one(VirtualList).current
            if row is None or row.person_id is None:
                return t("sync.nothing_to_settle")
        return None

    def action_now(self) -> None:
        """Ctrl+S."""
        self.yiyang.sync_now()

    def action_enrol(self) -> None:
        """Ctrl+E: address and one-time code of the county."""
        self.app.push_screen(AskCounty(), self._enrolled)

    def _enrolled(self, county: str | None) -> None:
        if county is not None:
            self.say(t("sync.enrolled", county=county), "saved")

    def on_virtual_list_highlighted(self) -> None:
        """What can be done depends on the line."""
        self.query_one(FootLine).refresh()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter on somebody whose record disagrees: their chart."""
        event.stop()
        self.yiyang.call_later(self.yiyang.open, "chart", person_id=event.row.person_id)


def _standing(standing: "Standing", now: int) -> list[Cell]:
    """The four numbers, each with what it means."""
    if not standing.enrolled:
        return [
            _figure("here", plural("sync.entries", standing.total), t("sync.only_here")),
            _figure("at_county", t("sync.nobody"), ""),
            Cell(""),
            Cell(t("sync.alone_todo"), "title"),
        ]
    agrees = t({True: "sync.agrees", False: "sync.differs", None: "sync.not_compared"}[standing.agrees])
    receipt = (
        t("sync.no_receipt")
        if standing.receipt_at is None
        else t("sync.receipt", when=times.moment(standing.receipt_at, now))
    )
    waiting = t("sync.sealed", size=_size(standing.outbox_bytes)) if standing.outbox_bytes else ""
    return [
        _figure("here", plural("sync.entries", standing.total), t("sync.kept")),
        _figure("unsent", plural("sync.entries", standing.unsent), waiting if standing.unsent else t("sync.all_there")),
        _figure("at_county", plural("sync.entries", standing.at_county), f"{agrees}  {receipt}"),
        _figure("refused", plural("sync.batches", len(standing.refused)), "", urgent=bool(standing.refused)),
    ]


def _figure(name: str, number: str, said: str, *, urgent: bool = False) -> Cell:
    words = f"{fit(t(f'sync.{name}'), LABEL)}{fit(number, NUMBER, 'right')}   {said}"
    return Cell(words.rstrip(), "urgent" if urgent else "")


def _heading(id: str, words: str) -> Row:
    return Row(id, (Cell(words, "title"),))


def _to_settle(standing: "Standing", people: "list[Dispute]", others: int) -> list[Row]:
    rows = [
        Row(
            one.person_id.hex,
            (
                Cell(t("sync.conflict"), "urgent"),
                Cell(f"{one.bed_label} {one.name}".strip()),
                Cell(" ".join(t(f"field.{name}") for name in one.fields if has(f"field.{name}")), "quiet"),
            ),
            one.person_id,
        )
        for one in people
    ]
    counts = (("elsewhere", others), ("set_aside", standing.set_aside), ("waiting", standing.waiting))
    rows += [Row(name, (Cell(plural(f"sync.{name}", n), "due"),)) for name, n in counts if n]
    rows += [
        Row(name, (Cell(t("sync.sent_back"), "urgent"), Cell(_reason(code)), Cell(name[:12], "quiet")))
        for name, code in standing.refused
    ]
    if not rows:
        return [_heading("settle", t("sync.nothing_to_settle"))]
    return [_heading("settle", plural("sync.to_settle", len(rows))), *rows]


def _reason(code: str) -> str:
    known = f"reason.{code}"
    return t(known) if has(known) else t("reason.other", code=code)


def _history(standing: "Standing", now: int) -> list[Row]:
    if not standing.runs:
        return []
    runs = [_run(run, nth, now) for nth, run in enumerate(reversed(standing.runs))]
    return [Row("gap", (Cell(""),)), _heading("history", t("sync.history")), *runs]


def _run(run: "Run", number: int, now: int) -> Row:
    done = run.outcome == "done"
    what = t("sync.run_done", sent=run.sent, received=run.received) if done else why(run.outcome)
    carried = run.bytes_up + run.bytes_down
    size = (
        t("sync.run_size", up=_size(run.bytes_up), down=_size(run.bytes_down), seconds=run.seconds) if carried else ""
    )
    return Row(
        f"run{number}",
        (Cell(times.moment(run.at, now), "quiet"), Cell(what, "" if done else "late"), Cell(size, "quiet")),
    )


def _progress(state: Carrying, standing: "Standing | None", now: int) -> tuple[str, bool]:
    """What to say of the exchange under way or of the last one, and whether it is a trouble."""
    if state.trouble is not None:
        return sentence(state.trouble), True
    if state.running:
        return _under_way(state), False
    if state.failed is not None:
        return f"{sentence(state.failed)}{t('sync.by_itself', span=times.span(EVERY_S))}", True
    if state.ended:
        return t("sync.done", sent=state.sent, received=state.received), False
    if standing is None or not standing.enrolled:
        return "", False
    last = standing.last
    if last is not None and last.outcome != "done":
        when = times.moment(last.at, now)
        words = t("sync.last_failed", when=when, why=why(last.outcome))
        return f"{words}{t('sync.by_itself', span=times.span(EVERY_S))}", True
    return t("sync.idle", span=times.span(EVERY_S)), False


def _under_way(state: Carrying) -> str:
    if not state.total:
        return t("sync.asking")
    share = min(state.done / state.total, 1.0)
    words = t(
        "sync.sending",
        bar=("#" * round(share * BAR)).ljust(BAR, "-"),
        percent=round(share * 100),
        done=_size(state.done),
        total=_size(state.total),
    )
    return words if state.left_s is None else f"{words}  {t('sync.left', span=times.span(max(1, state.left_s)))}"


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    amount, unit = (count / 1000, "KB") if count < 999_500 else (count / 10**6, "MB")
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
