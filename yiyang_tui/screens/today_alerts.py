"""The first section of Today: who waits for somebody, what is urgent, and what was decided and is not over."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from yiyang_tui.cells import BETWEEN, whole_parts
from yiyang_tui.screens.answer_words import score, stands, told
from yiyang_tui.screens.today_line import AROUND, Row, Section, across, heading
from yiyang_tui.themes import Token
from yiyang_tui.widgets.virtual_list import Cell
from yiyang_tui.words import language, plural, t, times

if TYPE_CHECKING:
    from care.alerts import Alert
    from care.work import Work


def alerts(open_: "Sequence[Alert]", answered: "Sequence[Alert]", urgent: Sequence[Row], room: int) -> Section | None:
    """``urgent``: lines of other work that stand with the alerts. Of a doctor those of a doctor come first."""
    if not (open_ or answered or urgent):
        return None
    words = plural("today.alerts", len(open_) + len(urgent))
    if answered:
        words += f"   {plural('today.answered', len(answered))}"
    lines = [*(_alert(one, room) for one in open_), *urgent]
    return Section(heading("alerts", words), lines, whole=True, rest=[_answered(one, room) for one in answered])


def _alert(alert: "Alert", room: int) -> Row:
    from care.observations import brief

    parts = [] if alert.news is None else [score(alert.news)]
    parts += [brief(finding, language()) for finding in alert.text_facts]
    if alert.back:
        parts.insert(0, t("today.back_again"))
    if alert.answer is not None and not alert.answer.counts:
        parts.insert(0, told(alert.answer))
    span, who = times.span(alert.minutes * 60), t(f"role.{alert.waits_for}")
    cells = (
        Cell("!", "urgent"),
        Cell(alert.bed_label),
        Cell(alert.name, "title"),
        Cell(whole_parts(BETWEEN.join(parts), room), "urgent"),
        Cell(t("today.waits", span=span, who=who), "urgent"),
    )
    return Row(f"alert{alert.person_id.hex}{alert.code}", cells, "answer", alert.person_id, alert.name)


def _answered(alert: "Alert", room: int) -> Row:
    assert alert.answer is not None
    took = t("today.took", span=times.span(alert.answer.minutes * 60))
    cells = (
        Cell(""),
        Cell(alert.bed_label, "quiet"),
        Cell(alert.name, "quiet"),
        Cell(whole_parts(stands(alert.answer), room), "quiet"),
        Cell(took, "quiet"),
    )
    return Row(f"answered{alert.person_id.hex}{alert.code}", cells, "answer", alert.person_id, alert.name)


def work_line(one: "Work", room: int, now: int, role: str) -> Row:
    """A line of any other work. What waits for somebody else is quiet, and says for whom."""
    late, when = one.late_min > 0, ""
    if one.due_at is not None:
        when = t("today.late_by", span=times.span(one.late_min * 60)) if late else times.moment(one.due_at, now)
    mine = is_mine(one, role)
    if not mine and not (late and one.urgent):
        when = t("today.for_whom", who=t(f"role.{one.waits_for}"))
    what = one.what.of(language())
    token: Token = "urgent" if one.urgent else "" if mine else "quiet"
    cells: tuple[Cell, ...] = (
        Cell("!" if one.urgent else "", "urgent"),
        Cell(one.bed_label, "" if mine else "quiet"),
        Cell(one.name, "title" if mine else "quiet"),
        Cell(whole_parts(what, room), token),
        Cell(when, "quiet" if not mine else "late" if late else "due"),
    )
    if one.person_id is None and not one.urgent:
        cells = (Cell(across(what, when, room + AROUND), "late" if late and mine else token),)
    return Row(f"{one.section}{one.key}", cells, one.place, one.person_id, one.name, about=one.about, mine=mine)


def is_mine(one: "Work", role: str) -> bool:
    """Whether somebody of that role is waited for: for nobody in particular, everybody is."""
    return one.waits_for in ("", role)
