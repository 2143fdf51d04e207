"""How much of an exchange has been carried, both ways together, for whoever watches."""

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int], None]
"""Called with bytes carried so far and bytes to carry, as far as it is known."""


@dataclass(slots=True)
class Meter:
    """``done`` bytes of transfers that are over, ``here`` and ``all_here`` of the one under way, ``later`` still to go.

    Short messages are not counted: their time is the time of the way, and says nothing of what the line carries.
    """

    tell: Progress
    done: int = 0
    later: int = 0
    here: int = 0
    all_here: int = 0

    @property
    def left(self) -> int:
        """Bytes still to be carried, as far as it is known."""
        return self.all_here - self.here + self.later

    def expect(self, octets: int) -> None:
        """So much is still to come after the transfer under way."""
        self.later = octets
        self._tell()

    def moved(self, gone: int, all_gone: int, come: int, all_come: int) -> None:
        """So much of a request has gone, and of its answer has come; after a cut it may be less than was told."""
        self.here, self.all_here = gone + come, all_gone + all_come
        self._tell()

    def over(self) -> None:
        """The transfer under way has come to its end."""
        self.done += self.all_here
        self.here = self.all_here = 0

    def _tell(self) -> None:
        carried = self.done + self.here
        if carried + self.left:
            self.tell(carried, carried + self.left)
