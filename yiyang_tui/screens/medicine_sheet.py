"""The doses of some days as on a paper dose sheet: an order's hours down, the days across, a sign in each field."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from textual.geometry import Size

from yiyang_tui.cells import fit
from yiyang_tui.screens.medicine_list import SIGNS, sign
from yiyang_tui.themes import Token
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from care.medicines.sheet import SheetDose, SheetLine

HOUR, DAY = 6, 4
"""Cells of the column of hours, and of each day."""
MANY: Final = "+"
"""More than one dose stands in one field."""


def days_in(room: Size) -> int:
    """How many days fit."""
    return max(min((room.width - HOUR) // DAY, 31), 5)


def grid(line: "SheetLine", until: int, days: int) -> list[list[Cell]]:
    """A title of days, then a line an hour; the last day at the right. As needed: one line, how often on each day."""
    today = times.local(until).date()
    shown = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    title = [Cell(fit(t("medicines.month", n=shown[0].month), HOUR), "quiet")]
    for nth, day in enumerate(shown):
        token: Token = "title" if day == today or (nth and day.day == 1) else "quiet"
        title.append(Cell(fit(str(day.day), DAY, "right"), token))
    fields: dict[tuple[str, object], list[Cell]] = {}
    for dose in line.doses:
        hour = t("medicines.sheet_needed") if dose.due_at is None else times.clock(dose.due_at)
        fields.setdefault((hour, times.local(dose.due_at or dose.at).date()), []).append(_field(dose))
    for due in line.open:
        fields.setdefault((times.clock(due), times.local(due).date()), []).append(
            Cell(t("medicines.sign.over"), "late")
        )
    rows = [title]
    for hour in sorted({hour for hour, _ in fields}):
        cells = [Cell(fit(hour, HOUR), "quiet")]
        for day in shown:
            found = fields.get((hour, day), [])
            text = found[-1].text + (MANY if len(found) > 1 else "") if found else ""
            cells.append(Cell(fit(text, DAY, "right"), found[-1].token if found else ""))
        rows.append(cells)
    return rows


def sheets(
    lines: "Sequence[tuple[str, SheetLine]]", here: object, until: int, days: int, height: int
) -> list[list[Cell]]:
    """The sheets of several orders below each other, each under its name, the one with the id ``here`` first."""
    rows: list[list[Cell]] = []
    for name, line in sorted(lines, key=lambda one: one[1].order.id != here):
        found = grid(line, until, days)
        if len(rows) + len(found) > height:
            break
        rows += found[:1] if not rows else []
        rows += [[Cell(name, "title" if line.order.id == here else "")], *found[1:]]
    return rows


def _field(dose: "SheetDose") -> Cell:
    return Cell(sign(dose.result), "done" if dose.result == "given" else "due")


def legend() -> list[Cell]:
    """What the signs mean."""
    said = [f"{t(f'medicines.sign.{one}')} {t(f'medicines.means.{one}')}" for one in (*SIGNS[:7], "over")]
    return [Cell("  ".join(said), "quiet")]


def last_causes(line: "SheetLine", most: int) -> Sequence[Cell]:
    """The newest doses that were not simply given, with why."""
    told = [one for one in line.doses if one.result != "given" or one.cause or one.second]
    return [
        Cell(
            "  ".join(
                filter(
                    None,
                    (
                        times.local(one.due_at or one.at).strftime("%m-%d %H:%M"),
                        t(f"medicines.means.{one.result}") if one.result in SIGNS else one.result,
                        one.cause,
                        one.who,
                        t("medicines.with_second", who=one.second) if one.second else "",
                    ),
                )
            ),
            "quiet",
        )
        for one in reversed(told[-most:] if most > 0 else [])
    ]
