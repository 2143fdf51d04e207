"""The temperature chart as it is drawn on paper: seven days of six columns, 34 to 42 degrees, a bold line at 37.

Temperature is a blue cross, pulse a red dot, each joined by lines; where both are at once the cross is circled. Without
colour they differ by their signs. Above 40 degrees stands, downwards, what befell the stay.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from yiyang_tui.print.heads import days, headed
from yiyang_tui.print.paper import BLACK, FAINT, QUIET, RULE, Ink, Paper
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.sheets.temperature import Day, Mark, Point, TemperatureSheet

BLUE: Final = (0, 70, 190)
RED: Final = (200, 20, 30)

LABELS: Final = 20.0
"""Width of the words and of the two scales at the left."""
STEP: Final = 3.6
"""Height of one fifth of a degree."""
HOTTEST, COLDEST = 420, 340
_RATE_TOP, _RATE_STEP = 180, 20
_ROWS: Final = (HOTTEST - COLDEST) // 2
_LINE: Final = 5.0
_SIGN: Final = 1.05
_SAME: Final = 1.0


class Plane:
    """Where things are on the page. ``top``: the line of 42 degrees."""

    def __init__(self, paper: Paper, top: float) -> None:
        self.paper, self.top = paper, top
        self.left = paper.left + LABELS
        self.step = (paper.right - self.left) / 42
        self.bottom = top + _ROWS * STEP

    def x(self, column: int, place: float = 0.5) -> float:
        """The middle of a column, or a place in it."""
        return self.left + (column + place) * self.step

    def degrees(self, temp_c10: int) -> float:
        """How far down a temperature is; beyond the paper at its edge."""
        return self.top + (HOTTEST - min(max(temp_c10, COLDEST), HOTTEST)) / 2 * STEP

    def rate(self, pulse: int) -> float:
        """How far down a pulse is: twenty beats to a degree, 180 beside 42."""
        inside = min(max(pulse, 20), _RATE_TOP)
        return self.top + (_RATE_TOP - inside) / _RATE_STEP * 5 * STEP


def draw(sheet: "TemperatureSheet") -> bytes:
    """The chart of one week."""
    first, last = sheet.days[0].day, sheet.days[-1].day
    paper = Paper(headed(t("print.temperature.title"), sheet.head, days(first, last)))
    _days(paper, sheet.days)
    plane = Plane(paper, paper.y)
    _lattice(plane)
    _marks(plane, sheet.marks)
    _curve(plane, sheet, "pulse")
    _curve(plane, sheet, "temp_c10")
    _signs(plane, sheet)
    paper.y = plane.bottom
    _breaths(plane, sheet.curves["resp"])
    _below(paper, plane, sheet.days)
    _legend(paper, sheet)
    return paper.done()


def _days(paper: Paper, each: Sequence["Day"]) -> None:
    """Date, day of the stay, the hours."""
    left = paper.left + LABELS
    width = (paper.right - left) / len(each)
    for word, texts in (
        ("date", [_date(one, each) for one in each]),
        ("number", ["" if one.number is None else str(one.number) for one in each]),
    ):
        _label(paper, t(f"print.temperature.{word}"))
        for n, said in enumerate(texts):
            paper.box(left + n * width, paper.y, width, _LINE)
            paper.say(left + n * width, paper.y + 0.5, said, 8.5, width=width, align="centre")
        paper.y += _LINE
    _label(paper, t("print.temperature.hour"))
    for n in range(len(each) * 6):
        x, step = left + n * width / 6, width / 6
        paper.box(x, paper.y, step, _LINE)
        hour = (2, 6, 10, 14, 18, 22)[n % 6]
        # The hours of the night are red on paper: bold where there is no colour.
        night = hour in (2, 22)
        paper.say(x, paper.y + 0.8, str(hour), 7, width=step, align="centre", grey=RED if night else BLACK, bold=night)
    paper.y += _LINE


def _date(one: "Day", each: Sequence["Day"]) -> str:
    before = each[each.index(one) - 1] if one is not each[0] else None
    if before is None or before.day.year != one.day.year:
        return one.day.isoformat()
    return f"{one.day:%m-%d}" if before.day.month != one.day.month else str(one.day.day)


def _label(paper: Paper, said: str, height: float = _LINE, size: float = 8) -> None:
    paper.box(paper.left, paper.y, LABELS, height)
    paper.say(paper.left + 0.6, paper.y + height / 2 - 2, said, size, width=LABELS - 1.2, align="centre")


def _lattice(plane: Plane) -> None:
    """The squares, a bold line at each day and at 37 degrees, both scales."""
    paper, right = plane.paper, plane.paper.right
    for row in range(_ROWS + 1):
        y, whole = plane.top + row * STEP, row % 5 == 0
        paper.line(plane.left, y, right, y, 0.25 if whole else 0.1, RULE if whole else FAINT)
    for column in range(43):
        x, whole = plane.x(column, 0), column % 6 == 0
        paper.line(x, plane.top, x, plane.bottom, 0.35 if whole else 0.1, RULE if whole else FAINT)
    y = plane.degrees(370)
    paper.line(plane.left, y, right, y, 0.7, BLACK)
    half = LABELS / 2
    paper.box(paper.left, plane.top, LABELS, plane.bottom - plane.top)
    paper.line(paper.left + half, plane.top, paper.left + half, plane.bottom, 0.15, RULE)
    # Their names stand where no number does: in the degree above 40, and the first numbers below them.
    for x, word, unit in ((0.0, "pulse", t("print.temperature.pulse_unit")), (half, "temp", "℃")):
        paper.say(paper.left + x, plane.top + 5.2, t(f"print.temperature.{word}"), 8, width=half, align="centre")
        paper.say(paper.left + x, plane.top + 9.2, unit, 6.5, width=half, align="centre")
    for degree in range(42, 33, -1):
        y = plane.degrees(degree * 10) - (0 if degree == 42 else 3.8 if degree == 34 else 1.9)
        rate = str(_RATE_TOP - (42 - degree) * _RATE_STEP)
        paper.say(paper.left, y, rate, 8, width=half, align="centre")
        paper.say(paper.left + half, y, str(degree), 8, width=half, align="centre")


def _marks(plane: Plane, marks: Sequence["Mark"]) -> None:
    """``入院九时十分``, downwards below 42 degrees; of two in one column the later one stands in the next."""
    taken: set[int] = set()
    for mark in marks:
        column = mark.column
        while column in taken and column < 41:
            column += 1
        taken.add(column)
        said = t(f"print.temperature.mark.{mark.kind}") + _spoken(mark.at)
        plane.paper.downwards(plane.x(column), plane.top + 0.8, said, 8, plane.degrees(400) - plane.top - 1.2, RED)


def _spoken(at: int) -> str:
    """The hour as it is written on the chart: ``九时十分``; in English ``09:10``."""
    if language() == "en":
        return f" {times.clock(at)}"
    when = times.local(at)
    return f"{_numeral(when.hour)}时{_numeral(when.minute)}分" if when.minute else f"{_numeral(when.hour)}时"


def _numeral(n: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(n, 10)
    if not tens:
        return digits[n]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def _curve(plane: Plane, sheet: "TemperatureSheet", name: str) -> None:
    """The lines from sign to sign; none over a time in which the person was away."""
    points = sorted(sheet.curves[name], key=lambda one: one.at)
    ink, width = (BLUE, 0.3) if name == "temp_c10" else (RED, 0.22)
    for one, two in pairwise(points):
        if not any(left < two.at and back > one.at for left, back in sheet.away):
            plane.paper.line(*_where(plane, name, one), *_where(plane, name, two), width, ink)


def _where(plane: Plane, name: str, point: "Point") -> tuple[float, float]:
    y = plane.degrees(point.value) if name == "temp_c10" else plane.rate(point.value)
    return plane.x(point.column, point.place), y


def _signs(plane: Plane, sheet: "TemperatureSheet") -> None:
    """Crosses and dots; both at one place are a cross in a circle. What is beyond the paper has its number."""
    paper = plane.paper
    crosses = [(*_where(plane, "temp_c10", one), one) for one in sheet.curves["temp_c10"]]
    for one in sheet.curves["pulse"]:
        x, y = _where(plane, "pulse", one)
        if any(abs(x - cx) < _SAME and abs(y - cy) < _SAME for cx, cy, _ in crosses):
            paper.ring(x, y, _SIGN + 0.35, RED)
        else:
            paper.dot(x, y, 0.85, RED)
        if not 20 <= one.value <= _RATE_TOP:
            _beyond(plane, x, y, str(one.value), RED, below=one.value < 20)
    for x, y, one in crosses:
        paper.line(x - _SIGN, y - _SIGN, x + _SIGN, y + _SIGN, 0.35, BLUE)
        paper.line(x - _SIGN, y + _SIGN, x + _SIGN, y - _SIGN, 0.35, BLUE)
        if not COLDEST <= one.value <= HOTTEST:
            _beyond(plane, x, y, f"{one.value / 10:.1f}", BLUE, below=one.value < COLDEST)


def _beyond(plane: Plane, x: float, y: float, said: str, ink: Ink, *, below: bool) -> None:
    at = y - 5 if below else y + 1.6
    plane.paper.say(x - 5, at, f"{said}{'↓' if below else '↑'}", 6.5, width=10, align="centre", grey=ink)


def _breaths(plane: Plane, points: Sequence["Point"]) -> None:
    """Breaths a minute in numbers, one up and one down so that they do not touch."""
    paper, height = plane.paper, 7.0
    _label(paper, t("print.temperature.resp"), height)
    for column in range(42):
        paper.box(plane.x(column, 0), paper.y, plane.step, height, grey=FAINT)
    for day in range(8):
        x = plane.x(day * 6, 0)
        paper.line(x, paper.y, x, paper.y + height, 0.35, RULE)
    last: dict[int, Point] = {}
    for one in points:
        last[one.column] = one
    for n, column in enumerate(sorted(last)):
        y = paper.y + (0.2 if n % 2 == 0 else 3.3)
        paper.say(plane.x(column, 0), y, str(last[column].value), 7, width=plane.step, align="centre")
    paper.line(plane.left, paper.y + height, paper.right, paper.y + height, 0.25, RULE)
    paper.y += height


def _below(paper: Paper, plane: Plane, each: Sequence["Day"]) -> None:
    """One row for each amount of a day; two pressures in the first."""
    width = plane.step * 6
    rows: list[tuple[str, list[str]]] = [
        ("intake", [_amount(one.intake_ml) for one in each]),
        ("output", [_amount(one.output_ml) for one in each]),
        ("stools", [_amount(one.stools) for one in each]),
        ("weight", ["" if one.weight_kg10 is None else f"{one.weight_kg10 / 10:.1f}" for one in each]),
        ("glucose", [" ".join(f"{value / 10:.1f}" for value in one.glucose) for one in each]),
        ("skin_test", [""] * len(each)),
        ("other", [""] * len(each)),
    ]
    _label(paper, t("print.temperature.pressure"))
    for n, one in enumerate(each):
        for half, pressure in enumerate(one.pressures):
            x = plane.left + n * width + half * width / 2
            paper.box(x, paper.y, width / 2, _LINE)
            said = "" if pressure is None else f"{pressure[0]}/{pressure[1]}"
            paper.say(x + 0.3, paper.y + 0.7, said, 7.5, width=width / 2 - 0.6, align="centre")
    paper.y += _LINE
    for word, texts in rows:
        _label(paper, t(f"print.temperature.{word}"))
        for n, said in enumerate(texts):
            x = plane.left + n * width
            paper.box(x, paper.y, width, _LINE)
            paper.say(x + 0.3, paper.y + 0.6, said, 8, width=width - 0.6, align="centre")
        paper.y += _LINE
    for day in range(8):
        x = plane.left + day * width
        paper.line(x, paper.y - _LINE * (len(rows) + 1), x, paper.y, 0.35, RULE)


def _amount(value: int | None) -> str:
    return "" if value is None else str(value)


def _legend(paper: Paper, sheet: "TemperatureSheet") -> None:
    """What the signs are, drawn beside their words."""
    y, x = paper.y + 4.4, paper.left + 2
    for word in ("temp", "pulse", "both"):
        if word != "pulse":
            paper.line(x - _SIGN, y - _SIGN, x + _SIGN, y + _SIGN, 0.35, BLUE)
            paper.line(x - _SIGN, y + _SIGN, x + _SIGN, y - _SIGN, 0.35, BLUE)
        if word == "pulse":
            paper.dot(x, y, 0.85, RED)
        if word == "both":
            paper.ring(x, y, _SIGN + 0.35, RED)
        said = t(f"print.temperature.legend.{word}")
        paper.say(x + 3, y - 1.9, said, 8)
        x += paper.measure(said, 8) + 10
    paper.y = y + 4
    notes = [t("print.temperature.no_signs"), t("print.temperature.more", n=sheet.more) if sheet.more else ""]
    said = " ".join(notes).strip()
    paper.say(paper.left, paper.y, said, 7.5, grey=QUIET, width=paper.width)
    name = t("print.sign.nurse")
    paper.say(paper.right - 52, y - 2.2, name, 9)
    paper.line(paper.right - 50 + paper.measure(name, 9), y + 2.4, paper.right, y + 2.4, 0.2, RULE)
