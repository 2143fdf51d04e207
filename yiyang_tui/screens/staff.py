"""Ctrl+W, who works here: taking on, changing the role, letting go, a PIN; for those who manage the staff."""

from datetime import date
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult

from yiyang_tui.screens.base import Place
from yiyang_tui.screens.dialogs import Ask, Choose
from yiyang_tui.screens.staff_form import StaffForm
from yiyang_tui.screens.staff_pin import NewPin
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.staff import StaffView

CHANGE, PIN, CLOSE, REOPEN = "change", "pin", "close", "reopen"


class StaffPlace(Place):
    """Everybody, those who work here first. Nobody is ever removed: what they wrote stays theirs."""

    where = "staff"

    today: date | None = None

    def body(self) -> ComposeResult:
        """The list."""
        columns = [
            Column(12, t("staff.column.number")),
            Column(0, t("staff.column.name")),
            Column(16, t("staff.column.role")),
            Column(10, t("staff.column.pin")),
            Column(16, t("staff.column.said")),
        ]
        yield VirtualList["StaffView"](columns, self._cells, key=lambda one: one.id, id="staff")

    def _cells(self, one: "StaffView") -> Cells:
        gap = "" if one.closed or self.today is None else one.licence_gap(self.today)
        said = t("staff.closed") if one.closed else t(f"staff.gap.{gap}") if gap else ""
        pin = t("staff.has_pin") if one.has_pin else ""
        words = [one.number, one.name, t(f"role.{one.role}"), pin, said]
        return [Cell(word, "quiet" if one.closed else "late" if gap and word == said else "") for word in words]

    def on_mount(self) -> None:
        """The list is where arrows go."""
        super().on_mount()
        self.query_one(VirtualList).focus()

    def load(self) -> None:
        """Everybody, as they are now."""
        from care.staff import everyone

        self.run_care(everyone, self.session.store, then=self._show, group="staff", exclusive=True)

    def _show(self, found: "list[StaffView]") -> None:
        from care.age import house_day

        self.today = house_day(self.session.now())
        self.query_one(VirtualList).show_rows(found)

    async def action_back(self) -> None:
        """Esc: to where it was opened from."""
        await self.app.pop_screen()

    def action_add(self) -> None:
        """Ctrl+N: take somebody on."""
        self.app.push_screen(StaffForm(self.session, None), self._told)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter on somebody: what to do."""
        event.stop()
        one: StaffView = event.row
        ways = [REOPEN] if one.closed else [CHANGE, PIN, CLOSE]
        if one.id == self.session.staff.id:
            # Nobody closes themselves, and one's own PIN is changed with the old one, under F10.
            ways = [CHANGE]
        options = [(way, t(f"staff.way.{way}")) for way in ways]
        title = f"{one.number}  {one.name}  {t(f'role.{one.role}')}"
        self.app.push_screen(Choose(title, options), lambda way: self._begin(one, way))

    def _begin(self, one: "StaffView", way: str | None) -> None:
        if way == CHANGE:
            self.app.push_screen(StaffForm(self.session, one), self._told)
        elif way == PIN:
            self.app.push_screen(NewPin(self.session, one), self._told)
        elif way == CLOSE:
            question = t("staff.close_ask", name=one.name)
            self.app.push_screen(Ask(question, t("staff.close_more")), lambda yes: self._close(one) if yes else None)
        elif way == REOPEN:
            self._reopen(one)

    def _close(self, one: "StaffView") -> None:
        from care.staff import close, reopen

        store, by = self.session.store, self.session.staff.id
        what = t("staff.act_close", name=one.name)
        self._do(close, one, what, t("staff.close_done", name=one.name), lambda: reopen(store, by, one.id))

    def _reopen(self, one: "StaffView") -> None:
        from care.staff import close, reopen

        store, by = self.session.store, self.session.staff.id
        what = t("staff.act_reopen", name=one.name)
        self._do(reopen, one, what, t("staff.reopen_done", name=one.name), lambda: close(store, by, one.id))

    def _do(self, act: Any, one: "StaffView", what: str, said: str, undo: Any) -> None:
        def done(_changed: bool) -> None:
            self.saved(what, undo, said)
            self.load()

        self.run_care(act, self.session.store, self.session.staff.id, one.id, then=done)

    def _told(self, said: str | None) -> None:
        if said is not None:
            self.saved("", None, said)
            self.load()
