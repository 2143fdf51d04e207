"""Who is at the laptop, and on which record: handed to screens, kept nowhere else."""

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from care.staff import StaffView
    from db.store import Store

UNDO_S: Final = 600
"""For ten minutes an act can be taken back, by a row that supersedes it."""

UNDOABLE: Final = 50
"""So many acts are remembered: a key held down too long records several."""


@dataclass(frozen=True, slots=True)
class LastAct:
    """An act that was saved: in words, when, the blocking function that takes it back, what to say once it is.

    With no ``undone`` it is said to be taken back, and no more.
    """

    what: str
    at: int
    undo: Callable[[], object]
    undone: str = ""


@dataclass(slots=True)
class Session:
    """The open record and the signed-in person.

    ``now`` gives seconds UTC by the record's clock. ``sync_line`` is shown as it is, its parts two blanks apart.
    ``acts``: what Ctrl+Z can take back, the newest last. ``closing``: set before the record is closed, for whatever
    takes long beside the work. ``torn``: when the power went, an act was half written. ``damaged``: how many pages of
    the file are broken, ``None`` until it was looked at.
    """

    store: "Store"
    staff: "StaffView"
    pair_name: str
    now: Callable[[], int]
    sync_line: str = ""
    acts: deque[LastAct] = field(default_factory=lambda: deque(maxlen=UNDOABLE))
    closing: threading.Event = field(default_factory=threading.Event)
    torn: bool = False
    damaged: int | None = None

    @property
    def shift(self) -> str:
        """The shift that is on now, in words: ``夜班 20:00-08:00``."""
        from care.shifts import shift

        now = shift(self.now())
        return t("app.shift", name=now.zh if language() == "zh" else now.en, start=now.start, end=now.end)

    def may(self, right: str) -> bool:
        """Whether the role of whoever is signed in has a right; what is written is looked at again where it is kept."""
        from care.roles import rights_of

        return right in rights_of(self.staff.role)

    @property
    def last_act(self) -> LastAct | None:
        """What Ctrl+Z takes back next."""
        return self.acts[-1] if self.acts else None

    def acted(self, what: str, undo: Callable[[], object], undone: str = "") -> None:
        """Remember the act just saved, so that Ctrl+Z can take it back, and again the one before."""
        self.acts.append(LastAct(what, self.now(), undo, undone))

    def close(self) -> None:
        """End of the day: what is unsealed is sealed and posted, so that it can travel while the record is closed."""
        from db.errors import YiyangError
        from sync.session import settle

        if not self.store.read_only:
            # A full disk, say: nothing is lost, the journal keeps it and the next start seals it.
            with contextlib.suppress(YiyangError):
                settle(self.store)
        self.store.close()

    def become(self, staff: "StaffView") -> None:
        """Somebody else is at the laptop: they cannot undo another's act."""
        if staff.id != self.staff.id:
            self.acts.clear()
        self.staff = staff


def open_session(path: str, number: str, passphrase: str) -> Session:
    """Open the record and find who signed in. Blocks for the key derivation; run it in a thread.

    Raises what ``db.vault.open_vault`` raises, ``UnknownStaff`` and ``ClosedStaff``.
    """
    from pathlib import Path

    from care import staff as people
    from care.audit import note_down
    from care.vault_users import drop_closed
    from db.errors import YiyangError
    from db.log import log_state
    from db.vault import open_vault
    from yiyang_tui.errors import ClosedStaff, UnknownStaff

    # To open it is to clear it away.
    torn = log_state(Path(path)).torn
    store = open_vault(Path(path), number, passphrase)
    try:
        # Whoever left, as a sync may have told; on a full disk at the next opening.
        with contextlib.suppress(YiyangError):
            drop_closed(store)
        found = people.by_number(store, number)
        if found is None:
            raise UnknownStaff(number=number)
        if found.closed:
            raise ClosedStaff(number=number)
        note_down(store, found.id, "signed_in", how="screen")
        return Session(store, found, _pair_name(store), store.now, torn=torn)
    except BaseException:
        store.close()
        raise


def _pair_name(store: "Store") -> str:
    from sqlmodel import col, select

    from db.tables import Pair

    with store.reading() as conn:
        return conn.execute(select(col(Pair.name)).order_by(col(Pair.id)).limit(1)).scalar() or ""
