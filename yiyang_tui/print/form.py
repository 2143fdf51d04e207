"""The form of an event: two columns of name and value, boxes ticked, what followed, who signs."""

from typing import TYPE_CHECKING, Final

from yiyang_tui.print.breaking import TICK
from yiyang_tui.print.grid import Cell, Column, grid, heading, prose, signatures
from yiyang_tui.print.heads import headed, moment
from yiyang_tui.print.paper import QUIET, SHADE, Paper, leading
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.events.read import EventView
    from care.sheets.form import EventForm, FormLine

_NAME: Final = 30.0
_SIZE: Final = 9.0
_LINES_TO_WRITE: Final = 3


def draw(sheet: "EventForm") -> bytes:
    """One event, or the form to be filled in."""
    title = t("print.form.case_title", what=sheet.title.of(language())) if sheet.case else sheet.title.of(language())
    found = sheet.event
    paper = Paper(headed(title, sheet.head, moment(found.at) if found else "", fill=sheet.of_person and not found))
    if found is None:
        _line(paper, t("print.form.happened"), [" "])
    elif found.stands != "yes":
        prose(paper, t("print.form.void", why=found.reason), 10)
    for one in sheet.lines:
        _line(paper, one.words.of(language()), _said(paper, one, blank=found is None))
    if found is not None:
        _line(paper, t("print.form.recorded"), [_by(found)])
    _after(paper, sheet)
    names = ["reporter", "nurse", "doctor", "family", "director"] if sheet.case else ["reporter", "nurse"]
    signatures(paper, [t(f"print.sign.{name}") for name in names])
    if found is not None and found.corrects:
        prose(paper, t("print.form.corrected", why=found.reason), 7.5, grey=QUIET)
    return paper.done()


def _said(paper: Paper, one: "FormLine", *, blank: bool) -> list[str]:
    width, lang = paper.width - _NAME - 3, language()
    ticks = "  ".join(f"{TICK if tick.on else '□'}{tick.words.of(lang)}" for tick in one.ticks)
    said = "  ".join(part for part in (ticks, one.said.of(lang)) if part)
    lines = paper.lines(said, width, _SIZE)
    return lines + [""] * (_LINES_TO_WRITE - len(lines)) if blank and one.long else lines


def _line(paper: Paper, name: str, lines: list[str]) -> None:
    """One field; what is longer than the page goes on over the next, under its name."""
    names = paper.lines(name, _NAME - 3, _SIZE)
    while lines:
        need = max(len(lines), len(names)) * leading(_SIZE) + 2.4
        if paper.y + need > paper.bottom and need < 120:
            paper.page()
        fits = max(1, int((paper.bottom - paper.y - 2.4) / leading(_SIZE)))
        here, lines = lines[:fits], lines[fits:]
        height = max(7.0, max(len(here), len(names)) * leading(_SIZE) + 2.4)
        paper.box(paper.left, paper.y, _NAME, height, fill=SHADE)
        paper.box(paper.left + _NAME, paper.y, paper.width - _NAME, height)
        for texts, x, width in ((names, paper.left, _NAME), (here, paper.left + _NAME, paper.width - _NAME)):
            y = paper.y + (height - len(texts) * leading(_SIZE)) / 2
            for n, text in enumerate(texts):
                paper.say(x + 1.5, y + n * leading(_SIZE), text, _SIZE, width=width - 3)
        paper.y += height
        if lines:
            paper.page()


def _by(found: "EventView") -> str:
    second = t("print.form.second", who=found.second) if found.second else ""
    return f"{found.who}  {moment(found.at)}  {second}".strip()


def _after(paper: Paper, sheet: "EventForm") -> None:
    """What followed it, in its order; on a blank form, and on one that is open, rows to go on by hand."""
    if not (sheet.after or sheet.case):
        return
    heading(paper, t("print.form.after"))
    rows: list[list[str | Cell]] = [
        [times.local(one.at).strftime("%m-%d %H:%M"), Cell(one.title.of(language()), bold=True), _told(one), one.who]
        for one in sheet.after
    ]
    if sheet.case and (sheet.event is None or sheet.event.open):
        rows += [[""] * 4 for _ in range(3 if sheet.event is None else 2)]
    names = (("at", 26), ("what", 32), ("told", 0), ("who", 22))
    grid(paper, [Column(t(f"print.form.{name}"), width) for name, width in names], rows, least=7)


def _told(one: "EventView") -> str:
    lang = language()
    mark = "：" if lang == "zh" else ": "
    return ("；" if lang == "zh" else "; ").join(f"{name.of(lang)}{mark}{said.of(lang)}" for name, said in one.words)
