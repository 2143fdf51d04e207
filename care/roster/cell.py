"""One cell of a roster: what it shows, and what a spreadsheet may have made of what was typed."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from care.roster.workbook import CellValue, Grid

_BRACKETS = re.compile(r"[(\[【<][^)\]】>]*[)\]】>]")
_BESIDE_WORDS = re.compile(r"[\s:*·。.、]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|_x000[dD]_")
# Serial numbers that a spreadsheet uses for days within living memory.
_SERIALS = range(1, 80_000)
# A spreadsheet keeps 15 digits of a number; an identity number typed as one has lost its end.
_KEPT_DIGITS = 10**15


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a person's line. ``on``: the day it holds; ``serial``: the day its number would mean as a date.

    ``imprecise``: a number of more digits than a spreadsheet keeps.
    """

    column: str  # its letter
    heading: str
    text: str
    on: date | None = None
    numeric: bool = False
    serial: date | None = None
    imprecise: bool = False


def cell_of(value: CellValue, column: str, heading: str, *, begins_1904: bool = False) -> Cell:
    """The cell that holds ``value``."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    return Cell(
        column=column,
        heading=heading,
        text=_text(value),
        on=value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None,
        numeric=number is not None,
        serial=None if number is None else _serial(number, begins_1904),
        imprecise=number is not None and _lost_digits(number),
    )


def shown(grid: Grid, row: int, column: int) -> str:
    """The text of a cell of a sheet, merged ranges filled."""
    value = grid.value(row, column)
    return "" if value is None else _text(value)


def plain(text: str) -> str:
    """A word as it is compared: half-width, lower case, without spaces, brackets and what stands in them."""
    return _BESIDE_WORDS.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", text))).lower()


def _text(value: CellValue) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return _CONTROL.sub(" ", str(value)).strip()


def _serial(number: int | float, begins_1904: bool) -> date | None:
    if not _SERIALS[0] <= number <= _SERIALS[-1]:
        return None
    day = from_excel(int(number), MAC_EPOCH if begins_1904 else WINDOWS_EPOCH)
    return day.date() if isinstance(day, datetime) else None


def _lost_digits(number: int | float) -> bool:
    # Other programs write all digits of a whole number; the spreadsheet leaves zeros.
    return abs(number) >= _KEPT_DIGITS and (isinstance(number, float) or number % 1000 == 0)
