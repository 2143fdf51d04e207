"""A page of paper: A4, its heading and foot, text that stays in its box. All lengths in mm, sizes of letters in pt.

Drawn for a printer without colour: what is told apart differs in its sign or its words, never in its colour alone.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Final, Literal

from yiyang_tui.print.breaking import TICK, parts
from yiyang_tui.words import t

Align = Literal["left", "centre", "right"]
Ink = int | tuple[int, int, int]
"""A grey from 0 (black) to 255, or red, green, blue."""

MARGIN: Final = 12.0
BLACK, RULE, FAINT, QUIET, SHADE = 0, 90, 170, 70, 236
TOP: Final = 31.0
"""Below the heading."""
_FOOT: Final = 13.0
_MM: Final = 25.4 / 72
_LEADING: Final = 1.28
_FONT: Final = "sans"
_FILE: Final = "NotoSansSC-Regular.otf"
_MISSING: Final = "〓"
_CUT: Final = "…"


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands on every page. ``whom``: the person in one line; ``period``: what time it is about; ``made``."""

    title: str
    house: str
    whom: str
    period: str
    made: str
    made_at: int = 0


class Paper:
    """Pages in the making. ``y`` is where the next thing goes; ``bottom`` what it must not run over."""

    def __init__(self, heading: Heading, *, wide: bool = False) -> None:
        from fpdf import FPDF

        self.heading = heading
        self.pdf = FPDF("landscape" if wide else "portrait", "mm", "A4")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.add_font(_FONT, "", str(files("pylopdf_fonts_zh_cn").joinpath(_FILE)))
        self.pdf.set_title(heading.title)
        self.pdf.set_creator("Yiyang")
        self.pdf.set_creation_date(_moment(heading.made_at))
        self._known: frozenset[int] = frozenset(self.pdf.fonts[_FONT].cmap)  # type: ignore[union-attr]
        self._widths: dict[str, float] = {}
        self.missing = False
        self.y = 0.0
        self.page()

    left: Final = MARGIN

    @property
    def right(self) -> float:
        """Where the text ends."""
        return float(self.pdf.w) - MARGIN

    @property
    def width(self) -> float:
        """Between the margins."""
        return self.right - self.left

    @property
    def bottom(self) -> float:
        """Where the foot begins."""
        return float(self.pdf.h) - _FOOT - 2

    def page(self) -> None:
        """Begin a page with its heading."""
        self.pdf.add_page()
        self.y = TOP
        of, right = self.heading, self.right
        self.say(self.left, 8, of.house, 8.5, grey=QUIET, width=self.width * 0.6)
        self.say(self.left, 12.5, of.title, 15, align="centre", width=self.width, bold=True)
        room = self.width
        if of.period:
            size = 9.5
            wide = min(self.measure(of.period, size), room * 0.5)
            self.say(right - wide, 22, of.period, size, width=wide, align="right")
            room -= wide + 4
        self.say(self.left, 22, of.whom, 9.5, width=room)
        self.line(self.left, 28, right, 28, 0.3)

    def need(self, height: float) -> bool:
        """Go to the next page unless there is room for this; whether it did."""
        if self.y + height <= self.bottom:
            return False
        self.page()
        return True

    # --- text ---------------------------------------------------------------------------------------

    def measure(self, said: str, size: float) -> float:
        """How wide a line is."""
        return sum(self._width(char) for char in said) * size

    def _width(self, char: str) -> float:
        char = "□" if char == TICK else char
        known = self._widths.get(char)
        if known is None:
            self.pdf.set_font(_FONT, size=100)
            known = self._widths[char] = self.pdf.get_string_width(self._drawn(char)) / 100
        return known

    def _drawn(self, said: str) -> str:
        """With a mark in the place of a character that the font lacks: it is to be written in by hand."""
        if all(ord(char) in self._known for char in said):
            return said
        self.missing = True
        return "".join(char if ord(char) in self._known else _MISSING for char in said)

    def lines(self, said: str, width: float, size: float) -> list[str]:
        """A text broken into lines: between Chinese characters, or words of others; a word too long anywhere."""
        found: list[str] = []
        for paragraph in said.splitlines() or [""]:
            here, wide = "", 0.0
            for part in parts(paragraph):
                for piece in [part] if self.measure(part, size) <= width else part:
                    room = self.measure(piece, size)
                    if here and wide + self.measure(piece.rstrip(), size) > width:
                        found.append(here.rstrip())
                        here, wide, piece = "", 0.0, piece.lstrip()
                        room = self.measure(piece, size)
                    here, wide = here + piece, wide + room
            found.append(here.rstrip())
        return found

    def fitted(self, said: str, width: float, size: float, least: float) -> tuple[str, float]:
        """One line as it fits: smaller down to ``least``, then cut."""
        said = " ".join(said.splitlines())
        wide = self.measure(said, 1)
        if wide * size <= width:
            return said, size
        size = max(least, width / wide if wide else size)
        while said and self.measure(said, size) > width + 0.01:
            said = said[:-2] + _CUT if said.endswith(_CUT) else said[:-1] + _CUT
            if said == _CUT:
                break
        return said, size

    def say(
        self,
        x: float,
        y: float,
        said: str,
        size: float = 9,
        *,
        width: float = 0,
        align: Align = "left",
        bold: bool = False,
        grey: Ink = BLACK,
    ) -> None:
        """One line, its upper edge at ``y``; with a ``width`` it is made to fit into it."""
        if width:
            said, size = self.fitted(said, width, size, size * 0.6)
        if not said:
            return
        wide = self.measure(said, size)
        if align != "left":
            x += (width - wide) / (2 if align == "centre" else 1)
        base = y + size * _MM * (0.5 * _LEADING + 0.38)
        self.pdf.set_font(_FONT, size=size)
        with self._ink(grey, bold, size):
            self._pieces(x, base, said, size)

    def _ink(self, grey: Ink, bold: bool, size: float) -> AbstractContextManager[None]:
        from fpdf.drawing_primitives import DeviceRGB

        ink = DeviceRGB(*(part / 255 for part in _rgb(grey)))
        # There is one weight: a bold letter is drawn with its outline.
        mode = {"text_mode": "FILL_STROKE", "line_width": size * 0.008} if bold else {}
        return self.pdf.local_context(text_color=ink, draw_color=ink, **mode)

    def _pieces(self, x: float, base: float, said: str, size: float) -> None:
        first = True
        for piece in said.split(TICK):
            if not first:
                self.pdf.text(x, base, "□")
                with self.pdf.local_context(text_mode="FILL_STROKE", line_width=size * 0.05):
                    self.pdf.text(x + size * _MM * 0.08, base - size * _MM * 0.04, "✓")
                x += self.measure(TICK, size)
            first = False
            if piece:
                self.pdf.text(x, base, self._drawn(piece))
                x += self.measure(piece, size)

    def downwards(self, x: float, y: float, said: str, size: float, height: float, grey: Ink = BLACK) -> None:
        """A text written from above, around ``x``: Chinese one character under another, other words turned."""
        if all(ord(char) < 0x250 for char in said):
            said, size = self.fitted(said, height, size, size * 0.6)
            self.pdf.set_font(_FONT, size=size)
            with self._ink(grey, False, size), self.pdf.rotation(270, x, y):
                self.pdf.text(x, y + size * _MM * 0.36, self._drawn(said))
            return
        size = min(size, height / (len(said) * _MM * 1.06))
        step = size * _MM * 1.06
        for n, char in enumerate(said):
            self.say(x - step, y + n * step - size * _MM * 0.12, char, size, width=2 * step, align="centre", grey=grey)

    # --- lines --------------------------------------------------------------------------------------

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        width: float = 0.15,
        grey: Ink = BLACK,
    ) -> None:
        """A straight line."""
        self.pdf.set_draw_color(*_rgb(grey))
        self.pdf.set_line_width(width)
        self.pdf.line(x1, y1, x2, y2)

    def box(
        self, x: float, y: float, w: float, h: float, *, fill: int | None = None, width: float = 0.15, grey: int = RULE
    ) -> None:
        """A frame, filled or not; ``width`` 0 draws no line."""
        if fill is not None:
            self.pdf.set_fill_color(fill)
            self.pdf.rect(x, y, w, h, "F")
        if width:
            self.pdf.set_draw_color(grey)
            self.pdf.set_line_width(width)
            self.pdf.rect(x, y, w, h)

    def dot(self, x: float, y: float, radius: float, ink: Ink) -> None:
        """A filled circle."""
        self.pdf.set_fill_color(*_rgb(ink))
        self.pdf.circle(x, y, radius, "F")

    def ring(self, x: float, y: float, radius: float, ink: Ink) -> None:
        """A circle with nothing in it."""
        self.pdf.set_draw_color(*_rgb(ink))
        self.pdf.set_line_width(0.3)
        self.pdf.circle(x, y, radius, "D")

    def done(self) -> bytes:
        """The whole, with page n of m on each page, and when and by whom it was printed."""
        total, of = self.pdf.pages_count, self.heading
        for n in range(1, total + 1):
            self.pdf.page = n
            # The size before is another: what was set on the last page holds for that page alone.
            self.pdf.set_font(_FONT, size=1)
            y = float(self.pdf.h) - _FOOT
            self.line(self.left, y, self.right, y, 0.15, FAINT)
            self.say(self.left, y + 1, of.made, 7.5, grey=QUIET, width=self.width * 0.7)
            self.say(self.right - 40, y + 1, t("print.page", n=n, m=total), 7.5, width=40, align="right", grey=QUIET)
            if self.missing:
                self.say(self.left, y + 4.5, t("print.missing"), 7.5, grey=QUIET, width=self.width)
        return bytes(self.pdf.output())


def _rgb(ink: Ink) -> tuple[int, int, int]:
    return (ink, ink, ink) if isinstance(ink, int) else ink


def leading(size: float) -> float:
    """From one line to the next."""
    return size * _MM * _LEADING


def _moment(at: int) -> datetime:
    from yiyang_tui.words.times import local

    return local(at)
