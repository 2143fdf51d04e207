"""What the terminal can show, judged from its environment alone: no question is put to it at start."""

from collections.abc import Mapping

MODERN_WINDOWS = ("WT_SESSION", "ConEmuANSI", "TERM_PROGRAM", "ALACRITTY_WINDOW_ID", "WEZTERM_PANE")


def best_theme(env: Mapping[str, str], platform: str) -> str:
    """The look to start with where nobody has chosen one.

    Windows conhost gets plain: with a Chinese code page it draws ambiguous glyphs two cells wide. A Linux
    text console, and any terminal that does not claim 256 colours, gets 16.
    """
    if platform == "win32":
        return "yiyang-light" if any(env.get(name) for name in MODERN_WINDOWS) else "yiyang-plain"
    term = env.get("TERM", "")
    if term in ("linux", "dumb", "") or env.get("NO_COLOR"):
        return "yiyang-plain"
    if env.get("COLORTERM", "").lower() in ("truecolor", "24bit") or "256" in term or "direct" in term:
        return "yiyang-light"
    return "yiyang-16"


def shows_han(env: Mapping[str, str], platform: str) -> bool:
    """Whether Chinese characters appear at all: the Linux text console has no glyphs for them."""
    return platform == "win32" or env.get("TERM") != "linux"
