"""Paper as a reader sees it: a PDF drawn by another program than ours; texts by their place, ink by its colour.

All lengths in mm from the upper left corner of the page.
"""

from dataclasses import dataclass
from itertools import combinations

import pypdfium2
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
    """One page."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.page = page
        self.width, self.height = (side / MM for side in page.get_size())
        self.words = page.get_textpage()
        self.text: str = self.words.get_text_bounded()

    def box(self, at: int) -> Box:
        """The ink of one character."""
        left, bottom, right, top = self.words.get_charbox(at)
        return Box(left / MM, self.height - top / MM, right / MM, self.height - bottom / MM)

    def find(self, said: str) -> list[Box]:
        """Everywhere that a text stands in one line."""
        found, search = [], self.words.search(said, match_case=True)
        while (hit := search.get_next()) is not None:
            boxes = [self.box(hit[0] + n) for n in range(hit[1])]
            found.append(
                Box(
                    min(one.left for one in boxes),
                    min(one.top for one in boxes),
                    max(one.right for one in boxes),
                    max(one.bottom for one in boxes),
                )
            )
        return found

    def one(self, said: str) -> Box:
        """The only place of a text."""
        (found,) = self.find(said)
        return found

    def letters(self) -> list[tuple[str, Box]]:
        """Every character that has ink, but ticks, which stand in their boxes."""
        said = [self.words.get_text_range(n, 1) for n in range(self.words.count_chars())]
        each = [(char, self.box(n)) for n, char in enumerate(said) if char.strip()]
        return [(char, box) for char, box in each if char not in "✓□_" and box.size > 0]

    def picture(self) -> Image.Image:
        """As it is printed in colour."""
        return self.page.render(scale=SCALE).to_pil().convert("RGB")


def pages(body: bytes) -> list[Page]:
    """All pages of a file."""
    document = pypdfium2.PdfDocument(body)
    return [Page(document[n]) for n in range(len(document))]


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
    rows: dict[int, list[tuple[str, Box]]] = {}
    for char, box in page.letters():
        for row in {int(box.top // 4), int(box.bottom // 4)}:
            rows.setdefault(row, []).append((char, box))
    return [
        (one[0], two[0])
        for row in rows.values()
        for one, two in combinations(row, 2)
        if one[1] is not two[1] and one[1].over(two[1]) > 0.35
    ]
