"""The application: which record, which screen is in front, and the actions that work everywhere."""

import gc
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.scrollbar import ScrollBar
from textual.types import CSSPathType
from textual.worker import WorkerError

from yiyang_tui import settings as kept
from yiyang_tui import words
from yiyang_tui.actions import EVERYWHERE, action, bindings
from yiyang_tui.calm import CalmApp
from yiyang_tui.idle import IdleApp, steady
from yiyang_tui.orderly import OrderlyApp
from yiyang_tui.places import PLACES, RIGHTS, load_place
from yiyang_tui.screens.base import Place, Sheet
from yiyang_tui.session import UNDO_S, Session
from yiyang_tui.themes import PLAIN, THEMES, make_themes
from yiyang_tui.widgets.bar import WholeCells
from yiyang_tui.widgets.plain_lines import PlainLines
from yiyang_tui.words import t

if TYPE_CHECKING:
    from db.errors import YiyangError
    from yiyang_tui.carrier import Carrier, Carrying
    from yiyang_tui.chores import Chores

BEFORE_OPEN = ("help", "theme", "language", "quit", "keys", "palette")
"""The actions that need no open record."""


class YiyangApp(CalmApp, IdleApp, OrderlyApp, inherit_bindings=False):
    """One record on one laptop. Made by ``make_app``."""

    # Textual does not read the style sheet of a first screen by itself.
    CSS_PATH: ClassVar[CSSPathType | None] = ["app.tcss", "screens/unlock.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(EVERYWHERE)]
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False

    def __init__(self, vault: Path, theme: str, start: str, places: Mapping[str, str], settings: Path) -> None:
        super().__init__()
        self._plain_lines = PlainLines()
        self.vault, self.start, self.places, self.settings_file = vault, start, places, settings
        self.session: Session | None = None
        self.carrier: Carrier | None = None
        self.chores: Chores | None = None
        self._room_told = False
        self.title = t("app.name")
        ScrollBar.renderer = WholeCells
        for look in make_themes():
            self.register_theme(look)
        self.theme = theme
        self.animation_level = "none"

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Beside those of the library what keeps text of the record from acting on the terminal."""
        return [*super().get_line_filters(), self._plain_lines]

    def get_default_screen(self) -> Screen[Any]:
        """The first screen: it needs nothing but Textual."""
        from yiyang_tui.screens.unlock import UnlockScreen

        return UnlockScreen()

    # --- going about ----------------------------------------------------------------------------

    async def enter(self, session: Session) -> None:
        """The record is open: go to the first place. From here on memory is collected as usual."""
        from yiyang_tui.carrier import Carrier
        from yiyang_tui.chores import Chores
        from yiyang_tui.damage import tell_damage

        self.session = session
        self.carrier = Carrier(self, session, self._carried)
        self.chores = Chores(self, session, self._chores_changed)
        await self.go(self.start)
        self.watch_idle(kept.lock_s(kept.read_settings(self.settings_file)))
        self.run_worker(self._carry(self.carrier))
        self.run_worker(tell_damage(self, session))
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    async def go(self, id: str, **facts: Any) -> None:
        """Bring a place to the front. It is made once and keeps its state; whatever lay over the places is closed.

        The sign-in screen stays at the bottom, empty. Awaits screens: call it from the application's own messages only.
        """
        assert self.session is not None
        while len(self.screen_stack) > 2:
            await self.pop_screen()
        if not self.is_screen_installed(id):
            self.install_screen(load_place(self.places[id])(self.session, **facts), id)
        if len(self.screen_stack) == 1:
            await self.push_screen(id)
        elif self.screen is not self.get_screen(id):
            await self.switch_screen(id)

    async def go_to_person(self, id: str, person_id: UUID | None) -> None:
        """Bring a place to the front with the cursor on somebody."""
        await self.go(id)
        screen = self.screen
        if person_id is not None and isinstance(screen, Place):
            screen.turn_to(person_id)

    async def open(self, id: str, **facts: Any) -> None:
        """Lay a fresh screen of a place over the present one, as a chart over the list it was opened from."""
        assert self.session is not None
        # Before it opens: nobody types into a form for nothing.
        if (why := self.why_no_right(RIGHTS.get(id, ""))) is not None:
            front: Any = self.screen
            front.say(why)
            return
        await self.push_screen(load_place(self.places[id])(self.session, **facts))

    def went_idle(self) -> None:
        """Nobody touched a key for some minutes: the screen locks, over whatever is open."""
        from yiyang_tui.handover import lock

        self.call_later(lock, self)

    def person_changed(self, said: str) -> None:
        """Somebody signed in or unlocked: the head line and what is shown are theirs now."""
        screen: Any = self.screen
        screen.refresh(layout=True)
        for line in screen.walk_children():
            line.refresh()
        screen.say(said, "saved")

    # --- sync beside the work ---------------------------------------------------------------------

    @property
    def carrying(self) -> "Carrying":
        """The exchange under way, what came of the last, and where the record stands."""
        from yiyang_tui.carrier import Carrying

        return Carrying() if self.carrier is None else self.carrier.state

    async def _carry(self, carrier: "Carrier") -> None:
        """Begin to sync once the first place is painted: what it needs takes as long to load as the place itself."""
        with suppress(WorkerError):
            await self.workers.wait_for_complete([work for work in self.workers if work.node is self.screen])
        self.screen.call_after_refresh(carrier.start)
        if self.chores is not None:
            self.chores.start()

    def sync_now(self, *, urgent: bool = False) -> None:
        """Begin an exchange, unless one is under way; ``urgent``: then another one after it."""
        if self.carrier is not None:
            self.carrier.go(urgent=urgent)

    def sync_rest(self) -> None:
        """The screen is locked: what was recorded is made ready to travel."""
        if self.carrier is not None:
            self.carrier.rest()

    def sync_looked(self) -> None:
        """Something was saved, or the disk took it no more: count anew where the record stands, and the room."""
        if self.session is not None and self.chores is not None and self.session.store.reserve_spent:
            self.session.store.reserve_spent = False
            self.chores.do("room")
        if self.carrier is not None:
            self.carrier.look()

    def _carried(self, state: "Carrying") -> None:
        """The carrier has news: every place shows its line."""
        from yiyang_tui.cells import BETWEEN
        from yiyang_tui.sync_line import line
        from yiyang_tui.widgets.lines import SyncLine

        if self.session is None:
            return
        damaged = t("syncline.damaged") if self.session.damaged else ""
        told = [] if self.chores is None else self.chores.told()
        parts = (damaged, *told, line(state, self.session.now()))
        self.session.sync_line = BETWEEN.join(part for part in parts if part)
        for screen in {*self.screen_stack, *self.installed_places()}:
            # One that is being drawn for the first time takes the line along when it is.
            if isinstance(screen, Place) and screen.is_mounted and (lines := screen.query(SyncLine)):
                lines.first().text = self.session.sync_line
                screen.carried(state)

    def file_looked_at(self) -> None:
        """Every page of the file was read: damage stands in the line of every screen from now on."""
        self._carried(self.carrying)
        screen = self.screen
        if isinstance(screen, Place) and screen.where == "safety":
            screen.load()

    def _chores_changed(self) -> None:
        """A chore begins or is done: the line of every screen says what is urgent of it, and a screen may show more."""
        self._carried(self.carrying)
        self._tell_room()
        for screen in self.screen_stack:
            if isinstance(screen, Place) and screen.is_mounted:
                screen.chores_changed()

    def _tell_room(self) -> None:
        """The disk is full: what that means is read once, the line of every screen says it from then on."""
        from yiyang_tui.chore_log import NOTHING
        from yiyang_tui.screens.dialogs import Say

        kept = NOTHING if self.chores is None else self.chores.kept.get("room", NOTHING)
        spent = kept.warn == "room_spent"
        if spent and not self._room_told:
            self.push_screen(Say(t("safety.room_spent", **kept.facts), t("safety.room_title")))
        self._room_told = spent

    def installed_places(self) -> list[Screen[Any]]:
        return [self.get_screen(id) for id in self.places if self.is_screen_installed(id)]

    # --- actions ----------------------------------------------------------------------------------

    def why_not(self, id: str, screen: Screen[Any]) -> str | None:
        """Why an action cannot be done now from that screen: a sentence, or ``None``."""
        if self.session is None and action(id).where == EVERYWHERE and id not in BEFORE_OPEN:
            return t("unlock.first")
        if (reason := self.why_no_right(action(id).right)) is not None:
            return reason
        if isinstance(screen, Sheet) and (reason := screen.why_not(id)) is not None:
            return reason
        return self.why_no_undo() if id == "undo" and not hasattr(screen, "action_undo") else None

    def why_no_right(self, right: str) -> str | None:
        """Why whoever is signed in may not do what takes this right: a sentence with who may, or ``None``."""
        if not right or self.session is None or self.session.may(right):
            return None
        from yiyang_tui.words.rights import no_right

        return no_right(self.session.staff.role, right)

    def why_no_undo(self) -> str | None:
        """Why the last act cannot be taken back: a sentence, or ``None``."""
        act = None if self.session is None else self.session.last_act
        if act is None:
            return t("said.nothing_to_undo")
        late = self.session is not None and self.session.now() - act.at > UNDO_S
        return t("said.undo_too_late", what=act.what) if late else None

    def action_act(self, id: str) -> None:
        """Every binding leads here. The act follows in the application's own message loop: it may await screens."""
        self.call_later(self.act, id)

    async def act(self, id: str) -> None:
        """Do an action of the registry on the screen in front, or say why not."""
        screen: Any = self.screen
        why = self.why_not(id, screen)
        if why is not None:
            screen.say(why)
            return
        method = action(id).method
        if id in self.places and not hasattr(self, method):
            await self.go(id)
            return
        doer = screen.doer(method) if isinstance(screen, Sheet) else screen
        done: Awaitable[None] | None = getattr(doer if hasattr(doer, method) else self, method)()
        if inspect.isawaitable(done):
            await done

    async def action_find(self) -> None:
        """Find somebody: the People place, in its search field."""
        await self.go("people")
        if hasattr(self.screen, "action_find"):
            await self.act("find")

    def action_switch(self) -> None:
        """F10: change person or lock."""
        from yiyang_tui.screens.person_switch import PersonSwitch

        assert self.session is not None
        self.push_screen(PersonSwitch(self.session))

    async def action_staff(self) -> None:
        """Ctrl+W: who works here, for those who manage them."""
        # It reaches over fields and dialogs: what is asked in one is answered first.
        if isinstance(self.screen, Place) and self.screen.where != "staff":
            await self.open("staff")

    async def action_house(self) -> None:
        """Ctrl+U: the house itself."""
        # As Ctrl+W it reaches over dialogs.
        if isinstance(self.screen, Place):
            await self.go("house")

    def action_help(self) -> None:
        """F1: this screen and its keys."""
        from yiyang_tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.screen))

    def action_keys(self) -> None:
        """F11: all keys."""
        from yiyang_tui.screens.keys import KeysScreen

        self.push_screen(KeysScreen())

    def action_palette(self) -> None:
        """Ctrl+P: everything that can be done now."""
        from yiyang_tui.screens.palette import Palette

        self.push_screen(Palette(self.screen))

    def action_undo(self) -> None:
        """Take back the last act of the person signed in; again, then the one before."""
        screen: Any = self.screen
        assert self.session is not None
        acts = self.session.acts
        act = acts.pop()

        def undone(_result: object) -> None:
            screen.say(act.undone or t("said.undone", what=act.what), "saved")
            screen.load()
            self.sync_looked()

        def refused(error: "YiyangError") -> None:
            # The act before it must not be taken back in its place.
            acts.clear()
            screen.say(words.sentence(error), "urgent")

        screen.run_care(act.undo, then=undone, failed=refused)

    def action_theme(self) -> None:
        """F12: the next look."""
        self.theme = THEMES[(THEMES.index(self.theme) + 1) % len(THEMES)]
        kept.remember(self.settings_file, theme=self.theme)
        screen: Any = self.screen
        screen.say(t("said.theme", name=t(f"theme.{self.theme}")))

    async def action_language(self) -> None:
        """Ctrl+L: the other language, on every screen that is open, with what is typed left in place."""
        from yiyang_tui.fields import relabel

        words.use(words.LANGUAGES[(words.LANGUAGES.index(words.language()) + 1) % len(words.LANGUAGES)])
        kept.remember(self.settings_file, lang=words.language())
        self.title = t("app.name")
        for screen in dict.fromkeys([*self.installed_places(), *self.screen_stack]):
            if screen.is_mounted:
                await relabel(screen)
        if self.carrier is not None:
            self._carried(self.carrier.state)
        front: Any = self.screen
        front.say(t("said.language"))

    async def action_quit(self) -> None:
        """Ctrl+Q: ask, close the record, go."""
        from yiyang_tui.screens.dialogs import Ask

        if self.session is None:
            self.exit()
            return
        self.push_screen(Ask(t("quit.ask"), t("quit.more")), lambda yes: self.exit() if yes else None)

    def action_help_quit(self) -> None:
        """Ctrl+C copies in fields and does nothing else."""

    def watch_theme(self, theme: str) -> None:
        """Widgets that draw their own lines take the new colours, too."""
        self.set_class(theme in (PLAIN, "yiyang-16"), "-few-colours")
        if self.is_running:
            for widget in self.screen.walk_children():
                widget.refresh()

    async def on_unmount(self) -> None:
        """The record is closed whatever led here."""
        if self.carrier is not None:
            self.carrier.close()
        if self.chores is not None:
            self.chores.close()
        if self.session is not None:
            self.session.close()


def make_app(
    vault: Path,
    lang: str = "zh",
    theme: str = PLAIN,
    *,
    start: str = "today",
    places: Mapping[str, str] = PLACES,
    settings: Path | None = None,
    steady: Callable[[], float] = steady,
) -> YiyangApp:
    """The application on the record at ``vault``, for the command line and for tests alike.

    ``start`` is the place shown first, ``places`` maps place ids to ``module:Class``, ``settings`` is a file.
    ``steady`` tells the seconds after which an untouched screen locks.
    """
    words.use(lang)
    app = YiyangApp(vault, theme, start, places, settings or kept.settings_path())
    app.steady = steady
    return app
