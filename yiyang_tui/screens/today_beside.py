"""Beside the list of Today, where there is room: the essentials of the person under the cursor, or a floor's rounds."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from yiyang_tui.cells import BETWEEN
from yiyang_tui.screens.answer_words import score
from yiyang_tui.screens.chart_header import differing
from yiyang_tui.screens.person_words import allergy, condition, sex_age, word
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.bedside import Bedside
    from care.chart import Header
    from care.measured import LastVitals
    from care.today import DueRow

GAP = Cell("")
A_LINE = 2
"""Measurements side by side."""


def essentials(beside: "Bedside", now: int) -> list[Cell]:
    """Who it is, what they must not get, what asks for care, the last measurements and the last round."""
    head = beside.header
    about = (sex_age(head.sex, head.age), word("home_care_level", head.care_level))
    return [
        Cell(f"{head.bed_label} {head.name}".strip(), "title"),
        Cell(BETWEEN.join(filter(None, (*about, word("resident_category", head.category)))), "quiet"),
        GAP,
        *_must_know(head),
        *(Cell(condition(one), "quiet") for one in head.conditions[:4]),
        GAP,
        *_measured(beside.last, now),
        *_last_round(beside, now),
    ]


def next_rounds(group: "Sequence[DueRow]", now: int) -> list[Cell]:
    """Whose rounds come next on a floor, and when."""
    return [
        Cell(t("today.next_rounds"), "title"),
        GAP,
        *(Cell(BETWEEN.join((times.moment(row.due_at, now), row.bed_label, row.name))) for row in group),
    ]


def _must_know(head: "Header") -> list[Cell]:
    from care.observations import say

    if head.allergies:
        known = Cell(t("chart.allergy", to=" ".join(map(allergy, head.allergies))), "urgent")
    else:
        known = Cell(t("chart.allergies_none" if head.allergies_known else "chart.allergies_unasked"))
    warned = [f"! {differs}"] if (differs := differing(head)) else []
    warned += [t("chart.no_resuscitation")] if head.no_resuscitation else []
    warned += [f"! {say(risk, language())}" for risk in head.risks[:3]]
    return [known, *(Cell(one, "urgent") for one in warned)]


def _measured(last: "LastVitals | None", now: int) -> list[Cell]:
    from care.observations import Finding, brief
    from care.vitals import measures

    if last is None:
        return [Cell(t("today.never_measured"), "quiet")]
    when = t("today.measured", when=times.moment(last.at, now))
    found = [Cell(when if last.news is None else f"{score(last.news)}   {when}", "title")]
    values = dict(last.values)
    pressure = [values.pop(name, None) for name in ("sbp", "dbp")]
    said = [] if None in pressure else [t("today.pressure", upper=pressure[0], lower=pressure[1])]
    names = [*(of.id for of in measures()), "acvpu"]
    said += [brief(Finding(name, values[name] or 0, False), language()) for name in names if name in values]
    return [*found, *(Cell(BETWEEN.join(said[at : at + A_LINE])) for at in range(0, len(said), A_LINE))]


def _last_round(beside: "Bedside", now: int) -> list[Cell]:
    from care.observations import last_word, round_findings, say

    last = beside.last_round
    if last is None:
        return [GAP, Cell(t("today.never_seen"), "quiet")]
    found = round_findings(asdict(last.observation)) or (last_word(last.observation.unremarkable, (), ()),)
    return [
        GAP,
        Cell(t("today.last_round", when=times.moment(last.at, now), who=last.who), "title"),
        Cell(BETWEEN.join(say(finding, language()) for finding in found)),
    ]
