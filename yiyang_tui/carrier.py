"""Sync beside the work: nothing waits for it, and one quiet line says where things stand.

Everything blocking happens in threads. What was found goes to the application as ``Carrying``; screens draw it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from yiyang_tui.words import plural, t, times

if TYPE_CHECKING:
    from db.errors import YiyangError
    from sync.standing import Standing
    from yiyang_tui.session import Session

LOOK_S = 10
"""How often the line is brought up to date."""
EVERY_S = 300
"""How often a laptop that has a county asks it, seconds; less those that somebody starts by hand."""


@dataclass(frozen=True, slots=True)
class Carrying:
    """How far the exchange under way has come (bytes), and what came of the last one: ``ended`` or ``failed``."""

    running: bool = False
    done: int = 0
    total: int = 0
    began: float = 0.0
    ended: bool = False
    failed: "YiyangError | None" = None
    sent: int = 0
    received: int = 0
    standing: "Standing | None" = None

    @property
    def left_s(self) -> int | None:
        """Seconds that the rest will take at the pace so far; ``None`` while that is not known."""
        if not self.running or not self.done or not self.total:
            return None
        return round((time.monotonic() - self.began) / self.done * (self.total - self.done))


class Carrier:
    """The one sync of this program. ``changed`` is called on the application's own thread."""

    def __init__(self, app: Any, session: "Session", changed: Callable[[Carrying], None]) -> None:
        self._app = app
        self._session = session
        self._changed = changed
        self.state = Carrying()

    def start(self) -> None:
        """Take in what came while the record was closed, look, and go on by the clock."""
        self._app.run_worker(self._take_in, thread=True, group="carrier", exit_on_error=False)
        self._app.set_interval(LOOK_S, self.look)
        self._app.set_interval(EVERY_S, self.go)

    def look(self) -> None:
        """Count anew where the record stands."""
        self._app.run_worker(self._look, thread=True, group="carrier-look", exclusive=True, exit_on_error=False)

    def go(self) -> bool:
        """Begin an exchange; false if one is under way or there is no county."""
        standing = self.state.standing
        if self.state.running or standing is None or not standing.enrolled:
            return False
        self._set(replace(self.state, running=True, done=0, total=0, began=time.monotonic(), ended=False, failed=None))
        self._app.run_worker(self._sync, thread=True, group="carrier", exit_on_error=False)
        return True

    # --- in threads -----------------------------------------------------------------------------

    def _take_in(self) -> None:
        from sync.inbox import take_in
        from sync.link import Folder

        store = self._session.store
        self._quietly(lambda: take_in(store, Folder(store.path)))
        self._look()
        self._app.call_from_thread(self.go)

    def _look(self) -> None:
        from sync.standing import standing

        found = self._quietly(lambda: standing(self._session.store))
        if found is not None:
            self._app.call_from_thread(lambda: self._set(replace(self.state, standing=found)))

    def _sync(self) -> None:
        from db.errors import YiyangError
        from sync import session
        from sync.link import Folder
        from sync.turns import my_turn

        store = self._session.store
        try:
            with my_turn(Folder(store.path)):
                synced = session.sync(store, self._progress)
            self._end(ended=True, sent=synced.outcome.sent, received=synced.arrived.batches)
        except YiyangError as error:
            self._end(failed=error)
        self._look()

    def _end(self, **how: Any) -> None:
        self._app.call_from_thread(lambda: self._set(replace(self.state, running=False, **how)))

    def _progress(self, done: int, total: int) -> None:
        self._app.call_from_thread(lambda: self._set(replace(self.state, done=done, total=total)))

    def _quietly(self, act: Callable[[], Any]) -> Any:
        """Do it; what is refused here is told by the screens that ask for the same."""
        from db.errors import YiyangError

        try:
            return act()
        except YiyangError:
            return None

    def _set(self, state: Carrying) -> None:
        self.state = state
        self._changed(state)


def line(state: Carrying, now: int) -> str:
    """The sync line of every screen, in honest words."""
    standing = state.standing
    if standing is None:
        return ""
    if not standing.enrolled:
        return plural("syncline.alone", standing.total)
    parts = [
        plural("syncline.unsent", standing.unsent) if standing.unsent else t("syncline.all_sent"),
        t("syncline.county_has", have=standing.at_county, total=standing.total),
    ]
    if state.running:
        parts.append(t("syncline.running"))
    elif standing.last is not None:
        when = times.moment(standing.last.at, now)
        parts.append(t("syncline.last", when=when))
        if standing.last.outcome != "done":
            known = f"syncline.why.{standing.last.outcome}"
            parts.append(t(known) if known in WHY else t("syncline.failed"))
    if standing.contested:
        parts.append(plural("syncline.contested", standing.contested))
    if standing.refused:
        parts.append(plural("syncline.refused", len(standing.refused)))
    return "  ".join(parts)


WHY = ("syncline.why.county_unreachable", "syncline.why.county_refused", "syncline.why.county_lies")
