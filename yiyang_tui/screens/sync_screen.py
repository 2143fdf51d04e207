"""F9, Sync: the truth about where the record stands, and what to do.

What the county has counts only by its signed receipt. The numbers come from ``sync.proof``, the exchange itself runs
beside the work in ``yiyang_tui.carrier``; this screen starts it and draws it.
"""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Static

from yiyang_tui.by_hand import MEET, PUT, TAKE
from yiyang_tui.carrier import EVERY_S, Carrying
from yiyang_tui.cells import wrap
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.enrol import AskCounty
from yiyang_tui.screens.stick import Carry
from yiyang_tui.screens.sync_rows import Row, Seen, bytes_of, figures, listed
from yiyang_tui.sharer import OFF, Sharing
from yiyang_tui.sync_line import why
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.widgets.virtual_list import Column, VirtualList
from yiyang_tui.words import sentence, t, times

if TYPE_CHECKING:
    from sync.proof.standing import Standing

BAR = 24


class SyncScreen(Place):
    """Where the record stands, the exchange under way, what wants a person, the last runs."""

    where = "sync"
    CSS_PATH = "sync_screen.tcss"

    shown: "Standing | None" = None

    def body(self) -> ComposeResult:
        """Standing, progress, list."""
        standing = Facts(id="standing")
        standing.column = True
        yield standing
        yield Static(id="progress", markup=False)
        yield VirtualList["Row"](
            [Column(16), Column(0), Column(28, align="right")],
            lambda row: row.cells,
            key=lambda row: row.id,
            selectable=lambda row: row.leads,
            titled=False,
            id="runs",
        )

    def on_mount(self) -> None:
        """The list is where arrows go."""
        super().on_mount()
        self.query_one(VirtualList).focus()

    def load(self) -> None:
        """Ask for the standing and for what wants a person."""
        self.run_care(self._read, then=self._show, group="sync", exclusive=True)

    def _read(self) -> Seen:
        from care.disputes import Dispute
        from care.invariants import findings, is_hint
        from sync.proof.fellows import fellows
        from sync.proof.standing import standing

        store = self.session.store
        found = [one for one in findings(store) if not is_hint(one)]
        people = [one for one in found if isinstance(one, Dispute)]
        return Seen(standing(store), people, len(found) - len(people), fellows(store))

    def _show(self, seen: Seen) -> None:
        self.shown = seen.standing
        now = self.session.now()
        self.query_one(Facts).facts = tuple(figures(seen.standing, now))
        self.query_one(VirtualList).show_rows(listed(seen, now))
        self.carried(self.yiyang.carrying)

    # --- the exchange under way -----------------------------------------------------------------

    def carried(self, state: Carrying) -> None:
        """The carrier has something new to show."""
        line = self.query_one("#progress", Static)
        words, urgent = _progress(state, self.shown, self.session.now())
        line.set_class(urgent, "urgent")
        # Composed anew it has no size yet, and a sentence broken too narrow would push the list down.
        line.update("\n".join(wrap(words, line.size.width or self.app.size.width - 2)))
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
        if action in ("sync.put", "sync.take", "sync.meet", "sync.share") and not (standing and standing.enrolled):
            return t("sync.enrol_first")
        if action == "sync.enrol" and standing is not None and standing.enrolled:
            return t("sync.enrolled_already")
        if action == "sync.open":
            row: Row | None = self.query_one(VirtualList).current
            if row is None or not row.leads:
                return t("sync.nothing_to_settle")
        return None

    def action_now(self) -> None:
        """Ctrl+S."""
        self.yiyang.sync_now()

    def action_enrol(self) -> None:
        """Ctrl+E: address and one-time code of the county."""
        self.app.push_screen(AskCounty(), self._enrolled)

    def action_put(self) -> None:
        """Ctrl+O: what others may lack goes on a stick."""
        self.app.push_screen(Carry(PUT))

    def action_take(self) -> None:
        """Ctrl+R: what others put on a stick comes in."""
        self.app.push_screen(Carry(TAKE))

    def action_meet(self) -> None:
        """Ctrl+N: sync with a laptop in the same room that shares."""
        self.app.push_screen(Carry(MEET))

    def action_share(self) -> None:
        """Ctrl+T: let others in the same room sync with this one, or no more."""
        carrier = self.yiyang.carrier
        if carrier is not None:
            sharing = carrier.state.sharing
            (carrier.unshare if sharing.on or sharing.starting else carrier.share)()

    def _enrolled(self, county: str | None) -> None:
        if county is not None:
            self.say(t("sync.enrolled", county=county), "saved")

    def on_virtual_list_highlighted(self) -> None:
        """What can be done depends on the line."""
        self.query_one(FootLine).refresh()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter on somebody whose record disagrees: their chart; on the rest: the list of everything to settle."""
        event.stop()
        if event.row.listed:
            self.yiyang.call_later(self.yiyang.go, "unsettled")
            return
        self.yiyang.call_later(self.yiyang.open, "chart", person_id=event.row.person_id)


def _progress(state: Carrying, standing: "Standing | None", now: int) -> tuple[str, bool]:
    """What to say of the exchange under way or of the last one, and whether it is a trouble."""
    if state.trouble is not None:
        return sentence(state.trouble), True
    if state.running:
        return _under_way(state), False
    if state.sharing != OFF:
        return shared(state.sharing), state.sharing.refused
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


def shared(sharing: Sharing) -> str:
    """What others in the room need to know, and what came of it so far."""
    if not sharing.on:
        return t("sync.share_refused" if sharing.refused else "sync.share_starting")
    addresses = " ".join(sharing.addresses[:2])
    where = t("sync.share_named", name=sharing.name, addresses=addresses) if sharing.name else addresses
    return t(
        "sync.sharing",
        where=where,
        until=times.clock(sharing.until),
        visits=sharing.visits,
        given=sharing.given,
        brought=sharing.brought,
    )


def _under_way(state: Carrying) -> str:
    if not state.total:
        return t("sync.asking")
    share = min(state.done / state.total, 1.0)
    words = t(
        "sync.sending",
        bar=("#" * round(share * BAR)).ljust(BAR, "-"),
        percent=round(share * 100),
        done=bytes_of(state.done),
        total=bytes_of(state.total),
    )
    return words if state.left_s is None else f"{words}  {t('sync.left', span=times.span(max(1, state.left_s)))}"
