"""Writing events down: as new, in the place of one that was wrong, as one that counts no more, taken back."""

import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.events.chain import closed, newest_of
from care.events.facts import check_at, checked, people_in
from care.events.kinds import closers, follows, kind, known
from care.events.shape import Kind
from care.rights import Second, doing, doing_together
from care.standing import check_undo, correct_record, standing, take_back, void_record
from db.errors import Refused
from db.store import Act, Store
from db.tables import Event, Person, Staff

MOST_PEOPLE: Final = 500
"""So many at once: a meal of the whole house."""


def record(
    store: Store,
    by: UUID,
    kind_id: str,
    facts: Mapping[str, Any],
    *,
    person_id: UUID | None = None,
    about: UUID | None = None,
    at: int | None = None,
    second: Second | None = None,
) -> UUID:
    """One event, as one act. Gives its id.

    ``about``: the event that it follows, whose person it takes; of a kind that follows none, any row. Raises as ``put``
    and ``care.rights.require``; ``Refused``: event_second_missing.
    """
    of = kind(kind_id)
    with _doing(store, by, of, second) as act:
        confirmed = None if second is None else second.staff_id
        return put(act, by, kind_id, facts, person_id=person_id, about=about, at=at, second_id=confirmed)


def record_many(
    store: Store, by: UUID, kind_id: str, facts: Mapping[str, Any], people: Iterable[UUID], *, at: int | None = None
) -> tuple[UUID, ...]:
    """The same of several people, in one act: a meal, an activity.

    Raises as ``record``; ``Refused``: event_not_many.
    """
    of, ids = kind(kind_id), list(dict.fromkeys(people))
    if not of.many or of.second or not 0 < len(ids) <= MOST_PEOPLE:
        raise Refused("event_not_many")
    with doing(store, by, of.right) as act:
        return tuple(put(act, by, kind_id, facts, person_id=one, at=at) for one in ids)


def put(
    act: Act,
    by: UUID,
    kind_id: str,
    facts: Mapping[str, Any],
    *,
    person_id: UUID | None = None,
    about: UUID | None = None,
    at: int | None = None,
    second_id: UUID | None = None,
) -> UUID:
    """Write an event into an act that somebody with the right has opened. Gives its id.

    Of a kind that does something ``about`` says that it is done already: the row that it was done to.

    Raises ``Refused``: event_kind_unknown, what ``facts.checked`` and ``facts.check_at`` raise, event_person_missing,
    event_not_of_person, person_unknown, staff_unknown, event_about_missing, event_about_wrong, event_closed; and what
    the functions of ``care.stays`` raise that it does.
    """
    of, at = kind(kind_id), act.now if at is None else at
    check_at(at, act.now)
    if of.follows:
        about, person_id = _followed(act.conn, of, about, person_id)
    kept = checked(of, facts, act.now)
    if of.of == "person":
        if person_id is None:
            raise Refused("event_person_missing")
        _all_there(act.conn, "person", [person_id])
    elif person_id is not None and not of.follows:
        raise Refused("event_not_of_person")
    for table, ids in people_in(of, kept).items():
        _all_there(act.conn, table, ids)
    if of.does and about is None and person_id is not None:
        # What it does is told by events in its turn: loaded when one of them is written.
        from care.stay_acts import do

        about = do(act, by, of.does, person_id, kept)
    return act.insert(
        Event,
        person_id=person_id,
        staff_id=by,
        second_id=second_id,
        at=at,
        kind=kind_id,
        about=about,
        facts=_json(kept),
    )


def correct(
    store: Store,
    by: UUID,
    event_id: UUID,
    facts: Mapping[str, Any],
    reason: str,
    *,
    at: int | None = None,
    second: Second | None = None,
) -> UUID:
    """Put other facts, or another time, in the place of an event. Gives the new id.

    Raises what ``care.standing.correct_record`` and ``put`` raise.
    """
    now = store.now()
    with store.reading() as conn:
        row = standing(conn, Event, event_id)
        of = kind(row["kind"])
        kept = checked(of, facts, now)
        for table, ids in people_in(of, kept).items():
            _all_there(conn, table, ids)
    if at is not None:
        check_at(at, now)
    values: dict[str, Any] = {"facts": _json(kept), "at": row["at"] if at is None else at}
    return correct_record(store, by, Event, event_id, values, reason, second=second)


def void(store: Store, by: UUID, event_id: UUID, reason: str, *, second: Second | None = None) -> UUID:
    """Say that an event counts no more. Raises as ``care.standing.void_record``."""
    return void_record(store, by, Event, event_id, reason, second=second)


def undo(store: Store, by: UUID, *event_ids: UUID) -> None:
    """Take back what one has just recorded, in one act, and what it did.

    Raises as ``care.standing.undo_record``, and ``Refused``: event_done (what it did cannot be undone).
    """
    with doing(store, by, "record.correct") as act:
        for event_id in event_ids:
            row = standing(act.conn, Event, event_id)
            check_undo(act, by, row)
            take_back(act, Event, row)
            if (of := known(row["kind"])) is not None and of.does:
                from care.stay_acts import undo as undone

                undone(act, of.does, row)


def _doing(store: Store, by: UUID, of: Kind, second: Second | None) -> AbstractContextManager[Act]:
    if second is not None:
        return doing_together(store, by, second, of.right, "witnessed")
    if of.second:
        raise Refused("event_second_missing")
    return doing(store, by, of.right)


def _followed(
    conn: Connection, of: Kind, about: UUID | None, person_id: UUID | None
) -> tuple[UUID | None, UUID | None]:
    """The event that it follows, as it stands now, and whose it is."""
    if about is None:
        if not of.alone:
            raise Refused("event_about_missing")
        return None, person_id
    row = newest_of(conn, about)
    if row is None or row["void"] or not follows(of, kind(row["kind"])):
        raise Refused("event_about_wrong")
    if closed(conn, row["id"], closers(kind(row["kind"]))):
        raise Refused("event_closed")
    if person_id is not None and row["person_id"] not in (None, person_id):
        raise Refused("event_about_wrong")
    return row["id"], row["person_id"] or person_id


def _all_there(conn: Connection, table: str, ids: list[UUID]) -> None:
    of = Person if table == "person" else Staff
    for one in ids:
        if conn.execute(select(col(of.id)).where(col(of.id) == one)).first() is None:
            raise Refused(f"{table}_unknown")


def _json(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)
