"""A table as the bytes of a file: CSV that Excel reads as UTF-8, or a workbook. Nothing in a cell is ever a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from care.exports.tables import Cell, Table

KINDS: Final = ("csv", "xlsx")
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What no workbook may hold, and no reader of a CSV should meet: control characters but tab and line ends.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")
_LONGEST_CELL = 32_000


def safe(cell: Cell) -> Cell:
    """A cell that a spreadsheet shows and never computes: text that begins like a formula has an apostrophe before."""
    if not isinstance(cell, str):
        return cell
    text = _CONTROL.sub("", cell)[:_LONGEST_CELL]
    return f"'{text}" if text.lstrip(" \u3000").startswith(_STARTS) or text.startswith(_STARTS) else text


def written(kind: str, table: Table, preface: str = "") -> bytes:
    """The file of a table. ``preface``: a line before the headings that says who made it, when, why."""
    rows: list[Sequence[Cell]] = [[preface]] if preface else []
    rows += [table.headings, *table.rows]
    return _workbook(table.what, rows) if kind == "xlsx" else _csv(rows)


def _csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
    return page.getvalue().encode("utf-8-sig")


def _workbook(title: str, rows: Iterable[Sequence[Cell]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append([safe(cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
