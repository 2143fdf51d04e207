"""The newest assessment of each scale that stands, for many people in one question: what risks and dues derive from."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from care.groups import groups
from care.kept_json import object_of
from care.looks import ahead
from care.standing import effective
from db.tables import Assessment, Event

# The people and scales come first in every plan (CROSS JOIN keeps the order): for each pair one seek along its index.
_LAST = text(
    f"""
SELECT a.person_id, a.scale, a.id, a.at, a.version, a.total, a.grade, a.answers, a.facts
FROM json_each(:ids) AS p CROSS JOIN json_each(:scales) AS s
CROSS JOIN assessment AS a ON a.rowid = (
    SELECT one.rowid FROM assessment AS one
    WHERE one.person_id = unhex(p.value) AND one.scale = s.value AND one.at <= :until
      AND {effective(Assessment, "one")}
    ORDER BY one.at DESC, one.id DESC LIMIT 1)
"""
)

_EVENTS = text(
    f"""
SELECT e.id, e.person_id, e.kind, e.at, e.facts
FROM json_each(:kinds) AS k CROSS JOIN event AS e INDEXED BY ix_event_kind ON e.kind = k.value
WHERE e.at BETWEEN :since AND :until AND e.person_id IS NOT NULL AND {effective(Event, "e")}
ORDER BY e.at
"""
)


@dataclass(frozen=True, slots=True)
class Last:
    """One assessment as it was signed. ``answers`` and ``facts`` are read only when somebody asks."""

    row: bytes
    at: int
    version: str
    total: int | None
    grade: str
    answers: str
    facts: str

    @property
    def id(self) -> UUID:
        """The row."""
        # Of the thousands that are read for Today nearly none is named.
        return UUID(bytes=self.row)

    def known(self) -> dict[str, Any]:
        """By the names that conditions of data files use: total, grade, ``answer.<item>``, ``fact.<id>``."""
        return {
            "total": self.total,
            "grade": self.grade,
            **{f"answer.{item}": answer for item, answer in object_of(self.answers).items()},
            **{f"fact.{name}": value for name, value in object_of(self.facts).items()},
        }


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of somebody. ``facts``: as kept, read only when somebody asks."""

    id: UUID
    kind: str
    at: int
    facts: str


@dataclass(frozen=True, slots=True)
class Which:
    """Events of a kind: all, or those of which a field holds one of some values."""

    kind: str
    field: str = ""
    among: tuple[str, ...] = ()

    def fits(self, one: Happened) -> bool:
        """Whether it is one of them."""
        return one.kind == self.kind and (not self.field or object_of(one.facts).get(self.field) in self.among)


def which(rows: Iterable[Mapping[str, Any]]) -> tuple[Which, ...]:
    """As a data file says it: ``{ kind, field, is }``."""
    return tuple(Which(row["kind"], row.get("field", ""), tuple(row.get("is", ()))) for row in rows)


def last_of(conn: Connection, people: Iterable[UUID], scales: Iterable[str], now: int) -> dict[UUID, dict[str, Last]]:
    """Person -> scale -> the newest that stands; of somebody registered twice that of either registration."""
    merged = groups(conn)
    shown = {one.bytes: merged.of(one) for one in merged.each({merged.of(one) for one in people})}
    asked = {"ids": json.dumps([one.hex() for one in shown]), "scales": json.dumps([*scales]), "until": ahead(now)}
    found: dict[UUID, dict[str, Last]] = {}
    for person, scale, *rest in conn.execute(_LAST, asked):
        of, last = found.setdefault(shown[person], {}), Last(*rest)
        if scale not in of or (of[scale].at, of[scale].row) < (last.at, last.row):
            of[scale] = last
    return found


def happened(conn: Connection, wanted: Iterable[Which], since: int, now: int) -> Mapping[UUID, list[Happened]]:
    """Person -> the events of these kinds since then that stand, oldest first; of which fields hold what is wanted."""
    merged, of = groups(conn), tuple(wanted)
    asked = {"kinds": json.dumps(sorted({one.kind for one in of})), "since": since, "until": ahead(now)}
    found: dict[UUID, list[Happened]] = {}
    for row_id, person, kind, at, facts in conn.execute(_EVENTS, asked):
        event = Happened(UUID(bytes=row_id), kind, at, facts)
        if any(one.fits(event) for one in of):
            found.setdefault(merged.of(UUID(bytes=person)), []).append(event)
    return found
