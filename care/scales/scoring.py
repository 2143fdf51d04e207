"""Answers and facts to a result: what is asked and missing, sums, grades, what moves them and what they ask for."""

from collections.abc import Collection, Iterator, Mapping

from care.scales.conditions import holds
from care.scales.model import (
    Answers,
    Band,
    Crossing,
    Cutoffs,
    Facts,
    Item,
    Need,
    Part,
    PartOf,
    Result,
    Scale,
    Value,
)
from care.words import Words
from db.errors import Refused

Known = dict[str, Value | None]


def asked(scale: Scale, answers: Answers, facts: Facts | None = None) -> tuple[Item, ...]:
    """The items to ask, by what was answered and is known so far: those that branching leaves."""
    known = _given(scale, facts or {})
    return tuple(_walk(scale, answers, known))


def suggested(scale: Scale, facts: Facts) -> dict[str, int]:
    """Answers that the record gives by itself: age, diagnoses, weight. A person says whether they are so."""
    found = {}
    for item in scale.items:
        if item.known is None or not isinstance(value := facts.get(item.known.fact), int):
            continue
        place = sum(value >= step for step in item.known.steps) - 1
        if item.lo <= place <= item.hi:
            found[item.id] = place
    return found


def score(scale: Scale, answers: Answers, facts: Facts, confirmed: Collection[str] = ()) -> Result:
    """The result. Nothing is guessed: what was not answered is missing, what the scale does not know is refused.

    ``confirmed``: settings that the county has confirmed; what they decide is as sure as the scale itself.

    Raises ``Refused``: answers_missing (n), answer_unknown (item), answer_out_of_range (item, least, most),
    facts_missing (fact, n), fact_out_of_range (fact, least, most), fact_choice_unknown (fact).
    """
    _check_facts(scale, facts)
    known = _given(scale, facts)
    items = tuple(_walk(scale, answers, known, check=True))
    if stray := next((name for name in answers if scale.item(name) is None), None):
        raise Refused("answer_unknown", item=stray)
    if missing := [item for item in items if item.id not in answers]:
        raise Refused("answers_missing", n=len(missing))
    if scale.summed:
        known["total"] = sum(item.score(answers[item.id]) for item in items)
    parts = _parts(scale, items, answers, known)
    grade, explained, certainty = _graded(scale, parts, known, confirmed)
    known["grade"] = None if grade is None else grade.code
    return Result(
        total=_number(known.get("total")),
        grade=grade,
        parts=parts,
        explained=explained,
        triggers=tuple(trigger for trigger in scale.triggers if holds(trigger.when, known)),
        certainty=max([scale.certainty, certainty, *(item.certainty for item in items)]),
        answers={item.id: answers[item.id] for item in items},
        facts=_counted(scale, facts),
    )


def _walk(scale: Scale, answers: Answers, known: Known, check: bool = False) -> Iterator[Item]:
    """The items that are asked, in order; what is answered becomes known to those after it."""
    for item in scale.items:
        if not holds(item.when, known):
            continue
        yield item
        answer = answers.get(item.id)
        if answer is None:
            continue
        within = type(answer) is int and item.lo <= answer <= item.hi
        if within:
            known[f"answer.{item.id}"] = answer
            known[f"item.{item.id}"] = item.score(answer)
        elif check:
            raise Refused("answer_out_of_range", item=item.id, least=item.lo, most=item.hi)


def _given(scale: Scale, facts: Facts) -> Known:
    known: Known = {f"fact.{need.id}": facts.get(need.id) for need in scale.needs}
    return known | {f"setting.{name}": facts.get(name, value) for name, value in scale.settings}


def _counted(scale: Scale, facts: Facts) -> dict[str, Value]:
    """What of the facts is this scale's business, and the settings that it was scored by."""
    kept = {need.id: facts[need.id] for need in scale.needs if need.id in facts}
    return kept | {name: facts.get(name, value) for name, value in scale.settings}


def _check_facts(scale: Scale, facts: Facts) -> None:
    missing = [need.id for need in scale.needs if need.required and need.id not in facts]
    if missing:
        raise Refused("facts_missing", fact=missing[0], n=len(missing))
    for need in scale.needs:
        if need.id in facts:
            _check_fact(need, facts[need.id])
    for name, _ in scale.settings:
        if isinstance(value := facts.get(name, 0), bool) or not isinstance(value, int):
            raise Refused("fact_choice_unknown", fact=name)


def _check_fact(need: Need, value: Value) -> None:
    if need.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int) or not need.lo <= value <= need.hi:
            raise Refused("fact_out_of_range", fact=need.id, least=need.lo, most=need.hi)
    elif need.kind == "yes":
        if not isinstance(value, bool):
            raise Refused("fact_choice_unknown", fact=need.id)
    elif value not in [code for code, _ in need.choices]:
        raise Refused("fact_choice_unknown", fact=need.id)


def _parts(scale: Scale, items: tuple[Item, ...], answers: Answers, known: Known) -> tuple[Part, ...]:
    """Every sub-score; all sums are known before the first grade, as one may ask for another's."""
    by_id = {item.id: item for item in items}
    for part in scale.parts:
        known[f"part.{part.code}"] = sum(
            _counts(by_id[name], answers[name], name in part.reverse) for name in part.items if name in by_id
        )
    found = []
    for part in scale.parts:
        total = _number(known[f"part.{part.code}"]) or 0
        grade = _part_grade(part, total, known)
        known[f"part.{part.code}.grade"] = None if grade is None else grade.code
        found.append(Part(part.code, part.words, total, grade))
    return tuple(found)


def _counts(item: Item, answer: int, reverse: bool) -> int:
    if not reverse:
        return item.score(answer)
    scores = [option.score for option in item.options] or [item.lo, item.hi]
    return min(scores) + max(scores) - item.score(answer)


def _part_grade(part: PartOf, total: int, known: Known) -> Band | None:
    if part.rules:
        code = next((rule.grade for rule in part.rules if holds(rule.when, known)), "")
        return next((band for band in part.bands if band.code == code), None)
    return _band_of(part.bands, total, known)


def _graded(
    scale: Scale, parts: tuple[Part, ...], known: Known, confirmed: Collection[str]
) -> tuple[Band | None, tuple[Words, ...], str]:
    """The grade, why, and how sure what decided it is."""
    explained = [
        Words(
            f"{part.words.zh} {part.total} 分：{part.grade.words.zh}",
            f"{part.words.en} {part.total}: {part.grade.words.en}",
        )
        for part in parts
        if part.grade is not None
    ]
    certainty, grade = "", None
    if scale.crossing is not None:
        row = str(known[scale.crossing.row])
        grade = scale.band(_cell(scale.crossing, row, known))
        if scale.crossing.settings.get(row) not in confirmed:
            certainty = scale.crossing.certainty.get(row, "")
    elif scale.cutoffs and (cut := _cutoffs_of(scale, known)) is not None:
        grade = _band_of(cut.bands, _number(known.get("total")) or 0, known)
        named = {name.removeprefix("setting.") for condition in cut.when for name in condition.of}
        certainty = "" if named & {*confirmed} else cut.certainty
        explained += [] if cut.words is None else [cut.words]
    if grade is None:
        return None, tuple(explained), certainty
    moved, why = _moved(scale, grade, known)
    return moved, (*explained, *why), certainty


def _cutoffs_of(scale: Scale, known: Known) -> Cutoffs | None:
    return next((cut for cut in scale.cutoffs if holds(cut.when, known)), None)


def _cell(table: Crossing, row: str, known: Known) -> str:
    """The grade where they cross. A setting that is no row of grades leaves the row of the file."""
    column = max(table.columns.index(str(known[name])) for name in table.column)
    digits = f"{known.get(f'setting.{table.settings.get(row)}') or '':0>{len(table.columns)}}"
    grades = {code for cells in table.cells.values() for code in cells}
    told = row in table.settings and len(digits) == len(table.columns) and {*digits} <= grades
    return digits[column] if told else table.cells[row][column]


def _band_of(bands: tuple[Band, ...], total: int, known: Known) -> Band | None:
    """The last band that has begun at this total."""
    begun = [band for band in bands if _start(band, known) <= total]
    return begun[-1] if begun else None


def _start(band: Band, known: Mapping[str, Value | None]) -> int:
    start = known.get(f"setting.{band.start}") if isinstance(band.start, str) else band.start
    return start if isinstance(start, int) else 0


def _moved(scale: Scale, grade: Band, known: Known) -> tuple[Band, tuple[Words, ...]]:
    """The grade after what moves it: set to one, or one level worse however many reasons there are."""
    known = {**known, "grade": grade.code}
    holding = [one for one in scale.adjustments if holds(one.when, known)]
    for one in holding:
        if one.to:
            return scale.band(one.to) or grade, (one.words,)
    worse = sorted((band for band in _all(scale) if band.level > grade.level), key=lambda band: band.level)
    if not holding or not worse:
        return grade, ()
    return worse[0], tuple(one.words for one in holding)


def _all(scale: Scale) -> tuple[Band, ...]:
    return (*scale.grades, *(band for cut in scale.cutoffs for band in cut.bands))


def _number(value: Value | None) -> int | None:
    return value if isinstance(value, int) else None
