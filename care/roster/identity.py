"""Who a line is about: name, identity number, sex, dates; each checked against the others."""

import re
import unicodedata
from datetime import date

from care.id_number import BadIdNumber, IdNumber, agrees, parse
from care.roster.cell import Cell
from care.roster.dates import ReadDate, read_date
from care.roster.problem import Findings
from care.roster.words import code_of, said

_NAME = re.compile(r"[^\W\d_]+(?:·[^\W\d_]+)*")
_DOTS = re.compile(r"[.•・‧∙]")
_LONGEST_NAME = 50


def name_of(cell: Cell | None, found: Findings) -> str:
    """The name without the spaces that were typed to align it; empty when there is none."""
    if cell is None or said(cell.text):
        return ""
    name = _DOTS.sub("·", re.sub(r"\s+", "", unicodedata.normalize("NFKC", cell.text)))
    if not _NAME.fullmatch(name) or not 2 <= len(name) <= _LONGEST_NAME:
        found.say(cell, "name_odd")
    return name


def number_of(cell: Cell | None, found: Findings, today: date) -> tuple[IdNumber | None, str]:
    """The number, or what was typed in its place: a wrong number is never kept as right, and never lost."""
    if cell is None:
        return None, ""
    if said(cell.text) in ("none", "unknown"):
        found.say(cell, "id_missing")
        return None, cell.text
    if cell.imprecise:
        found.say(cell, "id_digits_lost")
        return None, cell.text
    try:
        number = parse(cell.text, today)
    except BadIdNumber as bad:
        found.say(cell, f"id_{bad.problem}")
        return None, cell.text
    if number.upgraded:
        found.say(cell, "id_upgraded")
    for warning in number.warnings:
        found.say(cell, f"id_{warning}")
    return number, ""


def sex_of(cell: Cell | None, number: IdNumber | None, found: Findings) -> str:
    """Codes/sex. A number whose check digit holds outweighs the word beside it."""
    code = None if cell is None else code_of("sex", cell.text)
    if cell is not None and code is None:
        found.keep(cell, "sex_unknown")
    if number is None:
        return code or "0"
    if cell is not None and code is not None and "sex" in agrees(number, code, None):
        found.keep(cell, "sex_disagrees")
    return number.sex


def birth_of(cell: Cell | None, number: IdNumber | None, found: Findings, today: date) -> str | None:
    """The birth date as ISO text, as much of it as is known. A number whose check digit holds outweighs the cell."""
    certain = number.birth.isoformat() if number else None
    if cell is None:
        return certain
    read = _day(cell, today)
    if read.doubt == "unreadable":
        found.keep(cell, "birth_unreadable")
    elif read.iso > today.isoformat():
        found.keep(cell, "birth_future")
    elif number is not None:
        if "birth" in agrees(number, "", read.iso):
            found.keep(cell, "birth_disagrees")
    else:
        if read.doubt == "incomplete":
            found.keep(cell, "birth_incomplete")
        elif read.doubt == "century":
            found.say(cell, "birth_century", value=f"{cell.text} = {read.iso}")
        return read.iso
    return certain


def _day(cell: Cell, today: date, *, recent: bool = False) -> ReadDate:
    if cell.on is not None:
        return ReadDate(cell.on.isoformat(), "")
    # A number 1943.1 was January or October: only the year is sure.
    text = cell.text.partition(".")[0] if cell.numeric else cell.text
    read = read_date(text, today, recent=recent)
    if read.doubt == "unreadable" and cell.serial is not None:
        return ReadDate(cell.serial.isoformat(), "")
    return read


def admitted_of(cell: Cell | None, birth: str | None, found: Findings, today: date) -> date | None:
    """The day of coming into the house, when the cell names one that can be."""
    if cell is None:
        return None
    read = _day(cell, today, recent=True)
    day = read.day
    if day is None:
        found.keep(cell, "admitted_incomplete" if read.doubt == "incomplete" else "admitted_unreadable")
    elif day > today:
        found.keep(cell, "admitted_future")
    elif birth is not None and day.isoformat() < birth:
        found.keep(cell, "admitted_before_birth")
    else:
        return day
    return None
