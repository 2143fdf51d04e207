"""The form of a scale (评估表): filled in as it was signed, or blank for filling in by hand."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from care.assessments import Assessed, history
from care.scales import Item, Need, Result, Scale, scale, score
from care.sheets.head import SheetHead, head_of
from care.words import Words
from db.errors import Refused
from db.store import Store


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One question. ``answer``: the place of what was chosen, or the number; ``score``: what it counts."""

    group: Words | None
    item: Item
    answer: int | None
    score: int | None


@dataclass(frozen=True, slots=True)
class AssessmentSheet:
    """``assessed`` is ``None`` on a blank form, ``result`` also where the scale has another version by now.

    ``scale`` is ``None`` for one that this program does not know: then there are no lines.
    """

    head: SheetHead
    name: Words
    scale: Scale | None
    assessed: Assessed | None
    result: Result | None
    needs: tuple[tuple[Need, Words], ...]
    lines: tuple[ItemLine, ...]


def assessment_sheet(store: Store, by: UUID, person_id: UUID, assessment_id: UUID) -> AssessmentSheet:
    """The form of one assessment. Raises ``NoRight``, ``Refused``: person_unknown, record_unknown."""
    found = next((one for one in history(store, person_id) if one.id == assessment_id), None)
    if found is None:
        raise Refused("record_unknown")
    with store.reading() as conn:
        head = head_of(store, conn, by, person_id)
    of = _known(found.scale)
    if of is None or not found.same_version:
        # The questions of today may be others: what was signed is its total and grade.
        return AssessmentSheet(head, found.name, of, found, None, (), ())
    return AssessmentSheet(
        head, of.name, of, found, _scored(of, found), _needs(of, found.facts), _lines(of, found.answers)
    )


def newest(store: Store, person_id: UUID, scale_id: str | None = None) -> UUID:
    """The assessment of somebody that counts now, of one scale or of any. Raises ``Refused``: nothing_to_print."""
    for one in history(store, person_id, scale_id):
        if one.stands:
            return one.id
    raise Refused("nothing_to_print")


def blank_sheet(store: Store, by: UUID, person_id: UUID | None, scale_id: str) -> AssessmentSheet:
    """A form to be filled in by hand. Raises ``NoRight``, ``Refused``: scale_unknown (scale), person_unknown."""
    of = scale(scale_id)
    with store.reading() as conn:
        head = head_of(store, conn, by, person_id)
    return AssessmentSheet(head, of.name, of, None, None, _needs(of, {}), _lines(of, None))


def _known(scale_id: str) -> Scale | None:
    try:
        return scale(scale_id)
    except Refused:
        return None


def _scored(of: Scale, found: Assessed) -> Result | None:
    """Why it is this grade; nothing where it cannot be said any more."""
    try:
        return score(of, found.answers, found.facts)
    except Refused:
        return None


def _needs(of: Scale, facts: Any) -> tuple[tuple[Need, Words], ...]:
    return tuple((need, _told(need, facts.get(need.id))) for need in of.needs)


def _told(need: Need, value: Any) -> Words:
    if value is None:
        return Words("", "")
    if need.kind == "yes":
        return Words("是", "yes") if value else Words("否", "no")
    words = dict(need.choices).get(str(value))
    return words if words is not None else Words(f"{value} {need.unit}".strip(), f"{value} {need.unit}".strip())


def _lines(of: Scale, answers: Any) -> tuple[ItemLine, ...]:
    """On a blank form all questions; on a filled one those that were asked."""
    names = {group.code: group.words for group in of.groups}
    lines = []
    for item in of.items:
        if answers is not None and item.id not in answers:
            continue
        answer = None if answers is None else answers[item.id]
        counts = item.score(answer) if answer is not None and item.lo <= answer <= item.hi else None
        lines.append(ItemLine(names.get(item.group), item, answer, counts))
    return tuple(lines)
