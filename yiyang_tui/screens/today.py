"""F2, Today: what must be done now, worst first. One list, so that two keys reach everything."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from textual.app import ComposeResult

from yiyang_tui.screens.base import Place
from yiyang_tui.widgets.virtual_list import Cell, Column, VirtualList
from yiyang_tui.words import language, plural, t, times

if TYPE_CHECKING:
    from care.alerts import Alert
    from care.today import BackRow, DueRow
    from care.today import Today as Day

Leads = Literal["", "chart", "rounds", "sync"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: where Enter leads, about whom, and whether Space may record a round."""

    id: str
    cells: tuple[Cell, ...]
    leads: Leads = ""
    person_id: UUID | None = None
    name: str = ""
    due: bool = False


class Today(Place):
    """Alerts, rounds late and due, who should be back, what disagrees."""

    where = "today"

    def body(self) -> ComposeResult:
        """The list."""
        yield VirtualList[Row](
            [Column(2), Column(7), Column(10), Column(0), Column(20, align="right")],
            lambda row: row.cells,
            key=lambda row: row.id,
            selectable=lambda row: bool(row.leads),
            empty=f"{t('today.nothing')}\n{t('today.nothing_todo')}",
            titled=False,
            id="today",
        )

    def on_mount(self) -> None:
        """The list is where arrows go; a minute changes what is late."""
        super().on_mount()
        self.query_one(VirtualList).focus()
        self.set_interval(30, self._again)

    def _again(self) -> None:
        if self.app.screen is self:
            self.load()

    def load(self) -> None:
        """Ask what must be done now."""
        from care.today import today

        self.run_care(today, self.session.store, self.session.now(), then=self._show, group="today", exclusive=True)

    def _show(self, day: "Day") -> None:
        now = self.session.now()
        sections = [_alerts(day), _due(day, now), _back(day, now), _contested(day)]
        rows: list[Row] = []
        for section in filter(None, sections):
            rows += [*([Row(f"gap{len(rows)}", (Cell(""),))] if rows else []), *section]
        self.query_one(VirtualList).show_rows(rows)

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        """Enter: to where it is done."""
        event.stop()
        row: Row = event.row
        if row.leads == "chart":
            self.yiyang.call_later(self.yiyang.open, "chart", person_id=row.person_id)
        elif row.leads == "rounds":
            self.yiyang.call_later(self.yiyang.go_to_person, "rounds", row.person_id)
        else:
            self.yiyang.call_later(self.yiyang.go, row.leads)

    def why_not(self, action: str) -> str | None:
        """Space needs a person whose round is due."""
        if action == "today.unremarkable":
            row = self.query_one(VirtualList).current
            if row is None or not row.due:
                return t("today.no_round_here")
        return None

    def action_unremarkable(self) -> None:
        """Space: looked at, nothing remarkable."""
        from care.rounds import undo, unremarkable

        row = self.query_one(VirtualList).current
        if row is None or row.person_id is None:
            return
        store, by, name = self.session.store, self.session.staff.id, row.name
        self.run_care(
            unremarkable,
            store,
            by,
            row.person_id,
            then=lambda saved: self._recorded(name, lambda: undo(store, by, saved.round_id)),
        )

    def _recorded(self, name: str, undo: Callable[[], object]) -> None:
        self.saved(t("today.round_of", name=name), undo, t("today.round_saved", name=name))
        self.load()


def _alerts(day: "Day") -> list[Row]:
    if not day.alerts:
        return []
    return [_heading("alerts", plural("today.alerts", len(day.alerts))), *map(_alert, day.alerts)]


def _alert(alert: "Alert") -> Row:
    from care.observations import say

    news = ""
    if alert.news is not None:
        level = t(f"news.{alert.news.response}")
        news = t("today.news" if alert.news.complete else "today.news_least", total=alert.news.total, level=level)
    found = " ".join(say(finding, language()) for finding in alert.text_facts[:3])
    waits = t("today.waits", span=times.span(alert.minutes * 60), who=t(f"role.{alert.waits_for}"))
    cells = (
        Cell("!", "urgent"),
        Cell(alert.bed_label),
        Cell(alert.name, "title"),
        Cell(f"{news}  {found}".strip(), "urgent"),
        Cell(waits, "urgent"),
    )
    return Row(f"alert{alert.person_id.hex}", cells, "chart", alert.person_id, alert.name)


def _due(day: "Day", now: int) -> list[Row]:
    if not day.due:
        if day.next_due_at is None:
            return []
        return [_heading("due", t("today.next_due", when=times.moment(day.next_due_at, now)))]
    late = [row for row in day.due if row.late_min > 0]
    soon = sorted((row for row in day.due if row.late_min <= 0), key=lambda row: (row.floor or 0, row.due_at))
    heading = plural("today.due", day.due_total)
    if late:
        heading += "   " + plural("today.late", day.late_total)
    groups = groupby(soon, key=lambda row: row.floor)
    return [_heading("due", heading), *map(_late, late), *(_floor(floor, list(rows), now) for floor, rows in groups)]


def _late(row: "DueRow") -> Row:
    from care.codes import short

    what = t("today.turn_and_look" if row.turning else "today.look")
    cells = (
        Cell(""),
        Cell(row.bed_label),
        Cell(row.name, "title"),
        Cell(f"{short('home_care_level', row.care_level, language())}  {what}"),
        Cell(t("today.late_by", span=times.span(row.late_min * 60)), "late"),
    )
    return Row(f"due{row.person_id.hex}", cells, "rounds", row.person_id, row.name, due=True)


def _floor(floor: int | None, rows: "list[DueRow]", now: int) -> Row:
    where = t("today.no_floor") if floor is None else t("today.floor", n=floor)
    from_at = min(row.due_at for row in rows)
    cells = (
        Cell(""),
        Cell(where),
        Cell(""),
        Cell(plural("today.people_due", len(rows))),
        Cell(t("today.from", when=times.moment(from_at, now)), "due"),
    )
    return Row(f"floor{floor}", cells, "rounds", rows[0].person_id)


def _back(day: "Day", now: int) -> list[Row]:
    if not day.leaves_due_back:
        return []
    return [
        _heading("back", plural("today.back", len(day.leaves_due_back))),
        *(_back_row(row, now) for row in day.leaves_due_back),
    ]


def _back_row(row: "BackRow", now: int) -> Row:
    late = row.late_min > 0
    when = times.until(row.expected_at - now) if late else times.moment(row.expected_at, now)
    cells = (
        Cell(""),
        Cell(row.bed_label),
        Cell(row.name, "title"),
        Cell(t("today.on_leave")),
        Cell(when, "late" if late else "due"),
    )
    return Row(f"back{row.person_id.hex}", cells, "chart", row.person_id, row.name)


def _contested(day: "Day") -> list[Row]:
    if not day.contested:
        return []
    cells = (Cell("!", "urgent"), Cell(""), Cell(""), Cell(plural("today.contested", day.contested)), Cell(""))
    return [_heading("settle", t("today.to_settle")), Row("contested", cells, "sync")]


def _heading(id: str, words: str) -> Row:
    return Row(f"heading-{id}", (Cell(words, "title"),))
