"""F10: change person by PIN, or lock the screen.

The PIN switches people inside the open record; what protects the record on disk is the passphrase. Somebody without a
PIN on this laptop gets one when the person signed in vouches with their own.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widgets import Input, Static

from yiyang_tui.screens.dialogs import Dialog
from yiyang_tui.themes import Token
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.widgets.virtual_list import Cell, Cells, Column, VirtualList
from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from care.staff import StaffView
    from yiyang_tui.session import Session


ADMIT: Final = "admit"
"""The group of the work that asks who is here."""


class AskPin(Dialog[str]):
    """One PIN or passphrase, typed unseen. Dismisses with it, or ``None`` at Esc."""

    def __init__(self, prompt: str, said: str = "", *, kind: Literal["pin", "secret"] = "pin") -> None:
        super().__init__()
        self.prompt, self.said, self.kind = prompt, said, kind

    def compose(self) -> ComposeResult:
        """Whose PIN, the field, what was wrong with the last one."""
        with Vertical(classes="dialog"):
            yield Static(self.prompt, classes="title", markup=False)
            yield Entry(kind=self.kind, id="pin")
            yield Static(self.said, id="told", classes="urgent", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Entry).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        if event.value:
            self.dismiss(event.value)


class PersonSwitch(Dialog[None]):
    """Everybody who works here; the one chosen types their PIN. Covers the whole screen.

    ``locked``: nobody gets past it without a PIN, or the passphrase where the one who is signed in has none. For them
    what lies below, half-typed forms too, stays as it is; for somebody else it is closed.
    """

    where: ClassVar[str] = "switch"
    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "person_switch.tcss"]

    def __init__(self, session: "Session", *, locked: bool = False) -> None:
        super().__init__()
        self.session, self.locked = session, locked
        self.own_pin = False

    def compose(self) -> ComposeResult:
        """The people, and an answer line."""
        with Vertical(id="cover"):
            yield Static(
                t("switch.locked" if self.locked else "switch.title"), id="heading", classes="title", markup=False
            )
            yield VirtualList["StaffView"](
                [Column(12), Column(0), Column(14)],
                self._cells,
                key=lambda one: one.id,
                selectable=lambda one: not one.closed,
                empty=f"{t('switch.empty')}\n{t('switch.empty_todo')}",
                titled=False,
                id="staff",
            )
            yield Static("", id="told", markup=False)
        yield FootLine(self.where, everywhere=False)

    def _cells(self, one: "StaffView") -> Cells:
        role = t(f"role.{one.role}")
        if one.closed:
            return [Cell(one.number, "quiet"), Cell(one.name, "quiet"), Cell(t("switch.closed"), "quiet")]
        return [Cell(one.number, "quiet"), Cell(one.name, "title" if one.id == self.session.staff.id else ""), role]

    def on_mount(self) -> None:
        """The person signed in stands first under the cursor."""
        self.query_one(VirtualList).focus()
        if self.locked:
            self._told_locked(idle=True)

    def load(self) -> None:
        """Everybody, as they are now."""
        from care.staff import everyone

        self.run_care(everyone, self.session.store, then=self._show, group="staff", exclusive=True)

    def _show(self, staff: "Sequence[StaffView]") -> None:
        people = self.query_one(VirtualList)
        first = not people.total
        people.show_rows(staff)
        here = [one.id for one in staff]
        if self.session.staff.id in here:
            at = here.index(self.session.staff.id)
            self.own_pin = staff[at].has_pin
            self.session.become(staff[at])
            if first:
                people.goto(at)

    def say(self, text: str, token: Token = "") -> None:
        """Answers stand under the list."""
        told = self.query_one("#told", Static)
        told.set_class(token == "urgent", "urgent")
        told.update(text)

    def why_not(self, action: str) -> str | None:
        """A locked screen has no way back."""
        held = self.locked and action in ("switch.lock", "switch.back", "switch.account")
        return t("switch.locked") if held else None

    def action_lock(self) -> None:
        """F10 again: cover the screen until somebody types a PIN."""
        self.cover()

    def cover(self, *, idle: bool = False) -> None:
        """Nobody gets past it any more; what was written is sealed. ``idle``: nobody asked for it."""
        self.locked = True
        self.query_one("#heading", Static).update(t("switch.locked"))
        self.query_one(FootLine).refresh()
        self._told_locked(idle=idle)

    def _told_locked(self, *, idle: bool) -> None:
        """Say how to get back, write down that it was locked, seal."""
        from care.audit import note_down

        self.say(t("switch.locked_how"))
        store, by, seal = self.session.store, self.session.staff.id, self.yiyang.sync_rest
        self.run_care(note_down, store, by, "locked", then=lambda _: seal(), group="note", idle=int(idle))

    def action_back(self) -> None:
        """Esc."""
        if not self.locked:
            self.dismiss(None)

    def action_account(self) -> None:
        """Change one's own passphrase or PIN."""
        self.run_worker(self._account(), exclusive=True, group=ADMIT)

    async def _account(self) -> None:
        from yiyang_tui.screens.account import Account, own_secrets

        own = await self.app.push_screen_wait(own_secrets(has_pin=self.own_pin))
        if own is not None and (said := await self.app.push_screen_wait(Account(self.session, own))):
            self.say(said, "saved")

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter on a person."""
        event.stop()
        self.run_worker(self._admit(event.row), exclusive=True, group=ADMIT)

    async def _admit(self, one: "StaffView") -> None:
        if await self._proved(one):
            await self._let_in(one)

    async def _proved(self, one: "StaffView") -> bool:
        """Whether whoever was chosen is here; false where they give up, or only a PIN was set."""
        from care.staff import check_pin

        signed_in, store = self.session.staff, self.session.store
        if one.has_pin:
            return await self._prove(t("switch.pin_of", name=one.name), lambda pin: check_pin(store, one.id, pin))
        # Nobody vouches for anybody: without a PIN it is the passphrase that proves who is here.
        opens = partial(self._opens, one)
        if not await self._prove(t("switch.passphrase_of", name=one.name), opens, kind="secret"):
            return False
        if one.id == signed_in.id and self.locked:
            return True
        if not await self._give_pin(one):
            return False
        if one.id == signed_in.id:
            self.say(t("switch.pin_set", name=one.name), "saved")
            self.load()
        return one.id != signed_in.id

    async def _let_in(self, one: "StaffView") -> None:
        """It was proved who is here: write down that they came, and uncover what is theirs."""
        from care.audit import note_down
        from yiyang_tui.handover import hand_over

        before, store = self.session.staff, self.session.store
        if one.id != before.id:
            await asyncio.to_thread(note_down, store, one.id, "switched", before.id)
            self.yiyang.call_later(hand_over, self.yiyang, one, t("switch.done", name=one.name))
            return
        if self.locked:
            await asyncio.to_thread(note_down, store, one.id, "unlocked")
        self.session.become(one)
        said = t("switch.unlocked") if self.locked else t("switch.done", name=one.name)
        self.dismiss(None)
        self.yiyang.call_after_refresh(self.yiyang.person_changed, said)

    def _opens(self, one: "StaffView", passphrase: str) -> None:
        """Raise ``WrongPassphrase`` unless they open the record with it."""
        from care.audit import note_down
        from db.errors import WrongPassphrase
        from db.keys import envelope_path, read_envelope
        from db.slots import unwrap

        store = self.session.store
        try:
            unwrap(read_envelope(envelope_path(store.path)), one.number, passphrase)
        except WrongPassphrase:
            note_down(store, None, "wrong_passphrase", one.id)
            raise

    async def _prove(self, prompt: str, act: Callable[[str], None], *, kind: Literal["pin", "secret"] = "pin") -> bool:
        """Ask for a PIN or passphrase until ``act`` takes it; false when they give up."""
        said = ""
        while True:
            pin = await self.app.push_screen_wait(AskPin(prompt, said, kind=kind))
            if pin is None:
                return False
            said = await self._refusal(act, pin)
            if not said:
                return True

    async def _give_pin(self, one: "StaffView") -> bool:
        """Ask for a new PIN twice; false when they give up."""
        from care.staff import set_pin

        said = ""
        while True:
            pin = await self.app.push_screen_wait(AskPin(t("switch.new_pin", name=one.name), said))
            again = pin and await self.app.push_screen_wait(AskPin(t("switch.new_pin_again")))
            if not pin or not again:
                return False
            said = t("switch.differs")
            if again == pin:
                said = await self._refusal(lambda new: set_pin(self.session.store, one.id, new), pin)
                if not said:
                    return True

    async def _refusal(self, act: Callable[[str], None], pin: str) -> str:
        """Do it in a thread; the sentence of its refusal, or nothing."""
        from db.errors import YiyangError

        try:
            await asyncio.to_thread(act, pin)
        except YiyangError as error:
            return sentence(error)
        return ""
