"""The agreement by which the house keeps and hands out somebody's medicine (服药管理协议): an event, and its end."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from care.age import house_day
from care.events import record
from care.groups import groups
from care.kept_json import object_of
from care.standing import effective
from db.errors import Refused
from db.store import Store
from db.tables import Event

KIND: Final = "custody"
_ENDED: Final = "custody_ended"


@dataclass(frozen=True, slots=True)
class Custody:
    """The agreement in force. ``relation`` and ``scope`` are codes of the kind; ``until_on`` may lie behind."""

    event_id: UUID
    at: int
    staff_id: UUID
    signed_by: str
    relation: str
    from_on: str
    until_on: str | None
    scope: str
    note: str
    expired: bool


def custody(store: Store, person_id: UUID) -> Custody | None:
    """The newest agreement that nobody has ended, or ``None``."""
    with store.reading() as conn:
        today = house_day(store.now()).isoformat()
        found = [one for id in groups(conn).all(person_id) for one in _of(conn, id, today)]
    return max(found, key=lambda one: (one.at, one.event_id), default=None)


def agree_custody(
    store: Store,
    by: UUID,
    person_id: UUID,
    *,
    signed_by: str,
    relation: str,
    from_on: str,
    until_on: str | None = None,
    scope: str = "all",
    note: str = "",
) -> UUID:
    """Write an agreement down. Raises as ``care.events.record``, ``Refused``: order_dates."""
    if until_on is not None and until_on < from_on:
        raise Refused("order_dates")
    facts = {"signed_by": signed_by, "relation": relation, "from_on": from_on, "scope": scope, "note": note}
    return record.record(store, by, KIND, {**facts, "until_on": until_on}, person_id=person_id)


def end_custody(store: Store, by: UUID, event_id: UUID, cause: str, note: str = "") -> UUID:
    """End an agreement: own, family, left or other. Raises as ``care.events.record``."""
    return record.record(store, by, _ENDED, {"cause": cause, "note": note}, about=event_id)


def agreed_people(conn: Connection, today: str) -> set[UUID]:
    """Everybody with an agreement that is in force on that day, by registration."""
    rows = conn.execute(_EVERY)
    return {UUID(bytes=person) for person, facts in rows if not _over(object_of(facts).get("until_on"), today)}


_STANDS = (
    f"{effective(Event, 'e')} AND NOT EXISTS (SELECT 1 FROM event AS x WHERE x.about = e.id"
    f" AND x.kind = '{_ENDED}' AND {effective(Event, 'x')})"
)
_ONE = text(
    f"SELECT e.id, e.at, e.staff_id, e.facts FROM event AS e"
    f" WHERE e.person_id = :person AND e.kind = '{KIND}' AND {_STANDS}"
)
_EVERY = text(
    f"SELECT e.person_id, e.facts FROM event AS e WHERE e.kind = '{KIND}' AND e.person_id IS NOT NULL AND {_STANDS}"
)


def _of(conn: Connection, person_id: UUID, today: str) -> list[Custody]:
    found = []
    for event_id, at, staff_id, facts in conn.execute(_ONE, {"person": person_id.bytes}):
        said = object_of(facts)
        until = said.get("until_on")
        found.append(
            Custody(
                event_id=UUID(bytes=event_id),
                at=at,
                staff_id=UUID(bytes=staff_id),
                signed_by=str(said.get("signed_by", "")),
                relation=str(said.get("relation", "")),
                from_on=str(said.get("from_on", "")),
                until_on=None if until is None else str(until),
                scope=str(said.get("scope", "all")),
                note=str(said.get("note", "")),
                expired=_over(until, today),
            )
        )
    return found


def _over(until: object, today: str) -> bool:
    return isinstance(until, str) and until < today
