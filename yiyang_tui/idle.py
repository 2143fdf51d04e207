"""Nobody is at the keyboard: after some minutes the screen locks, and what was half typed waits under the lock."""

import time
from collections.abc import Callable
from typing import Final

from textual import events
from textual.app import App
from textual.timer import Timer

LOOK_S: Final = 5
"""How often the time is looked at."""
_TOUCHES = (events.Key, events.Paste, events.MouseDown)


def steady() -> float:
    """Seconds that go on while the laptop sleeps: whoever opens the lid after an hour finds it locked."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class IdleApp(App[None]):
    """An application that notices when nobody touches it. ``steady`` tells seconds that never jump."""

    steady: Callable[[], float]

    def __init__(self) -> None:
        super().__init__()
        self.steady = steady
        self._touched = 0.0
        self._limit_s = 0.0
        self._idle_timer: Timer | None = None

    def watch_idle(self, limit_s: float) -> None:
        """From now on ``went_idle`` is called after so long without a key."""
        self._limit_s, self._touched = limit_s, self.steady()
        if self._idle_timer is None:
            self._idle_timer = self.set_interval(LOOK_S, self.look_idle)

    def look_idle(self) -> None:
        """Look whether the time is up."""
        if self._is_idle():
            self._touched = self.steady()
            self.went_idle()

    def went_idle(self) -> None:
        """Nobody touched it for so long. Override."""

    def _is_idle(self) -> bool:
        return self._limit_s > 0 and self.steady() - self._touched >= self._limit_s

    async def on_event(self, event: events.Event) -> None:
        """A key that comes after the time was up, as from a lid just opened, only shows the lock."""
        if isinstance(event, _TOUCHES) and not event.is_forwarded:
            if self._is_idle():
                self.look_idle()
                return
            self._touched = self.steady()
        await super().on_event(event)
