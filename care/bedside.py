"""What whoever stands at a bed must know before measuring: who it is, what was found, the last round to correct."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from care.amending import writers_of
from care.chart import Header, header
from care.groups import groups, newest_first
from care.looks import EFFECTIVE_ROUND, EFFECTIVE_VITALS, ROUND_COLUMNS, VITALS_COLUMNS, ahead
from care.measured import LastVitals, last_vitals, plain
from care.observations import Finding, observations
from care.rounds import Observation
from care.timeline import TrendPoint, trend
from db.store import Store

TREND_DAYS = 14

_NOTED_S = 86400


@dataclass(frozen=True, slots=True)
class LastRound:
    """The newest round that counts, whole, as ``care.rounds.correct`` takes it back in.

    ``writers``: who wrote it, or what it stands for; whoever is the only one corrects it alone.
    """

    round_id: UUID
    at: int
    who: str
    observation: Observation
    writers: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Noted:
    """A word that a round noted, and when."""

    finding: Finding
    at: int


@dataclass(frozen=True, slots=True)
class Bedside:
    """One person. ``trend``: blood pressure of fourteen days, oldest first.

    ``noted``: by field (position, skin ...) the last word of the last day, by whichever round noted one.
    """

    header: Header
    last: LastVitals | None
    trend: tuple[TrendPoint, ...]
    last_round: LastRound | None
    noted: Mapping[str, Noted]


def bedside(store: Store, person_id: UUID, now: int) -> Bedside:
    """Everything beside the form of one person. No look into the chart is recorded: the round itself will say so.

    Raises ``Refused``: person_unknown.
    """
    with store.reading() as conn:
        found = header(conn, person_id, now)
        last_round, noted = _last_round(conn, person_id, now), _noted(conn, person_id, now)
    since = now - TREND_DAYS * 86400
    points = trend(store, person_id, ("sbp", "dbp"), since, ahead(now))
    return Bedside(found, last_vitals(store, person_id, now), tuple(points), last_round, noted)


_LAST = text(
    f"""
SELECT r.id, r.at, r.kind, r.reported_to, {", ".join(f"r.{column}" for column in ROUND_COLUMNS)}, w.name AS who,
       v.id AS vitals_id, {", ".join(f"v.{column}" for column in VITALS_COLUMNS)}
FROM round AS r
LEFT JOIN staff AS w ON w.id = r.staff_id
LEFT JOIN vitals AS v ON v.id = (
    SELECT id FROM vitals AS one WHERE one.round_id = r.id AND {EFFECTIVE_VITALS.format(v="one")} LIMIT 1)
WHERE r.person_id = :person AND r.at <= :until AND {EFFECTIVE_ROUND.format(r="r")}
ORDER BY r.at DESC, r.id DESC LIMIT :most
"""
)


def _last_round(conn: Connection, person_id: UUID, now: int) -> LastRound | None:
    rows = newest_first(conn, _LAST, groups(conn).all(person_id), {"until": ahead(now)}, 1)
    if not rows:
        return None
    row = rows[0]
    values = {} if row["vitals_id"] is None else plain(row)
    measured = {name: value for name, value in values.items() if value is not None and name != "spo2_scale"}
    noted = {name: row[name] for name in ROUND_COLUMNS if name != "unremarkable"}
    observation = Observation(
        kind=row["kind"],
        unremarkable=bool(row["unremarkable"]),
        reported_to=None if row["reported_to"] is None else UUID(bytes=row["reported_to"]),
        vitals=measured,
        **noted,
    )
    round_id = UUID(bytes=row["id"])
    return LastRound(round_id, row["at"], row["who"] or "", observation, writers_of(conn, round_id))


_DAY = text(
    f"""
SELECT r.id, r.at, r.state, r.position, r.skin, r.intake, r.mood FROM round AS r
WHERE r.person_id = :person AND r.at BETWEEN :since AND :until AND {EFFECTIVE_ROUND.format(r="r")}
ORDER BY r.at DESC, r.id DESC LIMIT :most
"""
)
# More rounds than a day has: a wrong import must not stall the bedside.
_MOST_OF_A_DAY = 500


def _noted(conn: Connection, person_id: UUID, now: int) -> dict[str, Noted]:
    asked = {"since": now - _NOTED_S, "until": ahead(now)}
    found: dict[str, Noted] = {}
    for row in newest_first(conn, _DAY, groups(conn).all(person_id), asked, _MOST_OF_A_DAY):
        for of in observations().values():
            if row[of.field] and of.field not in found:
                choice = of.get(row[of.field])
                word = Finding(of.field, row[of.field], choice is not None and choice.remarkable)
                found[of.field] = Noted(word, row["at"])
    return found
