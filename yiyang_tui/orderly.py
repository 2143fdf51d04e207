"""Keys are done one after the other.

Textual forwards each key at once to the field that has the focus *then*. Enter moves the focus a few messages later, so
of ``156``, Enter, ``92`` typed into a laptop that is busy, the ``92`` could land behind the ``156``: a wrong
value in somebody's record. Here the next key waits until all that the last one set off has come to rest.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

ROUNDS: Final = 3
"""A key goes up from the field to the application, the act comes back down and its messages go up, theirs once more."""

PATIENCE_S: Final = 2.0
"""A screen that closed under the key cannot report: after so long the next key goes on regardless."""


class OrderlyApp(App[None]):
    """An application that never puts a key where the cursor is no longer."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste] = deque()

    async def on_event(self, event: events.Event) -> None:
        """Queue what is typed; everything else as usual."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self._typed.append(event)
        if len(self._typed) == 1:
            await self._forward()
        else:
            self.set_timer(PATIENCE_S, lambda first=self._typed[0]: self._rested(first))

    async def _forward(self) -> None:
        event = self._typed[0]
        target: Any = self.focused or self.screen
        way = [*target.ancestors_with_self] * ROUNDS
        await super().on_event(event)
        await self._walk(event, way, 0)

    async def _walk(self, event: events.Event, way: Sequence[MessagePump], at: int) -> None:
        """Go through the queues the key's messages go through, always behind them; the last is the application's."""
        for step in range(at, len(way)):
            if way[step].call_later(self._walk, event, way, step + 1):
                return
        await self._rested(event)

    async def _rested(self, event: events.Event) -> None:
        if self._typed and self._typed[0] is event:
            self._typed.popleft()
            if self._typed:
                await self._forward()
