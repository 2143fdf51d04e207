"""A program under a real pseudo-terminal, watched from outside: when which words appear on its screen."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyte


class Terminal:
    """A child process on a terminal of ``columns`` × ``rows``. ``began`` is the moment before it was started."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        columns: int = 80,
        rows: int = 24,
        group: Path | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.began = time.perf_counter()
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            if group is not None:
                (group / "cgroup.procs").write_text(str(os.getpid()))
            os.execvpe(command[0], list(command), {**env, "TERM": "xterm-256color"})
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait(self, words: str, within: float = 60.0) -> float:
        """Seconds from ``began`` until ``words`` stand on the screen. ``TimeoutError`` if they never do."""
        limit = time.perf_counter() + within
        while words not in self.shown():
            ready, _, _ = select.select([self._handle], [], [], max(0.0, limit - time.perf_counter()))
            if not ready or not self._read():
                raise TimeoutError(f"{words!r} did not appear:\n{self.shown()}")
        return time.perf_counter() - self.began

    def first_byte(self) -> float:
        """Seconds from ``began`` until anything was written."""
        select.select([self._handle], [], [], 60)
        return time.perf_counter() - self.began

    def type(self, keys: str) -> None:
        """Send keys; what follows is timed from here."""
        self.began = time.perf_counter()
        os.write(self._handle, keys.encode())

    def changed(self, within: float = 10.0) -> float:
        """Seconds from ``began`` until the screen was drawn anew and is quiet."""
        before = self.shown()
        limit = time.perf_counter() + within
        while self.shown() == before:
            ready, _, _ = select.select([self._handle], [], [], max(0.0, limit - time.perf_counter()))
            if not ready or not self._read():
                raise TimeoutError("nothing changed")
        return time.perf_counter() - self.began

    def settle(self, quiet: float = 0.15) -> None:
        """Read on until nothing has come for ``quiet`` seconds."""
        while select.select([self._handle], [], [], quiet)[0] and self._read():
            pass

    def shown(self) -> str:
        """The screen as text; the empty second half of a wide character is left out."""
        return "\n".join("".join(cell.data for _, cell in sorted(row.items())) for row in map(dict, self._rows()))

    def _rows(self) -> list[dict[int, pyte.screens.Char]]:
        return [dict(self.screen.buffer[row]) for row in range(self.screen.lines)]

    def resident_kib(self) -> int:
        """Memory the process holds, KiB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        return 0

    def end(self) -> None:
        """Stop it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._handle)

    def _read(self) -> bool:
        try:
            data = os.read(self._handle, 65536)
        except OSError:
            return False
        self._stream.feed(data)
        return bool(data)
