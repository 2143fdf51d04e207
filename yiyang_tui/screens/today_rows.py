"""What Today lists, for whoever is here: a doctor what waits for a doctor, everybody else the walk before the rest."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from yiyang_tui.cells import BETWEEN, whole_parts
from yiyang_tui.screens.rounds_duties import done_of
from yiyang_tui.screens.today_alerts import alerts, is_mine, work_line
from yiyang_tui.screens.today_line import AROUND, COLUMNS, Row, Section, heading, laid
from yiyang_tui.widgets.virtual_list import Cell
from yiyang_tui.words import language, plural, t, times

if TYPE_CHECKING:
    from care.today import BackRow, DueRow
    from care.today import Today as Day
    from care.work import Work

__all__ = ["COLUMNS", "Row", "rows", "why_empty"]

DUTIES = "duties"
"""The section of work whose lines Space does."""

ENOUGH = 999
"""Lines of a list that nobody has laid out yet."""

LATE_LEAST = 4
"""Late rounds that stay in sight in the lowest terminal: one key each."""

OF_HOUSE = ("stay", "stock", "house")
"""Sections of work that are about papers and things: after all that is done for people."""

WALKING = ("carer", "nurse")
"""Who goes from bed to bed: for the others the rounds of the hour are one line."""


def rows(
    day: "Day", now: int, width: int, unsettled: int = 0, *, role: str = "carer", height: int = ENOUGH
) -> list[Row]:
    """The lines in a list of ``width`` cells and ``height`` lines; none when there is nothing to do.

    ``unsettled``: how much wants a person. A list that nobody has laid out yet has no height: nothing is folded.
    """
    room = width - AROUND
    # What is waited for from me comes first, of what comes first anyway.
    waiting = sorted(day.alerts, key=lambda one: role == "doctor" and one.waits_for != "doctor")
    urgent = [work_line(one, room, now, role) for one in day.work if one.urgent]
    found = [
        alerts(waiting, day.answered, urgent, room),
        *_by_role(_due(day, now, room, role), _work(day, room, now, role), _back(day, now), role),
        _unsettled(unsettled),
    ]
    lines = laid([section for section in found if section is not None], height or ENOUGH)
    return lines if any(row.leads and row.mine for row in lines) else []


def why_empty(day: "Day", now: int) -> str:
    """Why there is nothing to do, and what can be done."""
    if day.next_due_at is None:
        return f"{t('today.nobody')}\n{t('today.nobody_todo')}"
    when = times.moment(day.next_due_at, now)
    return f"{t('today.nothing')}\n{t('today.nothing_todo', when=when)}"


def _by_role(
    due: Section | None, work: Iterable[tuple[str, Section]], back: Section | None, role: str
) -> list[Section | None]:
    """The house itself comes after its people; of whoever does not walk the rounds come after the work."""
    sections = list(work)
    people = [section for code, section in sections if code not in OF_HOUSE]
    house = [section for code, section in sections if code in OF_HOUSE]
    return [due, *people, back, *house] if role in WALKING else [*people, due, back, *house]


# --- rounds ---------------------------------------------------------------------------------------


def _due(day: "Day", now: int, room: int, role: str) -> Section | None:
    if not day.due:
        if day.next_due_at is None:
            # Nobody lives here yet, or nobody is in: what is to be done about that stands above the rest.
            return Section(heading("nobody", t("today.nobody")), [Row("nobody", (Cell(t("today.nobody_todo")),))])
        return Section(heading("due", t("today.next_due", when=times.moment(day.next_due_at, now))), ())
    late = [row for row in day.due if row.late_min > 0]
    soon = sorted((row for row in day.due if row.late_min <= 0), key=lambda row: (_storey(row), row.due_at))
    beside = plural("today.late", day.late_total) if late else ""
    head = heading("due", plural("today.due", day.due_total), beside)
    if role not in WALKING:
        return Section(head, list(_floors([*late, *soon], now, room)))
    brief = _soon(soon, now, room) if soon else None
    lines = [_late(row, room, role) for row in late]
    return Section(head, lines, rest=list(_floors(soon, now, room)), brief=brief, least=LATE_LEAST)


def _late(row: "DueRow", room: int, role: str) -> Row:
    from care.codes import short

    level = short("home_care_level", row.care_level, language())
    # Whoever has a plan is told what it asks for; else the level of care says whether a round also turns.
    what = BETWEEN.join([t("today.look"), *(one.words.of(language()) for one in row.duties)])
    if row.turning and not row.duties:
        what = t("today.turn_and_look")
    cells = (
        Cell(""),
        Cell(row.bed_label),
        Cell(row.name, "title"),
        Cell(whole_parts(f"{level}{BETWEEN}{what}", room)),
        Cell(t("today.late_by", span=times.span(row.late_min * 60)), "late"),
    )
    done = done_of(row.duties, role)
    return Row(f"due{row.person_id.hex}", cells, "rounds", row.person_id, row.name, due=True, done=done)


def _soon(soon: "list[DueRow]", now: int, room: int) -> Row:
    """All floors in one line."""
    first = min(soon, key=lambda row: row.due_at)
    cells = (
        Cell(""),
        Cell(t("today.then")),
        Cell(plural("today.people_due", len(soon))),
        Cell(whole_parts(BETWEEN.join(row.name for row in soon), room), "quiet"),
        Cell(t("today.from", when=times.moment(first.due_at, now)), "due"),
    )
    return Row("floors", cells, "rounds", first.person_id, group=tuple(sorted(soon, key=lambda row: row.due_at)))


def _storey(row: "DueRow") -> tuple[bool, int]:
    return row.floor is None, row.floor or 0


def _floors(soon: "Iterable[DueRow]", now: int, room: int) -> Iterator[Row]:
    for floor, group in groupby(sorted(soon, key=_storey), key=lambda row: row.floor):
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


# --- other work -------------------------------------------------------------------------------------


def _work(day: "Day", room: int, now: int, role: str) -> Iterator[tuple[str, Section]]:
    """Section by section; those in which somebody of this role is waited for come first, as they are ordered."""
    sections = []
    for code, every in groupby(day.work, lambda one: one.section):
        lines = sorted((one for one in every if not one.urgent), key=lambda one: not is_mine(one, role))
        if lines:
            sections.append((code, lines))
    for code, lines in sorted(sections, key=lambda each: not is_mine(each[1][0], role)):
        late = sum(one.late_min > 0 for one in lines)
        words = f"{t(f'today.section.{code}')} {len(lines)}"
        beside = plural("today.late", late) if late and len(lines) > 1 else ""
        if not is_mine(lines[0], role):
            # How late somebody else is does not press whoever reads this.
            beside = t("today.for_whom", who=t(f"role.{lines[0].waits_for}"))
        head = heading(code, words, beside)
        yield code, Section(head, [_line(day, one, room, now, role) for one in lines])


def _line(day: "Day", one: "Work", room: int, now: int, role: str) -> Row:
    line = work_line(one, room, now, role)
    done = done_of(day.duties.get(one.person_id, ()), role) if one.section == DUTIES and one.person_id else None
    return replace(line, due=True, done=done) if done else line


# --- the rest -----------------------------------------------------------------------------------------


def _back(day: "Day", now: int) -> Section | None:
    if not day.leaves_due_back:
        return None
    lines = [_back_row(row, now) for row in day.leaves_due_back]
    return Section(heading("back", plural("today.back", len(lines))), lines)


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


def _unsettled(count: int) -> Section | None:
    if not count:
        return None
    words = f"! {plural('today.unsettled', count)}"
    row = Row("unsettled", (Cell(words, "urgent"),), "unsettled")
    return Section(heading("settle", t("today.to_settle")), [row], whole=True)
