"""What a scale is made of, as its file (``data/scales``) says, and what somebody's answers make of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from care.words import Words

Answers = Mapping[str, int]
"""Item -> place of the chosen option in its list (from 0), or the number that was typed."""

Value = int | str | bool
"""What a fact or a setting holds."""

Facts = Mapping[str, Value]
"""What decides beside the answers: schooling, seconds, diagnoses, and numbers that the county confirms."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is so: every name of ``of`` (or any, with ``any_of``) is among ``among``, or within the bounds.

    Names: ``total``, ``grade``, ``item.<id>`` (its score), ``answer.<id>`` (what was chosen), ``part.<code>``,
    ``part.<code>.grade``, ``fact.<id>``, ``setting.<id>``. A bound may be a name too. What is not known is never so.
    """

    of: tuple[str, ...]
    among: tuple[Value, ...] = ()
    least: int | str | None = None
    most: int | str | None = None
    any_of: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One answer. Two may have the same score."""

    score: int
    words: Words


@dataclass(frozen=True, slots=True)
class Known:
    """What the record knows answers an item: the place is how many of ``steps`` the fact has reached, less one."""

    fact: str
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One question. ``lo`` to ``hi`` (both included) is what may be typed of a number; an option counts from 0.

    A number scores itself, or what ``bands`` (from, up to and including, score) say. ``when``: it is asked only then.
    """

    id: str
    words: Words
    kind: Literal["choice", "number"]
    options: tuple[Option, ...] = ()
    lo: int = 0
    hi: int = 0
    group: str = ""
    unit: str = ""
    when: tuple[Condition, ...] = ()
    bands: tuple[tuple[int, int, int], ...] = ()
    known: Known | None = None
    note: Words | None = None
    certainty: str = ""

    def score(self, answer: int) -> int:
        """The score of an answer that lies within ``lo`` and ``hi``."""
        if self.kind == "choice":
            return self.options[answer].score
        return next((score for lo, hi, score in self.bands if lo <= answer <= hi), answer)


@dataclass(frozen=True, slots=True)
class Group:
    """Items that stand together under one heading."""

    code: str
    words: Words


@dataclass(frozen=True, slots=True)
class Need:
    """A fact beside the answers. ``choices``: code -> words. ``source``: where the record may know it from."""

    id: str
    words: Words
    kind: Literal["yes", "number", "choice"]
    choices: tuple[tuple[str, Words], ...] = ()
    lo: int = 0
    hi: int = 0
    unit: str = ""
    required: bool = False
    source: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A grade. ``start``: the lowest total that has it, a number or the name of a setting; ``level``: how bad it is."""

    code: str
    words: Words
    start: int | str | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Bands that hold under conditions. ``words``: which they are; ``certainty``: how sure, if not as the scale."""

    bands: tuple[Band, ...]
    when: tuple[Condition, ...] = ()
    words: Words | None = None
    certainty: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """The grade is this one when all of ``when`` is so."""

    grade: str
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class PartOf:
    """A sum over some items, with its own grade. An item in ``reverse`` counts from its other end.

    The grade comes from the first of ``rules`` that holds, else from ``bands``; a part without either has none.
    """

    code: str
    words: Words
    items: tuple[str, ...]
    reverse: tuple[str, ...] = ()
    bands: tuple[Band, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Crossing:
    """A table that makes one grade of several: the row is named by one value, the column by the worst of others.

    ``settings``: row -> the setting that holds its grades, one digit for each column. ``certainty`` of each row, if
    not as the scale.
    """

    row: str
    column: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, str]
    certainty: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What moves a grade after the bands: to the one named, or one level worse (all of those together only once)."""

    code: str
    words: Words
    when: tuple[Condition, ...]
    to: str = ""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that a result asks for."""

    code: str
    words: Words
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """One instrument. ``least`` and ``most``: the whole range of its total, of one that has a total (``summed``).

    ``direction``: "better" if a higher total is better, "worse", or "profile" if the parts decide. ``certainty``: A
    read in a source, B from knowledge, C to be confirmed by the county. ``settings``: numbers it takes from the county
    facts, with the value that counts where none is given.
    """

    id: str
    version: str
    name: Words
    short: Words
    standard: str
    direction: Literal["better", "worse", "profile"]
    certainty: str
    source: str
    least: int
    most: int
    summed: bool
    items: tuple[Item, ...]
    groups: tuple[Group, ...] = ()
    needs: tuple[Need, ...] = ()
    settings: tuple[tuple[str, int], ...] = ()
    parts: tuple[PartOf, ...] = ()
    grades: tuple[Band, ...] = ()
    cutoffs: tuple[Cutoffs, ...] = ()
    crossing: Crossing | None = None
    adjustments: tuple[Adjustment, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    notes: tuple[Words, ...] = ()
    timeframe: Words | None = None
    licence_note: Words | None = None
    loinc: str = ""
    assessors: int = 1
    hidden: bool = False

    def item(self, item_id: str) -> Item | None:
        """The item of that id, or ``None``."""
        return next((item for item in self.items if item.id == item_id), None)

    def band(self, code: str) -> Band | None:
        """The grade of that code, also one that only some cut-offs have, or ``None``."""
        known = (*self.grades, *(band for cut in self.cutoffs for band in cut.bands))
        return next((band for band in known if band.code == code), None)


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-score. ``grade`` is ``None`` where the scale grades only the whole."""

    code: str
    words: Words
    total: int
    grade: Band | None


@dataclass(frozen=True, slots=True)
class Result:
    """What answers make. ``total`` is ``None`` where a total would mean nothing.

    ``explained``: why this grade and no other. ``certainty``: of what decided it. ``answers`` and ``facts``: what
    counted of what was given, as it is kept.
    """

    total: int | None
    grade: Band | None
    parts: tuple[Part, ...]
    explained: tuple[Words, ...]
    triggers: tuple[Trigger, ...]
    certainty: str
    answers: Answers
    facts: Facts
