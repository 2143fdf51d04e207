"""What events of a stay do beside being told: the leave of a slip, the end of a leave, of a stay, another care level.

Each is done in the act that writes its event, by the functions of ``care.stays``: there is one way, whichever screen
was used. Gives the row that it was done to, which the event is about.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.engine import RowMapping
from sqlmodel import col

from care import stays
from care.events.said import read_facts
from care.groups import groups
from care.places import place_of
from db.errors import Refused
from db.store import Act
from db.tables import Leave, Person

Facts = Mapping[str, Any]

UNDONE: Final = frozenset({"leave", "hospital", "level"})
"""What can be taken back with its event: afterwards the record says what is true."""


def do(act: Act, by: UUID, does: str, person_id: UUID, facts: Facts) -> UUID | None:
    """What a kind with this ``does`` does. Raises as the functions of ``care.stays``; ``Refused``: level_same."""
    return DOES[does](act, by, person_id, facts)


def undo(act: Act, does: str, event: RowMapping) -> None:
    """Take back what an event did that has just been recorded. Raises ``Refused``: event_done."""
    if does not in UNDONE:
        raise Refused("event_done")
    if does == "level":
        facts = read_facts(event["facts"])
        set_level(act, event["person_id"], facts["to"], facts["from"])
    else:
        asked = select(col(Leave.id)).where(col(Leave.id) == event["about"], col(Leave.back_at).is_(None))
        for leave_id in act.conn.execute(asked).scalars().all():
            act.edit(Leave, leave_id, back_at=act.now)


def set_level(act: Act, person_id: UUID, old: str, new: str) -> None:
    """Another care level in all registrations that have the old one."""
    for one in groups(act.conn).all(person_id):
        if act.conn.execute(select(col(Person.care_level)).where(col(Person.id) == one)).scalar() == old:
            act.edit(Person, one, care_level=new)


def _leave(act: Act, _by: UUID, person_id: UUID, facts: Facts) -> UUID:
    return _go_out(act, person_id, facts["kind"], facts)


def _hospital(act: Act, _by: UUID, person_id: UUID, facts: Facts) -> UUID:
    return _go_out(act, person_id, "hospital", facts)


def _go_out(act: Act, person_id: UUID, kind: str, facts: Facts) -> UUID:
    said = [str(facts[name]) for name in ("to", "note") if facts.get(name)]
    return stays.go_out(
        act, person_id, kind, facts.get("expected_at"), facts.get("companion", ""), " ".join(said)[:200]
    )


def _back(act: Act, _by: UUID, person_id: UUID, _facts: Facts) -> UUID | None:
    """Whoever is out comes back; a check may also be done of somebody who is back already."""
    here = place_of(act.conn, person_id)
    return None if here is None or not here.on_leave else stays.come_back(act, person_id)


def _discharge(act: Act, by: UUID, person_id: UUID, facts: Facts) -> UUID:
    return stays.leave_for_good(act, by, person_id, facts["reason"])[0]


def _death(act: Act, by: UUID, person_id: UUID, facts: Facts) -> UUID | None:
    """A death ends the stay at its hour; of whoever has no bed it is told alone."""
    if place_of(act.conn, person_id) is None:
        return None
    return stays.leave_for_good(act, by, person_id, "death", facts["died_at"])[0]


def _level(act: Act, _by: UUID, person_id: UUID, facts: Facts) -> UUID:
    if facts["from"] == facts["to"]:
        raise Refused("level_same")
    set_level(act, person_id, facts["from"], facts["to"])
    return person_id


DOES: Final[Mapping[str, Callable[[Act, UUID, UUID, Facts], UUID | None]]] = {
    "leave": _leave,
    "hospital": _hospital,
    "back": _back,
    "discharge": _discharge,
    "death": _death,
    "level": _level,
}
