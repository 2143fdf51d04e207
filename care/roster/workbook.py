"""Opening a spreadsheet of unknown origin: what it may be, how large, and its cells as they stand.

Nothing of the file is believed before it is bounded: a small zip file can unfold into more than a laptop holds.
"""

import re
import struct
import warnings
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException

from db.errors import YiyangError

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 200
_MOST_SHEETS = 60
_MOST_PARTS = 4_000
_MOST_XML = 64 * 1024 * 1024
# Only sheets and their texts grow with the roster; a larger part of another kind is no roster's.
_MOST_XML_BESIDE = 8 * 1024 * 1024
_GROWING = re.compile(r"xl/(?:worksheets/|sharedStrings\.xml)", re.IGNORECASE)
_MOST_MERGED = 500_000
_LAST_ROW = 1_048_576
# A list has no gap like this; a single cell far below it is a slip, and the way there is long.
_LONGEST_GAP = 20_000

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # the container of .xls, and of an encrypted .xlsx
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# A spreadsheet has no document type; entities are how a small one becomes a large one.
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,200}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')

# What the reader of the format raises on a file that was cut or changed.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ParseError,
    InvalidFileException,
    EOFError,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
)

CellValue = str | int | float | bool | datetime | date | time | timedelta


class RosterUnreadable(YiyangError):
    """The file is no roster that can be read; the sentence is ``roster_unreadable.<reason>``. Facts: reason, path.

    Reasons: missing, locked, too_large, too_many_rows, not_excel, old_excel, password, damaged, no_people.
    """

    code: ClassVar[str] = "roster_unreadable"
    exit_code: ClassVar[int] = 2

    def __init__(self, reason: str, path: Path) -> None:
        super().__init__(reason=reason, path=path.name)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its cells that hold something, by row and column from 1.

    ``merged`` maps each further cell of a merged range to the range's first cell; ``begins_1904``: the Mac's calendar.
    """

    name: str
    hidden: bool
    cells: dict[int, dict[int, CellValue]]
    merged: dict[tuple[int, int], tuple[int, int]]
    begins_1904: bool

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """The cell that holds what this cell shows: itself, or the first of its merged range."""
        return self.merged.get((row, column), (row, column))

    def value(self, row: int, column: int) -> CellValue | None:
        """What a cell shows, merged ranges filled."""
        row, column = self.anchor(row, column)
        return self.cells.get(row, {}).get(column)


def open_sheets(path: Path) -> tuple[Grid, ...]:
    """All sheets of an .xlsx file. Raises RosterUnreadable."""
    data = _bytes(path)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            reason = _refuse(archive)
            if reason:
                raise RosterUnreadable(reason, path)
            return tuple(_grids(data, archive, path))
    except _DAMAGED as error:
        raise RosterUnreadable("damaged", path) from error


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise RosterUnreadable("missing", path) from None
    except OSError:
        # The spreadsheet program holds the file open, or it is a folder, or not ours to read.
        raise RosterUnreadable("locked", path) from None
    if len(data) > MOST_BYTES:
        raise RosterUnreadable("too_large", path)
    if data.startswith(_OLE):
        raise RosterUnreadable("password" if _ENCRYPTED in data else "old_excel", path)
    if not data.startswith(b"PK"):
        raise RosterUnreadable("not_excel", path)
    return data


def _refuse(archive: zipfile.ZipFile) -> str:
    """Why a zip file is not read any further; empty when it is. Sizes are those that reading will hold to."""
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS:
        return "too_large"
    if not any(part.filename.lower() == "xl/workbook.xml" for part in parts):
        return "not_excel"
    if any(part.flag_bits & 0x1 for part in parts):
        return "password"
    xml = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
    beside = [part for part in xml if not _GROWING.match(part.filename)]
    if sum(part.file_size for part in xml) > _MOST_XML or any(part.file_size > _MOST_XML_BESIDE for part in beside):
        return "too_large"
    if any(_DOCTYPE.search(archive.read(part)) for part in xml):
        return "damaged"
    return ""


def _grids(data: bytes, archive: zipfile.ZipFile, path: Path) -> Iterator[Grid]:
    # The reader warns about what it does not keep (validations, colours); a terminal is no place for that.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            if len(book.worksheets) > _MOST_SHEETS:
                raise RosterUnreadable("too_large", path)
            rows_left = MOST_ROWS
            for sheet in book.worksheets:
                cells = _cells(sheet, rows_left, path)
                rows_left -= len(cells)
                # The streaming reader passes over merged ranges; the part itself names them.
                merged = _merged(archive.read(sheet._worksheet_path), cells, path)
                yield Grid(sheet.title, sheet.sheet_state != "visible", cells, merged, book.epoch.year == 1904)
        finally:
            book.close()


def _cells(sheet: Any, rows_left: int, path: Path) -> dict[int, dict[int, CellValue]]:
    sheet.reset_dimensions()  # what the file says of its own size is often wrong
    cells: dict[int, dict[int, CellValue]] = {}
    rows = sheet.iter_rows(min_row=1, max_row=_LAST_ROW, max_col=MOST_COLUMNS, values_only=True)
    last = 0
    for number, values in enumerate(rows, start=1):
        row = {at: value for at, value in enumerate(values, start=1) if value is not None and str(value).strip()}
        if number - last > _LONGEST_GAP:
            break
        if row:
            last = number
            if len(cells) >= rows_left:
                raise RosterUnreadable("too_many_rows", path)
            cells[number] = row
    return cells


def _merged(part: bytes, cells: dict[int, dict[int, CellValue]], path: Path) -> dict[tuple[int, int], tuple[int, int]]:
    """Each merged cell that lies in a row with anything in it, with the first cell of its range."""
    filled = sorted(cells)
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    seen = 0
    for found in _MERGED.finditer(part):
        left, right = column_index_from_string(found[1].decode()), column_index_from_string(found[3].decode())
        top, bottom = int(found[2]), int(found[4])
        rows = filled[bisect_left(filled, top) : bisect_left(filled, bottom + 1)]
        columns = range(left, min(right, MOST_COLUMNS) + 1)
        seen += len(rows) * len(columns)
        if seen > _MOST_MERGED:
            raise RosterUnreadable("too_large", path)
        merged.update(
            ((row, column), (top, left)) for row in rows for column in columns if (row, column) != (top, left)
        )
    return merged
