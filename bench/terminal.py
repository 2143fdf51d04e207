"""A program under a real pseudo-terminal, watched from outside: when which words appear on its screen."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

from bench.quarter import enter

WITHIN_S = 120.0
"""However busy the machine: what has not come by then does not come."""


class Terminal:
    """A child process on a terminal of ``columns`` × ``rows``; killed at the end of the ``with`` block.

    Times count from ``began``: the moment before the start, or before the last keys were sent. What appears counts from
    the moment its bytes arrived: reading them into a screen is our work, not the program's.
    """

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        columns: int = 80,
        rows: int = 24,
        group: Path | None = None,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        # Beside the child, which waits for this byte: to enter a group takes time that is not the program's.
        ready, go = os.pipe()
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            if group is not None:
                enter(group)
            os.read(ready, 1)
            os.execvpe(command[0], list(command), {**env, "TERM": "xterm-256color"})
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.began = self._arrived = time.perf_counter()
        os.write(go, b"\n")
        os.close(ready)
        os.close(go)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.killpg(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._handle)

    def type(self, keys: str) -> None:
        """Send keys; what follows is timed from here."""
        self.began = time.perf_counter()
        os.write(self._handle, keys.encode())

    def first_byte(self) -> float:
        """Seconds until anything was written."""
        self._read(WITHIN_S)
        return self._arrived - self.began

    def wait(self, words: str) -> float:
        """Seconds until ``words`` stand on the screen."""
        return self.until(lambda: words in self.shown(), words)

    def changed(self) -> float:
        """Seconds until the screen looks different."""
        before = self.looks()
        return self.until(lambda: self.looks() != before, "a change")

    def until(self, seen: Callable[[], bool], what: str) -> float:
        """Seconds until ``seen``. ``TimeoutError`` if that never comes."""
        limit = time.perf_counter() + WITHIN_S
        while not seen():
            if not self._read(limit - time.perf_counter()):
                raise TimeoutError(f"{what} did not appear:\n{self.shown()}")
        return self._arrived - self.began

    def settle(self, quiet: float = 0.15) -> None:
        """Read on until nothing has come for ``quiet`` seconds."""
        while self._read(quiet):
            pass

    def row(self) -> int:
        """The row of the cursor."""
        return int(self._screen.cursor.y)

    def shown(self) -> str:
        """The screen as text; the empty second half of a wide character is left out."""
        return "\n".join("".join(cell.data for cell in row) for row in self.looks())

    def looks(self) -> list[list[pyte.screens.Char]]:
        """Every cell with its colours: a cursor that moves in a list changes nothing else."""
        columns = range(self._screen.columns)
        return [[self._screen.buffer[row][column] for column in columns] for row in range(self._screen.lines)]

    def resident_kib(self) -> int:
        """Memory the process holds, KiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    def _read(self, within: float) -> bool:
        if not select.select([self._handle], [], [], max(0.0, within))[0]:
            return False
        try:
            data = os.read(self._handle, 65536)
        except OSError:
            return False
        self._arrived = time.perf_counter()
        self._stream.feed(data)
        return bool(data)
