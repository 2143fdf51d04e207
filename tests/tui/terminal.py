"""The program in a real terminal, as somebody sees it and types into it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

ENTER, CTRL_S, CTRL_Q, CTRL_Z, F4 = "\r", "\x13", "\x11", "\x1a", "\x1bOS"
F6 = "\x1b[17~"
SILENT = 150  # fifths of a second


class Terminal:
    """The program in a terminal of 80 by 24, on the record at that place."""

    def __init__(self, vault: Path, number: str, passphrase: str) -> None:
        self.number, self.passphrase = number, passphrase
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self.screen)
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "yiyang_tui"],
            encoding="utf-8",
            dimensions=(24, 80),
            timeout=30,
            env={**os.environ, "YIYANG_VAULT": str(vault), "TERM": "xterm-256color", "YIYANG_THEME": "plain"},
        )

    @property
    def text(self) -> str:
        """The screen without blanks: a wide character leaves one behind it here."""
        return "".join("".join(self.screen.display).split())

    def until(self, seen: Callable[[], bool]) -> None:
        """Watch the screen until that holds; fail when the program has been silent for long."""
        silent = 0
        while not seen():
            try:
                self._stream.feed(self.child.read_nonblocking(65536, timeout=0.2))
                silent = 0
            except pexpect.TIMEOUT:
                silent += 1
                assert silent < SILENT, "\n".join(self.screen.display)

    def shows(self, *texts: str) -> None:
        """Watch until all of this stands on the screen."""
        self.until(lambda: all("".join(text.split()) in self.text for text in texts))

    def type(self, keys: str) -> None:
        """All at once, as fast as the line carries it."""
        self.child.send(keys)

    def sign_in(self, *, known: bool = False, place: str = "", shows: tuple[str, ...] = ("[F2今日]",)) -> None:
        """Number (which the next start remembers), passphrase; then the key of a place, and what it shows."""
        self.shows("输入工号和口令")
        self.type(("" if known else self.number + ENTER) + self.passphrase + ENTER)
        self.shows("[F2今日]")
        self.type(place)
        self.shows(*shows)

    def quit(self) -> None:
        """As people do."""
        self.type(CTRL_Q)
        self.shows("退出医养")
        self.type(ENTER)
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert self.child.exitstatus == 0
