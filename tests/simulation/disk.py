"""Durable steps, and power that fails right before one of them: what comes after it never reaches the disk.

A step is the commit of a change, a file renamed or removed, or a write made durable. Power that fails at the last of
these tears what was written since the file was made durable before.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, Engine, event

from tests.simulation.hours import Hours

_WRITES = ("yiyang_immediate", "yiyang_write")


class PowerFailed(BaseException):
    """Nothing of the program may catch it."""


class Disk:
    """Counts the durable steps of the party at work, and cuts its power."""

    def __init__(self, hours: Hours) -> None:
        self.hours = hours
        self.steps = 0
        self.dead: set[str] = set()
        self._left: dict[str, tuple[int, float]] = {}
        self._whole: dict[tuple[int, int], int] = {}
        self._tick = 0

    def arm(self, party: str, step: int, torn: float = 0.0) -> None:
        """Cut the power of a party before its ``step``-th durable step; ``torn``: how much of a write is there."""
        if step:
            self._left[party] = (step, torn)

    def repair(self, party: str) -> None:
        """The power is back, and nothing is armed."""
        self._left.pop(party, None)
        self.dead.discard(party)

    def step(self) -> None:
        """One durable step of whoever is at work. Raises ``PowerFailed`` instead when its time has come."""
        self.steps += 1
        party = self.hours.party
        if party in self.dead:
            raise PowerFailed
        if party in self._left:
            left, torn = self._left[party]
            self._left[party] = (left - 1, torn)
            if left == 1:
                self.dead.add(party)
                raise PowerFailed

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Let every durable step of the program pass through here."""

        def committing(conn: Connection) -> None:
            if any(conn.get_execution_options().get(each) for each in _WRITES):
                self.step()

        event.listen(Engine, "commit", committing)
        try:
            with (
                patch("os.replace", self._stepping(os.replace, stamp=True)),
                patch("os.rename", self._stepping(os.rename)),
                patch("os.unlink", self._stepping(os.unlink)),
                patch("os.fsync", self._fsync),
            ):
                yield
        finally:
            event.remove(Engine, "commit", committing)

    def _stepping(self, act: Callable[..., None], *, stamp: bool = False) -> Callable[..., None]:
        def stepping(*args: Any, **named: Any) -> None:
            self.step()
            act(*args, **named)
            if stamp:
                self._stamp(args[1])

        return stepping

    def _fsync(self, handle: int) -> None:
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            return
        file = (found.st_dev, found.st_ino)
        try:
            self.step()
        except PowerFailed:
            whole = min(found.st_size, self._whole.get(file, 0))
            torn = self._left.get(self.hours.party, (0, 0.0))[1]
            os.ftruncate(handle, whole + int((found.st_size - whole) * torn))
            raise
        self._whole[file] = found.st_size
        self._stamp(handle)

    def _stamp(self, file: Any) -> None:
        # The order in which files were written shows in their times; the real clock is too coarse to be the same twice.
        self._tick += 1
        at = int(self.hours.now) * 1_000_000_000 + self._tick
        os.utime(file, ns=(at, at))
