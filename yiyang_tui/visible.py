"""Text of a record as a terminal may be given it: names and notes come from other laptops, files and pastes too.

A control character could repaint the screen, and a mark that turns the direction of writing would show ``5 mg`` as
``gm 5``. Each is shown as a question mark, so that somebody sees that something stands there.
"""

import re

# Controls but the line feed, marks of direction, what has no width; joiners that names of some scripts need stay.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """``text`` with nothing in it that acts on a terminal; a tab is a blank."""
    return text if text.isprintable() else _UNSEEN.sub("?", text.replace("\t", " "))


def unseen(text: str) -> str:
    """The same without them, in as many cells as before: what acts on a terminal has no width."""
    return text if text.isprintable() else _UNSEEN.sub("", text)
