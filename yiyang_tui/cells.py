"""Text measured in terminal cells: a Chinese character takes two, and ``len()`` is never the width."""

import unicodedata
from collections.abc import Iterable
from typing import Literal

from rich.cells import cell_len, set_cell_size

from yiyang_tui.visible import visible

Align = Literal["left", "right"]
CROPPED = ".."
BETWEEN = "  "


def fit(text: str, width: int, align: Align = "left") -> str:
    """``text`` in exactly ``width`` cells: padded, or cropped with two dots where it is too long."""
    if width <= 0:
        return ""
    text = visible(text).replace("\n", " ")
    found = cell_len(text)
    if found > width:
        return (
            set_cell_size(text, width) if width <= 4 else set_cell_size(text, width - 2).rstrip() + _dots(text, width)
        )
    pad = " " * (width - found)
    return pad + text if align == "right" else text + pad


def _dots(text: str, width: int) -> str:
    kept = cell_len(set_cell_size(text, width - 2).rstrip())
    return CROPPED.ljust(width - kept)


def whole_parts(text: str, width: int) -> str:
    """The parts of ``text``, which ``BETWEEN`` keeps apart, that fit in ``width`` cells: the last go first."""
    parts = text.split(BETWEEN)
    while len(parts) > 1 and cell_len(BETWEEN.join(parts)) > width:
        parts.pop()
    return BETWEEN.join(parts)


def wrap(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` cells, broken at spaces where there are some, else between characters."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in _words(paragraph):
            while cell_len(line + word) > width:
                if line.strip():
                    lines.append(line.rstrip())
                    line, word = "", word.lstrip()
                else:
                    head = _take(word, max(width, 2))
                    lines.append(head)
                    line, word = "", word[len(head) :]
            line += word
        lines.append(line.rstrip())
    return lines


# A line may not begin with these: they belong to the character before.
CLOSING = "，。：；！？、）」』,.:;!?)"


def _words(paragraph: str) -> Iterable[str]:
    word = ""
    for char in paragraph:
        wide = unicodedata.east_asian_width(char) in "WF"
        if char in CLOSING or not word or not (wide or char == " " or _wide_end(word)):
            word += char
        else:
            yield word
            word = char
    if word:
        yield word


def _wide_end(word: str) -> bool:
    return unicodedata.east_asian_width(word[-1]) in "WF"


def _take(word: str, width: int) -> str:
    used = 0
    for index, char in enumerate(word):
        used += cell_len(char)
        if used > width:
            return word[:index]
    return word


def narrow(text: str) -> str:
    """Full-width digits, letters and stops as their half-width forms: ``３６。５`` is ``36.5``."""
    return unicodedata.normalize("NFKC", text).replace("。", ".")


def ambiguous(text: str) -> set[str]:
    """The characters whose width consoles disagree about (East Asian Width "A")."""
    return {char for char in text if unicodedata.east_asian_width(char) == "A"}
