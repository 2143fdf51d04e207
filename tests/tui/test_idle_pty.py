"""The idle lock through a real terminal: nobody touches a key, the screen locks, the form is there again."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pyte
import pytest
from sqlalchemy import func, select

from db.local import JOURNAL
from db.vault import open_vault
from tests.tui.terminal import CTRL_Q, ENTER, F4, Terminal
from tests.tui.test_rounds_pty import NUMBER, PASSPHRASE, vault  # noqa: F401 - a fixture

# The program itself, on a clock that a file sets forward: nobody waits five minutes for a test.
PROGRAM = """
import sys, time
from pathlib import Path
from yiyang_tui.app import make_app
ahead = Path(sys.argv[2])
make_app(Path(sys.argv[1]), "zh", "yiyang-plain", steady=lambda: time.monotonic() + float(ahead.read_text())).run()
"""


class Left(Terminal):
    """A terminal that somebody leaves for a while."""

    def __init__(self, vault: Path, ahead: Path) -> None:  # noqa: F811 - the record, not the fixture
        self.number, self.passphrase = NUMBER, PASSPHRASE
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self.screen)
        self._ahead = ahead
        self.leave(0)
        self.child = pexpect.spawn(
            sys.executable,
            ["-c", PROGRAM, str(vault), str(ahead)],
            encoding="utf-8",
            dimensions=(24, 80),
            timeout=30,
            env={**os.environ, "TERM": "xterm-256color"},
        )

    def leave(self, seconds: int) -> None:
        """So long nobody is there."""
        fresh = self._ahead.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(self._ahead)


@pytest.fixture
def left(vault: Path, tmp_path: Path) -> Iterator[Left]:  # noqa: F811 - the fixture
    """The program on the rounds board."""
    found = Left(vault, tmp_path / "ahead")
    found.sign_in(place=F4)
    yield found
    found.child.close(force=True)


def test_a_terminal_left_alone_locks_and_gives_the_form_back(left: Left, vault: Path) -> None:  # noqa: F811
    left.shows("王长生女")
    left.type("365" + ENTER + "78")
    left.shows("36.5", "78")
    left.leave(301)
    left.shows("屏幕已锁")
    assert "王长生" not in left.text
    left.type(ENTER)
    left.shows("王芳 的口令")  # nobody set a PIN
    left.type(PASSPHRASE + ENTER)
    left.shows("已解锁", "王长生女", "36.5", "78")
    left.type(CTRL_Q)
    left.shows("退出医养")
    left.type(ENTER)
    left.child.expect(pexpect.EOF)
    store = open_vault(vault, NUMBER, PASSPHRASE)
    with store.reading() as conn:
        told = conn.exec_driver_sql("SELECT what FROM audit_event ORDER BY rowid").scalars().all()
        assert conn.execute(select(func.count()).select_from(JOURNAL)).scalar_one() == 0
    store.close()
    assert told[-3:] == ["signed_in", "locked", "unlocked"]
