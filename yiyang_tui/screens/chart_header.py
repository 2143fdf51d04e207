"""The head of a chart: who it is, what can hurt them, what they have, what two laptops disagree on."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.app import App

from yiyang_tui.cells import fit, wrap
from yiyang_tui.screens.person_words import allergy, condition, contact, sex_age, word
from yiyang_tui.themes import Token, token_style
from yiyang_tui.words import language, plural, t

if TYPE_CHECKING:
    from care.chart import Header


DIALOG_CSS: Final = ["dialogs.tcss", "chart_dialogs.tcss"]
"""The style sheets of what lies over a chart."""


class Said(NamedTuple):
    """A few words with their meaning; a line is never broken inside them unless it must."""

    text: str
    token: Token = ""


def flow(app: App[Any], said: Iterable[Said], width: int, gap: str = "   ") -> Text:
    """Words side by side, on as many lines of ``width`` cells as they need."""
    text, used = Text(end=""), 0
    for one in said:
        for n, line in enumerate(wrap(one.text, width)):
            apart = gap if used and not n else ""
            if used and (n or used + len(apart) + cell_len(line) > width):
                text.append("\n")
                apart, used = "", 0
            text.append(apart).append(line, token_style(app, one.token))
            used += len(apart) + cell_len(line)
    return text


def header_text(app: App[Any], header: "Header", key: str, width: int) -> Text:
    """Who, what can hurt, what they have, what is contested; ``key`` leads to both sides of a disagreement."""
    lines = [_who(app, header, width), flow(app, _dangers(header), width)]
    conditions = " | ".join(condition(one) for one in header.conditions)
    insurance = word("payment", header.insurance)
    room = width - cell_len(insurance) - 3
    lines.append(Text(fit(conditions or t("chart.conditions_none"), room), end="").append(f"   {insurance}"))
    if header.contested:
        named = t("list.comma").join(t(f"field.{name}") for name in header.contested)
        said = plural("chart.contested", len(header.contested), fields=named, key=key)
        lines.append(flow(app, [Said(said, "urgent")], width))
    return Text("\n").join(lines)


def warning_text(app: App[Any], header: "Header", width: int, most: int) -> Text:
    """Who it is and what can hurt them, in at most so many lines: over a form that is about one person."""
    lines = Text("\n").join([_who(app, header, width), flow(app, _dangers(header), width)]).split("\n")
    return Text("\n").join(lines[:most])


def differing(header: "Header") -> str:
    """What can hurt and is not settled between two laptops, in words; empty for nothing.

    Until it is settled the cautious side is shown: who stands at the bed must know that there is another.
    """
    from care.registered import CAUTIOUS, HURTING

    named = [t(f"field.{name}") for name in (*HURTING, *CAUTIOUS) if name in header.contested]
    return t("chart.differing", fields=t("list.comma").join(named)) if named else ""


def _who(app: App[Any], header: "Header", width: int) -> Text:
    bed = header.bed_label or t("people.where_none")
    said = [
        Said(header.name, "title"),
        Said(sex_age(header.sex, header.age)),
        Said(bed, "title"),
        Said(word("home_care_level", header.care_level)),
        Said(word("resident_category", header.category), "quiet"),
    ]
    if header.on_leave:
        said.append(Said(t("people.where_leave"), "due"))
    whom = contact(header.contact, masked=True) if header.contact else t("chart.no_contact")
    text = Text("  ", end="").join(Text(one.text, token_style(app, one.token)) for one in said if one.text)
    room = width - text.cell_len - 3
    if room < cell_len(whom):
        return flow(app, [*said, Said(whom, "quiet")], width, "  ")
    return text.append("   " + fit(whom, room, "right"), token_style(app, "quiet"))


def _dangers(header: "Header") -> list[Said]:
    from care.observations import observations, say

    said = [Said(t("chart.allergy", to=allergy(one)), "urgent") for one in header.allergies]
    if not said:
        known = header.allergies_known
        said = [Said(t("chart.allergies_none"), "quiet") if known else Said(t("chart.allergies_unasked"), "urgent")]
    if header.no_resuscitation:
        said.append(Said(t("chart.no_resuscitation"), "urgent"))
    lang = language()
    for risk in header.risks:
        of = observations()[risk.field]
        said.append(Said(f"! {of.zh if lang == 'zh' else of.en} {say(risk, lang)}", "urgent"))
    return said + raised(header)


def raised(header: "Header") -> list[Said]:
    """What assessments and events warn of: each high risk with what raised it, the others by their names."""
    lang = language()
    high = [one for one in header.raised if one.level == "high"]
    said = [Said(t("chart.risk_high", risk=one.words.of(lang), cause=one.cause.of(lang)), "urgent") for one in high]
    some = [one.words.of(lang) for one in header.raised if one.level != "high"]
    if some:
        said.append(Said(t("chart.risk_some", risks=t("list.comma").join(some)), "due"))
    return said
