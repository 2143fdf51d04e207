"""What cannot be true of a house and its people, and so wants a person: found in the record after each merge.

Two laptops that were apart may each have done something right, and both together something that cannot be: two people
in one bed, one person registered twice. Nothing is stored and nothing is repaired by itself. ``CHECKS`` is where a
later rule joins: a function of a snapshot and the groups of registrations that gives findings.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from care.disputes import contested_rows, disputes_of
from care.findings import (
    Finding,
    LabelTwice,
    LeaveAstray,
    Lies,
    NumberTwice,
    OnTwoBeds,
    RegisteredTwice,
    ShownAsEachOther,
    TwoInBed,
)
from care.groups import Groups, groups
from care.medicines.twice import doses_twice
from care.places import natural
from care.registered import columns_of
from db.local import CLOCK
from db.store import Store


def findings(store: Store) -> list[Finding]:
    """Everything that wants a person, what can hurt somebody first, mere hints last."""
    with store.reading() as conn:
        merged = groups(conn)
        found = [one for check in CHECKS for one in check(conn, merged)]
    return [*(one for one in found if not is_hint(one)), *(one for one in found if is_hint(one))]


def count(store: Store) -> int:
    """How many of them there are without the hints: quick, for a line on a screen."""
    with store.reading() as conn:
        merged = groups(conn)
        return sum(1 for check in CHECKS if check is not alike_people for _ in check(conn, merged))


def is_hint(found: Finding) -> bool:
    """Whether it may well be as it should."""
    return isinstance(found, RegisteredTwice) and not found.sure


_OPEN = text(
    """
SELECT s.id, s.person_id, s.bed_id, s.from_at, b.label, b.kind FROM stay AS s JOIN bed AS b ON b.id = s.bed_id
WHERE s.until_at IS NULL ORDER BY s.from_at, s.id
"""
)


def _lying(conn: Connection, merged: Groups) -> list[Lies]:
    rows = conn.execute(_OPEN).all()
    shown = {row.id: merged.of(UUID(bytes=row.person_id)) for row in rows}
    names = columns_of(conn, merged, set(shown.values()), ("name",))
    return [
        Lies(
            shown[row.id],
            names[shown[row.id]]["name"],
            UUID(bytes=row.id),
            UUID(bytes=row.bed_id),
            row.label,
            row.kind,
            row.from_at,
        )
        for row in rows
        if shown[row.id] in names
    ]


def beds_and_people(conn: Connection, merged: Groups) -> Iterator[Finding]:
    """Two in one bed; one on two beds."""
    by_bed: dict[UUID, list[Lies]] = {}
    by_person: dict[UUID, list[Lies]] = {}
    for one in _lying(conn, merged):
        by_bed.setdefault(one.bed_id, []).append(one)
        by_person.setdefault(one.person_id, []).append(one)
    shared = (lying for lying in by_bed.values() if len({one.person_id for one in lying}) > 1)
    for lying in sorted(shared, key=lambda lying: natural(lying[0].bed_label)):
        yield TwoInBed(lying[0].bed_id, lying[0].bed_label, tuple(lying))
    for person, stays in by_person.items():
        if len(stays) > 1:
            yield OnTwoBeds(person, stays[0].name, tuple(stays))


def circles(_conn: Connection, merged: Groups) -> Iterator[Finding]:
    """Registrations that are shown as each other."""
    for circle in merged.circles:
        names = _names(_conn, circle)
        yield ShownAsEachOther(circle, tuple(names[one] for one in circle))


_SAME_NUMBER = text(
    """
SELECT id, id_number AS alike FROM person WHERE id_number IN (
    SELECT id_number FROM person WHERE id_number <> '' GROUP BY id_number HAVING count(*) > 1)
AND id_number <> '' ORDER BY id_number, id
"""
)
# Whoever has an ID number of their own is nobody else: two of them are left out below.
_ALIKE = text(
    """
SELECT p.id, p.name || '|' || p.birth || '|' || p.sex AS alike, p.id_number FROM person AS p JOIN (
    SELECT name, birth, sex FROM person WHERE birth <> '' AND NOT practice
    GROUP BY name, birth, sex HAVING count(*) > 1) AS t
ON p.name = t.name AND p.birth = t.birth AND p.sex = t.sex
WHERE NOT p.practice ORDER BY alike, p.id
"""
)


def same_numbers(conn: Connection, merged: Groups) -> Iterator[Finding]:
    """Registrations with one ID number."""
    for alike in _by(conn.execute(_SAME_NUMBER).all()):
        people = tuple(dict.fromkeys(merged.of(UUID(bytes=row.id)) for row in alike))
        if len(people) > 1:
            yield _twice(conn, people, sure=True)


def alike_people(conn: Connection, merged: Groups) -> Iterator[Finding]:
    """Registrations with one name, birth and sex, unless each has an ID number of its own."""
    for alike in _by(conn.execute(_ALIKE).all()):
        numbers: dict[UUID, str] = {}
        for row in alike:
            person = merged.of(UUID(bytes=row.id))
            numbers[person] = numbers.get(person, "") or row.id_number
        given = [number for number in numbers.values() if number]
        if len(numbers) > 1 and len(given) < len(numbers):
            yield _twice(conn, tuple(numbers), sure=False)


def _twice(conn: Connection, people: tuple[UUID, ...], *, sure: bool) -> RegisteredTwice:
    names = _names(conn, people)
    return RegisteredTwice(people, tuple(names[one] for one in people), sure)


_ASTRAY = text(
    """
SELECT l.id, l.person_id, l.left_at FROM leave AS l LEFT JOIN stay AS s ON s.id = l.stay_id
WHERE l.back_at IS NULL AND (s.id IS NULL OR (s.until_at IS NOT NULL AND s.end_reason IN ('move', 'switch')))
ORDER BY l.left_at, l.id
"""
)


def leaves_astray(conn: Connection, merged: Groups) -> Iterator[Finding]:
    """Leaves without a stay: whoever is out is shown as being in."""
    rows = conn.execute(_ASTRAY).all()
    if not rows:
        return
    lying = {one.person_id: one.bed_label for one in _lying(conn, merged)}
    people = {row.id: merged.of(UUID(bytes=row.person_id)) for row in rows}
    names = columns_of(conn, merged, set(people.values()), ("name",))
    for row in rows:
        person = people[row.id]
        # Whoever has left for good is out of no bed.
        if person in names and person in lying:
            yield LeaveAstray(UUID(bytes=row.id), person, names[person]["name"], row.left_at, lying[person])


_NUMBERS = text(
    """
SELECT number AS alike, id, name, role FROM staff WHERE NOT closed AND number IN (
    SELECT number FROM staff WHERE NOT closed GROUP BY number HAVING count(*) > 1) ORDER BY number, id
"""
)
_LABELS = text(
    """
SELECT b.kind || '|' || b.label AS alike, b.kind, b.label, b.id, r.name AS room
FROM bed AS b LEFT JOIN room AS r ON r.id = b.room_id
JOIN (SELECT kind, label FROM bed WHERE NOT closed AND kind <> 'home' GROUP BY kind, label HAVING count(*) > 1) AS t
ON b.kind = t.kind AND b.label = t.label WHERE NOT b.closed ORDER BY alike, b.id
"""
)


def numbers_twice(conn: Connection, _merged: Groups) -> Iterator[Finding]:
    """Staff who share a number."""
    for rows in _by(conn.execute(_NUMBERS).all()):
        ids = tuple(UUID(bytes=row.id) for row in rows)
        yield NumberTwice(rows[0].alike, ids, tuple(row.name for row in rows), tuple(row.role for row in rows))


def labels_twice(conn: Connection, _merged: Groups) -> Iterator[Finding]:
    """Beds that share a label."""
    for rows in _by(conn.execute(_LABELS).all()):
        ids = tuple(UUID(bytes=row.id) for row in rows)
        yield LabelTwice(rows[0].label, rows[0].kind, ids, tuple(row.room or "" for row in rows))


def doses_given_twice(conn: Connection, merged: Groups) -> Iterator[Finding]:
    """One dose that two laptops recorded."""
    newest: int | None = conn.execute(select(CLOCK.c.newest_at)).scalar()
    yield from doses_twice(conn, merged, newest or 0)


def contested_people(conn: Connection, merged: Groups) -> Iterator[Finding]:
    """People with something that two laptops wrote apart."""
    yield from disputes_of(conn, merged)


def contested_elsewhere(conn: Connection, _merged: Groups) -> Iterator[Finding]:
    """Beds, stays, leaves, staff, the house."""
    yield from contested_rows(conn)


CHECKS: tuple[Callable[[Connection, Groups], Iterator[Finding]], ...] = (
    doses_given_twice,
    contested_people,
    beds_and_people,
    circles,
    same_numbers,
    leaves_astray,
    numbers_twice,
    labels_twice,
    contested_elsewhere,
    alike_people,
)


def _names(conn: Connection, ids: tuple[UUID, ...]) -> Mapping[UUID, str]:
    """What each registration is called by itself."""
    nobody = Groups({}, {}, ())
    return {one: row["name"] for one, row in columns_of(conn, nobody, ids, ("name",)).items()}


def _by(rows: Any) -> list[list[Any]]:
    """Rows in order, those that are ``alike`` together."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.alike, []).append(row)
    return list(found.values())
