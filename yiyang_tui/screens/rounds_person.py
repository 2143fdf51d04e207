"""Above the form: who it is, what they must not get, what asks for care, what they suffer from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from care.bedside import Bedside
from care.observations import say
from care.rounds import BoardRow
from yiyang_tui.screens.chart_header import differing, raised
from yiyang_tui.screens.person_words import allergy, condition, sex_age, word
from yiyang_tui.widgets.cell_lines import CellLines
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.widgets.lines import FootLine
from yiyang_tui.widgets.trend import Point, Series, Trend
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from yiyang_tui.screens.rounds import Rounds

BETWEEN = "  "


def who(row: BoardRow, beside: Bedside | None) -> list[Sequence[Cell]]:
    """Three lines about the person in that row; what the record has not answered yet stays empty."""
    level = word("home_care_level", row.care_level)
    if beside is None:
        return [[Cell(f"{row.bed_label} {row.name}", "title"), Cell(f" {level}")]]
    head = beside.header
    about = " ".join(filter(None, (sex_age(head.sex, head.age), level, word("resident_category", head.category))))
    return [
        [Cell(f"{row.bed_label} {head.name}", "title"), Cell(f" {about}")],
        _must_know(beside),
        [Cell(BETWEEN.join(map(condition, head.conditions)) or t("rounds.no_conditions"), "quiet")],
    ]


def course(beside: Bedside | None) -> list[Series]:
    """The blood pressure of the last days, to draw."""
    points = () if beside is None else beside.trend
    return [
        Series(t(f"rounds.part.{name}"), [Point(p.at, float(p.values[name] or 0)) for p in points if name in p.values])
        for name in ("sbp", "dbp")
    ]


def _must_know(beside: Bedside) -> list[Cell]:
    head = beside.header
    warned = [f"! {' '.join(map(allergy, head.allergies))} {t('rounds.allergy')}"] if head.allergies else []
    if differs := differing(head):
        warned.append(f"! {differs}")
    warned += [f"! {say(risk, language())}" for risk in head.risks]
    warned += [one.text for one in raised(head)]
    if head.no_resuscitation:
        warned.append(f"! {t('field.no_resuscitation')}")
    cells = [Cell(BETWEEN.join(warned), "urgent")]
    if not head.allergies:
        known = "rounds.no_allergy" if head.allergies_known else "rounds.allergy_unknown"
        cells = [Cell(t(known) + (BETWEEN if warned else ""), "quiet" if head.allergies_known else "due"), *cells]
    return cells


def tell_person(screen: "Rounds") -> None:
    """Everything around the values of the form, of the person under the cursor."""
    row, beside, now = screen.row, screen.beside, screen.session.now()
    screen.query_one("#who", CellLines).show(*(who(row, beside) if row is not None else []))
    corrected = screen.drafts.corrected(screen.person)
    title = "" if corrected is None else t("rounds.correcting", when=times.clock(corrected[1]))
    begun = bool(screen.drafts.of(screen.person)) and not screen.in_form
    screen.form.correcting(corrected is not None)
    screen.form.show_duties(screen.duties, screen.session.staff.role)
    screen.form.show_beside(beside, now, title, t("rounds.go_on") if begun else "")
    screen.query_one(Trend).show(course(beside), now)
    screen.query_one(FootLine).refresh()
