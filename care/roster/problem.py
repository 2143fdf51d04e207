"""What a roster's lines can have wrong with them, and how much it weighs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from care.roster.cell import Cell

Severity = Literal["error", "warning", "info"]

# error: the line is not imported. warning: it is, and somebody should look. info: something was settled, or left out.
SEVERITIES: Mapping[str, Severity] = {
    "name_missing": "error",
    "duplicate_id": "error",
    "duplicate_person": "error",
    "name_odd": "warning",
    "same_name": "warning",
    "id_missing": "warning",
    "id_length": "warning",
    "id_characters": "warning",
    "id_birth_date": "warning",
    "id_birth_future": "warning",
    "id_check_digit": "warning",
    "id_digits_lost": "warning",
    "id_province_unknown": "warning",
    "id_upgraded": "info",
    "sex_missing": "warning",
    "sex_unknown": "warning",
    "sex_disagrees": "warning",
    "birth_missing": "warning",
    "birth_unreadable": "warning",
    "birth_incomplete": "warning",
    "birth_future": "warning",
    "birth_disagrees": "warning",
    "birth_unlikely": "warning",
    "birth_century": "info",
    "ethnic_unknown": "warning",
    "category_unknown": "warning",
    "category_several": "info",
    "level_missing": "warning",
    "level_unknown": "warning",
    "insurance_unknown": "warning",
    "relation_unknown": "info",
    "phone_shape": "warning",
    "allergy_contradicts": "warning",
    "bed_missing": "warning",
    "bed_twice": "warning",
    "bed_occupied": "warning",
    "bed_was_date": "warning",
    "bed_numbered": "info",
    "admitted_unreadable": "warning",
    "admitted_incomplete": "warning",
    "admitted_future": "warning",
    "admitted_before_birth": "warning",
    "note_gone": "warning",
    "cell_broken": "warning",
    "already_known": "info",
    "column_absent": "warning",
    "column_unknown": "info",
    "column_twice": "info",
    "sheet_hidden": "info",
    "sheet_no_table": "info",
    "header_again": "info",
    "section": "info",
    "footer": "info",
}

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to know about one cell. ``code`` names the sentence ``roster.<code>``.

    ``row`` 0 is the whole sheet, ``column`` empty the whole line. ``value`` is what stands there, shortened; it may be
    personal, so it is for the screen and never for a log. ``other``: sheet and row of the line it clashes with.
    """

    sheet: str
    row: int
    column: str
    heading: str
    value: str
    code: str
    severity: Severity
    other: tuple[str, int] | None = None


def problem(
    sheet: str, row: int, cell: Cell, code: str, *, value: str | None = None, other: tuple[str, int] | None = None
) -> Problem:
    """The problem ``code`` of one cell."""
    shown = cell.text if value is None else value
    if len(shown) > _SHOWN:
        shown = shown[: _SHOWN - 3] + "..."
    return Problem(sheet, row, cell.column, cell.heading, shown, code, SEVERITIES[code], other)


@dataclass(slots=True)
class Findings:
    """What is found while one line is read: problems, and texts that fit no field but must not be lost."""

    sheet: str
    row: int
    problems: list[Problem] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def say(self, cell: Cell, code: str, *, value: str | None = None) -> None:
        """Name a problem."""
        self.problems.append(problem(self.sheet, self.row, cell, code, value=value))

    def keep(self, cell: Cell, code: str | None = None) -> None:
        """Keep the words of a cell in the person's note, under the cell's own heading; name the problem, if any."""
        self.kept.append(f"{cell.heading}：{cell.text}")
        if code:
            self.say(cell, code)
