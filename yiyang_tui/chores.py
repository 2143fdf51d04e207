"""What the open application does beside the work: one row of ``CHORES`` each.

They begin some seconds after the first screen is painted, one after the other, in a thread that the program never
waits for long: a chore that takes more than a moment looks at ``session.closing``. When each was last done is kept
beside the record (``chore_log``), so that two programs on one record do each of them once.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from yiyang_tui.away import away, post
from yiyang_tui.chore_log import NOTHING, Kept, alone, note_done, note_failed, read
from yiyang_tui.words import t

if TYPE_CHECKING:
    from yiyang_tui.session import Session

FIRST_S: Final = 20
"""Start-up is sacred: nobody waits for a chore in the first seconds."""
LOOK_S: Final = 60
RETRY_S: Final = 15 * 60
"""After a chore failed it is tried again after this time, or when it is due anyway."""
CLOSE_S: Final = 3.0
"""Closing waits so long for the chore under way; what is left then is in the state a power cut would leave."""


@dataclass(frozen=True, slots=True)
class ChoreDone:
    """What came of a chore. ``facts`` are remembered and shown; they hold neither names nor secrets.

    ``warn``: what every screen must say, the sentence ``syncline.<warn>`` with these facts.
    """

    facts: dict[str, str | int] = field(default_factory=dict)
    warn: str = ""


@dataclass(frozen=True, slots=True)
class Chore:
    """One of them: ``run`` blocks and may raise a ``YiyangError``. ``urgent``: its failure stands on every screen.

    The words ``chore.<id>`` name it where it failed. ``every_s`` 0: only when somebody asks for it.
    """

    id: str
    every_s: int
    run: "Callable[[Session], ChoreDone]"
    urgent: bool = False


def _seal(session: "Session") -> ChoreDone:
    """What was written in the last hour cannot be rewritten any more: it lies in a signed batch, enrolled or not."""
    from sync.session import settle

    settle(session.store)
    return ChoreDone()


def _watch_room(session: "Session") -> ChoreDone:
    from yiyang_tui.keeping import watch_room

    return watch_room(session)


def _back_up(session: "Session") -> ChoreDone:
    from yiyang_tui.keeping import back_up

    return back_up(session)


def _to_stick(session: "Session") -> ChoreDone:
    from yiyang_tui.keeping import to_stick

    return to_stick(session)


def _pack(session: "Session") -> ChoreDone:
    from yiyang_tui.pack.hourly import hourly

    return hourly(session)


def _verify(session: "Session") -> ChoreDone:
    from yiyang_tui.keeping import verify

    return verify(session)


CHORES: Final[tuple[Chore, ...]] = (
    Chore("room", 300, _watch_room),
    Chore("seal", 3600, _seal),
    # Less than a day, so that a laptop that is opened each morning makes one each morning.
    Chore("backup", 20 * 3600, _back_up, urgent=True),
    Chore("stick", 600, _to_stick),
    # Of a long record it takes minutes of a weak processor: when somebody asks, on the day of their choice.
    Chore("audit", 0, _verify),
    Chore("pack", 3600, _pack),
)


def due(kept: Kept | None, every_s: int, now: int) -> bool:
    """Whether a chore is to be done now. A last time in the future was told by a wrong clock: it counts for nothing."""
    if not every_s:
        return False
    if kept is None:
        return True
    if 0 <= now - kept.failed_at < RETRY_S and kept.failed_at >= kept.done_at:
        return False
    return not 0 <= now - kept.done_at < every_s


class Chores:
    """The chores of this program on its open record. ``changed`` is called on the application's own thread."""

    def __init__(
        self, app: Any, session: "Session", changed: Callable[[], None], chores: tuple[Chore, ...] = CHORES
    ) -> None:
        self._app = app
        self._session = session
        self._changed = changed
        self._chores = chores
        self._asked: set[str] = set()
        self._free = threading.Event()
        self._free.set()
        self.running = ""
        self.kept: dict[str, Kept] = {}

    def start(self) -> None:
        """Tell what the log says; look what is due some seconds from now, and go on by the clock."""
        self.kept = read(self._session.store.path)
        if self.told():
            self._changed()
        self._app.set_timer(FIRST_S, self.look)
        self._app.set_interval(LOOK_S, self.look)

    def look(self) -> None:
        """Do what is due, unless something is being done; nothing on a record that is only read."""
        self._begin(by_clock=True)

    def do(self, id: str) -> None:
        """Do a chore now, due or not: somebody asked for it."""
        self._asked.add(id)
        self._begin(by_clock=False)

    def _begin(self, *, by_clock: bool) -> None:
        if self._free.is_set() and not self._session.closing.is_set() and not self._session.store.read_only:
            self._free.clear()
            self._app.run_worker(self._turn(by_clock), group="chores")

    def told(self) -> list[str]:
        """For the line of every screen, in words: what they warn of, and the urgent ones that failed."""
        known = [(chore, self.kept.get(chore.id, NOTHING)) for chore in self._chores]
        warned = [t(f"syncline.{kept.warn}", **kept.facts) for _, kept in known if kept.warn]
        failed = [
            t("syncline.chore_failed", what=t(f"chore.{one.id}")) for one, kept in known if one.urgent and kept.code
        ]
        return warned + failed

    def close(self) -> None:
        """Ask the chore under way to stop and give it a moment."""
        self._session.closing.set()
        self._free.wait(CLOSE_S)

    async def _turn(self, by_clock: bool) -> None:
        loop = asyncio.get_running_loop()
        await away(lambda: self._work(loop, by_clock), "chores")
        if not self._session.closing.is_set():
            self._changed()
            if self._asked:
                self._begin(by_clock=False)

    # --- in the thread --------------------------------------------------------------------------

    def _work(self, loop: asyncio.AbstractEventLoop, by_clock: bool) -> None:
        from db.errors import YiyangError
        from db.lock import Taken

        vault = self._session.store.path
        asked, self._asked = self._asked, set()
        try:
            # Another program does them: its log tells when. No room for a lock file: nothing to be done about it here.
            with suppress(Taken, YiyangError), alone(vault):
                self.kept = read(vault)
                for chore in self._chores:
                    wanted = by_clock and due(self.kept.get(chore.id), chore.every_s, self._session.now())
                    if (wanted or chore.id in asked) and not self._session.closing.is_set():
                        self.running = chore.id
                        post(loop, self._changed)
                        self._one(chore)
        finally:
            self.running = ""
            self._free.set()

    def _one(self, chore: Chore) -> None:
        from db.errors import YiyangError

        vault, now = self._session.store.path, self._session.now
        try:
            done = chore.run(self._session)
            self.kept[chore.id] = note_done(vault, chore.id, now(), done.facts, done.warn)
        except YiyangError as error:
            if not self._session.closing.is_set():
                self.kept[chore.id] = note_failed(vault, chore.id, now(), error)
