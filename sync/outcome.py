"""What came of one exchange."""

from dataclasses import dataclass, field, replace

from sync.receipt import Receipt


@dataclass(slots=True)
class Outcome:
    """What one exchange did.

    ``lacking``: batches the county lacks whose sealed copy only the opened vault can make. ``more``: the county has
    more for us than the inbox should hold. ``stopped``: which budget (``bytes``, ``seconds``) ended it before its end,
    with about ``left`` bytes still to carry.
    """

    sent: int = 0
    received: int = 0
    refused: list[tuple[bytes, str]] = field(default_factory=list)
    bytes_up: int = 0
    bytes_down: int = 0
    requests: int = 0
    receipt: Receipt | None = None
    lacking: int = 0
    more: bool = False
    stopped: str = ""
    left: int = 0

    def then(self, next_: "Outcome") -> "Outcome":
        """This exchange and the one after it, as one."""
        return replace(
            next_,
            sent=self.sent + next_.sent,
            received=self.received + next_.received,
            bytes_up=self.bytes_up + next_.bytes_up,
            bytes_down=self.bytes_down + next_.bytes_down,
            requests=self.requests + next_.requests,
            receipt=next_.receipt or self.receipt,
        )
