"""Which bed a line means: a room and a bed in two columns, in one, or a room alone."""

import re
import unicodedata

from care.roster.cell import Cell
from care.roster.problem import Findings

_ROOM_WORDS = re.compile(r"(?:号房间|房间|号房|号室|室|房|号)$")
_BED_WORDS = re.compile(r"(?:号床位|号床|床位|床|号)$")
_DASHES = re.compile(r"[\u2010-\u2015_~#—]|号房间|房间|号房|号室|室(?=\d)")
_WHOLE = re.compile(r"(.+)-\d{1,2}")
_LEADING_ZEROS = re.compile(r"(?:^|(?<=-))0+(?=\d)")


def place_of(room_cell: Cell | None, bed_cell: Cell | None, found: Findings) -> tuple[str, str]:
    """Room and bed label (``204``, ``204-2``); either may be empty. A room's label stands before its bed's number."""
    room = "" if room_cell is None else _ROOM_WORDS.sub("", _written(room_cell, found))
    bed = "" if bed_cell is None else _bed(bed_cell, found)
    if not bed:
        # 2-204 is a room of a building, 204-2 a bed of a room.
        whole = _WHOLE.fullmatch(room)
        return (whole[1], room) if whole else (room, "")
    if "-" in bed:
        # One cell merged over both columns holds the whole label, so the room column is no room.
        return room if room and room != bed else bed.rpartition("-")[0], bed
    return (room, f"{room}-{bed}") if room else ("", bed)


def floor_of(room: str) -> int:
    """The floor that a room's number names: 204 is on the second, 1012 on the tenth; otherwise the first."""
    number = re.search(r"(\d{1,2})\d{2}$", room)
    return max(1, int(number[1])) if number else 1


def _bed(cell: Cell, found: Findings) -> str:
    written = _DASHES.sub("-", _BED_WORDS.sub("", _written(cell, found)))
    return _LEADING_ZEROS.sub("", written).strip("-")


def _written(cell: Cell, found: Findings) -> str:
    if cell.on is not None:
        # 10-2 typed into a spreadsheet becomes the second of October.
        label = f"{cell.on.month}-{cell.on.day}"
        found.say(cell, "bed_was_date", value=f"{cell.text} = {label}")
        return label
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", cell.text))
