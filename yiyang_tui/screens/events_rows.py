"""The lines of the place of events: what is in force, then what happened, day by day."""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final
from uuid import UUID

from yiyang_tui.cells import BETWEEN, whole_parts
from yiyang_tui.themes import Token
from yiyang_tui.widgets.virtual_list import Cell, Column
from yiyang_tui.words import language, plural, t, times

if TYPE_CHECKING:
    from care.events.house import Happened, HouseEvents, OpenRow
    from care.events.read import EventView

SIGN, WHEN, BED, NAME = 1, 11, 6, 8
WHO: Final = {"zh": 9, "en": 13}
"""``超 2 小时`` and ``late 14 hours``, or who recorded it."""


def columns() -> tuple[Column, ...]:
    """As wide as the words of the language spoken now need."""
    side = Column(WHO[language()], align="right")
    return (Column(SIGN), Column(WHEN), Column(BED), Column(NAME), Column(0), side)


@dataclass(frozen=True, slots=True)
class Row:
    """One line; ``event`` is what Enter opens."""

    id: str
    cells: tuple[Cell, ...]
    event: UUID | None = None


def rows(found: "HouseEvents", now: int, width: int) -> list[Row]:
    """The lines in a list of ``width`` cells; none where there is nothing."""
    laid = columns()
    room = width - 3 - sum(column.width for column in laid) - (len(laid) - 1)
    lines: list[Row] = []
    if found.opened:
        lines.append(_heading("open", plural("events.open", len(found.opened))))
        lines += [_open(row, now, room) for row in found.opened]
    for day, each in groupby(found.happened, lambda one: times.day(one.first.at, now)):
        happened = list(each)
        if lines:
            lines.append(Row(f"gap-{day}", (Cell(""),)))
        lines.append(_heading(f"day-{day}", f"{day} {sum(len(one.events) for one in happened)}"))
        lines += [_happened(one, room) for one in happened]
    if not found.whole:
        lines.append(Row("more", (Cell(t("events.more"), "quiet"),)))
    return lines


def _open(row: "OpenRow", now: int, room: int) -> Row:
    event, due = row.event, row.due
    beside, token = times.span(max(now - event.at, 60)), _token(event)
    said = _said(event)
    if due is not None and due.due_at <= now + 7200:
        late = due.due_at < now
        said = f"{due.words.of(language())}{BETWEEN}{said}"
        beside = t("events.late", span=times.span(now - due.due_at)) if late else times.clock(due.due_at)
        token = "late" if late and token != "urgent" else token or "due"
    cells = (
        Cell("!" if event.urgent else "", "urgent"),
        Cell(times.moment(event.at, now), "quiet"),
        *_whose(event),
        Cell(whole_parts(said, room), token),
        Cell(beside, "late" if token == "late" else "quiet"),
    )
    return Row(f"open{event.id.hex}", cells, event.id)


def _happened(one: "Happened", room: int) -> Row:
    event = one.first
    whose = _whose(event)
    if len(one.events) > 1:
        whose = (Cell(""), Cell(plural("event.people", len(one.events)), "title"))
    cells = (
        Cell("!" if event.urgent else "", "urgent"),
        Cell(times.clock(event.at), "quiet"),
        *whose,
        Cell(whole_parts(_said(event), room)),
        Cell(event.who, "quiet"),
    )
    return Row(event.id.hex, cells, event.id)


def _token(event: "EventView") -> Token:
    return "urgent" if event.urgent else ""


def _whose(event: "EventView") -> tuple[Cell, Cell]:
    if event.person_id is None:
        return Cell(""), Cell(t("events.house"), "quiet")
    return Cell(event.bed_label), Cell(event.name, "title")


def _said(event: "EventView") -> str:
    lang = language()
    return BETWEEN.join(part for part in (event.title.of(lang), event.brief.of(lang)) if part)


def _heading(id: str, words: str) -> Row:
    return Row(f"heading-{id}", (Cell(words, "title"),))
