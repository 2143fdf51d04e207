"""What somebody did about an alert: kept as an event about what was measured or found, with how long it took.

An answer of somebody who may not judge (a carer at night who called the doctor) is kept and shown, and the alert stays.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from care.data import table
from care.escalation import ANSWER, ways
from care.groups import groups
from care.kept_json import object_of
from care.looks import ahead
from care.rights import doing, may
from care.standing import effective, undo_record
from care.words import Words
from db.errors import Refused
from db.store import Store
from db.tables import Event


@dataclass(frozen=True, slots=True)
class Answer:
    """What is done: a code of ``escalation.ways``; whom one called, how many minutes ago; for how many one watches."""

    what: str
    told: str = ""
    ago_min: int = 0
    minutes: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as it stands. ``seen_at``: when what it answers was seen, so ``minutes`` is how long it took.

    ``counts``: of somebody who may answer. ``back_at``: when the alert comes back if nothing better was measured.
    """

    id: UUID
    person_id: UUID
    at: int
    who: str
    what: str
    words: Words
    told: str
    told_at: int | None
    note: str
    counts: bool
    about: UUID
    seen_at: int
    back_at: int

    @property
    def minutes(self) -> int:
        """From what was seen to the answer."""
        return max(0, self.at - self.seen_at) // 60


def answer(store: Store, by: UUID, person_id: UUID, about: UUID, given: Answer) -> UUID:
    """Answer what was measured or found (``about``: its row), in one act.

    Raises ``Refused``: answer_way_unknown, answer_told_missing, answer_ago (most), answer_minutes (least, most),
    text_too_long (most), alert_unknown (it is no row of that person), and as ``care.rights.require``.
    """
    way = ways().get(given.what)
    if way is None:
        raise Refused("answer_way_unknown")
    rules = table("rules/escalation")
    told, note = given.told.strip(), given.note.strip()
    if way.told and not told:
        raise Refused("answer_told_missing")
    if max(len(told), len(note)) > rules["most_text"]:
        raise Refused("text_too_long", most=rules["most_text"])
    minutes = given.minutes if way.until and given.minutes is not None else way.back_min
    if not 0 <= given.ago_min <= rules["most_min"]:
        raise Refused("answer_ago", most=rules["most_min"])
    if not rules["least_min"] <= minutes <= rules["most_min"]:
        raise Refused("answer_minutes", least=rules["least_min"], most=rules["most_min"])
    with doing(store, by, way.right) as act:
        merged = groups(act.conn)
        if _person_of(act.conn, about) not in merged.all(person_id):
            raise Refused("alert_unknown")
        counts = may(act.conn, by, "alert.answer")
        facts: dict[str, str | int | bool] = {"what": given.what, "counts": counts, "back_at": act.now + 60 * minutes}
        if way.told:
            facts |= {"told": told, "told_at": act.now - 60 * given.ago_min}
        if note:
            facts["note"] = note
        return act.insert(
            Event,
            person_id=merged.of(person_id),
            staff_id=by,
            at=act.now,
            kind=ANSWER,
            about=about,
            facts=json.dumps(facts, ensure_ascii=False),
        )


def undo_answer(store: Store, by: UUID, answer_id: UUID) -> None:
    """Take an answer back: the alert waits again. Raises as ``undo_record``."""
    undo_record(store, by, Event, answer_id)


def answers(store: Store, person_id: UUID, since: int, until: int) -> list[Answered]:
    """What was done about somebody's alerts in this time, newest first."""
    with store.reading() as conn:
        ids = set(groups(conn).all(person_id))
        return [one for one in answers_of(conn, since, until) if one.person_id in ids]


def answers_of(conn: Connection, since: int, until: int) -> list[Answered]:
    """What was done about the alerts of the house in this time, newest first: one walk along an index."""
    rows = conn.execute(_ANSWERS, {"kind": ANSWER, "since": since, "until": until}).mappings()
    return [found for row in rows if (found := _read(dict(row))) is not None]


def by_moment(found: Iterable[Answered]) -> Mapping[tuple[UUID, int], list[Answered]]:
    """By whom, and when what is answered was seen: a correction has the time of the look that it corrects."""
    sorted_: dict[tuple[UUID, int], list[Answered]] = {}
    for one in found:
        sorted_.setdefault((one.person_id, one.seen_at), []).append(one)
    return sorted_


def answers_now(conn: Connection, since: int, now: int) -> list[Answered]:
    """Those of late, up to when a time is believed."""
    return answers_of(conn, since, ahead(now))


_ANSWERS = text(
    f"""
SELECT e.id, e.person_id, e.at, e.facts, e.about, w.name AS who, coalesce(v.at, r.at, x.at) AS seen_at
FROM event AS e
LEFT JOIN staff AS w ON w.id = e.staff_id
LEFT JOIN vitals AS v ON v.id = e.about
LEFT JOIN round AS r ON r.id = e.about
LEFT JOIN event AS x ON x.id = e.about
WHERE e.kind = :kind AND e.at BETWEEN :since AND :until AND {effective(Event, "e")}
ORDER BY e.at DESC, e.id DESC LIMIT 2000
"""
)
_OF_WHOM = text(
    "SELECT person_id FROM vitals WHERE id = :id UNION ALL SELECT person_id FROM round WHERE id = :id"
    " UNION ALL SELECT person_id FROM event WHERE id = :id"
)


def _person_of(conn: Connection, about: UUID) -> UUID | None:
    found: bytes | None = conn.execute(_OF_WHOM, {"id": about.bytes}).scalar()
    return None if found is None else UUID(bytes=found)


def _read(row: dict[str, Any]) -> Answered | None:
    """One answer; what another laptop wrote may be anything, and then it answers nothing."""
    facts = object_of(row["facts"])
    if not facts or row["person_id"] is None or row["about"] is None:
        return None
    what, back_at = str(facts.get("what", "")), _time(facts.get("back_at"))
    way = ways().get(what)
    usual = 60 * (way.back_min if way else 0)
    return Answered(
        id=UUID(bytes=row["id"]),
        person_id=UUID(bytes=row["person_id"]),
        at=row["at"],
        who=row["who"] or "",
        what=what,
        words=Words(what, what) if way is None else way.words,
        told=str(facts.get("told", "")),
        told_at=_time(facts.get("told_at")),
        note=str(facts.get("note", "")),
        counts=facts.get("counts") is True,
        about=UUID(bytes=row["about"]),
        seen_at=row["at"] if row["seen_at"] is None else row["seen_at"],
        back_at=row["at"] + usual if back_at is None else back_at,
    )


def _time(found: object) -> int | None:
    return found if isinstance(found, int) and not isinstance(found, bool) else None
