"""``yiyang keys``: the key sheet, to print and lay beside the laptop."""

import sys


def keys() -> None:
    """Print all keys of all screens."""
    from yiyang_tui.actions import key_sheet
    from yiyang_tui.words import language

    sys.stdout.write(key_sheet(language()))
