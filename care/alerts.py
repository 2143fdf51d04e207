"""Alerts: who needs a nurse or a doctor now, derived from what was measured and found, and who has answered.

Nothing is stored. A person's measurements of the last 24 hours alert when their NEWS2 reaches medium, high or the red
score, or a single value is beyond its limit (``care.escalation``). A partial set is scored as it is: what it reaches is
a lower bound, and no later partial set hides an alert unless it measured again every part that scored.

An alert stays until somebody who may has answered it (``care.answers``, or a later round of a nurse or doctor), and
comes back when the time of that answer is over and nothing better was measured.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection, TextClause, bindparam, text
from sqlalchemy.engine import RowMapping

from care.answers import Answered, answers_now, by_moment
from care.escalation import beyond, limits
from care.groups import Groups, groups
from care.looks import EFFECTIVE_ROUND, EFFECTIVE_VITALS, ROUND_COLUMNS, VITALS_COLUMNS, InHouse, ahead, in_house
from care.measured import news_of, plain
from care.news2 import News2
from care.observations import Finding, answering_kinds, observations, remarkable_choices, round_findings
from db.store import Store

WITHIN_S = 86400

WaitsFor = Literal["doctor", "nurse"]
Given = Mapping[tuple[UUID, int], list[Answered]]

_ALERTING = ("medium", "high", "red")
# Most urgent first.
_ORDER = {"news_high": 0, "news_red": 1, "value": 2, "news_medium": 3, "remarkable": 4}


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody is waited for at a person's bed.

    ``code``: news_high, news_red, news_medium, value (a single one) or remarkable. ``text_facts``: what raised it,
    worst first. ``news`` may be incomplete: its total is then a lower bound. ``minutes``: how long ago it was seen.
    ``about``: the row that it comes from. ``answer``: the newest one to it, also of who may not judge (then it is not
    ``answered``). ``back``: it was answered, and is not better.
    """

    person_id: UUID
    bed_label: str
    name: str
    at: int
    code: str
    news: News2 | None
    text_facts: tuple[Finding, ...]
    minutes: int
    waits_for: WaitsFor
    answered: bool
    about: UUID
    answer: Answered | None = None
    back: bool = False


# The people come first in every plan (CROSS JOIN keeps the order): a few hundred seeks, never a scan of years. Of
# whoever was registered twice the rows may stand under either registration. A union is made in the order of ids, which
# would walk all people if it were not told by which index to find the few.
OF_HOUSE = """(
    SELECT person_id FROM stay WHERE until_at IS NULL
    UNION SELECT id FROM person INDEXED BY ix_person_same_as WHERE same_as IS NOT NULL
    UNION SELECT same_as FROM person WHERE same_as IS NOT NULL
) AS s"""


def alerting(news: News2 | None) -> bool:
    """Whether a score asks for a nurse or a doctor at once."""
    return news is not None and news.response in _ALERTING


def open_alerts(store: Store, now: int) -> list[Alert]:
    """The alerts of the last 24 hours that newer measurements have not closed: unanswered first, then most urgent.

    A later round of a nurse or doctor answers an alert. Practice persons raise none.
    """
    with store.reading() as conn:
        return alerts_of(conn, in_house(conn, now), now)


def alert_of(store: Store, person_id: UUID, now: int) -> Alert | None:
    """The most urgent alert of somebody, or ``None``."""
    with store.reading() as conn:
        shown = groups(conn).of(person_id)
        mine = [one for one in in_house(conn, now) if one.person_id == shown]
        return next(iter(alerts_of(conn, mine, now)), None)


def alerts_of(conn: Connection, people: Iterable[InHouse], now: int) -> list[Alert]:
    """The alerts of these people, in the same snapshot."""
    span = {"since": now - WITHIN_S, "until": ahead(now)}
    merged = groups(conn)
    sets = _by_person(conn.execute(_sets(), span).mappings().all(), merged)
    rounds = _by_person(conn.execute(_telling_rounds(), {**span, **_telling_words()}).mappings().all(), merged)
    given = by_moment(replace(one, person_id=merged.of(one.person_id)) for one in answers_now(conn, span["since"], now))
    found: list[Alert] = []
    for person in people:
        key = person.person_id.bytes
        if not person.practice and (key in sets or key in rounds):
            found += _of_person(person, sets.get(key, []), rounds.get(key, []), given, now)
    return sorted(found, key=lambda one: (one.answered, _ORDER[one.code], one.at, one.bed_label))


def _of_person(
    person: InHouse, sets: list[RowMapping], rounds: list[RowMapping], given: Given, now: int
) -> Iterator[Alert]:
    judged_at = max((row["at"] for row in rounds if row["kind"] in answering_kinds()), default=0)

    def alert(row: RowMapping, code: str, news: News2 | None, facts: tuple[Finding, ...], waits: WaitsFor) -> Alert:
        mine = given.get((person.person_id, row["at"]), [])
        counting = next((one for one in mine if one.counts), None)
        judged = judged_at > row["at"]
        over = counting is not None and now >= counting.back_at
        return Alert(
            person_id=person.person_id,
            bed_label=person.bed_label,
            name=person.name,
            at=row["at"],
            code=code,
            news=news,
            text_facts=facts,
            minutes=max(0, now - row["at"]) // 60,
            waits_for=waits,
            answered=judged or (counting is not None and not over),
            about=UUID(bytes=row["id"]),
            answer=counting or next(iter(mine), None),
            back=over and not judged,
        )

    scored = _standing_score(sets)
    if scored is not None:
        row, news = scored
        by_score = alert(row, f"news_{news.response}", news, _scoring(row, news), "doctor")
        yield by_score
        if not by_score.answered:
            return  # whoever comes for the score sees the rest too
    by_value = _standing_values(sets)
    if by_value is not None and (scored is None or by_value[0]["at"] > scored[0]["at"]):
        row, facts, waits = by_value
        one = alert(row, "value", None, facts, waits)
        yield one
        if not one.answered:
            return
    unreported = next((row for row in rounds if row["kind"] not in answering_kinds()), None)
    if unreported is not None:
        facts = tuple(finding for finding in round_findings(unreported) if finding.remarkable)
        yield alert(unreported, "remarkable", None, facts, "nurse")


def _standing_values(sets: list[RowMapping]) -> tuple[RowMapping, tuple[Finding, ...], WaitsFor] | None:
    """The newest set with a value beyond its limit that nobody has measured again since."""
    if not any(row["beyond"] for row in sets):
        return None
    measured: set[str] = set()
    for row in sets:
        values = plain(row)
        found = [(finding, limit) for finding, limit in beyond(values) if finding.field not in measured]
        if found:
            doctor = any(limit.waits_for == "doctor" for _, limit in found)
            return row, tuple(finding for finding, _ in found), "doctor" if doctor else "nurse"
        measured |= {name for name, value in values.items() if value is not None}
    return None


def _standing_score(sets: list[RowMapping]) -> tuple[RowMapping, News2] | None:
    """The newest alerting set (newest first) of which not every scoring part has been measured again since."""
    measured: set[str] = set()
    for row in sets:
        news = news_of(plain(row))
        if news is None:
            continue
        scoring = {name for name, score in news.parts.items() if score}
        if alerting(news) and not scoring <= measured:
            return row, news
        measured |= {name for name in news.parts if row[name] is not None}
        if news.complete and row["oxygen"] is not None:
            return None  # all of it has been measured since
    return None


def _scoring(row: RowMapping, news: News2) -> tuple[Finding, ...]:
    values = plain(row)
    worst_first = sorted((name for name, score in news.parts.items() if score), key=lambda name: -news.parts[name])
    return tuple(Finding(name, value, True) for name in worst_first if (value := values[name]) is not None)


def _by_person(rows: Iterable[RowMapping], merged: Groups) -> dict[bytes, list[RowMapping]]:
    """Newest first, by the id that each person is shown under."""
    found = {key: list(group) for key, group in groupby(rows, key=itemgetter("person_id"))}
    for shown, members in merged.members.items():
        every = [row for one in members for row in found.pop(one.bytes, [])]
        found[shown.bytes] = sorted(every, key=itemgetter("at"), reverse=True)
    return found


@cache
def _sets() -> TextClause:
    """What was measured of whoever is in the house, newest first; ``beyond``: something of it is beyond its limit."""
    limits_ = [
        f"v.{limit.measure} {'<=' if limit.at_least is None else '>='} :{name}"
        for name, limit in zip(_limit_values(), limits(), strict=True)
    ]
    sql = text(
        f"""
SELECT v.person_id, v.id, v.at, {", ".join(f"v.{column}" for column in VITALS_COLUMNS)},
       coalesce({" OR ".join(f"coalesce({one}, 0)" for one in limits_)}, 0) AS beyond
FROM {OF_HOUSE} CROSS JOIN vitals AS v ON v.person_id = s.person_id
WHERE v.at BETWEEN :since AND :until AND {EFFECTIVE_VITALS.format(v="v")}
ORDER BY v.person_id, v.at DESC
"""
    )
    return sql.bindparams(**_limit_values())


@cache
def _limit_values() -> Mapping[str, int]:
    return {f"limit{n}": limit.value for n, limit in enumerate(limits())}


@cache
def _telling_rounds() -> TextClause:
    """Rounds that say something about alerts: of those who can answer one, and remarkable ones reported to nobody."""
    remarkable = " OR ".join(["r.abnormal <> ''", *(f"r.{field} IN :{field}" for field in _telling_words())][:-1])
    sql = text(
        f"""
SELECT r.person_id, r.id, r.at, r.kind, {", ".join(f"r.{column}" for column in ROUND_COLUMNS)}
FROM {OF_HOUSE} CROSS JOIN round AS r ON r.person_id = s.person_id
WHERE r.at BETWEEN :since AND :until
  AND (r.kind IN :kinds OR (r.reported_to IS NULL AND ({remarkable}))) AND {EFFECTIVE_ROUND.format(r="r")}
ORDER BY r.person_id, r.at DESC
"""
    )
    return sql.bindparams(*(bindparam(name, expanding=True) for name in _telling_words()))


@cache
def _telling_words() -> Mapping[str, list[str]]:
    """What ``_telling_rounds`` is asked with: the remarkable codes of each field, and the answering kinds."""
    by_field = {field: [code for of, code in remarkable_choices() if of == field] for field in observations()}
    return by_field | {"kinds": sorted(answering_kinds())}
