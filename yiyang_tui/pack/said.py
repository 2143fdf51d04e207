"""The sections of a person in words, for paper: what must not be overlooked stands in a frame, never in a colour."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from care.news2 import News2
from care.observations import Finding, observations, say
from care.pack.facts import PackedPerson
from care.pack.sections import (
    Allergies,
    Cautions,
    Conditions,
    Disputed,
    Family,
    LastMeasured,
    Medicines,
    Ordered,
    Reading,
    Remark,
    Section,
    Waiting,
)
from yiyang_tui.pack.document import Cell, Line
from yiyang_tui.screens.person_words import allergy, condition, contact, sex_age, word
from yiyang_tui.words import language, t, times

_PRESSURE: Final = ("sbp", "dbp")

KNOW: Final = (Waiting, Disputed, Allergies, Cautions, Conditions, Medicines, Remark)
"""Sections of the column of what must be known; measurements and family have columns of their own."""


def lines_of(person: PackedPerson, kinds: Sequence[type[Section]], now: int) -> Cell:
    """What these kinds of sections say of a person."""
    return tuple(line for one in person.sections if type(one) in kinds for line in SAID[type(one)](one, now))


def who(person: PackedPerson, now: int) -> Cell:
    """Name, sex and age, how much care; where they are if they are not in."""
    lines = [
        Line(person.name, "large"),
        Line(f"{sex_age(person.sex, person.age)} {word('home_care_level', person.care_level)}".strip()),
    ]
    if person.turning:
        lines.append(Line(t("pack.said.turning"), "small"))
    if person.out is not None:
        lines.append(Line(t("pack.said.out"), "strong"))
        lines += [Line(text, "small") for text in out(person, now)]
    return tuple(line for line in lines if line.text)


def out(person: PackedPerson, now: int) -> list[str]:
    """``探亲、儿子``, ``11-20 08:00 出去``, ``预计 11-22 18:00 回来``."""
    gone = person.out
    if gone is None:
        return []
    if gone.expected_at is None:
        back = t("pack.said.back_unknown")
    else:
        back = t("pack.said.late" if gone.expected_at < now else "pack.said.back", when=_at(gone.expected_at, now))
    return [
        t("list.comma").join(filter(None, (t(f"beds.leave.{gone.kind}"), gone.companion, gone.note))),
        t("pack.said.left", when=_at(gone.left_at, now)),
        back,
    ]


def score(news: News2) -> str:
    """``NEWS2 7 高``; of an incomplete set at least so much."""
    level = t(f"news.{news.response}")
    return t("today.news" if news.complete else "today.news_least", total=news.total, level=level)


def _waiting(section: Waiting, now: int) -> list[Line]:
    lines = []
    for alert in section.alerts:
        parts = [] if alert.news is None else [score(alert.news)]
        parts += [say(finding, language()) for finding in alert.text_facts]
        facts = {"what": " ".join(parts), "when": _at(alert.at, now), "who": t(f"role.{alert.waits_for}")}
        lines.append(Line(t("pack.said.waiting", **facts), "warning"))
    return lines


def _disputed(section: Disputed, now: int) -> list[Line]:
    # Few people are ever disputed: what tells both sides on a screen is loaded for them alone.
    from yiyang_tui.screens.contest_sides import value_words

    lines = []
    for one in section.contests:
        sides = []
        for side in one.values:
            told = filter(None, (side.who, None if side.at is None else _at(side.at, now)))
            by = t("list.comma").join(told)
            said = t("list.comma").join(value_words(one.field, side.value))
            sides.append(f"{said} ({by})" if by else said)
        both = t("pack.said.or").join(sides)
        lines.append(Line(t("pack.said.disputed", field=t(f"field.{one.field}"), sides=both), "warning"))
    return lines


def _allergies(section: Allergies, _now: int) -> list[Line]:
    if section.items:
        return [Line(t("chart.allergy", to=allergy(one)), "warning") for one in section.items]
    if section.known:
        return [Line(t("chart.allergies_none"))]
    return [Line(t("chart.allergies_unasked"), "strong")]


def _cautions(section: Cautions, _now: int) -> list[Line]:
    lines = [Line(t("chart.no_resuscitation"), "warning")] if section.no_resuscitation else []
    if section.spo2_scale == 2:
        lines.append(Line(t("pack.said.spo2_scale"), "strong"))
    lang = language()
    for risk in section.risks:
        of = observations()[risk.field]
        lines.append(Line(f"! {of.zh if lang == 'zh' else of.en} {say(risk, lang)}", "strong"))
    return lines


def _conditions(section: Conditions, _now: int) -> list[Line]:
    return [Line(t("pack.said.conditions", listed=t("list.comma").join(map(condition, section.items))))]


def _medicines(section: Medicines, now: int) -> list[Line]:
    return [line for one in section.orders for line in _ordered(one, now)]


def _ordered(one: Ordered, now: int) -> list[Line]:
    """``! 华法林 2.5mg 1 片 口服 每晚一次 20:00``, and when it was last taken and is due next."""
    lang = language()
    how = " ".join(filter(None, (one.spec, one.dose.of(lang), word("drug_route", one.route))))
    said = f"{one.name} {how} {one.when.of(lang)}"
    if one.as_needed:
        said = f"{said} {one.as_needed} {t('pack.said.gap', minutes=one.gap_min)}"
    if one.held is not None:
        return [Line(said), Line(t("pack.said.held", why=one.held), "warning")]
    lines = [Line(t("pack.said.high_alert", drug=said), "warning") if one.high_alert else Line(said)]
    told = [] if one.taken_at is None else [t("pack.said.taken", when=_at(one.taken_at, now))]
    if one.due:
        told.append(t("pack.said.due", when=t("list.comma").join(_at(at, now) for at in one.due)))
    return [*lines, Line(t("list.comma").join(told), "small")] if told else lines


def _measured(section: LastMeasured, now: int) -> list[Line]:
    """A line for each set: when, and its values one after the other; the score beside the set that it is of."""
    lines: list[Line] = []
    for at, group in groupby(section.readings, key=lambda reading: reading.at):
        readings = list(group)
        head = _at(at, now)
        if section.news is not None and section.news_at == at:
            head = f"{head} {score(section.news)}"
        if any(one.suspect for one in readings):
            head = f"{head} {t('pack.said.suspect')}"
        lines.append(Line(head, "strong"))
        lines.append(Line(t("list.comma").join(filter(None, (_reading(one, readings) for one in readings)))))
    return lines


def _reading(one: Reading, beside: Sequence[Reading]) -> str:
    """Both pressures of one set are one line: ``血压 156/92``."""
    if one.name in _PRESSURE:
        pair = {each.name: each.value for each in beside if each.name in _PRESSURE and each.at == one.at}
        if one.name != min(pair, key=_PRESSURE.index):
            return ""
        return t("today.pressure", upper=pair.get("sbp", "-"), lower=pair.get("dbp", "-"))
    if one.value is None:
        return ""
    return say(Finding(one.name, one.value, False), language())


def _family(section: Family, _now: int) -> list[Line]:
    lines = [Line(contact(one)) for one in section.contacts]
    if section.phone:
        lines.append(Line(t("pack.said.own_phone", phone=section.phone)))
    return lines or [Line(t("chart.no_contact"), "strong")]


def _remark(section: Remark, _now: int) -> list[Line]:
    return [Line(section.text, "small")]


def _at(at: int, now: int) -> str:
    """Paper is read on other days: ``昨天`` would be wrong tomorrow."""
    local = times.local(at)
    return local.strftime("%m-%d %H:%M" if local.year == times.local(now).year else "%Y-%m-%d %H:%M")


SAID: Final[Mapping[type[Section], Callable[[Any, int], list[Line]]]] = {
    Waiting: _waiting,
    Disputed: _disputed,
    Allergies: _allergies,
    Cautions: _cautions,
    Conditions: _conditions,
    Medicines: _medicines,
    LastMeasured: _measured,
    Family: _family,
    Remark: _remark,
}
"""How each section is said. A later section joins here, and ``KNOW`` if it must be known at the bed."""
