"""Sharing nearby beside the work: on for a while, off by itself, when the screen is locked, when the record is closed.

The server runs in threads that the program never waits for; each use of the record goes through the gate, which is
shut before the record is closed.
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from db.store import Store
    from sync.nearby.peer_answer import Visit
    from sync.nearby.peer_serve import Shared
    from sync.session import Gate

MINUTES: Final = 30


@dataclass(frozen=True, slots=True)
class Sharing:
    """How sharing stands. ``starting`` until others can come; ``name`` is empty where the network carries none.

    ``refused``: it did not begin, because the system lets nobody wait. ``until``: seconds UTC.
    """

    starting: bool = False
    on: bool = False
    refused: bool = False
    name: str = ""
    addresses: tuple[str, ...] = ()
    until: int = 0
    visits: int = 0
    given: int = 0
    brought: int = 0


OFF: Final = Sharing()


class Sharer:
    """The one sharing of this program. ``changed`` is called in its threads."""

    def __init__(self, store: "Store", gate: "Gate", changed: Callable[[Sharing], None]) -> None:
        self._store = store
        self._gate = gate
        self._changed = changed
        self._end: threading.Event | None = None
        self._state = OFF

    def start(self, *, port: int = 8445, minutes: int = MINUTES) -> None:
        """Begin, if it is not on already."""
        if self._end is None:
            self._end = threading.Event()
            self._set(Sharing(starting=True))
            work = threading.Thread(target=self._share, args=(self._end, port, minutes), daemon=True, name="sharer")
            work.start()

    def stop(self) -> None:
        """End it; whoever is being answered is answered."""
        if self._end is not None:
            self._end.set()
            self._end = None

    def _share(self, end: threading.Event, port: int, minutes: int) -> None:
        from db.identity import short
        from sync.link import Folder
        from sync.nearby.discovery import announced
        from sync.nearby.peer import listed_in

        store = self._store
        link = Folder(store.path).link()
        listed = listed_in(link, link.device_id)
        name = listed.name if listed else short(link.device_id)
        refused = False
        try:
            with ExitStack() as around:
                shared = self._open(around, port)
                self._set(replace(self._state, addresses=shared.addresses, until=store.now() + minutes * 60))
                hosts = [address.rpartition(":")[0] for address in shared.addresses]
                heard = around.enter_context(announced(store.pair_id, name, shared.port, hosts))
                self._set(replace(self._state, starting=False, on=True, name=name if heard else ""))
                end.wait(minutes * 60)
        except OSError:
            refused = True
        finally:
            if self._end is end:
                self._end = None
            self._set(Sharing(refused=refused))

    def _open(self, around: ExitStack, port: int) -> "Shared":
        """Wait at that port, or at any other if a program has it: the address is shown."""
        from sync.nearby.peer_serve import sharing

        for each in (port, 0):
            with suppress(OSError):
                return around.enter_context(sharing(self._store, port=each, gate=self._gate, told=self._visited))
        raise OSError("no port to wait at")

    def _visited(self, visit: "Visit") -> None:
        state = self._state
        self._set(
            replace(
                state, visits=state.visits + 1, given=state.given + visit.given, brought=state.brought + visit.brought
            )
        )

    def _set(self, state: Sharing) -> None:
        self._state = state
        # The program may be ending: nobody is left to be told.
        with suppress(RuntimeError):
            self._changed(state)
