"""Who may do what: the rights of the roles, checked where the record is written, whatever screen or command asks.

Some acts take two persons: the second proves who they are by their PIN, and both are in the journal. ``doing`` is for
what somebody asked for, ``by_itself`` for what the program does unasked; nothing else in ``care`` opens an act.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from care.audit import note
from care.pins import check_pin, giver_of
from care.roles import NoRight, by_itself, doing, may, require, rights_of, roles, roles_of
from db.errors import Refused
from db.store import Act, Store

__all__ = [
    "NoRight",
    "Second",
    "by_itself",
    "doing",
    "doing_together",
    "may",
    "require",
    "rights_of",
    "roles",
    "roles_of",
]


@dataclass(frozen=True, slots=True)
class Second:
    """The second person of an act of two, and the PIN they typed."""

    staff_id: UUID
    pin: str


@contextmanager
def doing_together(
    store: Store, by: UUID, second: Second, right: str, what: str, about: UUID | None = None, **facts: str | int
) -> Iterator[Act]:
    """One act of two persons who both have the right; the event ``what`` of it names both.

    Raises as ``require``, ``WrongPin``, and ``Refused``: second_is_first, pin_not_set, second_pin_given (a PIN that the
    first of the two gave is known to both). The rights come first, so that nobody types a PIN for nothing, and once
    more inside the act.
    """
    if second.staff_id == by:
        raise Refused("second_is_first")
    with store.reading() as conn:
        require(conn, by, right)
        _check_second(conn, by, second, right)
    check_pin(store, second.staff_id, second.pin)
    with doing(store, by, right) as act:
        _check_second(act.conn, by, second, right)
        note(act, what, about, second.staff_id, **facts)
        yield act


def _check_second(conn: Connection, by: UUID, second: Second, right: str) -> None:
    require(conn, second.staff_id, right)
    if giver_of(conn, second.staff_id) == by:
        raise Refused("second_pin_given")
