"""A handover on paper: how many are there, what the shift found, what people added, both signatures."""

from typing import TYPE_CHECKING, Final

from yiyang_tui.print.grid import Cell, Column, grid, heading, prose, signatures
from yiyang_tui.print.heads import headed, moment
from yiyang_tui.print.paper import QUIET, SHADE, Paper
from yiyang_tui.words import has, language, t, times

if TYPE_CHECKING:
    from care.handover import Handover
    from care.sheets.handover import HandoverSheet

_COUNTS: Final = ("expected", "present", "out", "hospital", "came", "left", "moved")
_ITEMS: Final = ("keys", "medicines", "things", "safety", "other")


def draw(sheet: "HandoverSheet") -> bytes:
    """One handover, or the draft of one."""
    of = sheet.draft
    period = f"{of.words.of(language())}  {moment(of.from_at)} - {times.clock(of.until_at)}"
    title = t("print.handover.title" if sheet.signed else "print.handover.draft_title")
    paper = Paper(headed(title, sheet.head, period))
    _counts(paper, sheet)
    for section in of.sections:
        heading(paper, _section(section.code))
        rows: list[list[str | Cell]] = [
            [
                line.bed_label,
                Cell(line.name, bold=True),
                line.what.of(language()),
                "" if line.at is None else times.local(line.at).strftime("%m-%d %H:%M"),
            ]
            for line in section.lines
        ]
        names = (("bed", 18), ("name", 22), ("what", 0), ("at", 24))
        grid(paper, [Column(t(f"print.column.{name}"), width) for name, width in names], rows)
    if not of.sections:
        paper.y += 3
        prose(paper, t("print.handover.nothing"))
    _added(paper, sheet.signed)
    _signed(paper, sheet.signed)
    return paper.done()


def _section(code: str) -> str:
    # A section of a newer program has its code alone.
    key = f"handover.section.{code}"
    return t(key) if has(key) else code


def _counts(paper: Paper, sheet: "HandoverSheet") -> None:
    width = paper.width / len(_COUNTS)
    for n, name in enumerate(_COUNTS):
        x = paper.left + n * width
        paper.box(x, paper.y, width, 6, fill=SHADE)
        paper.say(x, paper.y + 1, t(f"print.handover.count.{name}"), 8.5, width=width, align="centre")
        paper.box(x, paper.y + 6, width, 8)
        count = str(getattr(sheet.draft.counts, name))
        paper.say(x, paper.y + 7.2, count, 13, width=width, align="centre", bold=True)
    paper.y += 15


def _added(paper: Paper, signed: "Handover | None") -> None:
    """What people added; of a draft lines to write on."""
    heading(paper, t("print.handover.added"))
    said = {} if signed is None else signed.items
    shown = _ITEMS if signed is None else [name for name in _ITEMS if name in said]
    rows = [[t(f"print.handover.item.{name}"), said.get(name, "")] for name in shown]
    if rows:
        grid(paper, [Column(t("print.handover.item_title"), 34), Column(t("print.column.what"), 0)], rows, least=8)
    else:
        prose(paper, t("print.nothing"))


def _signed(paper: Paper, signed: "Handover | None") -> None:
    if signed is not None:
        paper.y += 3
        prose(paper, t("print.handover.given", who=signed.giver, at=moment(signed.at)))
        if signed.taken_at is not None:
            prose(paper, t("print.handover.taken", who=signed.taker, at=moment(signed.taken_at)))
            if signed.remarks:
                prose(paper, t("print.handover.remarks", said=signed.remarks))
        else:
            prose(paper, t("print.handover.not_taken"), grey=QUIET)
    signatures(paper, [t("print.sign.giver"), t("print.sign.taker"), t("print.sign.nurse")])
