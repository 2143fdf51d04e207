"""The program in a terminal of 80 by 24, driven by keys alone; every key is counted."""

import os
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from time import monotonic

import pexpect
import pyte

ENTER, ESC, SPACE, UP, DOWN, RIGHT, HOME = "\r", "\x1b", " ", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[H"
F2, F3, F4, F6, F7, F8, F9, F10 = (
    "\x1bOQ",
    "\x1bOR",
    "\x1bOS",
    "\x1b[17~",
    "\x1b[18~",
    "\x1b[19~",
    "\x1b[20~",
    "\x1b[21~",
)
CTRL_E, CTRL_O, CTRL_Q, CTRL_S = "\x05", "\x0f", "\x11", "\x13"
PATIENCE_S = 60
_STEP_S = 0.2
_QUIET_S = 0.4


class Terminal:
    """One start of it. ``keys``: so many were typed into it; a word of Chinese is as many as it has characters."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.keys = 0
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self.screen)
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "tests.night.program"],
            encoding="utf-8",
            dimensions=(24, 80),
            env={**os.environ, **environment},
        )

    @property
    def lines(self) -> list[str]:
        """The rows without blanks, also in the midst of a painting."""
        return ["".join(row.split()) for row in self._rows]

    @property
    def _rows(self) -> list[str]:
        cells = self.screen.buffer
        return ["".join(cells[y][x].data for x in range(80)) for y in range(24)]

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.lines)

    def until(self, seen: Callable[[], bool]) -> None:
        """Watch until that holds; fail, with the screen, when it does not come for long."""
        late = monotonic() + PATIENCE_S
        while not seen():
            assert monotonic() < late, "\n".join(self._rows)
            with suppress(pexpect.TIMEOUT):
                self._stream.feed(self.child.read_nonblocking(65536, timeout=_STEP_S))

    def shows(self, *texts: str) -> None:
        """Watch until all of this stands on the screen."""
        self.until(lambda: all("".join(one.split()) in self.text for one in texts))

    def gone(self, *texts: str) -> None:
        """Watch until none of this stands there any more."""
        self.until(lambda: not any("".join(one.split()) in self.text for one in texts))

    def press(self, *keys: str) -> None:
        """One key each, as fast as the line carries them."""
        self.keys += len(keys)
        self.child.send("".join(keys))

    def write(self, words: str) -> None:
        """Characters, a key each."""
        self.press(*words)

    def quiet(self) -> None:
        """Watch until nothing more is drawn: what the last key did is done."""
        with suppress(pexpect.TIMEOUT):
            while True:
                self._stream.feed(self.child.read_nonblocking(65536, timeout=_QUIET_S))

    def leave(self) -> None:
        """Esc, and nothing else before it is done: with a key behind it, it would be another one."""
        before = self._rows
        self.press(ESC)
        self.until(lambda: self._rows != before)

    def find(self, wanted: str, keys: Iterable[str]) -> None:
        """Press one after the other until that stands there, waiting for what each does."""
        wanted = "".join(wanted.split())
        for key in keys:
            if wanted in self.text:
                return
            self.press(key)
            self.quiet()
        assert wanted in self.text, "\n".join(self._rows)

    def kill(self) -> None:
        """The power fails: the whole group at once."""
        os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        self.child.close()

    def quit(self) -> None:
        """As people do."""
        self.press(CTRL_Q)
        self.shows("退出医养")
        self.press(ENTER)
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert self.child.exitstatus == 0
