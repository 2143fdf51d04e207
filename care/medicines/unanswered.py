"""What speaks against orders that are being given, and nobody answered: it was not known when they were written.

An allergy was told later, on this laptop or another; two laptops that were apart each wrote the same medicine down.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from care.groups import groups
from care.looks import InHouse
from care.medicines.allergies import Read, allergies_against, as_read
from care.medicines.catalogue import Formulary, every_drug
from care.medicines.checks import Warning
from care.medicines.orders import state
from care.medicines.taken_now import Taken, taken_by
from care.person_facts import Allergy, read_items
from care.registered import columns_of
from care.words import Words
from care.work import Work

ORDERS: Final = "orders"
"""The place where Today sends whoever sees to it: the orders of that person."""


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
    for id in listed:
        read = as_read(read_items(Allergy, listed[id]["allergies"]), known)
        for order in by_person[id]:
            if found := blocking(known, order, read):
                yield _line(people[id], order, found[0].words)
    same: dict[tuple[str, str, str], tuple[Taken, ...]] = {}
    for id, theirs in by_person.items():
        for order, words in _ordered_twice(known, theirs, same):
            yield _line(people[id], order, words)


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
    if not allergies:
        return []
    taken = taken_by(known, order)
    found = [one for each in taken for one in allergies_against(each, allergies) if one.blocks]
    answered = _answered(order["overrides"]) if found else frozenset()
    return [one for one in found if one.code not in answered]


def _ordered_twice(
    known: Formulary, orders: Sequence[Mapping[Any, Any]], same: dict[tuple[str, str, str], tuple[Taken, ...]]
) -> Iterator[tuple[Mapping[Any, Any], Words]]:
    """The later of two orders of one medicine, where neither was written in the knowledge of the other.

    ``same``: what orders were found to mean, for as long as the house is looked at.
    """
    first: dict[str, tuple[Mapping[Any, Any], str]] = {}
    for order in sorted(orders, key=lambda one: (one["entered_at"], one["id"])) if len(orders) > 1 else ():
        key = order["drug"], order["name"], order["route"]
        if key not in same:
            same[key] = taken_by(known, order)
        for one in same[key]:
            for part in one.parts:
                before, known_as = first.setdefault(part, (order, one.same))
                apart = before["until_on"] is not None and before["until_on"] < order["from_on"]
                if before["id"] != order["id"] and not apart and not _knew(before, order, {known_as, one.same}):
                    yield order, Words("与另一条医嘱是同一种药", "is ordered twice")
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
