"""What speaks against orders that are being given, and nobody answered: it was not known when they were written.

An allergy was told later, on this laptop or another; two laptops that were apart each wrote the same medicine down.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from care.groups import groups
from care.looks import InHouse
from care.medicines.allergies import Read, allergies_against, as_read
from care.medicines.catalogue import Formulary, every_drug
from care.medicines.checks import Warning
from care.medicines.orders import state
from care.medicines.taken_now import taken_by
from care.person_facts import Allergy, read_items
from care.registered import columns_of
from care.words import Words
from care.work import Work

ORDERS: Final = "orders"
"""The place where Today sends whoever sees to it: the orders of that person."""
_TWICE: Final = Words("与另一条医嘱是同一种药", "is ordered twice")


class _Part(NamedTuple):
    """One substance of an order, and as what a warning calls the medicine."""

    of: str
    called: str


def against_allergies(conn: Connection, order: Mapping[Any, Any]) -> list[Warning]:
    """What blocks one order now: an allergy that nobody went past when it was written."""
    merged = groups(conn)
    shown = merged.of(_id(order["person_id"]))
    kept = columns_of(conn, merged, [shown], ("allergies",)).get(shown)
    if kept is None or kept["allergies"] in ("", "[]"):
        return []
    known = every_drug(conn)
    return blocking(known, order, as_read(read_items(Allergy, kept["allergies"]), known))


def unanswered_work(
    conn: Connection, orders: Iterable[Mapping[Any, Any]], whose: Mapping[bytes, InHouse | None], today: str
) -> Iterator[Work]:
    """One line for each order of these that an allergy blocks, and for each medicine that is ordered twice."""
    known = every_drug(conn)
    by_person: dict[UUID, list[Mapping[Any, Any]]] = {}
    people: dict[UUID, InHouse] = {}
    for order in orders:
        one = whose[order["person_id"]]
        if one is not None and state(order, today) in ("open", "ahead"):
            people[one.person_id] = one
            by_person.setdefault(one.person_id, []).append(order)
    allergic = [id for id, one in people.items() if one.allergies]
    listed = columns_of(conn, groups(conn), allergic, ("allergies",))
    # Many people are allergic to the same few things and take the same few medicines.
    speaking: dict[tuple[str, ...], list[Warning]] = {}
    read: dict[str, tuple[Read, ...]] = {}
    for id in listed:
        column = listed[id]["allergies"]
        if column not in read:
            read[column] = as_read(read_items(Allergy, column), known)
        for order in by_person[id]:
            key = column, order["drug"], order["name"], order["route"]
            if key not in speaking:
                speaking[key] = _speaking(known, order, read[column])
            if found := _unanswered(speaking[key], order):
                yield _line(people[id], order, found[0].words)
    parts: dict[tuple[str, str], tuple[_Part, ...]] = {}
    for id, theirs in by_person.items():
        for order in _ordered_twice(known, theirs, parts):
            yield _line(people[id], order, _TWICE)


def _line(one: InHouse, order: Mapping[Any, Any], why: Words) -> Work:
    return Work(
        section="doses",
        key=f"doses/against/{order['id'].hex()}",
        what=Words(f"{order['name']} {why.zh}，先别给，问医生", f"{order['name']}: {why.en}; ask a doctor first"),
        place=ORDERS,
        person_id=one.person_id,
        bed_label=one.bed_label,
        name=one.name,
        waits_for="nurse",
        urgent=True,
        about=_id(order["id"]),
    )


def blocking(known: Formulary, order: Mapping[Any, Any], allergies: Sequence[Read]) -> list[Warning]:
    """The same of an order (a row) of somebody whose allergies were read already."""
    return _unanswered(_speaking(known, order, allergies), order) if allergies else []


def _speaking(known: Formulary, order: Mapping[Any, Any], allergies: Sequence[Read]) -> list[Warning]:
    return [one for each in taken_by(known, order) for one in allergies_against(each, allergies) if one.blocks]


def _unanswered(found: list[Warning], order: Mapping[Any, Any]) -> list[Warning]:
    answered = _answered(order["overrides"]) if found else frozenset()
    return [one for one in found if one.code not in answered]


def _ordered_twice(
    known: Formulary, orders: Sequence[Mapping[Any, Any]], read: dict[tuple[str, str], tuple[_Part, ...]]
) -> Iterator[Mapping[Any, Any]]:
    """The later of two orders of one medicine, where neither was written in the knowledge of the other.

    ``read``: what orders were found to mean, for as long as the house is looked at.
    """
    once: dict[str, tuple[_Part, Mapping[Any, Any]]] = {}
    twice: list[tuple[_Part, Mapping[Any, Any]]] = []
    for order in orders:
        key = order["drug"], order["name"]
        if key not in read:
            read[key] = tuple(_Part(part, one.same) for one in taken_by(known, order) for part in one.parts)
        twice += [(part, order) for part in read[key] if once.setdefault(part.of, (part, order))[1] is not order]
    for part, order in twice:
        other, first = once[part.of]
        before, later = sorted((first, order), key=lambda one: (one["entered_at"], one["id"]))
        apart = before["until_on"] is not None and before["until_on"] < later["from_on"]
        if before["id"] != later["id"] and not apart and not _knew(before, later, {part.called, other.called}):
            yield later
            return


def _knew(one: Mapping[Any, Any], other: Mapping[Any, Any], called: set[str]) -> bool:
    said = _answered(one["overrides"]) | _answered(other["overrides"])
    return any(f"duplicate/{each}" in said for each in called)


@lru_cache(maxsize=4096)
def _answered(overrides: str) -> frozenset[str]:
    """The codes of the warnings that were read and overridden with a reason."""
    try:
        said = json.loads(overrides)
    except (ValueError, RecursionError):
        return frozenset()
    listed = said if isinstance(said, list) else []
    return frozenset(str(one.get("code")) for one in listed if isinstance(one, dict) and one.get("reason"))


def _id(kept: bytes | UUID) -> UUID:
    return kept if isinstance(kept, UUID) else UUID(bytes=kept)
