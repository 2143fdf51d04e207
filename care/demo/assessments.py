"""The assessments of the demo: they fit each care level; most are in time, some overdue (``demo_assessments``)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from random import Random
from typing import Any
from uuid import UUID

from care.assessments import put
from care.data import table
from care.demo.house import Crew
from care.demo.residents import Resident
from care.rights import doing
from care.scales import Item, Scale, scale
from care.scales.model import Value
from db.store import Store

_DAY_S = 86400
_SCHOOLING = ("none", "none", "primary", "primary", "middle")


@dataclass(frozen=True, slots=True)
class _Sitting:
    """One person and one scale at one time."""

    at: int
    by: UUID
    person_id: UUID
    scale_id: str
    answers: dict[str, int]
    facts: dict[str, Value]


def furnish_assessments(store: Store, people: list[Resident], crew: Crew, random: Random, since: int, now: int) -> int:
    """Write them, one act for each who assessed. Returns how many."""
    nurses = crew.nurses or crew.everyone
    sittings = [one for person in people for one in _of(person, nurses, random, since, now)]
    sittings.sort(key=lambda one: (one.by.int, one.at, one.person_id.int, one.scale_id))
    for by, group in groupby(sittings, key=lambda one: one.by):
        with doing(store, by, "assess.record") as act:
            for one in group:
                put(act, by, one.person_id, one.scale_id, one.answers, one.facts, at=one.at)
    return len(sittings)


def _of(person: Resident, nurses: tuple[UUID, ...], random: Random, since: int, now: int) -> Iterator[_Sitting]:
    file = table("demo_assessments")
    kind = person.spots[-1][1].kind
    if random.randrange(100) < file["never"]:
        return
    facts: dict[str, Value] = {"education": random.choice(_SCHOOLING)}
    if any("阿尔茨海默" in name for name in person.conditions):
        facts["dementia"] = True
    for rule in file["scale"]:
        if kind not in rule["beds"] or random.randrange(100) >= rule["share"]:
            continue
        of = scale(rule["id"])
        for at in _times(rule, random, max(since, person.spots[0][0]), now):
            known = {need.id: facts[need.id] for need in of.needs if need.id in facts}
            if any(need.id == "seconds" for need in of.needs):
                known["seconds"] = random.randrange(3, 6)
            lo, hi = rule["totals"].get(person.level, rule["totals"]["half"])
            answers = _answers(of, random.randrange(lo, hi + 1), random)
            yield _Sitting(at, random.choice(nurses), person.person_id, of.id, answers, known)


def _times(rule: Mapping[str, Any], random: Random, since: int, now: int) -> Iterator[int]:
    """The last one, and those before it as far back as the demo goes; an overdue one may lie before that."""
    share, late = rule["late"]
    is_late = random.randrange(100) < share
    lo, hi = rule["ago"]
    hour = random.randrange(3600)
    at = now - (late if is_late else random.randrange(lo, hi + 1)) * _DAY_S - 3600 - hour
    if is_late and at < since:
        yield at
    while at >= since:
        yield at
        at -= rule["every"] * _DAY_S


def _answers(of: Scale, total: int, random: Random) -> dict[str, int]:
    """Answers that reach this total or pass it by least: from the best ones, some a step worse, drawn by lot."""
    ladders = {item.id: _ladder(item, of) for item in of.items}
    steps = dict.fromkeys(ladders, 0)

    def sums() -> int:
        return sum(item.score(ladders[item.id][steps[item.id]]) for item in of.items)

    while (sums() > total) if of.direction == "better" else (sums() < total):
        worse = {name: len(ladder) - 1 for name, ladder in ladders.items() if steps[name] + 1 < len(ladder)}
        if not worse:
            break
        # What is yes or no, as aggression, is rarely what makes somebody weak.
        steps[random.choices([*worse], [rungs**3 for rungs in worse.values()])[0]] += 1
    return {name: ladders[name][step] for name, step in steps.items()}


def _ladder(item: Item, of: Scale) -> list[int]:
    """The places of an item from the best to the worst, of those with the same score the first: nobody is in a coma."""
    places = {item.score(place): place for place in range(item.hi, item.lo - 1, -1)}
    return [places[score] for score in sorted(places, reverse=of.direction == "better")]
