"""That duties of a care plan were done, or why not: an event about the round at which it was.

Nothing is filled in afterwards by itself: what nobody said was done, and no round shows, is missed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from care.duties import causes, duties, words_of
from care.duties_due import DONE
from care.groups import groups
from care.kept_json import object_of
from care.rights import doing
from care.standing import effective, row_of, standing, take_back, undo_record, void_row
from care.words import Words
from db.errors import Refused
from db.journal import Value
from db.store import Act, Store
from db.tables import Event

_MOST = 40
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Done:
    """What was done at a bed beside looking. ``left``: what was not, each with its cause (``duties.causes``)."""

    done: tuple[str, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.done or self.left)


NOTHING = Done()


@dataclass(frozen=True, slots=True)
class DutiesSaid:
    """One event of duties, as it stands: what was done, what was not and why."""

    id: UUID
    at: int
    who: str
    done: tuple[Words, ...]
    left: tuple[tuple[Words, Words], ...]
    about: UUID | None


def check_done(said: Done) -> None:
    """Raise ``Refused``: duty_unknown, duty_needs_record (a duty with facts of its own), duty_cause_unknown."""
    known = duties()
    for code in (*said.done, *said.left):
        if code not in known:
            raise Refused("duty_unknown")
    if any(not known[code].by_key for code in said.done):
        raise Refused("duty_needs_record")
    if not set(said.left.values()) <= set(causes()):
        raise Refused("duty_cause_unknown")


def write_done(act: Act, by: UUID, person_id: UUID, said: Done, about: UUID | None, at: int) -> UUID:
    """Into an act of somebody who may record rounds. What is called done and left is left."""
    facts: dict[str, Any] = {"done": [code for code in dict.fromkeys(said.done) if code not in said.left]}
    if said.left:
        facts["left"] = dict(said.left)
    values: dict[str, Value] = {"person_id": person_id, "staff_id": by, "at": at, "kind": DONE, "about": about}
    return act.insert(Event, **values, facts=json.dumps(facts, ensure_ascii=False))


def done(store: Store, by: UUID, person_id: UUID, said: Done) -> UUID:
    """Duties done with no round: somebody who was looked at just now. Raises as ``check_done`` and ``require``."""
    check_done(said)
    if not said:
        raise Refused("nothing_observed")
    with doing(store, by, "round.record") as act:
        return write_done(act, by, groups(act.conn).of(person_id), said, None, act.now)


def undo_done(store: Store, by: UUID, event_id: UUID) -> None:
    """Take back duties just said to be done. Raises as ``undo_record``."""
    undo_record(store, by, Event, event_id)


def said_at(store: Store, person_id: UUID, since: int, until: int) -> list[DutiesSaid]:
    """What was said of somebody's duties in this time, newest first, at most some hundred."""
    with store.reading() as conn:
        asked = {"since": since, "until": until, "kind": DONE}
        rows = [
            row
            for one in groups(conn).all(person_id)
            for row in conn.execute(_SAID, {**asked, "person": one.bytes}).mappings()
        ]
    return sorted((_said(dict(row)) for row in rows), key=lambda one: (one.at, one.id), reverse=True)


def read_facts(facts: str) -> Done:
    """What an event of duties says; another laptop may have written anything."""
    found = object_of(facts)
    listed, left = found.get("done"), found.get("left")
    codes = [one for one in listed if _is_code(one)][:_MOST] if isinstance(listed, list) else []
    why = {k: v for k, v in left.items() if _is_code(k) and _is_code(v)} if isinstance(left, dict) else {}
    return Done(tuple(codes), why)


def take_back_at(act: Act, round_id: UUID) -> None:
    """With a round that is taken back go the duties that were done at it."""
    for event_id in _at_round(act.conn, round_id):
        take_back(act, Event, row_of(act.conn, Event, event_id))


def void_at(act: Act, round_id: UUID, by: UUID, reason: str) -> None:
    """With a round that is voided go the duties that were done at it."""
    for event_id in _at_round(act.conn, round_id):
        void_row(act, Event, standing(act.conn, Event, event_id), staff_id=by, reason=reason)


# A correction takes the place of a round; what was done at it was said of the first one.
_AT_ROUND = text(
    f"""
WITH RECURSIVE chain(id) AS (
    SELECT :round UNION SELECT r.supersedes FROM round AS r JOIN chain ON r.id = chain.id
    WHERE r.supersedes IS NOT NULL)
SELECT e.id FROM chain JOIN event AS e ON e.about = chain.id
WHERE e.kind = :kind AND {effective(Event, "e")}
"""
)
_SAID = text(
    f"""
SELECT e.id, e.at, e.facts, e.about, w.name AS who FROM event AS e LEFT JOIN staff AS w ON w.id = e.staff_id
WHERE e.person_id = :person AND e.kind = :kind AND e.at BETWEEN :since AND :until AND {effective(Event, "e")}
ORDER BY e.at DESC LIMIT 500
"""
)


def _at_round(conn: Connection, round_id: UUID) -> list[UUID]:
    found = conn.execute(_AT_ROUND, {"round": round_id.bytes, "kind": DONE})
    return [UUID(bytes=row[0]) for row in found]


def _said(row: Mapping[str, Any]) -> DutiesSaid:
    found = read_facts(row["facts"])
    return DutiesSaid(
        id=UUID(bytes=row["id"]),
        at=row["at"],
        who=row["who"] or "",
        done=tuple(map(words_of, found.done)),
        left=tuple((words_of(duty), causes().get(why, Words(why, why))) for duty, why in found.left.items()),
        about=None if row["about"] is None else UUID(bytes=row["about"]),
    )


def _is_code(one: object) -> bool:
    return isinstance(one, str) and 0 < len(one) <= _LONGEST
