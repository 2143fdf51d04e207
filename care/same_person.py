"""One person who was registered twice: both side by side, said to be one, and parted again.

Nothing is copied and no row moves. ``same_as`` of the hidden registration says as whom it is shown; whatever stands in
either is read as one person's (``care.registered``), so that parting gives both back as they were, and what another
laptop writes of the hidden one meanwhile is shown as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlmodel import col

from care.groups import groups
from care.person_facts import PersonFacts
from care.places import place_of
from care.registered import joined, registrations_of
from care.roles import doing
from care.taken_back import Settled, edit, settled
from db.errors import Refused
from db.store import Store
from db.tables import Person, Round


@dataclass(frozen=True, slots=True)
class Registration:
    """A person as they are shown now, to be held beside another. ``looks``: how many rounds there are of them."""

    person_id: UUID
    facts: PersonFacts
    bed_label: str
    looks: int
    last_at: int | None


def side_by_side(store: Store, one: UUID, other: UUID) -> tuple[Registration, Registration]:
    """Both, the one to keep first: who is in a bed, else who has an ID number, else of whom more is recorded.

    Raises ``Refused``: person_unknown, same_already.
    """
    with store.reading() as conn:
        both = [_registration(conn, person_id) for person_id in (one, other)]
    if both[0].person_id == both[1].person_id:
        raise Refused("same_already")
    first, second = sorted(both, key=lambda each: (not each.bed_label, not each.facts.id_number, -each.looks))
    return first, second


def together(store: Store, one: UUID, other: UUID) -> PersonFacts:
    """What the record will show of both once they are one, ``one`` being kept. Raises ``Refused``: person_unknown."""
    with store.reading() as conn:
        merged = groups(conn)
        ids = (*merged.all(one), *merged.all(other))
        return joined([facts for _, facts in registrations_of(conn, ids)])


def merge_people(store: Store, by: UUID, keep: UUID, other: UUID) -> Settled:
    """From now on ``other`` is shown as ``keep``; taken back by ``part_people``, at any time.

    Raises ``Refused``: person_unknown, same_already, practice_apart (a practice person is nobody else), both_in_beds
    (bed, other): who lies where has to be settled first.
    """
    with doing(store, by, "person.same") as act:
        merged = groups(act.conn)
        keep, other = merged.of(keep), merged.of(other)
        (_, kept), (_, hidden) = registrations_of(act.conn, (keep, other))
        if keep == other:
            raise Refused("same_already")
        if kept.practice != hidden.practice:
            raise Refused("practice_apart")
        here, there = place_of(act.conn, keep), place_of(act.conn, other)
        if here is not None and there is not None:
            raise Refused("both_in_beds", bed=here.label, other=there.label)
        # Of a circle the kept one may itself name another: then everything ends in it from now on.
        return settled(act, by, [edit(act, Person, keep, same_as=None), edit(act, Person, other, same_as=keep)])


def part_people(store: Store, by: UUID, person_id: UUID) -> Settled:
    """The hidden registration ``person_id`` is a person of its own again, with all that stands in it.

    Raises ``Refused``: not_merged.
    """
    with doing(store, by, "person.same") as act:
        if person_id not in groups(act.conn).hidden:
            raise Refused("not_merged")
        return settled(act, by, [edit(act, Person, person_id, same_as=None)])


def hidden_of(store: Store, person_id: UUID) -> list[Registration]:
    """The other registrations of a person, each as it stands by itself; none for nearly everybody."""
    with store.reading() as conn:
        ids = groups(conn).all(person_id)[1:]
    return each_alone(store, ids)


def each_alone(store: Store, ids: Sequence[UUID]) -> list[Registration]:
    """Registrations, each as it stands by itself. Raises ``Refused``: person_unknown."""
    with store.reading() as conn:
        return [Registration(one, facts, "", *_looks(conn, (one,))) for one, facts in registrations_of(conn, ids)]


def choose_shown(store: Store, by: UUID, keep: UUID) -> Settled:
    """Two laptops said of two registrations, each the other way round, which is shown: it is ``keep``.

    Raises ``Refused``: settled_already.
    """
    with doing(store, by, "person.same") as act:
        circle = next((one for one in groups(act.conn).circles if keep in one), None)
        if circle is None:
            raise Refused("settled_already")
        others = [edit(act, Person, one, same_as=keep) for one in circle if one != keep]
        return settled(act, by, [edit(act, Person, keep, same_as=None), *others])


def _registration(conn: Connection, person_id: UUID) -> Registration:
    ids = groups(conn).all(person_id)
    facts = joined([one for _, one in registrations_of(conn, ids)])
    place = place_of(conn, person_id)
    return Registration(ids[0], facts, place.label if place else "", *_looks(conn, ids))


def _looks(conn: Connection, ids: tuple[UUID, ...]) -> tuple[int, int | None]:
    asked = select(func.count(), func.max(col(Round.at))).where(col(Round.person_id).in_(ids), ~col(Round.void))
    count, last = conn.execute(asked).one()
    return int(count), last
