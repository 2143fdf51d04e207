"""Round sheets: one person over some days, look by look; or everybody in one shift, bed by bed and hour by hour."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from yiyang_tui.print.grid import Cell, Column, grid, prose, signatures
from yiyang_tui.print.heads import days, headed
from yiyang_tui.print.paper import QUIET, Paper
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.sheets.rounds import BedRounds, HouseRounds, Looked, PersonRounds

_WORDS: Final = ("state", "position", "skin", "intake", "mood")
_EMPTY_ROWS: Final = 16
_HOUR_S: Final = 3600


def draw_person(sheet: "PersonRounds", *, blank: bool = False) -> bytes:
    """One person. ``blank``: empty rows, to be filled in by hand."""
    first = times.local(sheet.since).date()
    last = (times.local(sheet.until) - timedelta(seconds=1)).date()
    paper = Paper(headed(t("print.rounds.title"), sheet.head, days(first, last)), wide=True)
    dated = first != last
    columns = [
        Column(t("print.column.at"), 21 if dated else 13),
        Column(t("print.rounds.kind"), 22, size=8),
        *(Column(t(f"print.rounds.{name}"), 16, size=8) for name in _WORDS),
        Column(t("print.rounds.water_ml"), 13, "centre"),
        *(Column(t(f"print.rounds.{name}"), width, "centre") for name, width in _MEASURED),
        Column(t("print.rounds.noted"), 0),
        Column(t("print.column.who"), 15, "centre"),
    ]
    if blank:
        rows: list[list[str | Cell]] = [[""] * len(columns) for _ in range(_EMPTY_ROWS)]
    else:
        rows = [_look(one, dated) for one in sheet.looks]
    grid(paper, columns, rows, least=8 if blank else 6)
    if not rows:
        _none(paper)
    signatures(paper, [t("print.sign.carer"), t("print.sign.nurse")])
    return paper.done()


_MEASURED: Final = (
    ("temp_c10", 11),
    ("pulse", 11),
    ("resp", 11),
    ("pressure", 17),
    ("spo2", 11),
    ("glucose_mmol10", 11),
)


_BESIDE: Final = ("acvpu", "oxygen", "weight_kg10", "pain")
"""Measured now and then: told among the notes."""


def _look(one: "Looked", dated: bool) -> list[str | Cell]:
    from care.codes import short
    from care.observations import say

    lang = language()
    said = {finding.field: finding for finding in one.findings}
    remarkable = {finding.field for finding in one.remarkable}
    notes = [say(said[name], lang) for name in ("abnormal", "note") if name in said]
    notes += [_measured_said(name, one) for name in _BESIDE if name in one.vitals and one.vitals[name] != "A"]
    notes += [t("print.rounds.told", who=one.reported_to)] if one.reported_to else []
    if one.unremarkable and not notes:
        notes = [t("print.rounds.unremarkable")]
    water = said.get("water_ml")
    return [
        f"{times.local(one.at):%m-%d %H:%M}" if dated else times.clock(one.at),
        short("round_type", one.kind, lang),
        *(Cell(say(said[name], lang), bold=name in remarkable) if name in said else "" for name in _WORDS),
        "" if water is None else str(water.value),
        *(Cell(_value(name, one), bold=bool(remarkable & _of(name))) for name, _ in _MEASURED),
        Cell("；".join(notes) if lang == "zh" else "; ".join(notes), bold="abnormal" in said),
        one.who,
    ]


def _of(name: str) -> set[str]:
    return {"sbp", "dbp"} if name == "pressure" else {name}


def _value(name: str, one: "Looked") -> str:
    from care.vitals import measure, show

    if name == "pressure":
        sbp, dbp = one.vitals.get("sbp"), one.vitals.get("dbp")
        return "" if sbp is None and dbp is None else f"{'' if sbp is None else sbp}/{'' if dbp is None else dbp}"
    value = one.vitals.get(name)
    return show(measure(name), value if isinstance(value, int) else None)


def _measured_said(field: str, one: "Looked") -> str:
    from care.observations import Finding, say

    value = one.vitals[field]
    return "" if value is None else say(Finding(field, value, False), language())


def draw_house(sheet: "HouseRounds", *, blank: bool = False) -> bytes:
    """Everybody in one shift: a column for each hour with the minutes at which somebody looked, remarks at the end."""
    lang = language()
    shift = sheet.shift.zh if lang == "zh" else sheet.shift.en
    day = times.local(sheet.since).date().isoformat()
    period = t("print.rounds.shift", day=day, shift=shift, start=sheet.shift.start, end=sheet.shift.end)
    paper = Paper(headed(t("print.rounds.house_title"), sheet.head, period), wide=True)
    hours = range(sheet.since, sheet.until, _HOUR_S)
    each = min(12.5, 150 / len(hours))
    columns = [
        Column(t("print.column.bed"), 15),
        Column(t("print.column.name"), 18),
        Column(t("print.rounds.level"), 11, "centre", 8),
        *(Column(times.clock(at)[:2] + t("print.rounds.oclock"), each, "centre", 7.5) for at in hours),
        Column(t("print.rounds.remarks"), 0, size=8),
    ]
    rows = [_bed(row, hours, blank) for row in sheet.rows]
    grid(paper, columns, rows, least=8 if blank else 6.4)
    if not rows:
        _none(paper)
    paper.y += 2
    prose(paper, t("print.rounds.house_signs", tick="✓"), 7.5, grey=QUIET)
    signatures(paper, [t("print.sign.carer"), t("print.sign.nurse"), t("print.sign.taker")])
    return paper.done()


def _bed(row: "BedRounds", hours: Sequence[int], blank: bool) -> list[str | Cell]:
    from care.codes import short

    level = short("home_care_level", row.care_level, language())
    if blank:
        return [row.bed_label, row.name, level, *("" for _ in hours), ""]
    cells = [_hour(row, at) for at in hours]
    return [row.bed_label, row.name, level, *cells, _remarks(row)]


def _hour(row: "BedRounds", at: int) -> Cell:
    """``05✓`` for a look at five minutes past with nothing remarkable, ``12!`` with something; one under another."""
    here = [one for one in row.looks if at <= one.at < at + _HOUR_S]
    away = any(left <= at and (back is None or back >= at + _HOUR_S) for left, back in row.out)
    if not here and away:
        return Cell(t("print.rounds.away"), shaded=True)
    marks = [f"{times.local(one.at):%M}{'!' if one.remarkable else '✓'}" for one in here]
    return Cell(" ".join(marks), bold=any(one.remarkable for one in here))


def _remarks(row: "BedRounds") -> str:
    from care.observations import say

    said = []
    for one in row.looks:
        words = [say(finding, language()) for finding in one.remarkable]
        words += [str(finding.value) for finding in one.findings if finding.field == "note"]
        words += [t("print.rounds.told", who=one.reported_to)] if one.reported_to else []
        if words:
            said.append(f"{times.clock(one.at)} {t('list.comma').join(words)} {one.who}")
    by = list(dict.fromkeys(one.who for one in row.looks if not one.remarkable))
    return "\n".join([*said, *([t("print.rounds.by", who=t("list.comma").join(by))] if by else [])])


def _none(paper: Paper) -> None:
    paper.y += 3
    prose(paper, t("print.nothing"))
