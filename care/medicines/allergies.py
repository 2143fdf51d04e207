"""Allergies against a drug: what somebody is allergic to stands in free words, and is read as groups of drugs.

Read cautiously: whatever in the words could name a group does. 青霉素皮试阴性 warns as well, and a person reads it.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from care.medicines.catalogue import Drug, Formulary, bare
from care.medicines.checks import Severity, Warning
from care.medicines.lists import rows
from care.medicines.taken_now import Taken
from care.person_facts import Allergy
from care.words import Words
from db.search import normal

_LEAST = 2
_SEVERITY: Mapping[str, Severity] = {"block": "contraindicated", "warn": "moderate", "info": "info"}


@cache
def _groups() -> Mapping[str, Mapping[str, str]]:
    return {row["group"]: row for row in rows("allergy_groups")}


def groups_in(words: str, known: Formulary) -> frozenset[str]:
    """The allergy groups that free words speak of: by name, by common words, by any drug that is named."""
    text = normal(words)
    found = {
        code
        for code, row in _groups().items()
        if any(word in text for word in (row["zh"], code, *row["words"].split(";")) if word)
    }
    return frozenset(found | {one.group for one in _named(text, known) if one.group})


def allergies_against(new: Taken, allergies: Iterable[Allergy], known: Formulary) -> Iterator[Warning]:
    """What speaks against a drug of what somebody is allergic to: the drug itself, its group, a group across."""
    for allergy in allergies:
        said = f"{allergy.to}（{allergy.reaction}）" if allergy.reaction else allergy.to
        if _is_itself(new, allergy.to, known):
            words = Words(f"对{said}过敏", f"Allergic to {said}")
            yield Warning(f"allergy/{new.same}", "allergy", words, "contraindicated", blocks=True)
            continue
        if new.drug is None or not new.drug.group:
            continue
        mine = _groups().get(new.drug.group)
        for theirs in sorted(groups_in(allergy.to, known)):
            if mine is not None and theirs == new.drug.group:
                yield _same(mine, said)
            elif mine is not None and theirs in _groups():
                yield from _across(mine, _groups()[theirs], said)


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


def _is_itself(new: Taken, to: str, known: Formulary) -> bool:
    text, name = bare(to), bare(new.name)
    if min(len(text), len(name)) >= _LEAST and (name in text or text in name):
        # 青霉素 in 青霉素钠 is the group, which says so itself; of a drug that nobody knows the name is all there is.
        return new.drug is None or not new.drug.group or name in text
    return new.drug is not None and new.drug.inn != "" and any(one.inn == new.drug.inn for one in _named(text, known))


def _named(text: str, known: Formulary) -> list[Drug]:
    return [
        one
        for one in known.values()
        if (len(one.stem) >= _LEAST and one.stem in text) or (len(one.inn) > _LEAST and normal(one.inn) in text)
    ]
