"""The assessments of somebody by one scale as a picture: the grades of that scale as rows, the totals in them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from yiyang_tui.themes import Token
from yiyang_tui.widgets.bands import Band, Mark
from yiyang_tui.words import language

if TYPE_CHECKING:
    from uuid import UUID

    from care.assessments import Assessed
    from care.scales import Band as Grade
    from care.scales import Scale


def marks(done: "Sequence[Assessed]", here: "UUID | None") -> list[Mark]:
    """What stands of them."""
    return [
        Mark(one.at, one.grade, "*" if one.total is None else str(one.total), one.id == here)
        for one in done
        if one.stands
    ]


def bands(scale: "Scale", done: "Sequence[Assessed]") -> list[Band]:
    """The grades, the best on top, with the totals that each takes; and those of older versions that it has no more.

    Where conditions decide between several sets of limits, those stand here that know most of the grades given.
    """
    given = [one.grade for one in done if one.stands and one.grade]
    sets: list[tuple[Grade, ...]] = [scale.grades, *(cut.bands for cut in scale.cutoffs)]
    chosen = max(sets, key=lambda one: len({grade.code for grade in one} & set(given)), default=())
    worst = max((grade.level for grade in chosen), default=0)
    found = [
        Band(grade.code, _words(grade, _upto(scale, chosen, n)), _token(grade, worst)) for n, grade in enumerate(chosen)
    ]
    if not _better_first(chosen):
        found.reverse()
    known = {grade.code for grade in chosen}
    old = {one.grade: one for one in done if one.stands and one.grade not in known}
    return found + [Band(code, one.words.of(language())) for code, one in old.items()]


def _better_first(grades: "Sequence[Grade]") -> bool:
    return len(grades) < 2 or grades[0].level <= grades[-1].level


def _token(grade: "Grade", worst: int) -> Token:
    return "urgent" if grade.level and grade.level == worst else ""


def _upto(scale: "Scale", grades: "Sequence[Grade]", n: int) -> int | None:
    """The highest total of a band, if it is a number of the scale itself."""
    after = grades[n + 1].start if n + 1 < len(grades) else scale.most + 1
    return after - 1 if isinstance(after, int) else None


def _words(grade: "Grade", upto: int | None) -> str:
    said = grade.words.of(language())
    if not isinstance(grade.start, int) or upto is None:
        return said
    return f"{said} {grade.start}" if grade.start == upto else f"{said} {grade.start}-{upto}"
