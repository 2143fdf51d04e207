"""Who may correct or void a record: everybody their own, two persons together that of another, nobody that of a senior.

A record that was corrected belongs to all who wrote it: whoever corrected the record of another has not made it theirs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlmodel import col

from care.data import table
from care.places import natural
from care.rights import NoRight, Second, doing, doing_together, may, require
from care.roles import working
from db.errors import Refused
from db.local import PIN
from db.rows import shape_of
from db.store import Act, Store
from db.tables import Round, Staff, Synced

# UNION, not UNION ALL: a circle that a broken laptop sent ends. ``{table}`` is a name of ours, never a typed one.
_WRITERS = """
WITH RECURSIVE chain(id) AS (
    SELECT :record UNION SELECT r.supersedes FROM {table} AS r JOIN chain ON r.id = chain.id
    WHERE r.supersedes IS NOT NULL)
SELECT r.staff_id, coalesce(s.role, 'unknown')
FROM chain JOIN {table} AS r ON r.id = chain.id LEFT JOIN staff AS s ON s.id = r.staff_id
UNION
SELECT r.staff_id, json_extract(e.facts, '$.before')
FROM chain JOIN {table} AS r ON r.id = chain.id
JOIN audit_event AS e ON e.what = 'role_changed' AND e.about = r.staff_id AND e.at >= r.at
"""
"""Who wrote it, with the role they have, and each one they had since: a doctor who became a carer wrote as a doctor."""


Others = dict[UUID, list[str]]
"""Who wrote a record beside the one who acts, and the roles that count."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may be the second person. ``has_pin``: on this laptop; without one they cannot confirm here."""

    id: UUID
    number: str
    name: str
    role: str
    has_pin: bool


@dataclass(frozen=True, slots=True)
class Amendable:
    """Whether a record is one's own alone, and if not, who may be the second person, those with a PIN here first."""

    own: bool
    seconds: tuple[Colleague, ...]


def writers_of(conn: Connection, row_id: UUID, of: type[Synced] = Round) -> frozenset[UUID]:
    """Everybody who wrote a record or what it stands for; nobody if there is no such record."""
    return frozenset(UUID(bytes=who) for who, _ in _written(conn, row_id, of))


def amendable(store: Store, by: UUID, row_id: UUID, of: type[Synced] = Round) -> Amendable:
    """What it takes to correct or void a record of that table.

    Raises ``NoRight``: no_right (right, role), record_of_senior (role, whose); ``Refused``: record_unknown, and as
    ``require``.
    """
    with store.reading() as conn:
        others = _others(conn, by, row_id, of)
        _refuse(conn, by, others)
        return Amendable(not others, () if not others else _seconds(conn, by, others))


@contextmanager
def amending(store: Store, by: UUID, row_id: UUID, second: Second | None, what: str, of: type[Synced]) -> Iterator[Act]:
    """The act that corrects or voids a record (``what`` of it: corrected, voided): of one person or of two.

    A second person who is not needed is not asked. Raises as ``amendable`` and ``doing_together``, and ``Refused``:
    second_needed.
    """
    with store.reading() as conn:
        others = _others(conn, by, row_id, of)
        _refuse(conn, by, others)
        if others and second is not None:
            _refuse(conn, second.staff_id, others)
    if not others:
        with doing(store, by, "record.correct") as act:
            # Between the look and the act another window may have put something of another in its place.
            if _others(act.conn, by, row_id, of):
                raise Refused("record_superseded")
            yield act
        return
    if second is None:
        raise Refused("second_needed")
    with doing_together(store, by, second, "record.correct_other", what, row_id) as act:
        others = _others(act.conn, by, row_id, of)
        _refuse(act.conn, by, others)
        _refuse(act.conn, second.staff_id, others)
        yield act


def _written(conn: Connection, row_id: UUID, of: type[Synced]) -> list[tuple[bytes, str]]:
    rows = conn.execute(text(_WRITERS.format(table=shape_of(of).name)), {"record": row_id.bytes})
    return [(who, role) for who, role in rows]


def _others(conn: Connection, by: UUID, row_id: UUID, of: type[Synced]) -> Others:
    """Who else wrote a record or what it stands for, each with every role they had since."""
    found = _written(conn, row_id, of)
    if not found:
        raise Refused("record_unknown")
    others: dict[UUID, list[str]] = {}
    for who, role in found:
        if UUID(bytes=who) != by:
            others.setdefault(UUID(bytes=who), []).append(role)
    return others


def _refuse(conn: Connection, by: UUID, others: Others) -> None:
    require(conn, by, "record.correct_other" if others else "record.correct")
    role = working(conn, by).role
    for who, roles in others.items():
        for whose in roles:
            if who != by and role not in _above(whose):
                raise NoRight("record_of_senior", role=role, whose=whose)


def _above(whose: str) -> list[str]:
    senior: dict[str, list[str]] = table("rules/rights")["senior"]
    return senior.get(whose, senior["unknown"])


def colleagues(store: Store, by: UUID, right: str) -> tuple[Colleague, ...]:
    """Everybody else who works here and has a right, those with a PIN here first: who may be the second person."""
    with store.reading() as conn:
        return _colleagues(conn, by, right)


def _seconds(conn: Connection, by: UUID, others: Others) -> tuple[Colleague, ...]:
    return tuple(
        one
        for one in _colleagues(conn, by, "record.correct_other")
        if all(one.role in _above(whose) for who, roles in others.items() if who != one.id for whose in roles)
    )


def _colleagues(conn: Connection, by: UUID, right: str) -> tuple[Colleague, ...]:
    asked = (
        select(col(Staff.id), col(Staff.number), col(Staff.name), col(Staff.role), PIN.c.staff_id)
        .select_from(Staff)
        .outerjoin(PIN, PIN.c.staff_id == col(Staff.id))
        .where(~col(Staff.closed), col(Staff.id) != by)
    )
    found = [
        Colleague(who, number, name, role, pin is not None) for who, number, name, role, pin in conn.execute(asked)
    ]
    fit = [one for one in found if may(conn, one.id, right)]
    return tuple(sorted(fit, key=lambda one: (not one.has_pin, natural(one.number))))
