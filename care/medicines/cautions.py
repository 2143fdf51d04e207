"""What old people should rather not take: a list of drugs, some of them only with an illness or another drug.

Where a caution depends on something that the record does not say, it only informs, with the condition in words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from care.data import table
from care.medicines.checks import Severity, Warning
from care.medicines.lists import rows
from care.medicines.taken_now import Taken
from care.person_facts import Condition
from care.words import Words
from db.search import normal


@dataclass(frozen=True, slots=True)
class Whom:
    """What a caution asks of a person: full years (unknown counts as old), illnesses, what they take now."""

    age: int | None
    conditions: Sequence[Condition]
    taken: Sequence[Taken]


def cautions_of(new: Taken, whom: Whom) -> Iterator[Warning]:
    """Every caution that means this drug; nothing for somebody who is known to be younger."""
    if whom.age is not None and whom.age < table("rules/caution")["elderly_from"]:
        return
    for row in rows("beers"):
        if row["of"] == "count":
            yield from _too_many(row, new, whom.taken)
        elif _means(row, new):
            yield _caution(row, whom)


def _caution(row: Mapping[str, str], whom: Whom) -> Warning:
    severity = _severity(row)
    words = Words(f"老年人：{row['zh']}", f"In the old: {row['en']}")
    if (row["when"] or row["zh_hint"]) and not any(_holds(term, whom) for term in row["when"].split(";") if term):
        severity = "info"
        words = Words(f"老年人（{row['zh_hint']}）：{row['zh']}", f"In the old ({row['en_hint']}): {row['en']}")
    return Warning(f"elderly/{row['id']}", "elderly", words, severity, advice=_advice(row))


def _too_many(row: Mapping[str, str], new: Taken, taken: Iterable[Taken]) -> Iterator[Warning]:
    """Five drugs at once; three that act on the mind, of which this is one."""
    kind, _, least = row["targets"].rpartition(":")
    if not new.systemic or (kind and not new.is_(kind)):
        return
    found = {new.same} | {one.same for one in taken if one.systemic and (not kind or one.is_(kind))}
    if len(found) >= int(least):
        words = Words(f"共 {len(found)} 种：{row['zh']}", f"{len(found)} at once: {row['en']}")
        yield Warning(f"elderly/{row['id']}", "elderly", words, _severity(row), advice=_advice(row))


def _means(row: Mapping[str, str], new: Taken) -> bool:
    targets = row["targets"].split(";")
    if row["of"] == "group":
        return any(new.is_(target) for target in targets)
    return new.drug is not None and new.systemic and new.drug.zh in targets


def _holds(term: str, whom: Whom) -> bool:
    rules = table("rules/caution")
    if term in rules["age"]:
        return whom.age is None or whom.age >= rules["age"][term]
    if ":" in term:
        return any(one.is_(term.partition(":")[2]) for one in whom.taken)
    of = rules["condition"][term]
    return any(
        one.icd10.upper().startswith(tuple(of["icd"])) or any(word in normal(one.name) for word in of["words"])
        for one in whom.conditions
    )


def _severity(row: Mapping[str, str]) -> Severity:
    return cast(Severity, table("rules/caution")["severity"][row["strength"]])


def _advice(row: Mapping[str, str]) -> Words:
    return Words(row["zh_advice"], row["en_advice"])
