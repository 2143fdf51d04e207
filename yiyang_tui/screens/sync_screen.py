"""F9, Sync: the truth about where the record stands, and what to do.

What the county has counts only by its signed receipt. The numbers come from ``sync.standing``, the exchange itself runs
beside the work in ``yiyang_tui.carrier``; this screen starts it and draws it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Static

from yiyang_tui.carrier import Carrying
from yiyang_tui.cells import fit
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.enrol import AskCounty, County
from yiyang_tui.widgets.virtual_list import Cell, Column, VirtualList
from yiyang_tui.words import has, plural, sentence, t, times

if TYPE_CHECKING:
    from care.disputes import Dispute
    from sync.link import Run
    from sync.standing import Standing

BAR = 24


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: a heading, something for a person to settle, or a run that is past."""

    id: str
    cells: tuple[Cell, ...]
    person_id: object = None


class SyncScreen(Place):
    """Where the record stands, the exchange under way, what wants a person, the last runs."""

    where = "sync"
    CSS_PATH = "sync_screen.tcss"

    shown: "Standing | None" = None

    def body(self) -> ComposeResult:
        """Standing, progress, list."""
        yield Static(id="standing", markup=False)
        yield Static(id="progress", markup=False)
        yield VirtualList["Row"](
            [Column(14), Column(0), Column(26)],
            lambda row: row.cells,
            key=lambda row: row.id,
            selectable=lambda row: row.person_id is not None,
            titled=False,
            empty=t("sync.no_runs"),
            id="runs",
        )

    def on_mount(self) -> None:
        """The list is where arrows go."""
        super().on_mount()
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
        self.query_one("#standing", Static).update("\n".join(self._sentences(standing)))
        rows = [*_to_settle(standing, people, others), *self._history(standing)]
        self.query_one(VirtualList).show_rows(rows)
        self.carried(self.yiyang.carrying)

    def _sentences(self, standing: "Standing") -> list[str]:
        if not standing.enrolled:
            return [plural("sync.alone", standing.total), t("sync.alone_todo")]
        now = self.session.now()
        agrees = {True: "sync.agrees", False: "sync.differs", None: "sync.not_compared"}[standing.agrees]
        receipt = (
            t("sync.receipt", when=times.moment(standing.receipt_at, now))
            if standing.receipt_at is not None
            else t("sync.no_receipt")
        )
        first = t("sync.has", county=standing.county, have=standing.at_county, total=standing.total)
        unsent = (
            plural("sync.unsent", standing.unsent, size=_size(standing.outbox_bytes))
            if standing.unsent
            else t("sync.all_there")
        )
        return [f"{first}   {t(agrees)}   {receipt}", unsent]

    def _history(self, standing: "Standing") -> list[Row]:
        rows = [_heading("history", t("sync.history"))] if standing.runs else []
        now = self.session.now()
        return rows + [_run(run, number, now) for number, run in enumerate(reversed(standing.runs))]

    # --- the exchange under way -----------------------------------------------------------------

    def carried(self, state: Carrying) -> None:
        """The carrier has something new to show."""
        line = self.query_one("#progress", Static)
        line.set_class(state.failed is not None, "urgent")
        line.update(_progress(state))
        if state.standing is not None and state.standing != self.shown:
            self.load()

    def why_not(self, action: str) -> str | None:
        """Without a county there is nobody to sync with; with one there is nothing to enrol."""
        standing = self.yiyang.carrying.standing
        if action == "sync.now":
            if self.yiyang.carrying.running:
                return t("sync.running")
            if standing is not None and not standing.enrolled:
                return t("sync.enrol_first")
        if action == "sync.enrol" and standing is not None and standing.enrolled:
            return t("sync.enrolled_already")
        return None

    def action_now(self) -> None:
        """Ctrl+S."""
        self.yiyang.sync_now()

    def action_enrol(self) -> None:
        """Ctrl+E: address and one-time code of the county."""
        self.app.push_screen(AskCounty(), self._enrol)

    def _enrol(self, county: County | None) -> None:
        if county is None:
            return
        self.say(t("sync.enrolling"))
        self.run_care(self._join, county, then=self._enrolled)

    def _join(self, county: County) -> str:
        import platform

        from sync.enrol import enrol

        session = self.session
        link = enrol(
            session.store, county.url, county.code, pair_name=session.pair_name, laptop=platform.node()[:80] or "laptop"
        )
        return link.county_name

    def _enrolled(self, name: str) -> None:
        self.say(t("sync.enrolled", county=name), "saved")
        self.load()
        self.yiyang.sync_looked()
        self.yiyang.sync_now()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter on somebody whose record disagrees: their chart."""
        event.stop()
        self.yiyang.call_later(self.yiyang.open, "chart", person_id=event.row.person_id)


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
        Row(name, (Cell(t("sync.refused"), "urgent"), Cell(_reason(code)), Cell(name[:12], "quiet")))
        for name, code in standing.refused
    ]
    if not rows:
        return [_heading("settle", t("sync.nothing_to_settle"))]
    return [_heading("settle", plural("sync.to_settle", len(rows))), *rows, Row("gap", (Cell(""),))]


def _reason(code: str) -> str:
    known = f"reason.{code}"
    return t(known) if has(known) else t("reason.other", code=code)


def _run(run: "Run", number: int, now: int) -> Row:
    done = run.outcome == "done"
    what = (
        t("sync.run_done", sent=run.sent, received=run.received)
        if done
        else (t(f"syncline.why.{run.outcome}") if has(f"syncline.why.{run.outcome}") else t("syncline.failed"))
    )
    size = t("sync.run_size", up=_size(run.bytes_up), down=_size(run.bytes_down), seconds=run.seconds)
    return Row(
        f"run{number}",
        (Cell(times.moment(run.at, now), "quiet"), Cell(what, "" if done else "late"), Cell(size, "quiet")),
    )


def _progress(state: Carrying) -> str:
    if state.running:
        if not state.total:
            return t("sync.asking")
        share = state.done / state.total
        filled = round(share * BAR)
        words = t(
            "sync.sending",
            bar=fit("#" * filled, BAR).replace(" ", "-"),
            percent=round(share * 100),
            done=_size(state.done),
            total=_size(state.total),
        )
        return words if state.left_s is None else f"{words}  {t('sync.left', span=times.span(max(1, state.left_s)))}"
    if state.failed is not None:
        return sentence(state.failed)
    return t("sync.done", sent=state.sent, received=state.received) if state.ended else ""


def _size(count: int) -> str:
    return f"{count} B" if count < 1000 else f"{count / 1000:.1f} KB" if count < 10**6 else f"{count / 10**6:.1f} MB"
