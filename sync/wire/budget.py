"""How much an exchange may cost: bytes for who pays by volume, seconds for who has the line for an hour.

What was carried counts. The next exchange goes on where this one stopped, in the middle of a message too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

HEADS_BYTES = 1000
"""What a request costs beside its bodies, about: the heads of both sides, and what lies below HTTP."""
LEAST_PART = 1024
"""Not worth a request of its own."""


class Spent(Exception):
    """The budget of ``what`` (``bytes``, ``seconds``) is used up."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(slots=True)
class Budget:
    """``most_bytes`` both ways together and ``most_seconds``, ``None`` for no bound; ``steady`` tells seconds."""

    steady: Callable[[], float]
    most_bytes: int | None = None
    most_seconds: float | None = None
    spent: int = 0
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.steady()

    def spend(self, octets: int) -> None:
        """Count what went over the line."""
        self.spent += octets

    def check(self) -> None:
        """Raise ``Spent`` when nothing is left."""
        if self.most_bytes is not None and self.spent >= self.most_bytes:
            raise Spent("bytes")
        self.check_time()

    def check_time(self) -> None:
        """Raise ``Spent`` when the time is over: for what had its bytes measured out before it began."""
        if self.most_seconds is not None and self.seconds_left() <= 0:
            raise Spent("seconds")

    def bytes_left(self, wanted: int) -> int:
        """So much of ``wanted`` may still be carried by one more request."""
        if self.most_bytes is None:
            return wanted
        return max(0, min(wanted, self.most_bytes - self.spent - HEADS_BYTES))

    def seconds_left(self) -> float:
        """Seconds until the time is over."""
        if self.most_seconds is None:
            return float("inf")
        return self.began + self.most_seconds - self.steady()
