"""What a round notes: the choices of each field, which of them ask somebody to look, and what a round found."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from care.codes import Lang, short
from care.data import table
from care.vitals import Measure, measure, measures, show, unusual

Field = Literal["state", "position", "skin", "intake", "mood"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of a field. ``code`` is what the record keeps."""

    code: str
    zh: str
    en: str
    remarkable: bool


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """One field of the form with its words, in the order of the form."""

    field: str  # a column of the table of rounds
    zh: str
    en: str
    choices: tuple[Choice, ...]

    def get(self, code: str) -> Choice | None:
        """The choice kept as ``code``, or ``None``."""
        return next((choice for choice in self.choices if choice.code == code), None)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a round found; ``say`` puts it in words.

    ``field`` is a column of the tables of rounds or vitals, or ``seen`` when a round noted nothing. ``remarkable`` is
    what a screen marks with its sign.
    """

    field: str
    value: str | int | bool
    remarkable: bool


@cache
def observations() -> Mapping[str, ChoiceList]:
    """The choices of state, position, skin, intake and mood, by field, in the order of the form."""
    return {
        row["id"]: ChoiceList(
            row["id"],
            row["zh"],
            row["en"],
            tuple(Choice(c["code"], c["zh"], c["en"], c.get("remarkable", False)) for c in row["choices"]),
        )
        for row in table("rounds")["field"]
    }


@cache
def water() -> Measure:
    """Water drunk, read and refused as a measure is. No amount is unusual."""
    of = table("rounds")["water_ml"]
    lo, hi = of["hard_lo"], of["hard_hi"]
    return Measure("water_ml", of["zh"], of["en"], of["unit"], 0, lo, hi, lo, hi, hi + 1)


@cache
def remarkable_choices() -> tuple[tuple[str, str], ...]:
    """Every (field, code) that asks somebody to look."""
    return tuple((of.field, c.code) for of in observations().values() for c in of.choices if c.remarkable)


@cache
def answering_kinds() -> frozenset[str]:
    """The kinds of round by which somebody who can judge has seen the person."""
    return frozenset(table("rounds")["answer"]["kinds"])


def round_findings(seen: Mapping[Any, Any]) -> tuple[Finding, ...]:
    """What the columns of a round say, remarkable things first, then in the order of the form."""
    found = []
    if seen["abnormal"]:
        found.append(Finding("abnormal", str(seen["abnormal"]), True))
    for of in observations().values():
        code = str(seen[of.field] or "")
        if code:
            choice = of.get(code)
            found.append(Finding(of.field, code, choice is not None and choice.remarkable))
    if seen["water_ml"] is not None:
        found.append(Finding("water_ml", int(seen["water_ml"]), False))
    if seen["note"]:
        found.append(Finding("note", str(seen["note"]), False))
    return tuple(sorted(found, key=lambda finding: not finding.remarkable))


def unusual_measures(values: Mapping[Any, Any]) -> tuple[Finding, ...]:
    """The measurements beyond their unusual limits, in the order of the form; any consciousness but alert is one."""
    found = []
    for of in measures():
        value = values.get(of.id)
        if isinstance(value, int) and unusual(of, value):
            found.append(Finding(of.id, value, True))
    acvpu = values.get("acvpu")
    if isinstance(acvpu, str) and acvpu != "A":
        found.append(Finding("acvpu", acvpu, True))
    return tuple(found)


def last_word(unremarkable: bool, noted: tuple[Finding, ...], measured: tuple[Finding, ...]) -> Finding:
    """The one thing a narrow list says of a round: what asks for care, else that nothing did."""
    worst = next((finding for finding in (*noted, *measured) if finding.remarkable), None)
    if worst is not None:
        return worst
    if unremarkable:
        return Finding("unremarkable", True, False)
    return noted[0] if noted else Finding("seen", True, False)


def say(finding: Finding, lang: Lang) -> str:
    """A finding in words: a carer's own text as it is, a choice by its word, a number with its measure (血氧 91)."""
    words = table("rounds")["words"]
    if finding.field in ("abnormal", "note"):
        return str(finding.value)
    if finding.field in observations():
        choice = observations()[finding.field].get(str(finding.value))
        # A word of a newer program, or of another county's table, is shown as it was kept.
        return str(finding.value) if choice is None else (choice.zh if lang == "zh" else choice.en)
    if finding.field == "acvpu":
        return short("consciousness", str(finding.value), lang)
    if finding.field == "oxygen":
        return str(words["oxygen" if finding.value else "air"][lang])
    if finding.field == "water_ml":
        water = table("rounds")["water_ml"]
        return f"{water[lang]} {finding.value} {water['unit']}"
    if finding.field in words:
        return str(words[finding.field][lang])
    of = measure(finding.field)
    return f"{of.zh if lang == 'zh' else of.en} {show(of, int(finding.value))}"


def brief(finding: Finding, lang: Lang) -> str:
    """A finding for a column of a list: as ``say`` puts it, with the shortest word of its field (血氧91, O2 91)."""
    word = table("rounds")["brief"].get(finding.field, {}).get(lang)
    if word is None:
        return say(finding, lang)
    if isinstance(finding.value, bool):
        return str(word)
    return f"{word}{'' if lang == 'zh' else ' '}{show(measure(finding.field), int(finding.value))}"
