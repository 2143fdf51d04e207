"""Days and what is to be confirmed, as the pages of the house say them."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from yiyang_tui.themes import Token
from yiyang_tui.widgets.virtual_list import Cell
from yiyang_tui.words import plural, t, times

if TYPE_CHECKING:
    from care.house_checks import Check
    from care.words import Words


def day(of: date | None, now: int) -> str:
    """``明天``, ``11-30``, ``2028-01-01``; empty for none."""
    if of is None:
        return ""
    return times.day(int(datetime.combine(of, time(12), times.HOUSE).timestamp()), now)


def confirmed(yes: bool) -> Cell:
    """Whether the pair has set a number: nothing, or that it is to be confirmed."""
    return Cell("" if yes else t("confirm.unconfirmed"), "due")


def due_cell(of: "Check", now: int) -> Cell:
    """How late it is, or when it is due."""
    if of.late_days:
        return Cell("! " + plural("house.late", of.late_days), "late")
    said = day(of.due_on, now)
    return Cell(said, "due" if said == t("day.today") else "quiet")


def options(rows: "dict[str, Words]", lang: str) -> list[tuple[str, str]]:
    """What a field offers: codes with their words."""
    return [(code, words.of("en" if lang == "en" else "zh")) for code, words in rows.items()]


def counted(title: str, found: Sequence[tuple[str, int, Token]]) -> list[Cell]:
    """``设备 24   ! 损坏 1   该检查 5``."""
    cells = [Cell(title, "title")]
    for word, n, token in found:
        if n:
            cells.append(Cell(f"   {'! ' if token in ('urgent', 'late') else ''}{word} {n}", token))
    return cells
