"""Which sheets there are, and printing one: read, drawn, written down as printed, then put into a file.

A sheet with people in it lies there unencrypted: the house prints from it and deletes it. It is never written over
another file, its owner alone reads it, and that it left the record is an event before it does.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.sheets.head import SheetHead
    from db.store import Store

ENDING: Final = ".pdf"
FORMS: Final = frozenset({"incident", "assessment"})
"""Of these an empty one has nobody on it."""
_UNFIT: Final = re.compile(r"[^\w.-]+")

Drawn = tuple["SheetHead", bytes]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be printed. ``last`` is a day (today if ``None``), ``days`` how many end with it.

    ``record_id``: the event, assessment or handover; ``of``: a kind of event, or a scale; ``blank``: for filling in.
    """

    person_id: UUID | None = None
    last: date | None = None
    days: int = 0
    shift: str = ""
    record_id: UUID | None = None
    of: str = ""
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """A file that was written; ``on_stick``: on something that is pulled out and carried about."""

    path: Path
    on_stick: bool


def save(store: "Store", by: UUID, sheet: str, wanted: Wanted, path: Path) -> Printed:
    """Print into a file, or into a folder under a name of the sheet's own.

    Raises ``NoRight``, ``FileThere``, ``NotAllowed``, ``DiskFull``, and ``Refused``: person_unknown, record_unknown,
    print_period, print_shift, event_kind_unknown, scale_unknown, nothing_to_print.
    """
    from care.sheets.head import note_printed
    from yiyang_tui import leaving

    folder = path.expanduser().is_dir()
    # A name that is taken is said before anything is read or drawn.
    target = path if folder else leaving.free(path)
    head, body = SHEETS[sheet](store, by, wanted)
    if folder:
        target = leaving.free(path / name_of(sheet, head.bed_label, _day(store, wanted)))
    empty = wanted.blank and wanted.person_id is None and sheet in FORMS
    note_printed(store, by, sheet, head, target.name, empty=empty)
    written = leaving.put(target, body)
    return Printed(written, leaving.on_a_stick(written))


def name_of(sheet: str, bed_label: str, day: date) -> str:
    """``体温单-101-1-2026-11-22.pdf``: by the bed, no name of a person stands in the name of a file."""
    parts = [t(f"print.sheet.{sheet}"), bed_label, day.isoformat()]
    return "-".join(_UNFIT.sub("_", part) for part in parts if part) + ENDING


def _day(store: "Store", wanted: Wanted) -> date:
    from care.age import house_day

    return wanted.last or house_day(store.now())


def _span(store: "Store", wanted: Wanted, usual: int, *, ahead: bool = False) -> tuple[date, date]:
    """The first and the last day; with ``ahead`` the days begin with the one named."""
    day, more = _day(store, wanted), timedelta(days=(wanted.days or usual) - 1)
    return (day, day + more) if ahead else (day - more, day)


def _rounds(store: "Store", by: UUID, wanted: Wanted) -> Drawn:
    from care.sheets.rounds import house_rounds, person_rounds, present_shift
    from yiyang_tui.print import rounds

    if wanted.person_id is not None:
        of = person_rounds(store, by, wanted.person_id, *_span(store, wanted, 1))
        return of.head, rounds.draw_person(of, blank=wanted.blank)
    day, shift = present_shift(store.now())
    whole = house_rounds(store, by, wanted.last or day, wanted.shift or shift)
    return whole.head, rounds.draw_house(whole, blank=wanted.blank)


def _doses(store: "Store", by: UUID, wanted: Wanted) -> Drawn:
    from care.sheets.doses import doses_sheet
    from yiyang_tui.print import doses

    days = _span(store, wanted, 7, ahead=wanted.blank)
    sheet = doses_sheet(store, by, _person(wanted), *days, blank=wanted.blank)
    return sheet.head, doses.draw(sheet)


def _temperature(store: "Store", by: UUID, wanted: Wanted) -> Drawn:
    from care.sheets.temperature import temperature_sheet
    from yiyang_tui.print import temperature

    sheet = temperature_sheet(store, by, _person(wanted), _day(store, wanted))
    return sheet.head, temperature.draw(sheet)


def _handover(store: "Store", by: UUID, wanted: Wanted) -> Drawn:
    from care.sheets.handover import handover_draft, handover_sheet
    from yiyang_tui.print import handover

    sheet = handover_draft(store, by) if wanted.blank else handover_sheet(store, by, wanted.record_id)
    return sheet.head, handover.draw(sheet)


def _incident(store: "Store", by: UUID, wanted: Wanted) -> Drawn:
    from care.sheets.form import blank_form, event_form, newest
    from yiyang_tui.print import form

    if wanted.blank:
        sheet = blank_form(store, by, wanted.of, wanted.person_id)
    else:
        of = wanted.record_id or newest(store, wanted.person_id, wanted.of)
        sheet = event_form(store, by, of)
    return sheet.head, form.draw(sheet)


def _assessment(store: "Store", by: UUID, wanted: Wanted) -> Drawn:
    from care.sheets.assessment import assessment_sheet, blank_sheet, newest
    from yiyang_tui.print import assessment

    if wanted.blank:
        sheet = blank_sheet(store, by, wanted.person_id, wanted.of)
    else:
        person = _person(wanted)
        of = wanted.record_id or newest(store, person, wanted.of or None)
        sheet = assessment_sheet(store, by, person, of)
    return sheet.head, assessment.draw(sheet)


def _person(wanted: Wanted) -> UUID:
    from db.errors import Refused

    if wanted.person_id is None:
        raise Refused("person_unknown")
    return wanted.person_id


SHEETS: Final[Mapping[str, Callable[["Store", UUID, Wanted], Drawn]]] = {
    "rounds": _rounds,
    "doses": _doses,
    "temperature": _temperature,
    "handover": _handover,
    "incident": _incident,
    "assessment": _assessment,
}
