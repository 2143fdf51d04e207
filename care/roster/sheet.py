"""Finding the table in a welfare home's spreadsheet: its header, its columns, the lines that are people.

Title rows, headers of one or two rows with merged cells, columns in any order, cells merged over rows, sections,
repeated headers and the lines below the table are told apart. Headings and synonyms: ``data/roster_columns.toml``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from openpyxl.utils import get_column_letter

from care.data import table
from care.roster.cell import Cell, cell_of, plain, shown
from care.roster.workbook import MOST_COLUMNS, Grid, RosterUnreadable, open_sheets

_HEADER_WITHIN = 30  # rows from the top
_FEWEST_COLUMNS = 2  # a name alone is no table
_SECTION_WIDTH = 3  # columns that a heading between the people is merged over
_ORDINAL = re.compile(r"(?<=\D)[12345一二三四五]$")

Why = Literal["footer", "section", "header_again", "sheet_hidden", "sheet_no_table", "column_unknown", "column_twice"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its cells by field of ``roster_columns.toml``, in the order of columns; several only for contacts."""

    sheet: str
    number: int
    cells: Mapping[str, tuple[Cell, ...]]

    def get(self, field: str) -> Cell | None:
        """The first cell of a field that holds anything."""
        cells = self.cells.get(field)
        return cells[0] if cells else None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something in the file that is not taken as people: nothing is passed over in silence."""

    sheet: str
    row: int  # 0: the whole sheet
    column: str
    text: str
    why: Why


@dataclass(frozen=True, slots=True)
class Roster:
    """What a file says: its lines, what was left out, and for each sheet the column of each field."""

    rows: tuple[Row, ...]
    left_out: tuple[LeftOut, ...]
    columns: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Header:
    row: int
    depth: int
    fields: dict[int, str]  # by column
    headings: dict[int, str]


def read_roster(path: Path) -> Roster:
    """Read an .xlsx file. Raises RosterUnreadable; ``no_people`` when no visible sheet has a column of names."""
    rows: list[Row] = []
    left_out: list[LeftOut] = []
    columns: dict[str, dict[str, str]] = {}
    for grid in open_sheets(path):
        header = None if grid.hidden else _find_header(grid)
        if header is None:
            if grid.cells:
                left_out.append(
                    LeftOut(grid.name, 0, "", grid.name, "sheet_hidden" if grid.hidden else "sheet_no_table")
                )
            continue
        first, spare = _columns(header)
        columns[grid.name] = {field: get_column_letter(at) for field, at in first.items()}
        left_out += [
            LeftOut(grid.name, header.row, get_column_letter(at), header.headings[at], why) for at, why in spare
        ]
        for line in _lines(grid, header):
            if isinstance(line, Row):
                rows.append(line)
            else:
                left_out.append(line)
    if not columns:
        raise RosterUnreadable("no_people", path)
    return Roster(tuple(rows), tuple(left_out), columns)


@cache
def _synonyms() -> Mapping[str, str]:
    fields = table("roster_columns")["field"]
    return {plain(heading): field["id"] for field in fields for heading in field["headings"]}


@cache
def _under() -> Mapping[tuple[str, str], str]:
    """Fields by (group heading, heading below it)."""
    data = table("roster_columns")
    return {
        (plain(top), plain(below)): field["id"]
        for field in data["field"]
        for group, headings in field.get("under", {}).items()
        for top in data["groups"][group]
        for below in headings
    }


@cache
def _once() -> frozenset[str]:
    return frozenset(field["id"] for field in table("roster_columns")["field"] if field.get("once"))


def _find_header(grid: Grid) -> _Header | None:
    """The row, or pair of rows, that names most fields, a name among them."""
    best: _Header | None = None
    most = 0
    # One row is tried everywhere first: a title merged over all columns would make a pair with the row below it.
    for depth in (1, 2):
        for row in sorted(grid.cells)[:_HEADER_WITHIN]:
            header = _header(grid, row, depth)
            known = set(header.fields.values())
            if "name" in known and len(known) >= _FEWEST_COLUMNS and len(known) > most:
                best, most = header, len(known)
    return best


def _header(grid: Grid, row: int, depth: int) -> _Header:
    fields: dict[int, str] = {}
    headings: dict[int, str] = {}
    for column in range(1, MOST_COLUMNS + 1):
        top, bottom = shown(grid, row, column), ""
        if depth == 2 and grid.anchor(row + 1, column) != grid.anchor(row, column):
            bottom = shown(grid, row + 1, column)
        if top or bottom:
            headings[column] = f"{top} {bottom}".strip()
            field = _field(top, bottom)
            if field:
                fields[column] = field
    return _Header(row, depth, fields, headings)


def _field(top: str, bottom: str) -> str:
    known, under = _synonyms(), _under()
    above, heading = plain(top), plain(bottom)
    if not heading:
        return known.get(above) or known.get(_ORDINAL.sub("", above), "")
    group = above if any(above == name for name, _ in under) else _ORDINAL.sub("", above)
    if any(group == name for name, _ in under):
        # Below 联系人 a 姓名 is the contact's and an 身份证号 is nobody's whom we keep.
        return under.get((group, heading), "")
    return known.get(above + heading) or known.get(heading, "")


def _columns(header: _Header) -> tuple[dict[str, int], list[tuple[int, Why]]]:
    """The first column of each field, and the columns that nothing is read from."""
    first: dict[str, int] = {}
    spare: list[tuple[int, Why]] = []
    ignored = {plain(heading) for heading in table("roster_columns")["ignored"]}
    for column, heading in sorted(header.headings.items()):
        field = header.fields.get(column)
        if field is None:
            if plain(heading) not in ignored:
                spare.append((column, "column_unknown"))
        elif field not in first:
            first[field] = column
        elif not field.startswith("contact_"):
            spare.append((column, "column_twice"))
    return first, spare


def _lines(grid: Grid, header: _Header) -> Iterator[Row | LeftOut]:
    first, _ = _columns(header)
    for number in sorted(grid.cells):
        if number < header.row + header.depth:
            continue
        why = _not_a_person(grid, header, number, first["name"])
        if why:
            column = min(grid.cells[number])
            yield LeftOut(grid.name, number, get_column_letter(column), shown(grid, number, column), why)
            continue
        cells: dict[str, list[Cell]] = {}
        for column, field in sorted(header.fields.items()):
            several = field.startswith("contact_")
            if not several and column != first[field]:
                continue
            cell = _cell(grid, header, number, column, field)
            if cell is not None or several:
                # An empty cell keeps its place, so that each telephone number stays with its contact.
                cells.setdefault(field, []).append(cell or Cell(get_column_letter(column), header.headings[column], ""))
        yield Row(grid.name, number, {field: tuple(found) for field, found in cells.items()})


def _not_a_person(grid: Grid, header: _Header, number: int, name_column: int) -> Why | None:
    filled = sorted(grid.cells[number])
    opening = shown(grid, number, filled[0])
    named = grid.cells[number].get(name_column)
    speaks_for_the_sheet = any(opening.startswith(footer) for footer in table("roster_words")["footers"])
    if speaks_for_the_sheet and (named is None or filled[0] == name_column):
        return "footer"
    if len(filled) == 1 and _width(grid, number, filled[0]) >= _SECTION_WIDTH:
        return "section"
    if any(_repeats(grid, number, header.row + part) for part in range(header.depth)):
        return "header_again"
    return None


def _repeats(grid: Grid, row: int, of: int) -> bool:
    """Whether all that a row says stands in the same columns of another: a printed list repeats its header."""
    return all(plain(shown(grid, row, at)) == plain(shown(grid, of, at)) for at in grid.cells[row])


def _width(grid: Grid, row: int, column: int) -> int:
    """Over how many columns a merged cell reaches."""
    return 1 + sum(grid.merged.get((row, other)) == (row, column) for other in range(1, MOST_COLUMNS + 1))


def _cell(grid: Grid, header: _Header, row: int, column: int, field: str) -> Cell | None:
    if field in _once() and grid.anchor(row, column)[0] != row:
        return None
    value = grid.value(row, column)
    if value is None:
        return None
    return cell_of(value, get_column_letter(column), header.headings[column], begins_1904=grid.begins_1904)
