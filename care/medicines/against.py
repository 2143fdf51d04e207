"""All that speaks against one order, kind by kind."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import Connection

from care.age import age, house_day
from care.medicines.allergies import allergies_against, as_read
from care.medicines.catalogue import Drug, every_drug
from care.medicines.cautions import Whom, cautions_of
from care.medicines.checks import Warning
from care.medicines.interactions import interactions_with
from care.medicines.orders import NewOrder
from care.medicines.taken_now import Taken, meant, taken_now
from care.registered import joined, registrations_of
from care.words import Words

_ATC_CLASS = 5
"""So many characters of an ATC code name the kind of drug: C08CA."""


def against(conn: Connection, ids: Sequence[UUID], new: NewOrder, now: int) -> list[Warning]:
    """What speaks against an order for the person of these registrations. Raises ``Refused``: person_unknown."""
    person = joined([one for _, one in registrations_of(conn, ids)])
    today = house_day(now)
    known = every_drug(conn)
    ones, taken = meant(known, new), taken_now(conn, known, ids, today.isoformat())
    whom = Whom(age(person.birth, today), person.conditions, taken)
    allergies = as_read(person.allergies, known)
    found: list[Warning] = []
    for one in ones:
        found += [*allergies_against(one, allergies), *interactions_with(one, taken)]
        found += [*cautions_of(one, whom), *_duplicates(one, taken), *_of_itself(one, new)]
    if not person.allergies and not person.allergies_known:
        unasked = Words("过敏史还没有问过", "Nobody has asked about allergies yet")
        found.append(Warning("allergy/unasked", "allergy", unasked, "info"))
    return found


def _duplicates(new: Taken, taken: Iterable[Taken]) -> Iterator[Warning]:
    """The same medicine twice, one of its substances twice, or two of one kind."""
    for other in taken:
        if other.same == new.same or _share(new.drug, other.drug):
            words = Words(f"已在用{other.name}：同一种药", f"Already takes {other.name}: the same medicine")
            yield Warning(f"duplicate/{other.same}", "duplicate", words, "major")
        elif _alike(new, other):
            words = Words(f"已在用{other.name}：同一类药", f"Already takes {other.name}: the same kind")
            yield Warning(f"duplicate/kind/{other.same}", "duplicate", words, "moderate")


def _of_itself(new: Taken, order: NewOrder) -> Iterator[Warning]:
    if order.high_alert or (new.drug is not None and new.drug.high_alert):
        words = Words("高警示药：给药要两个人", "High-alert drug: two people give it")
        yield Warning("high_alert", "high_alert", words, "info")
    if new.drug is None:
        words = Words("目录里没有这个药：相互作用没有查", "Not in the catalogue: interactions were not checked")
        yield Warning("unchecked", "unchecked", words, "info")


def _share(one: Drug | None, other: Drug | None) -> bool:
    return one is not None and other is not None and bool(one.substances & other.substances)


def _alike(one: Taken, other: Taken) -> bool:
    if one.drug is None or other.drug is None or not one.systemic or not other.systemic:
        return False
    kind = one.drug.atc[:_ATC_CLASS]
    return len(kind) == _ATC_CLASS and other.drug.atc[:_ATC_CLASS] == kind
