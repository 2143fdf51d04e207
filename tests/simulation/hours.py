"""Simulated time: one true time for the whole world, and clocks that are wrong by as much as the story says."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

BEGIN = 1_800_000_000  # after every build of the program


class Hours:
    """``now`` is the true time, seconds UTC. ``wrong`` is by how much each party's clock differs from it."""

    def __init__(self) -> None:
        self.now = float(BEGIN)
        self.wrong: dict[str, float] = {}
        self.party = ""

    def wall(self, party: str) -> float:
        """What the clock of a laptop or of the county shows. No clock shows a time before 1970."""
        return max(0.0, self.now + self.wrong.get(party, 0.0))

    def steady(self) -> float:
        """Seconds that no setting of a clock moves."""
        return self.now - BEGIN

    def pass_(self, seconds: float) -> None:
        """Time goes by."""
        self.now += seconds

    @contextmanager
    def at(self, party: str) -> Iterator[None]:
        """What runs inside runs on this party's machine."""
        before, self.party = self.party, party
        try:
            yield
        finally:
            self.party = before

    @contextmanager
    def kept(self) -> Iterator[None]:
        """The program asks us what time it is."""
        with (
            patch("time.time", lambda: self.wall(self.party)),
            patch("time.monotonic", self.steady),
            patch("time.sleep", self.pass_),
            # Files of a transfer under way have the times of the real disk, which are not those of this world.
            patch("sync.wire.carry_kept._fresh", Path.exists),
        ):
            yield
