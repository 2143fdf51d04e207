"""Who opens the record of this laptop: letting somebody in, taking somebody out, a passphrase of one's own.

There are no shared and no default passphrases. Whoever is let in types their own at the laptop, beside the person who
lets them. Each act is an event of the audit trail; what the envelope holds follows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.audit import note
from care.rights import by_itself, doing, require, roles_of
from care.roles import working
from db import keys, openers, rekey, slots
from db.errors import Refused, WrongPassphrase
from db.keys import Cost, Slot, check_passphrase
from db.store import Act, Store
from db.tables import Staff

_USERS = "vault.users"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who can open the record. ``staff_id`` is ``None`` where the laptop has not met their number yet.

    ``listed``: the record itself knows their key slot. One that it does not know came with another copy of the file
    of keys, and keeps the key of the record from being changed until they are let in anew or taken out.
    """

    number: str
    staff_id: UUID | None
    name: str
    role: str
    closed: bool
    added_at: int | None
    by: UUID | None
    listed: bool


@dataclass(frozen=True, slots=True)
class Users:
    """Everybody who can open the record, by number. ``county``: so can the county, where a passphrase is forgotten."""

    users: tuple[User, ...]
    county: bool


def users(store: Store) -> Users:
    """Who can open the record. Raises ``VaultDamaged`` where the file of keys does not read."""
    found = openers.openers(store)
    with store.reading() as conn:
        people = _people(conn)
    rows = [_user(one, people) for one in found if one.number != slots.COUNTY]
    rows.sort(key=lambda one: (len(one.number), one.number))
    return Users(tuple(rows), any(one.number == slots.COUNTY for one in found))


def add_user(store: Store, by: UUID, number: str, passphrase: str, cost: Cost) -> None:
    """Let somebody open the record with their own passphrase; also in place of one they have forgotten.

    Slow on purpose. Raises ``NoRight``, ``PassphraseTooShort``, ``Refused``: staff_unknown, staff_closed,
    slots_too_many.
    """
    check_passphrase(passphrase)
    with store.reading() as conn:
        require(conn, by, _USERS)
        _working(conn, number)
    slot = slots.new_passphrase(number, passphrase, cost)
    with doing(store, by, _USERS) as act:
        about = _working(act.conn, number)
        _enter(act, slot, "user_added", about)
    openers.put(store, slot, by)


def remove_user(store: Store, by: UUID, number: str) -> None:
    """Somebody opens the record no more; what they wrote stays theirs, and they stay on the staff.

    They may have kept a copy of the file of keys: where that matters, change the key of the record as well. Raises
    ``NoRight``, ``Refused``: user_unknown, user_last (nobody would be left who may let others in).
    """
    with doing(store, by, _USERS) as act:
        found = {one.number for one in openers.openers(store) if one.number != slots.COUNTY}
        if number not in found:
            raise Refused("user_unknown", number=number)
        people = _people(act.conn)
        left = found - {number}
        last = _may_let_in(people.get(number, [])) and not any(_may_let_in(people.get(each, [])) for each in left)
        if last or not left:
            raise Refused("user_last", number=number)
        note(act, "user_removed", _id_of(people, number), number=number)
        openers.strike(act.conn, number)
    openers.drop(store, number)


def change_passphrase(store: Store, by: UUID, old: str, new: str, cost: Cost) -> None:
    """Somebody changes their own passphrase, and proves by the old one who they are. Slow on purpose, twice.

    Raises ``WrongPassphrase``, ``PassphraseTooShort``, ``NoRight``, ``Refused``: passphrase_same, no_own_passphrase
    (they come in by PIN only), staff_closed.
    """
    check_passphrase(new)
    with store.reading() as conn:
        number = _number(conn, by)
    envelope = keys.read_envelope(keys.envelope_path(store.path))
    if ("passphrase", number) not in map(slots.whose, envelope["slots"]):
        raise Refused("no_own_passphrase")
    if keys.key_id(slots.unwrap(envelope, number, old)) != store.key_id:
        raise WrongPassphrase
    if old == new:
        raise Refused("passphrase_same")
    slot = slots.new_passphrase(number, new, cost)
    with doing(store, by, "self.passphrase") as act:
        _enter(act, slot, "passphrase_changed", by)
    openers.put(store, slot, by)


def recovered(store: Store, slot: Slot) -> None:
    """The county helped somebody to open the record: their new passphrase is theirs from now on.

    Raises ``Refused``: staff_unknown, staff_closed; then no slot is left, and the record is to be closed again.
    """
    number = str(slot["number"])
    with by_itself(store) as act:
        about = _working(act.conn, number)
        _enter(act, slot, "recovered", about)
    openers.put(store, slot)


def change_key(store: Store, by: UUID) -> None:
    """Put the record under a new database key, after the old one may have leaked. Takes as long as a backup.

    Everybody keeps their passphrase. Raises ``NoRight``, ``DiskFull``, ``VaultBusy``, ``Refused``: slots_differ.
    """
    key = keys.new_key()
    openers.checked(store)
    rekey.check_room(store.path)
    with doing(store, by, "vault.rekey") as act:
        # Before the act itself, so that the event is in what is written anew; the id tells whether it came to be.
        note(act, "rekeyed", key=keys.key_id(key))
    store.change_key(key)


def drop_closed(store: Store) -> tuple[str, ...]:
    """Take out whoever does not work here any more, as a sync may have told; at every opening. Returns the numbers.

    Somebody always stays: a record that nobody could open would be of no use to anybody.
    """
    found = [one.number for one in openers.openers(store) if one.number != slots.COUNTY]
    with store.reading() as conn:
        people = _people(conn)
    gone = [number for number in found if people.get(number) and all(one[3] for one in people[number])]
    if not gone or len(gone) == len(found):
        return ()
    for number in gone:
        with by_itself(store) as act:
            note(act, "user_removed", _id_of(people, number), number=number)
            openers.strike(act.conn, number)
        openers.drop(store, number)
    return tuple(gone)


_Person = tuple[UUID, str, str, bool]


def _people(conn: Connection) -> dict[str, list[_Person]]:
    """Staff by number: id, name, role, closed. Two laptops apart may have given one number twice."""
    asked = select(col(Staff.number), col(Staff.id), col(Staff.name), col(Staff.role), col(Staff.closed))
    rows: Sequence[Any] = conn.execute(asked.order_by(col(Staff.closed), col(Staff.id))).all()
    found: dict[str, list[_Person]] = {}
    for number, staff_id, name, role, closed in rows:
        found.setdefault(number, []).append((staff_id, name, role, closed))
    return found


def _user(one: openers.Opener, people: dict[str, list[_Person]]) -> User:
    staff_id, name, role, closed = next(iter(people.get(one.number, [])), (None, "", "", False))
    return User(one.number, staff_id, name, role, closed, one.added_at, one.by, one.listed)


def _id_of(people: dict[str, list[_Person]], number: str) -> UUID | None:
    return people[number][0][0] if people.get(number) else None


def _may_let_in(of_number: list[_Person]) -> bool:
    return any(not closed and role in roles_of(_USERS) for _, _, role, closed in of_number)


def _working(conn: Connection, number: str) -> UUID:
    return working(conn, _id_of(_people(conn), number)).id


def _number(conn: Connection, staff_id: UUID) -> str:
    found: str | None = conn.execute(select(col(Staff.number)).where(col(Staff.id) == staff_id)).scalar()
    if found is None:
        raise Refused("staff_unknown")
    return found


def _enter(act: Act, slot: Slot, what: str, about: UUID) -> None:
    note(act, what, about, number=str(slot["number"]))
    openers.enter(act.conn, slot, act.now, act.staff_id)
