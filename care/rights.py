"""Who may do what: the rights of the roles, checked where the record is written, whatever screen or command asks.

Some acts take two persons: the second proves who they are by their PIN, and both are in the journal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.audit import note
from care.data import table
from care.staff import check_pin
from db.act import Act
from db.errors import Refused
from db.store import Store
from db.tables import Staff


@dataclass(frozen=True, slots=True)
class Second:
    """The second person of an act of two, and the PIN they typed."""

    staff_id: UUID
    pin: str


def roles_of(right: str) -> tuple[str, ...]:
    """The roles that have a right. Raises ``KeyError`` for one that is not in ``rules/rights``."""
    return tuple(table("rules/rights")["right"][right]["roles"])


def may(conn: Connection, by: UUID | None, right: str) -> bool:
    """Whether somebody who works here has a right now; the program itself (``None``) has every one."""
    roles = roles_of(right)
    return by is None or _role(conn, by) in roles


def require(conn: Connection, by: UUID | None, right: str) -> None:
    """Raise ``Refused``: no_right (right, role) unless somebody has it; staff_unknown, staff_closed."""
    roles = roles_of(right)
    if by is not None and (role := _role(conn, by)) not in roles:
        raise Refused("no_right", right=right, role=role)


@contextmanager
def doing(store: Store, by: UUID | None, right: str) -> Iterator[Act]:
    """One act of somebody who has the right to it: looked up inside the act, so that nobody acts on a lost one.

    Raises as ``require``.
    """
    with store.act(by) as act:
        require(act.conn, by, right)
        yield act


@contextmanager
def doing_together(
    store: Store, by: UUID, second: Second, right: str, what: str, about: UUID | None = None, **facts: str | int
) -> Iterator[Act]:
    """One act of two persons who both have the right; the event ``what`` of it names both.

    Raises as ``require``, ``WrongPin``, and ``Refused``: second_is_first, pin_not_set.
    """
    if second.staff_id == by:
        raise Refused("second_is_first")
    check_pin(store, second.staff_id, second.pin)
    with doing(store, by, right) as act:
        require(act.conn, second.staff_id, right)
        note(act, what, about, second.staff_id, **facts)
        yield act


def _role(conn: Connection, by: UUID) -> str:
    one = conn.execute(select(col(Staff.role), col(Staff.closed)).where(col(Staff.id) == by)).first()
    if one is None:
        raise Refused("staff_unknown")
    if one.closed:
        raise Refused("staff_closed")
    return str(one.role)
