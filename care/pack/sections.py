"""What a downtime pack says of a person, section by section. A later section joins ``SECTIONS``: current orders, say.

A section is a frozen dataclass; the function that makes it reads one set of rows for the whole house, and gives the
section of everybody who has one. Nothing here asks the record once a person, but for the few whom two laptops
disagree on, or who were registered twice.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, TextClause, bindparam, select, text
from sqlalchemy.engine import RowMapping

from care.alerts import OF_HOUSE, Alert, alerts_of
from care.contests import Contest, contests
from care.groups import Groups
from care.looks import EFFECTIVE_ROUND, EFFECTIVE_VITALS, ROUND_COLUMNS, VITALS_COLUMNS, InHouse, ahead
from care.measured import Measured, news_of, plain
from care.medicines.due import TAKEN, dues, open_orders, recorded, rule
from care.medicines.orders import dose_words, when_words
from care.news2 import News2
from care.observations import Finding, observations, remarkable_choices, round_findings
from care.person_facts import Allergy, Condition, Contact, read_items
from care.registered import FACTS
from care.words import Words
from db.local import JOURNAL, ROW_VERSION

RISK_S: Final = 3 * 86400
"""As in a chart: what rounds found within this time is a risk still."""
MEASURED_S: Final = 7 * 86400
"""Measurements of this time are put together; of whoever has none, the newest set however old."""

ORDERED_S: Final = 86400
"""Hours of orders are listed for this time."""

COLUMNS: Final = (
    "name", "sex", "birth", "care_level", "phone", "village", "address", "contacts", "allergies", "allergies_known",
    "conditions", "no_resuscitation", "spo2_scale", "note",
)  # fmt: skip
"""The columns of a person that a pack shows. Numbers of identity and insurance stay in the record."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Alerts that nobody has answered."""

    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Disputed:
    """Fields on which two laptops disagree, each with both values: until they are settled nobody knows."""

    contests: tuple[Contest, ...]


@dataclass(frozen=True, slots=True)
class Allergies:
    """``known`` unset and no ``items``: nobody has asked yet, which is not "none"."""

    items: tuple[Allergy, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Cautions:
    """What whoever is called to the bed must know first. ``risks``: newest first."""

    no_resuscitation: bool
    spo2_scale: int
    risks: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Conditions:
    """Lasting illnesses."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Ordered:
    """One order that is open. ``due``: its hours of the next day that nobody has recorded, the late ones first.

    ``taken_at``: when it was last taken, within the last day. ``held``: why it is held, or ``None``.
    """

    name: str
    spec: str
    dose: Words
    route: str
    when: Words
    as_needed: str
    gap_min: int
    high_alert: bool
    held: str | None
    due: tuple[int, ...]
    taken_at: int | None


@dataclass(frozen=True, slots=True)
class Medicines:
    """What somebody is prescribed now: the high-alert ones first, then by name, as needed last."""

    orders: tuple[Ordered, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The last value of one measure. ``suspect``: written under a doubted clock, as far as is still known here."""

    name: str
    value: Measured
    at: int
    suspect: bool


@dataclass(frozen=True, slots=True)
class LastMeasured:
    """``readings``: newest first, all of one set together. ``news`` is of the newest set that has a score."""

    readings: tuple[Reading, ...]
    news: News2 | None
    news_at: int | None


@dataclass(frozen=True, slots=True)
class Family:
    """Whom to call, and the person's own telephone."""

    contacts: tuple[Contact, ...]
    phone: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What was written down of a person in free words."""

    text: str


Section = Waiting | Disputed | Allergies | Cautions | Conditions | Medicines | LastMeasured | Family | Remark


@dataclass(frozen=True, slots=True)
class Asked:
    """The snapshot that all sections are read from. ``columns``: ``COLUMNS`` of each person as they are shown."""

    conn: Connection
    people: Sequence[InHouse]
    columns: Mapping[UUID, Mapping[str, Any]]
    merged: Groups
    now: int


def _waiting(asked: Asked) -> Mapping[UUID, Waiting]:
    found: dict[UUID, list[Alert]] = {}
    for alert in alerts_of(asked.conn, asked.people, asked.now):
        if not alert.answered:
            found.setdefault(alert.person_id, []).append(alert)
    return {person: Waiting(tuple(alerts)) for person, alerts in found.items()}


def _disputed(asked: Asked) -> Mapping[UUID, Disputed]:
    rows = select(ROW_VERSION.c.row_id).where(ROW_VERSION.c.contested > 0, ROW_VERSION.c.table_name == "person")
    # Registrations of one person may differ in what can hurt without a row that is contested.
    suspected = {asked.merged.of(one) for one in asked.conn.execute(rows).scalars()} | asked.merged.members.keys()
    found = {}
    for person in suspected & asked.columns.keys():
        named = tuple(one for one in contests(asked.conn, asked.merged.all(person)) if one.field in FACTS)
        if named:
            found[person] = Disputed(named)
    return found


def _allergies(asked: Asked) -> Mapping[UUID, Allergies]:
    return {
        person: Allergies(read_items(Allergy, row["allergies"]), bool(row["allergies_known"]))
        for person, row in asked.columns.items()
    }


def _cautions(asked: Asked) -> Mapping[UUID, Cautions]:
    span = {"since": asked.now - RISK_S, "until": ahead(asked.now)}
    rows = asked.conn.execute(_remarkable(), {**span, **_remarkable_codes()}).mappings().all()
    found: dict[UUID, dict[Finding, None]] = {}
    for person, seen in _of_each(rows, asked.merged).items():
        told = (finding for row in seen for finding in round_findings(row))
        risks = (each for each in told if each.remarkable and each.field in observations())
        found[person] = dict.fromkeys(risks)
    return {
        person: Cautions(bool(row["no_resuscitation"]), int(row["spo2_scale"]), tuple(found.get(person, ())))
        for person, row in asked.columns.items()
    }


def _conditions(asked: Asked) -> Mapping[UUID, Conditions]:
    return {
        person: Conditions(items)
        for person, row in asked.columns.items()
        if (items := read_items(Condition, row["conditions"]))
    }


def _medicines(asked: Asked) -> Mapping[UUID, Medicines]:
    now = asked.now
    known = recorded(asked.conn, now - ORDERED_S, now + ORDERED_S)
    taken: dict[bytes, int] = {}
    for (order_id, _), one in known.items():
        if one.result in TAKEN:
            taken[order_id] = max(one.at, taken.get(order_id, 0))
    found: dict[UUID, list[Ordered]] = {}
    for order in open_orders(asked.conn, now, now + ORDERED_S):
        hours = dues(order, now - rule("give_until_min") * 60, now + ORDERED_S)
        open_hours = tuple(at for at in hours if (order["id"], at) not in known)
        found.setdefault(asked.merged.of(UUID(bytes=order["person_id"])), []).append(
            Ordered(
                name=order["name"],
                spec=order["spec"],
                dose=dose_words(order["dose100"], order["unit"]),
                route=order["route"],
                when=when_words(order["frequency"], order["times"], order["days"], order["weekdays"]),
                as_needed=order["as_needed"],
                gap_min=order["gap_min"],
                high_alert=bool(order["high_alert"]),
                held=order["held_reason"] if order["held"] else None,
                due=() if order["held"] else open_hours,
                taken_at=taken.get(order["id"]),
            )
        )
    ranked = {
        person: tuple(sorted(some, key=lambda one: (bool(one.as_needed), not one.high_alert, one.name)))
        for person, some in found.items()
    }
    return {person: Medicines(some) for person, some in ranked.items() if person in asked.columns}


def _measured(asked: Asked) -> Mapping[UUID, LastMeasured]:
    span = {"since": asked.now - MEASURED_S, "until": ahead(asked.now)}
    sets = _of_each(asked.conn.execute(_SETS, span).mappings().all(), asked.merged)
    if asked.columns.keys() - sets.keys():
        older = _of_each(asked.conn.execute(_NEWEST_SET, {"until": span["until"]}).mappings().all(), asked.merged)
        sets = {**older, **sets}
    doubted = _doubted(asked.conn)
    return {person: _last(rows, doubted) for person, rows in sets.items() if person in asked.columns}


def _last(sets: Sequence[RowMapping], doubted: frozenset[bytes]) -> LastMeasured:
    readings: dict[str, Reading] = {}
    scored: tuple[News2, int] | None = None
    for row in sets:
        values = plain(row)
        for name in VITALS_COLUMNS:
            if name != "spo2_scale" and name not in readings and values[name] is not None:
                readings[name] = Reading(name, values[name], row["at"], row["id"] in doubted)
        news = None if scored else news_of(values)
        scored = scored or (None if news is None else (news, row["at"]))
    return LastMeasured(tuple(readings.values()), *(scored or (None, None)))


def _family(asked: Asked) -> Mapping[UUID, Family]:
    return {
        person: Family(read_items(Contact, row["contacts"]), str(row["phone"] or ""))
        for person, row in asked.columns.items()
    }


def _remarks(asked: Asked) -> Mapping[UUID, Remark]:
    return {person: Remark(str(row["note"])) for person, row in asked.columns.items() if row["note"]}


SECTIONS: Final[tuple[Callable[[Asked], Mapping[UUID, Section]], ...]] = (
    _waiting,
    _disputed,
    _allergies,
    _cautions,
    _conditions,
    _medicines,
    _measured,
    _family,
    _remarks,
)
"""In the order of the page: what hurts soonest first."""


_SETS = text(
    f"""
SELECT v.person_id, v.id, v.at, {", ".join(f"v.{column}" for column in VITALS_COLUMNS)}
FROM {OF_HOUSE} CROSS JOIN vitals AS v ON v.person_id = s.person_id
WHERE v.at BETWEEN :since AND :until AND {EFFECTIVE_VITALS.format(v="v")}
ORDER BY v.person_id, v.at DESC, v.id DESC
"""
)
_NEWEST_SET = text(
    f"""
SELECT v.person_id, v.id, v.at, {", ".join(f"v.{column}" for column in VITALS_COLUMNS)}
FROM {OF_HOUSE} CROSS JOIN vitals AS v ON v.id = (
    SELECT id FROM vitals AS one
    WHERE one.person_id = s.person_id AND one.at <= :until AND {EFFECTIVE_VITALS.format(v="one")}
    ORDER BY one.at DESC, one.id DESC LIMIT 1)
ORDER BY v.person_id
"""
)


def _of_each(rows: Iterable[RowMapping], merged: Groups) -> dict[UUID, list[RowMapping]]:
    """Newest first, by the id that each person is shown under; ``rows`` stand person by person."""
    found: dict[UUID, list[RowMapping]] = {}
    for key, group in groupby(rows, key=lambda row: row["person_id"]):
        found.setdefault(merged.of(UUID(bytes=key)), []).extend(group)
    for shown in merged.members.keys() & found.keys():
        found[shown].sort(key=lambda row: (row["at"], row["id"]), reverse=True)
    return found


def _doubted(conn: Connection) -> frozenset[bytes]:
    """Ids of sets of measurements written under a doubted clock that are not sealed yet: a small index of those."""
    asked = select(JOURNAL.c.row_id).where(JOURNAL.c.suspect == 1, JOURNAL.c.table_name == "vitals")
    return frozenset(one.bytes for one in conn.execute(asked).scalars())


@cache
def _remarkable() -> TextClause:
    told = " OR ".join(f"r.{field} IN :{field}" for field in _remarkable_codes())
    sql = text(
        f"""
SELECT r.person_id, r.id, r.at, {", ".join(f"r.{column}" for column in ROUND_COLUMNS)}
FROM {OF_HOUSE} CROSS JOIN round AS r ON r.person_id = s.person_id
WHERE r.at BETWEEN :since AND :until AND ({told}) AND {EFFECTIVE_ROUND.format(r="r")}
ORDER BY r.person_id, r.at DESC, r.id DESC
"""
    )
    return sql.bindparams(*(bindparam(name, expanding=True) for name in _remarkable_codes()))


@cache
def _remarkable_codes() -> Mapping[str, list[str]]:
    return {field: [code for of, code in remarkable_choices() if of == field] for field in observations()}
