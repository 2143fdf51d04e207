"""A scale on paper: its questions with every answer and what it counts, the chosen one ticked, total, grade and why."""

from typing import TYPE_CHECKING

from yiyang_tui.print.breaking import TICK
from yiyang_tui.print.grid import Cell, Column, grid, heading, prose, signatures
from yiyang_tui.print.heads import headed, moment
from yiyang_tui.print.paper import QUIET, Paper
from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from care.scales.model import Cutoffs
    from care.sheets.assessment import AssessmentSheet, ItemLine


def draw(sheet: "AssessmentSheet") -> bytes:
    """One assessment, or the form of a scale."""
    found = sheet.assessed
    paper = Paper(headed(sheet.name.of(language()), sheet.head, moment(found.at) if found else "", fill=found is None))
    if found is not None and not found.stands:
        prose(paper, t("print.assessment.not_standing"), 10)
    _needs(paper, sheet)
    if sheet.lines:
        _items(paper, sheet)
    _result(paper, sheet)
    _notes(paper, sheet)
    assessors = sheet.scale.assessors if sheet.scale else 1
    names = [t("print.sign.assessor")] * assessors + [t("print.sign.family")]
    signatures(paper, names)
    return paper.done()


def _needs(paper: Paper, sheet: "AssessmentSheet") -> None:
    """Facts beside the answers that decide: schooling, diagnoses."""
    lang = language()
    if sheet.scale is not None and sheet.scale.timeframe is not None:
        prose(paper, sheet.scale.timeframe.of(lang), grey=QUIET)
        paper.y += 0.8
    each = []
    for need, said in sheet.needs:
        choices = "  ".join(f"{TICK if one == said else '□'}{one.of(lang)}" for _, one in need.choices)
        if need.kind == "yes":
            choices = "  ".join(
                f"{TICK if said.of(lang) == t(key) else '□'}{t(key)}" for key in ("print.yes", "print.no")
            )
        each.append(
            f"{need.words.of(lang)}  {choices or said.of(lang) or '________'} {_unit(need.unit, said.of(lang))}"
        )
    for said_of in each:
        prose(paper, said_of)
    paper.y += 1 if each else 0


def _unit(unit: str, said: str) -> str:
    return "" if said else unit


def _items(paper: Paper, sheet: "AssessmentSheet") -> None:
    columns = [
        Column("", 8, "centre"),
        Column(t("print.assessment.item"), 48),
        Column(t("print.assessment.options"), 0),
        Column(t("print.assessment.score"), 14, "centre", 10),
    ]
    rows: list[list[str | Cell]] = []
    group = None
    for n, line in enumerate(sheet.lines, 1):
        name = line.item.words.of(language())
        if line.group is not None and line.group != group:
            rows.append([Cell("", shaded=True), Cell(line.group.of(language()), True, True), Cell("", shaded=True),
                         Cell("", shaded=True)])  # fmt: skip
        group = line.group
        score = "" if line.score is None else str(line.score)
        rows.append([str(n), name, _options(line), Cell(score, bold=True)])
    grid(paper, columns, rows, together=12)


def _options(line: "ItemLine") -> str:
    lang, item = language(), line.item
    if item.kind == "number":
        said = "______" if line.answer is None else str(line.answer)
        return f"{said} {item.unit}  ({item.lo} - {item.hi})"
    points = t("print.assessment.points")
    return "\n".join(
        f"{TICK if place == line.answer else '□'}{option.words.of(lang)}  {option.score}{points}"
        for place, option in enumerate(item.options)
    )


def _result(paper: Paper, sheet: "AssessmentSheet") -> None:
    """Total, grade, parts, why; on a blank form room for them, with the bands beside."""
    lang, found = language(), sheet.assessed
    total = "______" if found is None or found.total is None else str(found.total)
    of = sheet.scale
    summed = of is None or of.summed
    said = [t("print.assessment.total", total=total, most=of.most if of else "")] if summed else []
    said += [t("print.assessment.grade", grade=found.words.of(lang) if found else "____________")]
    paper.need(20)
    paper.y += 2.5
    prose(paper, "     ".join(said), 12)
    paper.y += 1
    if found is None:
        for cut in of.cutoffs if of else ():
            _bands(paper, cut)
        return
    if sheet.result is not None:
        parts = [
            f"{part.words.of(lang)} {part.total}{' ' + part.grade.words.of(lang) if part.grade else ''}"
            for part in sheet.result.parts
        ]
        if parts:
            prose(paper, "   ".join(parts))
        for why in (*sheet.result.explained, *(trigger.words for trigger in sheet.result.triggers)):
            prose(paper, f"- {why.of(lang)}")
    if not found.same_version:
        prose(paper, t("print.assessment.other_version", version=found.version))
    if found.note:
        heading(paper, t("print.assessment.note"))
        prose(paper, found.note)


def _bands(paper: Paper, cut: "Cutoffs") -> None:
    """From which total on each grade holds, and under which condition. What the county sets has no number here."""
    lang = language()
    each = [
        t("print.assessment.from", n=band.start if isinstance(band.start, int) else "____", grade=band.words.of(lang))
        for band in cut.bands
    ]
    prose(paper, "   ".join([*([cut.words.of(lang)] if cut.words else []), *each]))


def _notes(paper: Paper, sheet: "AssessmentSheet") -> None:
    """Which scale and version, by what standard, how sure; by whom it was filled in."""
    lang, of, found = language(), sheet.scale, sheet.assessed
    paper.y += 2
    version = found.version if found else of.version if of else ""
    said = [t("print.assessment.version", version=version)]
    if of is not None:
        said += [of.standard] if of.standard else []
        said += [note.of(lang) for note in of.notes]
        said += [of.licence_note.of(lang)] if of.licence_note else []
        certainty = sheet.result.certainty if sheet.result else of.certainty
        said += [t("confirm.unconfirmed")] if certainty.startswith("C") else []
    if found is not None:
        said.insert(0, t("print.assessment.by", who=found.who, at=moment(found.at)))
    prose(paper, "   ".join(said), 7.5, grey=QUIET)
