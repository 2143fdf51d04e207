"""The dose sheet: each drug with its hours, a column a day, a sign and who gave it in each cell; reasons below."""

from typing import TYPE_CHECKING, Final

from yiyang_tui.print.grid import Column, grid, heading, prose, signatures
from yiyang_tui.print.heads import days, headed
from yiyang_tui.print.paper import QUIET, SHADE, Paper, leading
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.medicines.sheet import SheetDose
    from care.sheets.doses import DoseCell, DosesSheet, HourRow, OrderRows

_HOUR: Final = 12.0
_ROW: Final = 9.5
_TITLE: Final = 6.0
_EMPTY: Final = 2
"""Rows left free below a blank sheet, for what is prescribed meanwhile."""


def draw(sheet: "DosesSheet") -> bytes:
    """The sheet of one person."""
    title = t("print.doses.blank_title" if sheet.blank else "print.doses.title")
    paper = Paper(headed(title, sheet.head, days(sheet.days[0], sheet.days[-1])), wide=True)
    each = min(30.0, (paper.width - _HOUR - 52) / len(sheet.days))
    drug = paper.width - _HOUR - each * len(sheet.days)
    _titles(paper, sheet, drug, each)
    for order in sheet.orders:
        _order(paper, sheet, order, drug, each)
    if sheet.blank:
        for _ in range(_EMPTY):
            _blank(paper, sheet, drug, each)
    elif not sheet.orders:
        paper.y += 3
        prose(paper, t("print.nothing"))
    paper.y += 2
    prose(paper, _legend(), 7.5, grey=QUIET)
    _needed(paper, sheet)
    _reasons(paper, sheet)
    signatures(paper, [t("print.sign.nurse"), t("print.sign.second"), t("print.sign.doctor")])
    return paper.done()


def _titles(paper: Paper, sheet: "DosesSheet", drug: float, each: float) -> None:
    x = paper.left
    for said, width in ((t("print.doses.drug"), drug), (t("print.doses.hour"), _HOUR)):
        paper.box(x, paper.y, width, _TITLE, fill=SHADE)
        paper.say(x, paper.y + 1, said, 8.5, width=width, align="centre", bold=True)
        x += width
    for day in sheet.days:
        paper.box(x, paper.y, each, _TITLE, fill=SHADE)
        said = f"{day:%m-%d}" if each >= 9 or day == sheet.days[0] or day.day == 1 else str(day.day)
        paper.say(x + 0.2, paper.y + 1, said, 8.5, width=each - 0.4, align="centre", bold=True)
        x += each
    paper.y += _TITLE


def _order(paper: Paper, sheet: "DosesSheet", order: "OrderRows", drug: float, each: float) -> None:
    """The rows of one order stay together where a page has room for them."""
    words = _words(order, paper, drug - 2)
    rows = max(1, len(order.hours) + (1 if order.order.as_needed else 0))
    row = max(_ROW, (len(words) * leading(8) + 2) / rows)
    if paper.need(row * min(rows, 10)):
        _titles(paper, sheet, drug, each)
    begun, room = paper.y, int((paper.bottom - paper.y) / row)
    for n in range(rows):
        if n and n % room == 0:
            _drug(paper, words, begun, drug)
            paper.page()
            _titles(paper, sheet, drug, each)
            begun = paper.y
        hour = order.hours[n] if n < len(order.hours) else None
        _hour(paper, sheet, order, hour, drug, each, row)
        paper.y += row
    _drug(paper, words, begun, drug)


def _words(order: "OrderRows", paper: Paper, width: float) -> list[tuple[str, bool]]:
    """Name and strength, dose, way, hours; what must be known of it."""
    from care.codes import label

    of, lang = order.order, language()
    marked = [t("print.doses.high_alert")] if of.high_alert else []
    marked += [t("print.doses.held", why=of.held_reason)] if of.held else []
    marked += [t("print.doses.stopped", on=_on(of.stopped_at), why=of.stop_reason)] if of.stopped else []
    parts = [
        (f"{of.name} {of.spec}".strip(), True),
        (f"{of.dose.of(lang)}  {label('drug_route', of.route, lang)}  {of.when.of(lang)}", False),
        (t("print.doses.as_needed", what=of.as_needed) if of.as_needed else "", False),
        *((one, True) for one in marked),
        (t("print.doses.by", who=of.prescriber, since=of.from_on) if of.prescriber else of.from_on, False),
    ]
    return [(line, bold) for said, bold in parts if said for line in paper.lines(said, width, 8)]


def _on(at: int | None) -> str:
    return "" if at is None else times.local(at).strftime("%m-%d %H:%M")


def _drug(paper: Paper, words: list[tuple[str, bool]], begun: float, drug: float) -> None:
    paper.box(paper.left, begun, drug, paper.y - begun)
    for n, (line, bold) in enumerate(words):
        y = begun + 1 + n * leading(8)
        if y + leading(8) <= paper.y + 0.1:
            paper.say(paper.left + 1, y, line, 8, width=drug - 2, bold=bold)


def _hour(
    paper: Paper, sheet: "DosesSheet", order: "OrderRows", hour: "HourRow | None", drug: float, each: float, row: float
) -> None:
    x = paper.left + drug
    paper.box(x, paper.y, _HOUR, row)
    said = hour.hour if hour is not None else t("print.doses.needed_row") if order.order.as_needed else ""
    paper.say(x, paper.y + row / 2 - 2.2, said, 9, width=_HOUR, align="centre")
    x += _HOUR
    for n, day in enumerate(sheet.days):
        if hour is not None:
            _cell(paper, hour.cells[n], x, each, row)
        else:
            given = [one for one in order.needed if times.local(one.at).date() == day]
            paper.box(x, paper.y, each, row)
            count = str(len(given)) if given else ""
            paper.say(x, paper.y + row / 2 - 2.2, count, 9, width=each, align="centre")
        x += each


def _cell(paper: Paper, cell: "DoseCell", x: float, each: float, row: float) -> None:
    """The sign above, whose it is below; a second person below that. Grey where nothing is due."""
    paper.box(x, paper.y, each, row, fill=None if cell.due else SHADE)
    if cell.dose is None:
        if cell.passed:
            paper.say(x, paper.y + row / 2 - 2.2, "○", 9, width=each, align="centre")
        return
    middle = (row - _ROW) / 2
    paper.say(x + 0.2, paper.y + middle + 0.3, sign(cell.dose.result), 8.5, width=each - 0.4, align="centre")
    for n, who in enumerate((cell.dose.who, cell.dose.second)):
        paper.say(x + 0.2, paper.y + middle + 4.1 + n * 2.5, who, 6, width=each - 0.4, align="centre")


def _blank(paper: Paper, sheet: "DosesSheet", drug: float, each: float) -> None:
    if paper.need(_ROW):
        _titles(paper, sheet, drug, each)
    paper.box(paper.left, paper.y, drug, _ROW)
    for n in range(len(sheet.days) + 1):
        x = paper.left + drug + (_HOUR + (n - 1) * each if n else 0)
        paper.box(x, paper.y, each if n else _HOUR, _ROW)
    paper.y += _ROW


def sign(result: str) -> str:
    """The one character of a result; its code where there is none."""
    from care.data import table

    known = table("sheets")["dose"]["sign"].get(result)
    return result if known is None else str(known[language()])


def _legend() -> str:
    from care.codes import codes

    each = [f"{sign(one.code)} {one.zh if language() == 'zh' else one.en}" for one in codes("med_result").values]
    return "   ".join([*each, f"○ {t('print.doses.not_recorded')}", t("print.doses.grey")])


def _needed(paper: Paper, sheet: "DosesSheet") -> None:
    """Each dose given as needed: when, what for, by whom."""
    given = [(order, one) for order in sheet.orders for one in order.needed]
    if not given and not (sheet.blank and any(order.order.as_needed for order in sheet.orders)):
        return
    heading(paper, t("print.doses.needed"))
    rows = [
        [_at(one), order.order.name, order.order.dose.of(language()), one.cause, _who(one)]
        for order, one in sorted(given, key=lambda pair: pair[1].at)
    ]
    rows += [[""] * 5 for _ in range(3)] if sheet.blank else []
    names = (("at", 26), ("drug", 55), ("dose", 25), ("reason", 0), ("who", 30))
    grid(paper, [Column(t(f"print.doses.{name}"), width) for name, width in names], rows)


def _reasons(paper: Paper, sheet: "DosesSheet") -> None:
    """Why a dose was late, refused or not given."""
    told = [(drug, one) for drug, one in sheet.reasons if one.due_at is not None]
    if not told:
        return
    from care.codes import label

    heading(paper, t("print.doses.reasons"))
    rows = [[_at(one), drug, label("med_result", one.result, language()), one.cause, _who(one)] for drug, one in told]
    names = (("due", 26), ("drug", 55), ("result", 30), ("reason", 0), ("who", 30))
    grid(paper, [Column(t(f"print.doses.{name}"), width) for name, width in names], rows)


def _at(one: "SheetDose") -> str:
    return times.local(one.at if one.due_at is None else one.due_at).strftime("%m-%d %H:%M")


def _who(one: "SheetDose") -> str:
    return f"{one.who} {one.second}".strip()
