"""Allergies against a drug: what somebody is allergic to stands in free words, and is read as groups of drugs.

Read cautiously: whatever in the words could name a group does. 青霉素皮试阴性 warns as well, and a person reads it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from care.medicines.catalogue import Drug, Formulary, bare
from care.medicines.checks import Severity, Warning
from care.medicines.group_words import allergy_groups, groups_named
from care.medicines.taken_now import Taken
from care.person_facts import Allergy
from care.words import Words
from db.search import normal

_LEAST = 2
_SEVERITY: Mapping[str, Severity] = {"block": "contraindicated", "warn": "moderate", "info": "info"}


@dataclass(frozen=True, slots=True)
class Read:
    """One allergy as it is read: ``said`` with its reaction, the words, the groups and substances that they name."""

    said: str
    text: str
    groups: tuple[str, ...]
    substances: frozenset[str]


def as_read(allergies: Iterable[Allergy], known: Formulary) -> tuple[Read, ...]:
    """What the free words of allergies name."""
    found = []
    for one in allergies:
        drugs = _named(normal(one.to), known)
        groups = groups_named(one.to) | {drug.group for drug in drugs if drug.group}
        said = f"{one.to}（{one.reaction}）" if one.reaction else one.to
        substances = frozenset(part for drug in drugs for part in drug.substances)
        found.append(Read(said, bare(one.to), tuple(sorted(groups)), substances))
    return tuple(found)


def groups_in(words: str, known: Formulary) -> frozenset[str]:
    """The allergy groups that free words speak of: by name, by common words, by any drug that is named."""
    (read,) = as_read([Allergy(words)], known)
    return frozenset(read.groups)


def allergies_against(new: Taken, allergies: Iterable[Read]) -> Iterator[Warning]:
    """What speaks against a drug of what somebody is allergic to: the drug itself, its group, a group across."""
    groups = allergy_groups()
    for allergy in allergies:
        if _is_itself(new, allergy):
            words = Words(f"对{allergy.said}过敏", f"Allergic to {allergy.said}")
            yield Warning(f"allergy/{new.same}", "allergy", words, "contraindicated", blocks=True)
            continue
        for mine in sorted(new.groups & groups.keys()):
            for theirs in allergy.groups:
                if theirs == mine:
                    yield _same(groups[mine], allergy.said)
                elif theirs in groups:
                    yield from _across(groups[mine], groups[theirs], allergy.said)


def _same(group: Mapping[str, str], said: str) -> Warning:
    blocks = group["same"] == "block"
    words = Words(f"对{said}过敏：同属{group['zh']}", f"Allergic to {said}: both {group['en']}")
    return Warning(f"allergy/{group['group']}", "allergy", words, _SEVERITY[group["same"]], blocks=blocks)


def _across(mine: Mapping[str, str], theirs: Mapping[str, str], said: str) -> Iterator[Warning]:
    """A group that may react as well, in whichever of both lines it stands."""
    lines = [
        row
        for row, other in ((theirs, mine), (mine, theirs))
        if other["group"] in row["cross_with"].split(";") and row["cross"]
    ]
    if lines:
        worst = min((_SEVERITY[row["cross"]] for row in lines), key=("moderate", "info").index)
        words = Words(f"对{said}过敏：{mine['zh']}可能交叉过敏", f"Allergic to {said}: {mine['en']} may cross-react")
        yield Warning(f"allergy/{theirs['group']}/{mine['group']}", "allergy", words, worst)


def _is_itself(new: Taken, allergy: Read) -> bool:
    text, name = allergy.text, bare(new.name)
    named = min(len(text), len(name)) >= _LEAST and (name in text or text in name)
    # 青霉素 in 青霉素钠 is the group, which says so itself; of a drug that nobody knows the name is all there is.
    if named and (new.drug is None or not new.drug.group or name in text):
        return True
    return new.drug is not None and bool(new.drug.substances & allergy.substances)


def _named(text: str, known: Formulary) -> list[Drug]:
    return [
        one
        for one in known.values()
        if (len(stem := bare(one.zh)) >= _LEAST and stem in text) or (len(one.inn) > _LEAST and normal(one.inn) in text)
    ]
