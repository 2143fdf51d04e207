"""The first screen: staff number and passphrase open the record.

It needs Textual alone. The data layer loads in a thread while the passphrase is typed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from yiyang_tui import settings as kept
from yiyang_tui.screens.base import Sheet
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.words import sentence, t, times

if TYPE_CHECKING:
    from db.errors import YiyangError
    from yiyang_tui.session import Session

NEEDED: tuple[str, ...] = ("db.vault", "care.staff")
"""What opening needs, beside the first place: imported while the passphrase is typed."""


class UnlockScreen(Sheet[None]):
    """Two fields. A wrong passphrase says so in place and keeps the number."""

    where: ClassVar[str] = "unlock"

    opening = False

    def compose(self) -> ComposeResult:
        """The two fields, or how to make a record where there is none."""
        with Vertical(id="unlock"):
            yield Static(t("app.name"), classes="title", markup=False)
            if self.yiyang.vault.exists():
                yield Static(t("unlock.number"), classes="label", markup=False)
                yield Entry(kept.read_settings(self.yiyang.settings_file).number, id="number", longest=12)
                yield Static(t("unlock.passphrase"), classes="label", markup=False)
                yield Entry(kind="secret", id="passphrase")
                yield Static(t("unlock.hint"), id="told", markup=False)
            else:
                yield Static(t("unlock.none"), id="told", markup=False)
                yield Static(t("unlock.none_todo"), classes="prose", markup=False)
        yield FootLine(self.where, everywhere=False)

    def on_mount(self) -> None:
        """The cursor stands where typing is needed; loading begins once this screen is painted."""
        for entry in self.query(Entry):
            if not entry.value:
                entry.focus()
                break
        if self.query(Entry):
            self.call_after_refresh(self.run_worker, self._load, thread=True, group="load")

    def _load(self) -> None:
        place = self.yiyang.places[self.yiyang.start].partition(":")[0]
        for module in (*NEEDED, place):
            import_module(module)
        from care.work import get_ready

        get_ready()

    def say(self, text: str, token: str = "") -> None:
        """Answers stand under the fields."""
        told = self.query_one("#told", Static)
        told.set_class(token == "urgent", "urgent")
        told.update(text)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        number, passphrase = self.query_one("#number", Entry), self.query_one("#passphrase", Entry)
        if self.opening:
            return
        if not number.value.strip():
            self.say(t("unlock.number_missing"), "urgent")
            number.focus()
        elif event.input is number:
            passphrase.focus()
        elif not passphrase.value:
            self.say(t("unlock.passphrase_missing"), "urgent")
        else:
            self._open(number.value.strip(), passphrase.value)

    def _open(self, number: str, passphrase: str) -> None:
        from yiyang_tui.session import open_session

        self.opening = True
        self.say(t("unlock.opening"))
        self.run_care(
            open_session, self.yiyang.vault, number, passphrase, then=self._opened, failed=self._refused, group="open"
        )

    def _refused(self, error: "YiyangError") -> None:
        self.opening = False
        passphrase = self.query_one("#passphrase", Entry)
        passphrase.value = ""
        passphrase.focus()
        said = sentence(error)
        self.say(f"{said}\n{t('unlock.forgotten')}" if error.code == "wrong_passphrase" else said, "urgent")

    async def _opened(self, session: "Session") -> None:
        kept.remember(self.yiyang.settings_file, number=self.query_one("#number", Entry).value.strip())
        self.query_one("#passphrase", Entry).value = ""
        doubt = session.store.clock.doubt
        if doubt is None:
            await self.yiyang.enter(session)
            return
        from care.audit import set_clock
        from yiyang_tui.screens.clock import ClockDialog

        shown = session.now()
        why = t(f"clock.{doubt}", shown=f"{times.local(shown):%Y-%m-%d %H:%M}")

        def answered(told_at: int | None) -> None:
            if told_at is None:
                self.run_worker(self.yiyang.enter(session))
            else:
                store, by = session.store, session.staff.id
                self.run_care(set_clock, store, by, told_at, then=lambda _: self.yiyang.enter(session))

        self.app.push_screen(ClockDialog(why), answered)

    def action_back(self) -> None:
        """Esc: leave."""
        self.app.exit()
