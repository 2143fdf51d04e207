"""Round sheets (巡视单): every look at one person over some days, or at everybody in one shift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from care.groups import Groups, groups
from care.looks import EFFECTIVE_ROUND, EFFECTIVE_VITALS, ROUND_COLUMNS, VITALS_COLUMNS, bed_order
from care.measured import Measured, plain
from care.observations import Finding, round_findings, unusual_measures
from care.sheets.head import SheetHead, head_of
from care.shifts import Shift, began, pattern
from db.clock import LOCAL
from db.errors import Refused
from db.store import Store

DAY_S: Final = 86400
MOST_DAYS: Final = 31
_MOST: Final = 2000
"""Looks at one person on one sheet."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One look that stands. ``remarkable``: something of it asks for care."""

    at: int
    kind: str  # codes/round_type
    unremarkable: bool
    findings: tuple[Finding, ...]
    vitals: Mapping[str, Measured]
    who: str
    reported_to: str

    @property
    def remarkable(self) -> tuple[Finding, ...]:
        """What asks for care: of what was noted, and of what was measured."""
        return (*(one for one in self.findings if one.remarkable), *unusual_measures(self.vitals))


@dataclass(frozen=True, slots=True)
class PersonRounds:
    """All looks at one person from ``since`` up to, not including, ``until`` (seconds UTC), oldest first."""

    head: SheetHead
    since: int
    until: int
    looks: tuple[Looked, ...]


@dataclass(frozen=True, slots=True)
class BedRounds:
    """One person who lay in the house in that shift. ``out``: from when to when they were not there."""

    person_id: UUID
    bed_label: str
    name: str
    care_level: str
    out: tuple[tuple[int, int | None], ...]
    looks: tuple[Looked, ...]


@dataclass(frozen=True, slots=True)
class HouseRounds:
    """One shift of the house, bed by bed. Home beds are not walked by the hour, practice persons are nobody."""

    head: SheetHead
    shift: Shift
    since: int
    until: int
    rows: tuple[BedRounds, ...]


_LOOKS = text(
    f"""
SELECT r.id, r.at, r.kind, {", ".join(f"r.{column}" for column in ROUND_COLUMNS)}, w.name AS who, t.name AS told,
       v.id AS vitals_id, {", ".join(f"v.{column}" for column in VITALS_COLUMNS)}
FROM round AS r
LEFT JOIN staff AS w ON w.id = r.staff_id
LEFT JOIN staff AS t ON t.id = r.reported_to
LEFT JOIN vitals AS v ON v.id = (
    SELECT id FROM vitals AS one WHERE one.round_id = r.id AND {EFFECTIVE_VITALS.format(v="one")} LIMIT 1)
WHERE r.person_id = :person AND r.at >= :since AND r.at < :until AND {EFFECTIVE_ROUND.format(r="r")}
ORDER BY r.at, r.id LIMIT {_MOST}
"""
)
_LYING = text(
    """
SELECT s.person_id, p.name, p.care_level, b.label, b.kind
FROM stay AS s JOIN person AS p ON p.id = s.person_id JOIN bed AS b ON b.id = s.bed_id
WHERE s.from_at < :until AND (s.until_at IS NULL OR s.until_at > :since) AND NOT p.practice AND b.kind <> 'home'
ORDER BY s.from_at, s.id
"""
)
_OUT = text(
    """
SELECT left_at, back_at FROM leave
WHERE person_id = :person AND left_at < :until AND (back_at IS NULL OR back_at > :since) ORDER BY left_at
"""
)


def person_rounds(store: Store, by: UUID, person_id: UUID, first: date, last: date) -> PersonRounds:
    """The sheet of one person, from one day to another, both included, at most 31.

    Raises ``NoRight``, ``Refused``: person_unknown, print_period (most).
    """
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Refused("print_period", most=MOST_DAYS)
    since, until = midnight(first), midnight(last + timedelta(days=1))
    with store.reading() as conn:
        head = head_of(store, conn, by, person_id)
        found = looks_of(conn, groups(conn).all(person_id), since, until)
    return PersonRounds(head, since, until, found)


def house_rounds(store: Store, by: UUID, day: date, shift_id: str) -> HouseRounds:
    """The sheet of a shift that begins on that day. Raises ``NoRight``, ``Refused``: print_shift (known)."""
    shift = shift_of(shift_id)
    since, until = bounds(shift, day)
    with store.reading() as conn:
        head = head_of(store, conn, by, None)
        merged = groups(conn)
        rows = []
        for person, (name, level, label, kind) in _lying(conn, merged, since, until).items():
            ids = merged.all(person)
            looked, out = looks_of(conn, ids, since, until), _out(conn, ids, since, until)
            rows.append((bed_order(kind, label), BedRounds(person, label, name, level, out, looked)))
    return HouseRounds(head, shift, since, until, tuple(row for _, row in sorted(rows, key=lambda one: one[0])))


def present_shift(now: int) -> tuple[date, str]:
    """The day on which the shift that is on began, and which it is."""
    from care.shifts import shift

    return datetime.fromtimestamp(began(now), LOCAL).date(), shift(now).id


def shift_of(shift_id: str) -> Shift:
    """The shift of that id. Raises ``Refused``: print_shift (known)."""
    for one in pattern():
        if one.id == shift_id:
            return one
    raise Refused("print_shift", known=" ".join(one.id for one in pattern()))


def bounds(shift: Shift, day: date) -> tuple[int, int]:
    """From when to when a shift that begins on that day is on, seconds UTC."""
    first, last = (_clock(day, text) for text in (shift.start, shift.end))
    return first, last if last > first else last + DAY_S


def midnight(day: date) -> int:
    """When a day of the house begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=LOCAL).timestamp())


def looks_of(conn: Connection, ids: Sequence[UUID], since: int, until: int) -> tuple[Looked, ...]:
    """All looks at one person that stand, oldest first: one walk along the index for each registration."""
    found = []
    for one in ids:
        for row in conn.execute(_LOOKS, {"person": one.bytes, "since": since, "until": until}).mappings():
            values = {} if row["vitals_id"] is None else plain(row)
            found.append(
                Looked(
                    at=row["at"],
                    kind=row["kind"],
                    unremarkable=bool(row["unremarkable"]),
                    findings=round_findings(row),
                    vitals={name: value for name, value in values.items() if value is not None},
                    who=row["who"] or "",
                    reported_to=row["told"] or "",
                )
            )
    return tuple(sorted(found, key=lambda look: look.at))


def _lying(conn: Connection, merged: Groups, since: int, until: int) -> dict[UUID, tuple[str, str, str, str]]:
    """Who lay where in that time, by whom they are shown as; of somebody who moved, where they lay last."""
    found = {}
    for row in conn.execute(_LYING, {"since": since, "until": until}).mappings():
        found[merged.of(UUID(bytes=row["person_id"]))] = (row["name"], row["care_level"], row["label"], row["kind"])
    return found


def _out(conn: Connection, ids: Sequence[UUID], since: int, until: int) -> tuple[tuple[int, int | None], ...]:
    asked = [{"person": one.bytes, "since": since, "until": until} for one in ids]
    return tuple(sorted((left, back) for one in asked for left, back in conn.execute(_OUT, one)))


def _clock(day: date, text: str) -> int:
    hour, minute = text.split(":")
    return midnight(day) + int(hour) * 3600 + int(minute) * 60
