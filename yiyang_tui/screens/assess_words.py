"""One assessment in words: when, by whom, what came of it and why, how it differs from the one before."""

from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.app import App

from yiyang_tui.cells import wrap
from yiyang_tui.screens.assess_drawn import grade_token, word
from yiyang_tui.screens.chart_header import Said, flow
from yiyang_tui.themes import Token, token_style
from yiyang_tui.words import t, times

if TYPE_CHECKING:
    from care.assessments import Assessed
    from care.scales import Result, Scale


def title_text(app: App[Any], one: "Assessed", place: tuple[int, int], now: int, width: int) -> Text:
    """The scale with its version, when and by whom; which of how many it is."""
    n, of = place
    said = [
        Said(word(one.name), "title"),
        Said(times.moment(one.at, now)),
        Said(one.who),
        Said(t("assess.version", version=one.version), "quiet"),
    ]
    if of > 1:
        said.append(Said(t("assess.which", n=n, of=of), "quiet"))
    if not one.stands:
        said.append(Said(t("assess.stands_no_more"), "due"))
    return flow(app, said, width)


def result_text(app: App[Any], scale: "Scale | None", one: "Assessed", before: "Assessed | None", width: int) -> Text:
    """``65 分  轻度依赖  比上次 -5``; why it is this grade, what it asks for, the note."""
    token = grade_token(scale, scale.band(one.grade)) if scale is not None else ""
    said = []
    if one.total is not None:
        said.append(Said(t("assess.score", n=one.total), "title"))
    said.append(Said(word(one.words), token or "title"))
    if one.total is not None and before is not None and before.total is not None:
        more = one.total - before.total
        said.append(Said(t("assess.than_before", n=f"{more:+d}") if more else t("assess.as_before"), "quiet"))
    result = explained(scale, one)
    if result is not None and result.certainty == "C":
        said.append(Said(t("confirm.unconfirmed"), "due"))
    found: list[Text] = [flow(app, [each for each in said if each.text], width)]
    if result is not None:
        found += _lines(app, [word(each) for each in result.explained], width, "quiet")
        found += _lines(app, [t("assess.asks_for", what=word(each.words)) for each in result.triggers], width, "due")
        parts = [f"{word(part.words)} {part.total}" for part in result.parts if part.grade is None]
        found += _lines(app, [t("list.comma").join(parts)] if parts else [], width, "quiet")
    elif scale is None or not one.same_version:
        found += _lines(app, [t("assess.other_version")], width, "quiet")
    if one.note:
        found += _lines(app, [t("assess.note_is", note=one.note)], width, "")
    if one.reason:
        found += _lines(app, [t("assess.reason_is", reason=one.reason)], width, "quiet")
    return Text("\n").join(found)


def explained(scale: "Scale | None", one: "Assessed") -> "Result | None":
    """What the answers make by the version they were given to; ``None`` where that version is no more."""
    from care.scales import score

    if scale is None or not one.same_version:
        return None
    return score(scale, one.answers, one.facts)


def _lines(app: App[Any], said: list[str], width: int, token: Token) -> list[Text]:
    return [Text(line, token_style(app, token)) for one in said for line in wrap(one, width)]
