"""Half-typed forms outlive a power cut: their values are kept in the record while they are typed."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from textual.timer import Timer

from yiyang_tui.fields import Value
from yiyang_tui.screens.base import Sheet
from yiyang_tui.session import Session
from yiyang_tui.words import sentence

if TYPE_CHECKING:
    from db.errors import YiyangError

PAUSE_S: Final = 0.3
"""A draft is written when typing has stopped for this long, and at every Enter."""


class Draft:
    """The draft of one form under one key, for example ``round:<person id>``.

    One write runs at a time and the newest wins, so a slow disk cannot put an older text over a newer one, and
    ``forget`` cannot be undone by a write that was still under way.
    """

    def __init__(self, sheet: Sheet[None], session: Session, key: str) -> None:
        self._sheet, self._session, self.key = sheet, session, key
        # Whoever began to type: somebody else may be at the laptop when the last letters are written.
        self.staff = session.staff.id
        sheet.half_typed.append(self)
        self._timer: Timer | None = None
        self._wanted: Mapping[str, Value] | None = None
        self._waiting = self._busy = False
        self._idle = asyncio.Event()
        self._idle.set()

    def restore(self, then: Callable[[Mapping[str, Value] | None], None]) -> None:
        """Fetch what was half typed, if anything, and hand it over."""
        self._sheet.run_care(self._session.store.draft, self.key, self.staff, then=then, group=f"draft:{self.key}")

    def touch(self, values: Mapping[str, Value]) -> None:
        """Something was typed: keep it once typing pauses."""
        self._wanted, self._waiting = dict(values), True
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._sheet.set_timer(PAUSE_S, self._write)

    def flush(self, values: Mapping[str, Value]) -> None:
        """Enter was pressed: keep it now."""
        self._wanted, self._waiting = dict(values), True
        self._write()

    def forget(self) -> None:
        """The form was saved for good, or thrown away."""
        self._wanted, self._waiting = None, True
        self._write()

    async def settled(self) -> None:
        """Write what waits, until nothing does. Await it in the application's own messages before the screen goes."""
        if self._timer is not None:
            self._write()
        await self._idle.wait()

    def _write(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._busy:
            return
        if not self._waiting:
            self._idle.set()
            return
        self._busy, self._waiting = True, False
        self._idle.clear()
        store, staff, wanted = self._session.store, self.staff, self._wanted
        if store.read_only:
            # Nothing is kept there, and each pause in typing need not say so: saving will.
            self._written(None)
            return
        group = f"draft:{self.key}"
        if wanted is None:
            self._sheet.run_care(
                store.drop_draft, self.key, staff, then=self._written, failed=self._failed, group=group
            )
        else:
            self._sheet.run_care(
                store.save_draft, self.key, staff, dict(wanted), then=self._written, failed=self._failed, group=group
            )

    def _written(self, _result: None) -> None:
        self._busy = False
        self._write()

    def _failed(self, error: "YiyangError") -> None:
        self._busy = False
        self._idle.set()
        self._sheet.say(sentence(error), "urgent")
