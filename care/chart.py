"""The chart of one person: what matters before the first scroll, who has looked, and what two laptops disagree on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlmodel import col

from care.age import age, house_day
from care.looks import EFFECTIVE_ROUND, ROUND_COLUMNS, ahead
from care.observations import Finding, observations, round_findings
from care.person_facts import Allergy, Condition, Contact, read_items
from care.places import place_of
from care.timeline import TimelineItem, TrendPoint, timeline, trend
from db.errors import Refused
from db.journal import EntryRef, Value
from db.local import JOURNAL, ROW_VERSION
from db.rows import shape_of
from db.store import Store
from db.tables import Access, Person, Staff
from db.versions import Head, RowHeads

__all__ = [
    "Contest",
    "ContestValue",
    "Header",
    "Look",
    "TimelineItem",
    "TrendPoint",
    "contested",
    "header",
    "open_chart",
    "timeline",
    "trend",
    "who_looked",
]

LOOK_S = 3600
"""Within this time a reader's second look at the same chart is the same look."""

_RISK_S = 3 * 86400
_MOST_LOOKS = 500


@dataclass(frozen=True, slots=True)
class Header:
    """What everybody who opens the chart must see. ``contact``: whom to call first.

    ``risks``: what rounds of the last three days found that asks for care (red skin, food refused), newest first.
    ``contested``: fields of the person on which two laptops disagree.
    """

    id: UUID
    name: str
    sex: str
    age: int | None
    birth: str | None
    bed_label: str
    bed_kind: str
    care_level: str
    category: str
    contact: Contact | None
    allergies: tuple[Allergy, ...]
    allergies_known: bool
    conditions: tuple[Condition, ...]
    no_resuscitation: bool
    risks: tuple[Finding, ...]
    insurance: str
    contested: tuple[str, ...]
    on_leave: bool
    spo2_scale: int  # 2 only when prescribed


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody read the chart."""

    at: int
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class ContestValue:
    """One side of a disagreement. ``who`` and ``at`` are ``None`` once the entry is sealed into its batch.

    ``ref`` names the entry, so that whoever can read batches finds it there.
    """

    value: Value
    who: str | None
    at: int | None
    ref: EntryRef


@dataclass(frozen=True, slots=True)
class Contest:
    """A field of the person with the values that stand against each other, the later written last."""

    field: str
    values: tuple[ContestValue, ...]


def open_chart(store: Store, by: UUID, person_id: UUID) -> Header:
    """The header of a chart. That ``by`` has read it is recorded, once an hour. Raises ``Refused``: person_unknown."""
    now = store.now()
    with store.reading() as conn:
        found = header(conn, person_id, now)
        noted = _noted(conn, by, person_id, now)
    if not noted:
        with store.act(by) as act:
            # Between the look and the act another window may have noted the same.
            if not _noted(act.conn, by, person_id, act.now):
                act.insert(Access, person_id=person_id, staff_id=by, at=act.now)
    return found


def who_looked(store: Store, person_id: UUID, limit: int = 50) -> list[Look]:
    """Who has read a person's chart, newest first, at most 500."""
    asked = (
        select(col(Access.at), col(Staff.name), col(Access.what))
        .join_from(Access, Staff, col(Staff.id) == col(Access.staff_id), isouter=True)
        .where(col(Access.person_id) == person_id)
        .order_by(col(Access.at).desc(), col(Access.id).desc())
        .limit(max(0, min(limit, _MOST_LOOKS)))
    )
    with store.reading() as conn:
        return [Look(at, who or "", what) for at, who, what in conn.execute(asked)]


def contested(store: Store, person_id: UUID) -> list[Contest]:
    """The fields of a person that two laptops changed apart, each with its values; none for most people."""
    with store.reading() as conn:
        heads = _heads(conn, person_id)
        if heads is None:
            return []
        return [
            Contest(name, tuple(_side(conn, head) for head in sorted(heads.of(name), key=_written)))
            for name in heads.contested
        ]


def _written(head: Head) -> tuple[int, bytes]:
    return head.lamport, head.epoch


def _side(conn: Connection, head: Head) -> ContestValue:
    entry = (
        select(JOURNAL.c.wall, col(Staff.name))
        .join_from(JOURNAL, Staff, col(Staff.id) == JOURNAL.c.staff_id, isouter=True)
        .where(JOURNAL.c.epoch == head.epoch, JOURNAL.c.seq == head.seq)
    )
    found = conn.execute(entry).first()
    who, at = (None, None) if found is None else (found.name, found.wall)
    return ContestValue(head.value, who, at, head.ref)


def _heads(conn: Connection, person_id: UUID) -> RowHeads | None:
    kept = conn.execute(
        select(ROW_VERSION.c.heads).where(
            ROW_VERSION.c.table_name == shape_of(Person).name,
            ROW_VERSION.c.row_id == person_id,
            ROW_VERSION.c.contested > 0,
        )
    ).scalar()
    return None if kept is None else RowHeads.decode(bytes(kept))


def _noted(conn: Connection, by: UUID, person_id: UUID, now: int) -> bool:
    asked = select(col(Access.id)).where(
        col(Access.person_id) == person_id,
        col(Access.staff_id) == by,
        # A look that a wrong clock dated ahead does not silence the log.
        col(Access.at).between(now - LOOK_S, ahead(now)),
    )
    return conn.execute(asked.limit(1)).first() is not None


def header(conn: Connection, person_id: UUID, now: int) -> Header:
    """What everybody who opens the chart must see, in the reader's snapshot. Raises ``Refused``: person_unknown."""
    core = shape_of(Person).table
    row: Mapping[Any, Any] | None = conn.execute(select(core).where(core.c.id == person_id)).mappings().first()
    if row is None:
        raise Refused("person_unknown")
    place = place_of(conn, person_id)
    heads = _heads(conn, person_id)
    return Header(
        id=person_id,
        name=row["name"],
        sex=row["sex"],
        age=age(row["birth"], house_day(now)),
        birth=row["birth"],
        bed_label=place.label if place else "",
        bed_kind=place.kind if place else "",
        care_level=row["care_level"],
        category=row["category"],
        contact=next(iter(read_items(Contact, row["contacts"])), None),
        allergies=read_items(Allergy, row["allergies"]),
        allergies_known=bool(row["allergies_known"]),
        conditions=read_items(Condition, row["conditions"]),
        no_resuscitation=bool(row["no_resuscitation"]),
        risks=_risks(conn, person_id, now),
        insurance=row["insurance"],
        contested=() if heads is None else heads.contested,
        on_leave=place is not None and place.on_leave,
        spo2_scale=int(row["spo2_scale"]),
    )


_RECENT = text(
    f"""
SELECT {", ".join(f"r.{column}" for column in ROUND_COLUMNS)} FROM round AS r
WHERE r.person_id = :person AND r.at BETWEEN :since AND :until AND {EFFECTIVE_ROUND.format(r="r")}
ORDER BY r.at DESC
"""
)


def _risks(conn: Connection, person_id: UUID, now: int) -> tuple[Finding, ...]:
    asked = {"person": person_id.bytes, "since": now - _RISK_S, "until": ahead(now)}
    found = (finding for row in conn.execute(_RECENT, asked).mappings() for finding in round_findings(row))
    return tuple(dict.fromkeys(each for each in found if each.remarkable and each.field in observations()))
