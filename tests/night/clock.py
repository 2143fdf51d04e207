"""The clock of the story: the machine's, put where the story is, and forward as the night goes on.

It lies in a file of eight bytes, so that a program that runs sees it move. Only a process of ``tests.night.program``
goes by it.
"""

import struct
import time
from datetime import datetime
from pathlib import Path

from db.clock import LOCAL

_SECONDS = struct.Struct("<q")
_real = time.time


class NightClock:
    """How far the story is from the machine's clock, in seconds, in the file at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> int:
        """Seconds that the story is ahead of the machine."""
        ahead: int = _SECONDS.unpack(self.path.read_bytes())[0]
        return ahead

    def now(self) -> int:
        """What time it is in the story, seconds UTC."""
        return int(_real()) + self.read()

    def set(self, said: str) -> None:
        """Make it ``2026-11-21 20:00`` of the house."""
        wanted = int(datetime.strptime(said, "%Y-%m-%d %H:%M").replace(tzinfo=LOCAL).timestamp())
        fresh = self.path.with_suffix(".new")
        fresh.write_bytes(_SECONDS.pack(wanted - int(_real())))
        fresh.replace(self.path)  # no reader meets half of it
