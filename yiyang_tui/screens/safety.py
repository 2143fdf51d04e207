"""Ctrl+Y, safety: what keeps the record safe and how each of it stands, with Enter doing what can be done."""

from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult

from yiyang_tui import damage
from yiyang_tui.chore_log import NOTHING
from yiyang_tui.chores import CHORES
from yiyang_tui.screens import safety_rows
from yiyang_tui.screens.base import Place
from yiyang_tui.screens.dialogs import Choose, Say
from yiyang_tui.screens.safety_rows import COLUMNS, Found, Row
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.widgets.virtual_list import VirtualList
from yiyang_tui.words import t

if TYPE_CHECKING:
    from yiyang_tui.session import Session

OFFERED = {chore.id for chore in CHORES}


class Safety(Place):
    """The lines, and below them what the one under the cursor means."""

    where = "safety"
    CSS_PATH = "safety.tcss"

    _asked = ""

    def body(self) -> ComposeResult:
        """The list, what to do."""
        yield VirtualList[Row](
            COLUMNS, lambda row: row.cells, key=lambda row: row.id, titled=False, empty=t("safety.looking"), id="lines"
        )
        yield Facts(id="todo")

    def on_mount(self) -> None:
        """The list is where arrows go."""
        super().on_mount()
        self.query_one(Facts).column = True
        self.query_one(VirtualList).focus()

    def load(self) -> None:
        """Look how it stands."""
        chores = self.yiyang.chores
        running = "" if chores is None else chores.running
        self.run_care(look, self.session, running, then=self._show, group="safety", exclusive=True)

    def chores_changed(self) -> None:
        """One of them begins or is done: the lines are drawn anew, and what was asked for is answered."""
        self.load()
        chores = self.yiyang.chores
        if chores is None or not self._asked or chores.running:
            return
        id, self._asked = self._asked, ""
        told = list(safety_rows.failure(chores.kept.get(id, NOTHING), self.session.now()))
        if told:
            self.say(told[0].removeprefix("! "), "urgent")
        else:
            self.say(t("safety.done", what=t(f"safety.name.{id}")), "saved")

    def _show(self, found: Found) -> None:
        self.query_one(VirtualList).show_rows(safety_rows.rows(found, OFFERED))
        self._turn()

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Something else is under the cursor."""
        event.stop()
        self._turn()

    def _turn(self) -> None:
        row: Row | None = self.query_one(VirtualList).current
        self.query_one(Facts).facts = () if row is None else tuple(safety_rows.todo(row))
        self.query_one(FootLine).refresh()

    def on_resize(self, _event: events.Resize) -> None:
        """More room, longer lines."""
        self.call_after_refresh(self._turn)

    def why_not(self, action: str) -> str | None:
        """Nothing is done with a record that is only read, and one thing at a time."""
        if action != "safety.do":
            return None
        if self.session.store.read_only:
            return t("refused.read_only")
        chores = self.yiyang.chores
        return t("safety.busy") if chores is not None and chores.running else None

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: do it."""
        event.stop()
        row: Row = event.row
        why = self.why_not("safety.do")
        if row.id == "openers":
            self.app.push_screen(Say("\n".join((row.said, *row.more, t("safety.enter.openers")))))
        elif row.id == "file":
            self.app.push_screen(damage.said(self.session) if self.session.damaged else Say(row.said))
        elif why is not None:
            self.say(why)
        elif row.id == "stick":
            self.run_care(plugged_in, self.session, then=self._offer, group="safety-stick")
        else:
            self._do(row.id)

    def _offer(self, found: "tuple[bool, list[Path]]") -> None:
        chosen, drives = found
        # One that was never chosen is chosen first.
        if chosen:
            self._do("stick")
            return
        if not drives:
            self.app.push_screen(Say(t("safety.stick_not_seen")))
            return
        self.app.push_screen(Choose(t("safety.stick_which"), [(drive, str(drive)) for drive in drives]), self._chosen)

    def _chosen(self, drive: Path | None) -> None:
        if drive is not None:
            self.run_care(choose, self.session, drive, then=lambda _place: self._do("stick"), group="safety-stick")

    def _do(self, id: str) -> None:
        if self.yiyang.chores is not None:
            self._asked = id
            self.yiyang.chores.do(id)
            self.say(t("safety.begun", what=t(f"safety.name.{id}")))


def look(session: "Session", running: str) -> Found:
    """How it stands. Blocks."""
    from care.vault_users import users
    from db.backups import folder_of, listed
    from db.errors import VaultDamaged
    from yiyang_tui.chore_log import read
    from yiyang_tui.drives import chosen, sticks

    store = session.store
    try:
        openers = users(store)
    except VaultDamaged:
        openers = None
    backups = tuple(listed(folder_of(store.path)))
    stick_count = len(chosen(store.pair_id, sticks()))
    return Found(session.now(), running, read(store.path), backups, openers, stick_count, session.damaged)


def plugged_in(session: "Session") -> tuple[bool, list[Path]]:
    """Whether a chosen stick is plugged in, and the drives that could be chosen. Blocks."""
    from yiyang_tui.drives import chosen, sticks

    drives = sticks()
    return bool(chosen(session.store.pair_id, drives)), drives


def choose(session: "Session", drive: Path) -> Path:
    """Choose a drive for the backups of this pair. Blocks. Raises ``DiskFull``, ``VaultUnwritable``."""
    from db.disk import disk_errors
    from yiyang_tui import drives

    with disk_errors(drive):
        return drives.choose(session.store.pair_id, drive)
