"""Measurements and looks at a person in words: what was found, what was measured, what became of it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from yiyang_tui.cells import wrap
from yiyang_tui.screens.chart_header import Said
from yiyang_tui.screens.person_words import word
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.measured import Measured
    from care.news2 import News2
    from care.timeline import TimelineItem
    from sync.proof.whereabouts import State

GRAVE: Final = ("red", "medium", "high")
"""The responses of NEWS2 that ask for somebody now."""

PRESSURE: Final = ("sbp", "dbp")


def pressure(values: "Mapping[str, Measured]") -> str:
    """``156/92``; a dash for the one not measured; empty when neither was."""
    both = [values.get(name) for name in PRESSURE]
    return "" if both == [None, None] else "/".join("-" if value is None else str(value) for value in both)


def measured(values: "Mapping[str, Measured]") -> list[str]:
    """``体温 36.5``, ``血压 156/92`` and so on, in the order of the form."""
    from care.observations import Finding, say
    from care.vitals import measures

    lang = language()
    said = []
    for of in measures():
        value = values.get(of.id)
        if of.id == "sbp" and pressure(values):
            said.append(f"{t('chart.pressure')} {pressure(values)}")
        elif of.id not in PRESSURE and value is not None:
            said.append(say(Finding(of.id, value, False), lang))
    if acvpu := values.get("acvpu"):
        said.append(f"{t('chart.column.acvpu')} {say(Finding('acvpu', acvpu, False), lang)}")
    if values.get("oxygen"):
        said.append(say(Finding("oxygen", True, False), lang))
    return said


def score(news: "News2 | None") -> Said:
    """``7 高``; ``至少 3 低`` when not everything was measured: then nobody is called normal."""
    if news is None:
        return Said("")
    level = t(f"news.{news.response}") if news.complete or news.total else ""
    said = t("chart.score" if news.complete else "chart.score_least", n=news.total, level=level).rstrip()
    return Said(said, "urgent" if news.response in GRAVE else "")


def kind_of(item: "TimelineItem") -> str:
    """``夜巡``, ``护士查房``."""
    return word("round_type", item.kind)


def stands(item: "TimelineItem") -> bool:
    """Whether the look still counts."""
    return not item.void and item.superseded_by is None


def became(item: "TimelineItem") -> str:
    """``已作废(认错人)``, ``已更正(看错)``, ``更正(看错)``; empty for a look that stands as it was."""
    if item.void:
        return t("chart.voided", why=item.ended_why)
    if item.superseded_by is not None:
        return t("chart.corrected", why=item.ended_why)
    return t("chart.correction", why=item.reason) if item.corrects is not None else ""


def look_line(item: "TimelineItem") -> Said:
    """A look in one line: what became of it first, what was found, what was measured."""
    parts = [became(item), *(said for said, _ in found(item)), *measured(item.vitals)]
    if item.reported_to:
        parts.append(t("chart.reported", who=item.reported_to))
    said = " ".join(filter(None, parts))
    if not stands(item):
        return Said(said, "quiet")
    grave = any(finding.remarkable for finding in item.text_facts)
    return Said(f"! {said}" if grave else said, "urgent" if grave else "")


def look_state(state: "State | None") -> str:
    """Where a look is, in a word: said only while the county has not got it."""
    return t(f"chart.state.{state}") if state not in (None, "at_county") else ""


def look_page(item: "TimelineItem", now: int, width: int, state: "State | None" = None) -> Sequence[Said]:
    """Everything of one look, in lines of at most ``width`` cells; ``state``: where it is, if there is a county."""
    lines = [Said(f"{times.moment(item.at, now)}  {kind_of(item)}  {item.who}", "title")]
    if became(item):
        ended = not stands(item)
        lines.append(Said(f"{became(item)}  {item.ended_by if ended else ''}".rstrip(), "urgent" if ended else ""))
    lines += [Said(f"! {said}", "urgent") if grave else Said(said) for said, grave in found(item)]
    lines += [Said(said) for said in measured(item.vitals)]
    if item.news_total is not None:
        lines.append(Said(f"NEWS2 {item.news_total}"))
    if item.reported_to:
        lines.append(Said(t("chart.reported", who=item.reported_to)))
    if item.suspect:
        lines.append(Said(t("chart.suspect"), "due"))
    if state is not None:
        lines.append(Said(t(f"chart.state_whole.{state}"), "urgent" if state == "refused" else "quiet"))
    return [Said(line, one.token) for one in lines for line in wrap(one.text, width)]


def found(item: "TimelineItem") -> list[tuple[str, bool]]:
    """(words, whether somebody should look) of each thing a look found."""
    from care.observations import Finding, say

    lang = language()
    findings = list(item.text_facts)
    if item.unremarkable and not any(one.remarkable for one in findings):
        findings.insert(0, Finding("unremarkable", True, False))
    if not findings and not item.vitals:
        findings.append(Finding("seen", True, False))
    return [(say(one, lang), one.remarkable) for one in findings]
