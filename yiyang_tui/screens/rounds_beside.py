"""What stands beside the fields of a round: last time, what changed, what is usual, the score of what is typed."""

from collections.abc import Sequence

from rich.cells import cell_len

from care.bedside import Bedside
from care.codes import short
from care.observations import say
from care.vitals import change, show
from yiyang_tui.cells import fit
from yiyang_tui.screens.rounds_values import Values, measure_of, news_so_far, number, word
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.words import language, t, times

LAST, DELTA, USUAL = 4, 4, 5
"""Cells of what stands beside a number field."""

PRESSURES_SHOWN = 6


def heading(title: str, *, typing: bool) -> list[Cell]:
    """Over the columns beside the number fields. Whoever types is told that digits go on by themselves."""
    head = fit(t("rounds.this"), 8, "right") + " " + fit(t("rounds.before"), LAST, "right") + " " * (DELTA + 1)
    first = Cell(fit(title, 11), "entry") if title or not typing else Cell(fit(t("rounds.by_itself"), 11), "quiet")
    return [first, Cell(head + fit(t("rounds.usual"), USUAL, "right"), "quiet")]


def measured_before(name: str, held: Values, beside: Bedside | None) -> list[Cell]:
    """Last time, how much it changed since, what is usual."""
    of, last = measure_of(name), None if beside is None else beside.last
    before = None if last is None else last.values.get(name)
    usual = None if last is None else last.usual.get(name)
    kept = before if isinstance(before, int) else None
    now = number(name, held)
    since = None if now is None else change(of, now, kept)
    delta = "" if since is None or not since.delta else f"{'+' if since.delta > 0 else ''}{show(of, since.delta)}"
    return [
        Cell(" " + fit(show(of, kept), LAST, "right"), "quiet"),
        Cell(" " + fit(delta, DELTA), "late" if since is not None and since.big else ""),
        Cell(fit(show(of, usual), USUAL, "right"), "quiet"),
    ]


def noted_before(name: str, beside: Bedside | None, now: int, room: int) -> list[Cell]:
    """The last word of a choice, as much of it as there is room for."""
    said, ago, remarkable = "", "", False
    if beside is not None and name == "acvpu":
        code = None if beside.last is None else beside.last.values.get("acvpu")
        said, remarkable = consciousness(str(code)) if code else "", code not in (None, "A")
    elif beside is not None and (noted := beside.noted.get(name)) is not None:
        said, remarkable = say(noted.finding, language()), noted.finding.remarkable
        ago = f"{said} {times.ago(now - noted.at)}" if name == "position" else ""
    shown = next((text for text in (ago, said, "!" if remarkable else "") if text and cell_len(text) <= room), "")
    return [Cell(shown, "late" if remarkable else "quiet")]


def score(held: Values, beside: Bedside | None, room: int) -> list[Cell]:
    """NEWS2 of what is typed, and what it lacks."""
    news = news_so_far(held, 1 if beside is None else beside.header.spo2_scale)
    if news is None:
        return [Cell(t("rounds.no_news"), "quiet")]
    grave = news.response in ("medium", "high", "red")
    # A lower bound of nothing is no good news.
    level = t(f"news.{news.response}") if news.complete or news.total else ""
    key = "rounds.score" if news.complete else "rounds.score_least"
    said = t(key, total=news.total, level=level).rstrip()
    cells = [Cell(("! " if grave else "") + said, "urgent" if grave else "title")]
    if news.red and news.response != "red":
        cells.append(Cell("  " + t("rounds.single"), "urgent"))
    if news.missing:
        parts = " ".join(t(f"rounds.part.{name}") for name in news.missing)
        few = len(news.missing) < 3
        lacking = t("rounds.missing", parts=parts) if few else t("rounds.missing_some", n=len(news.missing))
        cells.append(Cell(f"  {lacking}", "quiet"))
    # What is lacking is left out whole before it is cut; the score says "at least" all the same.
    while len(cells) > 1 and sum(cell_len(cell.text) for cell in cells) > room:
        cells.pop()
    return cells


def pressures(beside: Bedside | None) -> Sequence[Cell]:
    """The course of the systolic pressure in numbers."""
    points = () if beside is None else beside.trend
    course = [point.values["sbp"] for point in points if "sbp" in point.values]
    if not course:
        return [Cell("")]
    said = " ".join(str(value) for value in course[-PRESSURES_SHOWN:])
    return [Cell(f"{word(measure_of('sbp'))}  {said}", "quiet")]


def consciousness(code: str) -> str:
    """The short word of a state of consciousness."""
    return short("consciousness", code, language())
