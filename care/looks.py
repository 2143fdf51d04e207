"""Who is in the house, on which bed, and when each was last looked at: what board, Today and alerts are derived from.

Hot reads. Each person's newest round is one seek in ``ix_round_person_at``, however many years are kept; nothing here
scans rounds or vitals.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from care.groups import groups, newest_first
from care.levels import due_at, interval, level_rule
from care.places import natural, place_of
from care.registered import columns_of
from db.clock import BEHIND_S

# A round that another names as superseded, or that is itself void, counts no more.
EFFECTIVE_ROUND = "NOT {r}.void AND NOT EXISTS (SELECT 1 FROM round AS newer WHERE newer.supersedes = {r}.id)"
EFFECTIVE_VITALS = "NOT {v}.void AND NOT EXISTS (SELECT 1 FROM vitals AS newer WHERE newer.supersedes = {v}.id)"

ROUND_COLUMNS = (
    "unremarkable", "state", "position", "skin", "intake", "water_ml", "mood", "abnormal", "note"
)  # fmt: skip
VITALS_COLUMNS = (
    "temp_c10", "pulse", "resp", "sbp", "dbp", "spo2", "oxygen", "spo2_scale", "acvpu", "glucose_mmol10",
    "weight_kg10", "pain",
)  # fmt: skip

_NONE = ("", "[]")
_KINDS = ("welfare", "inpatient", "home")


def ahead(now: int) -> int:
    """Up to when a time is believed: clocks of a pair differ by minutes, but a look of 2099 must not hide a person."""
    return now + BEHIND_S


@dataclass(frozen=True, slots=True)
class InHouse:
    """One person on a bed. ``since`` is when their first round began to be waited for.

    That is admission, or the way back from leave. Of somebody whose rounds this record never held (an imported
    roster) it is at most two intervals ago: they are due now, and nobody is called years late.
    """

    person_id: UUID
    name: str
    sex: str
    care_level: str
    practice: bool
    allergies: bool
    bed_id: UUID
    bed_label: str
    bed_kind: str
    floor: int | None
    since: int
    on_leave: bool
    expected_at: int | None
    last_at: int | None
    seen: Mapping[Any, Any] | None  # ROUND_COLUMNS of the newest effective round
    measured: Mapping[Any, Any] | None  # VITALS_COLUMNS taken at it

    @property
    def due_at(self) -> int | None:
        """When the next round is due; ``None`` on leave and at home, where nobody goes by the hour."""
        if self.on_leave or self.bed_kind == "home":
            return None
        # Whoever brought a person back has seen them: what lies before counts no more.
        last = None if self.last_at is None else max(self.last_at, self.since)
        return due_at(self.care_level, last, self.since)

    @property
    def turning(self) -> bool:
        """Whether a round also turns the person."""
        return level_rule(self.care_level).turning_min is not None

    def interval(self, now: int) -> int:
        """Minutes between two rounds in force now."""
        return interval(self.care_level, now)


_IN_HOUSE = text(
    f"""
SELECT p.id, p.name, p.sex, p.care_level, p.practice, p.allergies,
       b.id AS bed_id, b.label, b.kind, m.floor, s.from_at,
       (SELECT max(back_at) FROM leave WHERE person_id = p.id AND back_at <= :until) AS back_at,
       l.id IS NOT NULL AS on_leave, l.expected_at,
       r.at AS last_at, {", ".join(f"r.{column}" for column in ROUND_COLUMNS)},
       v.id IS NOT NULL AS has_vitals, {", ".join(f"v.{column}" for column in VITALS_COLUMNS)}
FROM stay AS s
JOIN person AS p ON p.id = s.person_id
JOIN bed AS b ON b.id = s.bed_id
LEFT JOIN room AS m ON m.id = b.room_id
LEFT JOIN leave AS l ON l.id = (
    SELECT id FROM leave AS out
    WHERE out.person_id = p.id AND out.stay_id = s.id AND out.back_at IS NULL
    ORDER BY out.left_at DESC, out.id DESC LIMIT 1)
LEFT JOIN round AS r ON r.id = (
    SELECT id FROM round AS one
    WHERE one.person_id = p.id AND one.at <= :until AND {EFFECTIVE_ROUND.format(r="one")}
    ORDER BY one.at DESC, one.id DESC LIMIT 1)
LEFT JOIN vitals AS v ON v.id = (
    SELECT id FROM vitals AS one WHERE one.round_id = r.id AND {EFFECTIVE_VITALS.format(v="one")} LIMIT 1)
WHERE s.until_at IS NULL
ORDER BY s.from_at, s.id
"""
)


# Of one registration of a person, with the names that the columns above have.
_NEWEST = text(
    f"""
SELECT r.id, r.at, r.at AS last_at, {", ".join(f"r.{column}" for column in ROUND_COLUMNS)},
       v.id IS NOT NULL AS has_vitals, {", ".join(f"v.{column}" for column in VITALS_COLUMNS)}
FROM round AS r
LEFT JOIN vitals AS v ON v.id = (
    SELECT id FROM vitals AS one WHERE one.round_id = r.id AND {EFFECTIVE_VITALS.format(v="one")} LIMIT 1)
WHERE r.person_id = :person AND r.at <= :until AND {EFFECTIVE_ROUND.format(r="r")}
ORDER BY r.at DESC, r.id DESC LIMIT :most
"""
)
_BACK = text("SELECT max(back_at) FROM leave WHERE person_id = :person AND back_at <= :until")
_OF_PERSON = ("name", "sex", "care_level", "practice", "allergies")


def in_house(conn: Connection, now: int) -> list[InHouse]:
    """Everybody on a bed, in bed order: welfare home, ward, home beds.

    Somebody whom two laptops put on two beds appears once, on the bed of the later stay; so does whoever was registered
    twice, with what either registration has.
    """
    found = {}
    merged = groups(conn)
    for on_bed in conn.execute(_IN_HOUSE, {"until": ahead(now)}).mappings().all():
        person_id = merged.of(UUID(bytes=on_bed["id"]))
        row: Mapping[Any, Any] = on_bed
        if person_id in merged.members:
            about = columns_of(conn, merged, [person_id], _OF_PERSON)[person_id]
            row = {**on_bed, **about, **_of_all(conn, person_id, merged.members[person_id], now)}
        since = max(row["from_at"], row["back_at"] or 0)
        if row["last_at"] is None:
            since = max(since, now - 2 * interval(row["care_level"], now) * 60)
        found[person_id] = InHouse(
            person_id=person_id,
            name=row["name"],
            sex=row["sex"],
            care_level=row["care_level"],
            practice=bool(row["practice"]),
            allergies=row["allergies"] not in _NONE,
            bed_id=UUID(bytes=row["bed_id"]),
            bed_label=row["label"],
            bed_kind=row["kind"],
            floor=row["floor"],
            since=since,
            on_leave=bool(row["on_leave"]),
            expected_at=row["expected_at"],
            last_at=row["last_at"],
            seen=None if row["last_at"] is None else row,
            measured=row if row["has_vitals"] else None,
        )
    return sorted(found.values(), key=lambda one: (bed_order(one.bed_kind, one.bed_label), one.name))


def _of_all(conn: Connection, person_id: UUID, ids: tuple[UUID, ...], now: int) -> dict[str, Any]:
    """What was seen of a person under any registration, and whether they are out."""
    until = ahead(now)
    newest = newest_first(conn, _NEWEST, ids, {"until": until}, 1)
    seen = dict(newest[0]) if newest else {"last_at": None, "has_vitals": False}
    backs = [conn.execute(_BACK, {"person": one.bytes, "until": until}).scalar() for one in ids]
    place = place_of(conn, person_id)
    out = place if place is not None and place.on_leave else None
    return {
        **seen,
        "back_at": max((back for back in backs if back is not None), default=None),
        "on_leave": out is not None,
        "expected_at": None if out is None else out.expected_at,
    }


@lru_cache(maxsize=2048)
def bed_order(kind: str, label: str) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    """A key that sorts beds as people walk them: kind by kind, ``2-1`` before ``10-1``."""
    return (_KINDS.index(kind) if kind in _KINDS else len(_KINDS), natural(label))
