"""The program in a real terminal, through a pty."""

import os
import sys
from pathlib import Path

import pexpect

from tests.tui.conftest import PASSPHRASE


def test_one_line_at_once_then_sign_in_then_a_locked_record(vault: Path) -> None:
    """What the terminal is sent first is one line of text; nothing asks it for Kitty's key reports."""
    child = pexpect.spawn(
        sys.executable,
        ["-m", "yiyang_tui"],
        encoding="utf-8",
        dimensions=(24, 80),
        timeout=30,
        env={**os.environ, "YIYANG_VAULT": str(vault), "TERM": "xterm-256color"},
    )
    child.expect("医养")
    assert child.before == ""
    child.expect("输入工号和口令")
    sent = child.before
    child.send("1001\r")
    child.send(PASSPHRASE + "\r")
    child.expect("王芳")
    sent += child.before
    child.send("\x11")
    child.expect("退出医养")
    child.send("\r")
    child.expect("记录已锁好")
    sent += child.before
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "\x1b[>" not in sent.replace("\x1b[>0q", "")
    assert PASSPHRASE not in sent
