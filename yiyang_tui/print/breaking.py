"""Where a line of Chinese and Latin text may end."""

from collections.abc import Sequence
from typing import Final

TICK: Final = "☑"
"""In a text: a box with a tick. ``□`` is the empty one. No font has to know it."""

# These never begin a line.
_CLOSING: Final = frozenset("、。，；：！？）》」』】”’%℃,.;:!?)")
# Behind these no line ends.
_OPENING: Final = frozenset(f"{TICK}□（(《“")


def parts(said: str) -> Sequence[str]:
    """What is not broken: a word with the blank behind it, a Chinese character with the signs that close it."""
    found: list[str] = []
    for char in said.replace("\t", " "):
        if found and _joined(found[-1][-1], char):
            found[-1] += char
        else:
            found.append(char)
    return tuple(found)


def _joined(before: str, char: str) -> bool:
    if char in _CLOSING or char == " " or before in _OPENING:
        return True
    return _is_word(before) and _is_word(char)


def _is_word(char: str) -> bool:
    return ord(char) < 0x2E80 and not char.isspace() and char not in _OPENING
