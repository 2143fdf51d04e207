"""A scale being filled in, drawn: its list, the question under the cursor with its answers, the sum."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.text import Text
from textual.app import App

from yiyang_tui.cells import fit, wrap
from yiyang_tui.screens.assess_asks import Answer, Ask, Filling
from yiyang_tui.screens.chart_header import Said, flow
from yiyang_tui.themes import Token, token_style
from yiyang_tui.widgets.virtual_list import Cell, Cells
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.assessments import Assessed
    from care.scales import Band, Result, Scale, Value
    from care.words import Words


@dataclass(frozen=True, slots=True)
class Heading:
    """A line above the questions that belong together."""

    words: "Words"


Line = Ask | Heading


def lines(asked: Sequence[Ask]) -> list[Line]:
    """The questions with their headings."""
    found: list[Line] = []
    group: Words | None = None
    for ask in asked:
        if ask.group is not None and ask.group != group:
            found.append(Heading(ask.group))
        group = ask.group
        found.append(ask)
    return found


def word(words: "Words | None") -> str:
    """In the language spoken now; nothing for nothing."""
    return "" if words is None else words.of(language())


def about_text(app: App[Any], scale: "Scale", last: "Assessed | None", now: int, width: int, whole: bool) -> Text:
    """By what somebody is assessed, how far back it asks, what came of it last time; ``whole``: with every word."""
    said = [Said(word(scale.name if whole or last is None else scale.short), "title")]
    if scale.timeframe is not None:
        said.append(Said(word(scale.timeframe), "quiet"))
    if scale.assessors > 1:
        said.append(Said(t("assess.assessors", n=scale.assessors), "due"))
    if scale.certainty == "C":
        said.append(Said(t("confirm.unconfirmed"), "due"))
    if last is not None:
        total = "" if last.total is None else t("assess.score", n=last.total)
        when = times.moment(last.at, now) if whole else times.day(last.at, now)
        then = [t("assess.last"), when, last.who if whole else "", total, word(last.words)]
        said.append(Said(" ".join(filter(None, then)), "quiet"))
    if scale.licence_note is not None:
        said.append(Said(word(scale.licence_note), "quiet"))
    return flow(app, said, width)


def cells(line: Line, n: int, filling: Filling, before: Filling, typing: str = "") -> Cells:
    """A row of the list: number, question, the answer, that of last time. ``typing``: digits that wait for more."""
    if isinstance(line, Heading):
        return [Cell(word(line.words), "title")]
    now, then = filling.get(line.id), before.get(line.id)
    said, last = word(line.said(now)), word(line.said(then))
    token: Token = "" if now is None or then is None or now == then else "due"
    answer = Cell(f"{typing}_", "entry") if typing else Cell(said, token)
    return [str(n), word(line.words), answer, Cell(last, "quiet")]


def question(
    app: App[Any],
    ask: Ask,
    at: tuple[int, int],
    filling: Filling,
    beside: "tuple[Value | None, str]",
    typing: str,
    width: int,
) -> Text:
    """The question with its answers by their digits; ``beside``: an answer to take over, and whose it is."""
    n, of = at
    text = Text(end="")
    title = t("assess.question", n=n, of=of, said=word(ask.words))
    if ask.certainty == "C":
        title += f"  {t('confirm.unconfirmed')}"
    _put(app, text, title, width, "title")
    value = filling.get(ask.id)
    offered, whose = beside
    for one in ask.answers:
        _answer(app, text, one, one.value == value and value is not None, whose if one.value == offered else "", width)
    if not ask.answers:
        shown = typing or ("" if value is None else str(value))
        said = t("assess.number", lo=ask.lo, hi=ask.hi, unit=ask.unit)
        text.append("\n  [", token_style(app, "quiet")).append(
            fit(shown, len(str(ask.hi)) + 1), token_style(app, "entry")
        )
        text.append("] ", token_style(app, "quiet")).append(said, token_style(app, "quiet"))
        if offered is not None:
            text.append(f"   {whose} {word(ask.said(offered))}", token_style(app, "quiet"))
    if ask.note is not None:
        text.append("\n")
        _put(app, text, word(ask.note), width, "quiet")
    return text


def question_lines(ask: Ask, width: int) -> int:
    """How many lines the question takes, so that the list above it need not move."""
    answers = sum(len(wrap(_said(one), width - 4)) for one in ask.answers) if ask.answers else 1
    note = len(wrap(word(ask.note), width)) if ask.note is not None else 0
    return len(wrap(f"99/99 {word(ask.words)}", width)) + answers + note


def sum_line(
    app: App[Any], scale: "Scale", so_far: int | None, missing: int, result: "Result | None", width: int
) -> Text:
    """The total, the grade once there is one, how many answers are missing."""
    text = Text(end="", no_wrap=True, overflow="crop")
    if so_far is not None:
        text.append(t("assess.sum", n=so_far, most=scale.most), token_style(app, "title"))
    if result is not None:
        text.append("   " if text else "")
        text.append(grade_word(result), token_style(app, grade_token(scale, result.grade)))
        if result.certainty == "C":
            text.append(f"   {t('confirm.unconfirmed')}", token_style(app, "due"))
    elif missing:
        text.append("   " if text else "").append(t("assess.left", n=missing), token_style(app, "quiet"))
    hint = t("assess.enter_saves") if result is not None else ""
    room = width - text.cell_len - cell_len(hint)
    return text.append(" " * max(room, 1)).append(hint, token_style(app, "quiet")) if hint else text


def grade_word(result: "Result") -> str:
    """The grade in words, or the parts of a scale that is a profile."""
    if result.grade is not None:
        return word(result.grade.words)
    graded = [f"{word(part.words)} {word(part.grade.words)}" for part in result.parts if part.grade is not None]
    return t("list.comma").join(graded)


def grade_token(scale: "Scale", grade: "Band | None") -> Token:
    """How bad it is: the worst grade of a scale is urgent, others that are no harm are quiet words."""
    if grade is None or not grade.level:
        return ""
    worst = max((band.level for band in (*scale.grades, *(b for cut in scale.cutoffs for b in cut.bands))), default=0)
    return "urgent" if grade.level == worst else ""


def _said(one: Answer) -> str:
    score = "" if one.score is None else f"  {t('assess.score', n=one.score)}"
    return f"{word(one.words)}{score}"


def _answer(app: App[Any], text: Text, one: Answer, chosen: bool, whose: str, width: int) -> None:
    key = f"[{one.key}] " if chosen else f" {one.key}  "
    for n, line in enumerate(wrap(_said(one), width - 4)):
        text.append("\n").append(key if not n else "    ", token_style(app, "title"))
        text.append(line, token_style(app, "entry" if chosen else ""))
    if whose:
        text.append(f"   {whose}", token_style(app, "quiet"))


def _put(app: App[Any], text: Text, said: str, width: int, token: Token) -> None:
    text.append("\n".join(wrap(said, width)), token_style(app, token))
