"""What the terminal can show, judged from outside: no question is put to it."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping

from yiyang_tui.cli.finding import Finding

LEAST = (80, 24)


def check_terminal(env: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Iterator[Finding]:
    """Size, characters, colours. Without a terminal there is nothing to judge but the characters."""
    from yiyang_tui.settings import read_settings, settings_path, theme_of
    from yiyang_tui.terminal import shows_han
    from yiyang_tui.themes import PLAIN

    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    if encoding in ("utf8", "gb18030", "gbk", "cp936"):
        yield Finding("terminal", "good", "encoding", {"encoding": encoding})
    else:
        yield Finding("terminal", "bad", "encoding_poor", {"encoding": encoding})
    if not sys.stdout.isatty():
        yield Finding("terminal", "good", "no_terminal")
        return
    columns, lines = shutil.get_terminal_size()
    small = columns < LEAST[0] or lines < LEAST[1]
    yield Finding(
        "terminal",
        "attention" if small else "good",
        "size_small" if small else "size",
        {"columns": columns, "lines": lines},
    )
    if not shows_han(env, platform):
        yield Finding("terminal", "attention", "no_han")
    theme = theme_of(read_settings(settings_path(env)), env, platform)
    yield Finding("terminal", "good", "theme_plain" if theme == PLAIN else "theme", {"theme": theme})
    if env.get("KITTY_WINDOW_ID") or env.get("TERM") == "xterm-kitty":
        yield Finding("terminal", "good", "kitty")
