"""Sync beside the work: nothing waits for it, and one quiet line says where things stand.

What blocks happens in threads that the program never waits for when it ends: a county may take half a minute not to
answer. They touch the record only inside a gate, which is shut before the record is closed; what was under way then is
in the state a power cut would leave, and the next sync goes on from there. What was found goes to the application as
``Carrying``; screens draw it.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from yiyang_tui.away import away, post
from yiyang_tui.sharer import OFF, Sharer, Sharing

if TYPE_CHECKING:
    from db.errors import YiyangError
    from db.store import Store
    from sync.proof.standing import Standing
    from sync.session import Synced
    from yiyang_tui.session import Session

LOOK_S = 10
"""How often the line is brought up to date, and what another program put into the inbox is taken in."""
EVERY_S = 300
"""How often a laptop that has a county asks it, seconds; less those that somebody starts by hand."""

Found = TypeVar("Found")
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Carrying:
    """How far the exchange under way has come (bytes), and what came of the last one: ``ended`` or ``failed``.

    ``trouble``: why it cannot be told where the record stands. ``sharing``: with laptops in the same room.
    """

    running: bool = False
    done: int = 0
    total: int = 0
    began: float = 0.0
    ended: bool = False
    failed: "YiyangError | None" = None
    sent: int = 0
    received: int = 0
    standing: "Standing | None" = None
    trouble: "YiyangError | None" = None
    sharing: Sharing = OFF

    @property
    def left_s(self) -> int | None:
        """Seconds that the rest will take at the pace so far; ``None`` while that is not known."""
        if not self.running or not self.done or not self.total:
            return None
        return round((time.monotonic() - self.began) / self.done * (self.total - self.done))


class Closed(Exception):
    """The record is being closed: nothing may use it any more."""


class Carrier:
    """The one sync of this program. ``changed`` is called on the application's own thread, never after ``close``."""

    def __init__(self, app: Any, session: "Session", changed: Callable[[Carrying], None]) -> None:
        self._app = app
        self._session = session
        self._changed = changed
        self._record = threading.Lock()
        self._inbox_free = asyncio.Lock()
        self._closed = self._looking = self._stale = self._again = False
        self._waiting: tuple[bytes, ...] = ()
        self._sharer: Sharer | None = None
        self.state = Carrying()

    @property
    def store(self) -> "Store":
        """The open record."""
        return self._session.store

    def start(self) -> None:
        """Take in what came while the record was closed, look, sync, and go on by the clock."""
        self._app.run_worker(self._begin(), group="carrier")
        if self.store.read_only:
            return
        self._app.set_interval(LOOK_S, self.look)
        self._app.set_interval(EVERY_S, self.go)

    def look(self) -> None:
        """Count anew where the record stands. Asked for again meanwhile, it is counted once more, not twice at once."""
        self._stale = True
        if not self._looking:
            self._looking = True
            self._app.run_worker(self._keep_looking(), group="carrier")

    def go(self, *, urgent: bool = False) -> bool:
        """Begin an exchange; false if one is under way or there is no county.

        ``urgent``: something was recorded that the county must know now; an exchange under way is followed by another.
        """
        standing = self.state.standing
        if standing is None or not standing.enrolled or self.store.read_only:
            return False
        if self.state.running:
            self._again = self._again or urgent
            return False
        self._set(replace(self.state, running=True, done=0, total=0, began=time.monotonic(), ended=False, failed=None))
        self._app.run_worker(self._sync(), group="carrier")
        return True

    def rest(self) -> None:
        """The screen is locked: seal what was recorded, so that nobody can rewrite it and a timer can carry it."""
        self.unshare()
        if not self.store.read_only:
            self._app.run_worker(self._seal(), group="carrier")

    async def join(self, url: str, code: str) -> str:
        """Enrol with the county at ``url``, then begin the first exchange. Returns its name; raises as ``enrol``."""
        name = await self._away(lambda: self._enrol(url, code))
        await self._look()
        self.go()
        return name

    async def with_record(self, act: "Callable[[Store, Callable[[], Any], Told], Found]", told: Told) -> Found:
        """Do something long with the record in a thread, as the one sync of it; then look where it stands.

        ``act`` gets the record, the gate around each of its uses, and what to tell its progress to. Raises as ``act``,
        and ``SyncBusy``.
        """
        loop, context = asyncio.get_running_loop(), copy_context()

        def step(done: int, total: int) -> None:
            post(loop, lambda: context.run(told, done, total))

        async with self._inbox_free:
            found = await self._away(lambda: self._own_turn(act, step))
        await self._look()
        return found

    def share(self) -> None:
        """Let other laptops of the pair in the same room sync with this one, for a while."""
        if self._sharer is None:
            loop, context = asyncio.get_running_loop(), copy_context()

            def changed(sharing: Sharing) -> None:
                post(loop, lambda: context.run(self._shared, sharing))

            self._sharer = Sharer(self.store, self._gate, changed)
        self._sharer.start()

    def unshare(self) -> None:
        """No more of it."""
        if self._sharer is not None:
            self._sharer.stop()

    def close(self) -> None:
        """Wait until nobody uses the record, and let nobody use it any more. Waits for no network."""
        self.unshare()
        self._closed = True
        with self._record:
            return

    # --- on the application's own thread --------------------------------------------------------

    async def _begin(self) -> None:
        await self._look()
        self.go()

    async def _keep_looking(self) -> None:
        try:
            while self._stale:
                self._stale = False
                await self._look()
        finally:
            self._looking = False

    async def _look(self) -> None:
        from db.errors import YiyangError

        try:
            if self._inbox_free.locked():
                found = await self._away(self._stand)
            else:
                async with self._inbox_free:
                    if not self.store.read_only:
                        await self._away(self._take_in)
                    found = await self._away(self._stand)
            self._set(replace(self.state, standing=found, trouble=None))
        except YiyangError as error:
            self._set(replace(self.state, trouble=error))

    async def _sync(self) -> None:
        from db.errors import YiyangError

        loop, context = asyncio.get_running_loop(), copy_context()

        def told(done: int, total: int) -> None:
            post(loop, lambda: context.run(self._progress, done, total))

        how: dict[str, Any] = {}
        try:
            async with self._inbox_free:
                synced = await self._away(lambda: self._exchange(told))
            how = {"ended": True, "sent": synced.outcome.sent, "received": synced.arrived.batches}
        except YiyangError as error:
            how = {"failed": error}
        finally:
            self.state = replace(self.state, running=False, **how)
        self._set(self.state)
        await self._look()
        if self._again:
            self._again = False
            self.go()

    async def _seal(self) -> None:
        from db.errors import YiyangError

        # A full disk, say: nothing is lost, the journal keeps it and the next sync seals it.
        with suppress(YiyangError):
            await self._away(self._settle)

    def _shared(self, sharing: Sharing) -> None:
        brought = sharing.brought > self.state.sharing.brought
        self._set(replace(self.state, sharing=sharing))
        if brought:
            self.look()

    def _progress(self, done: int, total: int) -> None:
        self._set(replace(self.state, done=done, total=total))

    def _set(self, state: Carrying) -> None:
        if not self._closed:
            self.state = state
            self._changed(state)

    async def _away(self, act: Callable[[], Found]) -> Found:
        return await away(act, "carrier")

    # --- in threads -----------------------------------------------------------------------------

    @contextmanager
    def _gate(self) -> Iterator[None]:
        with self._record:
            if self._closed:
                raise Closed
            yield

    def _take_in(self) -> None:
        """Merge what another program put into the inbox."""
        from db.disk import disk_errors
        from sync import parcel
        from sync.inbox import take_in
        from sync.link import Folder
        from sync.sticks.unbundle import bundles_of

        store = self._session.store
        folder = Folder(store.path)
        with disk_errors(store.path):
            # What waits for batches that have not come is not opened again for nothing.
            if tuple(parcel.names(folder.inbox)) != self._waiting or parcel.names(bundles_of(folder)):
                take_in(store, folder, gate=self._gate)
                self._waiting = tuple(parcel.names(folder.inbox))

    def _stand(self) -> "Standing":
        from db.disk import disk_errors
        from sync.proof.standing import standing

        with self._gate(), disk_errors(self._session.store.path):
            return standing(self._session.store)

    def _exchange(self, told: Told) -> "Synced":
        from db.disk import disk_errors
        from sync import session
        from sync.link import Folder
        from sync.turns import my_turn

        store = self._session.store
        with disk_errors(store.path), my_turn(Folder(store.path)):
            return session.sync(store, told, gate=self._gate)

    def _own_turn(self, act: "Callable[[Store, Callable[[], Any], Told], Found]", told: Told) -> Found:
        from db.disk import disk_errors
        from sync.link import Folder
        from sync.turns import my_turn

        with disk_errors(self.store.path), my_turn(Folder(self.store.path)):
            return act(self.store, self._gate, told)

    def _settle(self) -> None:
        from db.disk import disk_errors
        from sync import session

        store = self._session.store
        with self._gate(), disk_errors(store.path):
            session.settle(store)

    def _enrol(self, url: str, code: str) -> str:
        import platform

        from db.disk import disk_errors
        from sync.enrol import enrol

        session = self._session
        with disk_errors(session.store.path):
            link = enrol(session.store, url, code, pair_name=session.pair_name, laptop=platform.node()[:80] or "laptop")
        return link.county_name
