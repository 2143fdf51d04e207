"""The lines of Today: alerts, rounds late and due, who should be back, what disagrees."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from yiyang_tui.cells import BETWEEN, whole_parts
from yiyang_tui.widgets.virtual_list import Cell, Column
from yiyang_tui.words import language, plural, t, times

if TYPE_CHECKING:
    from care.alerts import Alert
    from care.news2 import News2
    from care.today import BackRow, DueRow
    from care.today import Today as Day
    from care.work import Work

_A_SECTION = 6
"""So many lines of one kind of work; the rest is on its own screen."""

SIGN, BED, NAME, WHEN = 2, 7, 8, 19
COLUMNS = (Column(SIGN), Column(BED), Column(NAME), Column(0), Column(WHEN, align="right"))


@dataclass(frozen=True, slots=True)
class Row:
    """One line: where Enter leads, about whom. ``due``: Space may record a round. ``group``: rounds it stands for."""

    id: str
    cells: tuple[Cell, ...]
    leads: str = ""
    person_id: UUID | None = None
    name: str = ""
    due: bool = False
    group: "tuple[DueRow, ...]" = ()
    about: UUID | None = None


def rows(day: "Day", now: int, width: int, unsettled: int = 0) -> list[Row]:
    """The lines in a list of ``width`` cells; none when there is nothing to do.

    ``unsettled``: how much wants a person.
    """
    room = width - 3 - (SIGN + BED + NAME + WHEN) - (len(COLUMNS) - 1)
    sections = [
        _alerts(day, room),
        _due(day, now, room),
        *(list(_section(code, list(lines), room, now)) for code, lines in groupby(day.work, lambda one: one.section)),
        _back(day, now),
        _unsettled(unsettled),
    ]
    found: list[Row] = []
    for section in filter(None, sections):
        found += [*([Row(f"gap{len(found)}", (Cell(""),))] if found else []), *section]
    return found if any(row.leads for row in found) else []


def why_empty(day: "Day", now: int) -> str:
    """Why there is nothing to do, and what can be done."""
    if day.next_due_at is None:
        return f"{t('today.nobody')}\n{t('today.nobody_todo')}"
    when = times.moment(day.next_due_at, now)
    return f"{t('today.nothing')}\n{t('today.nothing_todo', when=when)}"


def score(news: "News2") -> str:
    """``NEWS2 7 高``; of an incomplete set at least so much."""
    level = t(f"news.{news.response}")
    return t("today.news" if news.complete else "today.news_least", total=news.total, level=level)


def _alerts(day: "Day", room: int) -> list[Row]:
    if not day.alerts:
        return []
    return [
        _heading("alerts", plural("today.alerts", len(day.alerts))),
        *(_alert(alert, room) for alert in day.alerts),
    ]


def _alert(alert: "Alert", room: int) -> Row:
    from care.observations import brief

    parts = [] if alert.news is None else [score(alert.news)]
    parts += [brief(finding, language()) for finding in alert.text_facts]
    waits = t("today.waits", span=times.span(alert.minutes * 60), who=t(f"role.{alert.waits_for}"))
    cells = (
        Cell("!", "urgent"),
        Cell(alert.bed_label),
        Cell(alert.name, "title"),
        Cell(whole_parts(BETWEEN.join(parts), room), "urgent"),
        Cell(waits, "urgent"),
    )
    return Row(f"alert{alert.person_id.hex}{alert.code}", cells, "chart", alert.person_id, alert.name)


def _due(day: "Day", now: int, room: int) -> list[Row]:
    if not day.due:
        if day.next_due_at is None:
            return []
        return [_heading("due", t("today.next_due", when=times.moment(day.next_due_at, now)))]
    late = [row for row in day.due if row.late_min > 0]
    soon = sorted((row for row in day.due if row.late_min <= 0), key=lambda row: (_storey(row), row.due_at))
    heading = plural("today.due", day.due_total)
    if late:
        heading += f"   {plural('today.late', day.late_total)}"
    return [_heading("due", heading), *map(_late, late), *_floors(soon, now, room)]


def _late(row: "DueRow") -> Row:
    from care.codes import short

    what = t("today.turn_and_look" if row.turning else "today.look")
    cells = (
        Cell(""),
        Cell(row.bed_label),
        Cell(row.name, "title"),
        Cell(f"{short('home_care_level', row.care_level, language())}{BETWEEN}{what}"),
        Cell(t("today.late_by", span=times.span(row.late_min * 60)), "late"),
    )
    return Row(f"due{row.person_id.hex}", cells, "rounds", row.person_id, row.name, due=True)


def _storey(row: "DueRow") -> tuple[bool, int]:
    return row.floor is None, row.floor or 0


def _floors(soon: "list[DueRow]", now: int, room: int) -> Iterator[Row]:
    for floor, group in groupby(soon, key=lambda row: row.floor):
        there = tuple(group)
        where = t("today.no_floor") if floor is None else t("today.floor", n=floor)
        names = BETWEEN.join(row.name for row in there)
        cells = (
            Cell(""),
            Cell(where),
            Cell(plural("today.people_due", len(there))),
            Cell(whole_parts(names, room), "quiet"),
            Cell(t("today.from", when=times.moment(there[0].due_at, now)), "due"),
        )
        yield Row(f"floor{floor}", cells, "rounds", there[0].person_id, group=there)


def _section(code: str, lines: "list[Work]", room: int, now: int) -> Iterator[Row]:
    yield _heading(code, f"{t(f'today.section.{code}')} {len(lines)}")
    for one in lines[:_A_SECTION]:
        yield _work(one, room, now)
    if more := lines[_A_SECTION:]:
        words = Cell(plural("today.more", len(more)), "quiet")
        yield Row(f"more-{code}", (Cell(""), Cell(""), Cell(""), words), more[0].place)


def _work(one: "Work", room: int, now: int) -> Row:
    late, when = one.late_min > 0, ""
    if one.due_at is not None:
        when = t("today.late_by", span=times.span(one.late_min * 60)) if late else times.moment(one.due_at, now)
    cells = (
        Cell("!" if one.urgent else "", "urgent"),
        Cell(one.bed_label),
        Cell(one.name, "title"),
        Cell(whole_parts(one.what.of(language()), room), "urgent" if one.urgent else ""),
        Cell(when, "late" if late else "due"),
    )
    return Row(f"{one.section}{one.key}", cells, one.place, one.person_id, one.name, about=one.about)


def _back(day: "Day", now: int) -> list[Row]:
    if not day.leaves_due_back:
        return []
    return [
        _heading("back", plural("today.back", len(day.leaves_due_back))),
        *(_back_row(row, now) for row in day.leaves_due_back),
    ]


def _back_row(row: "BackRow", now: int) -> Row:
    late = row.late_min > 0
    cells = (
        Cell(""),
        Cell(row.bed_label),
        Cell(row.name, "title"),
        Cell(t("today.should_be_back" if late else "today.on_leave")),
        Cell(
            t("today.late_by", span=times.span(row.late_min * 60)) if late else times.moment(row.expected_at, now),
            "late" if late else "due",
        ),
    )
    return Row(f"back{row.person_id.hex}", cells, "chart", row.person_id, row.name)


def _unsettled(count: int) -> list[Row]:
    if not count:
        return []
    words = f"! {plural('today.unsettled', count)}"
    return [_heading("settle", t("today.to_settle")), Row("unsettled", (Cell(words, "urgent"),), "unsettled")]


def _heading(id: str, words: str) -> Row:
    return Row(f"heading-{id}", (Cell(words, "title"),))
