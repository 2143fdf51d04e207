"""What a scale asks, as a list to be walked through: its items, and the facts beside them. Knows no screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from yiyang_tui.fields import Value as Kept
from yiyang_tui.words import catalogue

if TYPE_CHECKING:
    from care.scales import Item, Need, Option, Scale, Value
    from care.words import Words

MOST_KEYS: Final = 9
"""One digit answers: more answers than digits are typed as a number."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer and the digit that gives it. ``score`` is ``None`` where the digit says it already."""

    key: int
    value: "Value"
    words: "Words"
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that is asked. ``id``: ``item.<id>`` of the scale's items, ``fact.<id>`` of what it needs beside them.

    Without ``answers`` a number from ``lo`` to ``hi`` is typed. ``needed``: without it there is no result.
    """

    id: str
    words: "Words"
    answers: tuple[Answer, ...]
    lo: int = 0
    hi: int = 0
    unit: str = ""
    group: "Words | None" = None
    needed: bool = True
    note: "Words | None" = None
    certainty: str = ""

    def by_key(self, key: int) -> Answer | None:
        """The answer that a digit gives."""
        return next((one for one in self.answers if one.key == key), None)

    def said(self, value: "Value | None") -> "Words | None":
        """An answer in words."""
        from care.words import Words

        if value is None:
            return None
        if not self.answers:
            return Words(f"{value}{self.unit}", f"{value} {self.unit}".strip())
        return next((one.words for one in self.answers if one.value == value and type(one.value) is type(value)), None)


@dataclass(slots=True)
class Filling:
    """What is answered so far, by the id of what was asked; and the note."""

    answers: dict[str, int] = field(default_factory=dict)
    facts: "dict[str, Value]" = field(default_factory=dict)
    note: str = ""

    def get(self, id: str) -> "Value | None":
        """The answer to that."""
        kind, _, name = id.partition(".")
        return self.answers.get(name) if kind == "item" else self.facts.get(name)

    def put(self, id: str, value: "Value | None") -> None:
        """Answer it, or leave it open again."""
        kind, _, name = id.partition(".")
        if kind == "fact":
            self.facts.pop(name, None)
            if value is not None:
                self.facts[name] = value
        else:
            self.answers.pop(name, None)
            if isinstance(value, int):
                self.answers[name] = value


def asks(scale: "Scale", filling: Filling) -> tuple[Ask, ...]:
    """Everything that is asked by what was answered so far, in the order of the paper.

    A fact that decides which items are asked comes before them, the others after.
    """
    from care.scales import asked

    deciding = {name for item in scale.items for one in item.when for name in one.of}
    needs = [_need(one) for one in scale.needs]
    first = [one for one in needs if one.id in deciding]
    headings = {group.code: group.words for group in scale.groups}
    by_score = keys_are_scores(scale)
    items = [_item(one, headings, by_score) for one in asked(scale, filling.answers, filling.facts)]
    return (*first, *items, *(one for one in needs if one not in first))


def keys_are_scores(scale: "Scale") -> bool:
    """Whether a digit is the score that one writes on paper; else it is the place of the answer in its list.

    It is where each answer has a score of one digit of its own, and the same words have the same score throughout: of
    a scale that turns some questions round, 1 would otherwise be yes here and no there.
    """
    scores: dict[str, int] = {}
    for item in scale.items:
        found = [option.score for option in item.options]
        if len(set(found)) != len(found) or not all(0 <= one <= MOST_KEYS for one in found):
            return False
        if any(scores.setdefault(option.words.zh, option.score) != option.score for option in item.options):
            return False
    return True


def missing(scale: "Scale", filling: Filling) -> list[Ask]:
    """What is still to be answered before there is a result."""
    return [one for one in asks(scale, filling) if one.needed and filling.get(one.id) is None]


def sum_so_far(scale: "Scale", filling: Filling) -> int | None:
    """The total of what is answered; ``None`` of a scale without a total."""
    from care.scales import asked

    if not scale.summed:
        return None
    items = asked(scale, filling.answers, filling.facts)
    return sum(item.score(filling.answers[item.id]) for item in items if item.id in filling.answers)


def typed(ask: Ask, before: str, digit: int) -> tuple[str, bool]:
    """A digit typed behind others where a number is asked: what stands there, and whether no other digit can follow."""
    text = f"{before}{digit}".lstrip("0") or "0"
    if len(text) > len(str(ask.hi)):
        text = str(digit)
    return text, int(text) * 10 > ask.hi or text == "0"


def kept(filling: Filling) -> dict[str, Kept]:
    """A filling as a draft keeps it."""
    found: dict[str, Kept] = {f"item.{name}": str(value) for name, value in filling.answers.items()}
    for name, value in filling.facts.items():
        found[f"fact.{name}"] = value if isinstance(value, bool) else str(value)
    return found | ({"note": filling.note} if filling.note else {})


def restored(scale: "Scale", draft: Mapping[str, Kept]) -> Filling:
    """A draft as a filling; what this scale does not know is left out."""
    filling = Filling(note=str(draft.get("note") or ""))
    items = {f"item.{item.id}": item for item in scale.items}
    needs = {f"fact.{need.id}": need for need in scale.needs}
    for id, value in draft.items():
        if isinstance(value, bool):
            if id in needs and needs[id].kind == "yes":
                filling.put(id, value)
        elif id in items and value and value.isdecimal() and items[id].lo <= int(value) <= items[id].hi:
            filling.put(id, int(value))
        elif id in needs and value:
            need = needs[id]
            codes = [code for code, _ in need.choices]
            if need.kind == "number" and value.isdecimal() and need.lo <= int(value) <= need.hi:
                filling.put(id, int(value))
            elif value in codes:
                filling.put(id, value)
    return filling


def as_before(scale: "Scale", answers: Mapping[str, int], facts: Mapping[str, object]) -> Filling:
    """Answers of an earlier time, as far as this version of the scale still asks for them."""
    filling = Filling()
    for item in scale.items:
        if item.id in answers and item.lo <= answers[item.id] <= item.hi:
            filling.answers[item.id] = answers[item.id]
    for need in scale.needs:
        value = facts.get(need.id)
        if isinstance(value, int | str | bool):
            filling.facts[need.id] = value
    return filling


def _item(item: "Item", headings: "Mapping[str, Words]", by_score: bool) -> Ask:
    answers = tuple(_answer(n, option, by_score) for n, option in enumerate(item.options))
    return Ask(
        f"item.{item.id}",
        item.words,
        answers,
        item.lo,
        item.hi,
        item.unit,
        headings.get(item.group),
        note=item.note,
        certainty=item.certainty,
    )


def _answer(place: int, option: "Option", by_score: bool) -> Answer:
    if by_score:
        return Answer(option.score, place, option.words)
    return Answer(place + 1, place, option.words, None if option.score == place + 1 else option.score)


def _need(need: "Need") -> Ask:
    from care.words import Words

    choices: tuple[tuple[Value, Words], ...] = need.choices
    if need.kind == "yes":
        yes, no = (Words(catalogue("zh")[key], catalogue("en")[key]) for key in ("dialog.yes", "dialog.no"))
        choices = ((True, yes), (False, no))
    answers = tuple(Answer(n, value, words) for n, (value, words) in enumerate(choices, 1))
    return Ask(f"fact.{need.id}", need.words, answers, need.lo, need.hi, need.unit, needed=need.required)
