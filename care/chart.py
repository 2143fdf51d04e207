"""The chart of one person: what matters before the first scroll, who has looked, and what two laptops disagree on."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlmodel import col

from care.age import age, house_day
from care.contests import Contest, ContestValue, contested_of, contests
from care.groups import groups, newest_first
from care.looks import EFFECTIVE_ROUND, ROUND_COLUMNS, ahead
from care.observations import Finding, observations, round_findings
from care.person_facts import Allergy, Condition, Contact
from care.places import place_of
from care.registered import joined, registrations_of
from care.risks import Risk, risks_of
from care.roles import doing, require
from care.timeline import TimelineItem, TrendPoint, timeline, trend
from db.store import Store
from db.tables import Access, Staff

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
# More rounds than three days have: a wrong import must not stall a chart.
_MOST_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Header:
    """What everybody who opens the chart must see. ``contact``: whom to call first.

    ``risks``: what rounds of the last three days found that asks for care (red skin, food refused), newest first.
    ``raised``: the nine risks of ``care.risks`` that assessments and events raise, high ones first.
    ``contested``: fields of the person on which two laptops disagree. ``hidden``: other registrations that are shown as
    this person.
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
    hidden: tuple[UUID, ...] = ()
    raised: tuple[Risk, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody read the chart."""

    at: int
    who: str
    what: str


def open_chart(store: Store, by: UUID, person_id: UUID) -> Header:
    """The header of a chart. That ``by`` has read it is recorded, once an hour.

    Raises ``NoRight``, and ``Refused``: person_unknown, staff_unknown, staff_closed.
    """
    now = store.now()
    with store.reading() as conn:
        require(conn, by, "chart.open")
        found = header(conn, person_id, now)
        noted = _noted(conn, by, person_id, now)
    if not noted and not store.read_only:
        with doing(store, by, "chart.open") as act:
            # Between the look and the act another window may have noted the same.
            if not _noted(act.conn, by, person_id, act.now):
                act.insert(Access, person_id=found.id, staff_id=by, at=act.now)
    return found


def who_looked(store: Store, person_id: UUID, limit: int = 50) -> list[Look]:
    """Who has read a person's chart, newest first, at most 500."""
    asked = (
        select(col(Access.at), col(Staff.name), col(Access.what))
        .join_from(Access, Staff, col(Staff.id) == col(Access.staff_id), isouter=True)
        .order_by(col(Access.at).desc(), col(Access.id).desc())
        .limit(max(0, min(limit, _MOST_LOOKS)))
    )
    with store.reading() as conn:
        asked = asked.where(col(Access.person_id).in_(groups(conn).all(person_id)))
        return [Look(at, who or "", what) for at, who, what in conn.execute(asked)]


def contested(store: Store, person_id: UUID) -> list[Contest]:
    """The fields of a person that two laptops changed apart, each with its values; none for most people."""
    with store.reading() as conn:
        return contests(conn, groups(conn).all(person_id))


def _noted(conn: Connection, by: UUID, person_id: UUID, now: int) -> bool:
    asked = select(col(Access.id)).where(
        col(Access.person_id).in_(groups(conn).all(person_id)),
        col(Access.staff_id) == by,
        # A look that a wrong clock dated ahead does not silence the log.
        col(Access.at).between(now - LOOK_S, ahead(now)),
    )
    return conn.execute(asked.limit(1)).first() is not None


def header(conn: Connection, person_id: UUID, now: int) -> Header:
    """What everybody who opens the chart must see, in the reader's snapshot. Raises ``Refused``: person_unknown.

    Of somebody registered twice it is the header of the one who is shown, with what either registration has.
    """
    ids = groups(conn).all(person_id)
    facts = joined([one for _, one in registrations_of(conn, ids)])
    place = place_of(conn, person_id)
    return Header(
        id=ids[0],
        name=facts.name,
        sex=facts.sex,
        age=age(facts.birth, house_day(now)),
        birth=facts.birth,
        bed_label=place.label if place else "",
        bed_kind=place.kind if place else "",
        care_level=facts.care_level,
        category=facts.category,
        contact=next(iter(facts.contacts), None),
        allergies=facts.allergies,
        allergies_known=facts.allergies_known,
        conditions=facts.conditions,
        no_resuscitation=facts.no_resuscitation,
        risks=_risks(conn, ids, now),
        insurance=facts.insurance,
        contested=contested_of(conn, ids),
        on_leave=place is not None and place.on_leave,
        spo2_scale=facts.spo2_scale,
        hidden=ids[1:],
        raised=risks_of(conn, [ids[0]], now).get(ids[0], ()),
    )


_RECENT = text(
    f"""
SELECT r.id, r.at, {", ".join(f"r.{column}" for column in ROUND_COLUMNS)} FROM round AS r
WHERE r.person_id = :person AND r.at BETWEEN :since AND :until AND {EFFECTIVE_ROUND.format(r="r")}
ORDER BY r.at DESC, r.id DESC LIMIT :most
"""
)


def _risks(conn: Connection, ids: Sequence[UUID], now: int) -> tuple[Finding, ...]:
    rows = newest_first(conn, _RECENT, ids, {"since": now - _RISK_S, "until": ahead(now)}, _MOST_ROUNDS)
    found = (finding for row in rows for finding in round_findings(row))
    return tuple(dict.fromkeys(each for each in found if each.remarkable and each.field in observations()))
