"""Paper as a reader sees it: a PDF drawn by another program than ours; texts by their place, ink by its colour.

All lengths in mm from the upper left corner of the page.
"""

from dataclasses import dataclass
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image

MM = 72 / 25.4
SCALE = 3.0
"""Pixels of a picture a point."""
MARGIN = 11.5


@dataclass(frozen=True)
class Box:
    """Where something stands."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def x(self) -> float:
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        return (self.top + self.bottom) / 2

    def over(self, other: "Box") -> float:
        """How much of the smaller of both is covered by the other, 0 to 1."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        least = min(one.size for one in (self, other))
        return width * height / least if width > 0 and height > 0 and least else 0.0

    @property
    def size(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


class Page:
    """One page. Its letters are read once; ``body`` is the file, for a picture."""

    def __init__(self, body: bytes, number: int, page: Any) -> None:
        self.body, self.number = body, number
        self.width, self.height = (side / MM for side in page.get_size())
        words = page.get_textpage()
        self.text: str = words.get_text_bounded()
        count = words.count_chars()
        # One character each: what a font makes of a sign is no part of the place where it stands.
        self.chars = [words.get_text_range(n, 1) or " " for n in range(count)]
        self.boxes = [self._box(words.get_charbox(n)) for n in range(count)]
        words.close()
        self._all = "".join(char[0] for char in self.chars)

    def _box(self, points: tuple[float, float, float, float]) -> Box:
        left, bottom, right, top = points
        return Box(left / MM, self.height - top / MM, right / MM, self.height - bottom / MM)

    def find(self, said: str) -> list[Box]:
        """Everywhere that a text stands in one line."""
        found, at = [], self._all.find(said)
        while at >= 0:
            inked = [box for char, box in zip(said, self.boxes[at:], strict=False) if char.strip()]
            left, top = min(one.left for one in inked), min(one.top for one in inked)
            found.append(Box(left, top, max(one.right for one in inked), max(one.bottom for one in inked)))
            at = self._all.find(said, at + 1)
        return found

    def one(self, said: str) -> Box:
        """The only place of a text."""
        (found,) = self.find(said)
        return found

    def letters(self) -> list[tuple[str, Box]]:
        """Every character that has ink, but ticks, which stand in their boxes."""
        each = zip(self.chars, self.boxes, strict=True)
        return [(char, box) for char, box in each if char.strip() and char not in "✓□_" and box.size > 0]

    def picture(self) -> Image.Image:
        """As it is printed in colour."""
        with pypdfium2.PdfDocument(self.body) as document:
            page = document[self.number]
            drawn: Image.Image = page.render(scale=SCALE).to_pil().convert("RGB")
            page.close()
        return drawn


def pages(body: bytes) -> list[Page]:
    """All pages of a file."""
    found = []
    with pypdfium2.PdfDocument(body) as document:
        for n in range(len(document)):
            page = document[n]
            found.append(Page(body, n, page))
            page.close()
    return found


def inks(picture: Image.Image, x: float, y: float, reach: float = 0.5) -> set[tuple[int, int, int]]:
    """The colours around a place."""
    step = MM * SCALE
    left, top = int((x - reach) * step), int((y - reach) * step)
    right, bottom = int((x + reach) * step), int((y + reach) * step)
    return {picture.getpixel((across, down)) for across in range(left, right + 1) for down in range(top, bottom + 1)}  # type: ignore[misc]


def blue(found: set[tuple[int, int, int]]) -> bool:
    """Whether there is ink of the temperature."""
    return any(b > r + 90 and b > 120 for r, _, b in found)


def red(found: set[tuple[int, int, int]]) -> bool:
    """Whether there is ink of the pulse."""
    return any(r > b + 90 and r > 120 for r, _, b in found)


def beyond(page: Page) -> list[str]:
    """What runs over the margins."""
    return [
        char
        for char, box in page.letters()
        if box.left < MARGIN or box.right > page.width - MARGIN or box.top < 6 or box.bottom > page.height - 4
    ]


def on_each_other(page: Page) -> list[tuple[str, str]]:
    """Letters that cover each other."""
    found = []
    near: list[tuple[str, Box]] = []
    for char, box in sorted(page.letters(), key=lambda one: one[1].left):
        near = [one for one in near if one[1].right > box.left]
        found += [(other, char) for other, before in near if before.over(box) > 0.35]
        near.append((char, box))
    return found
