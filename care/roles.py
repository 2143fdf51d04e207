"""What each role may do, and one act of somebody who may: looked up where the record is written, whoever asks.

The lists are ``data/rules/rights.toml``. ``care.rights`` has the same names, and the acts that take two persons.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.data import table
from db.errors import Refused
from db.store import Act, Store
from db.tables import Staff


class NoRight(Refused):
    """A refusal by who somebody is: the exit code is that of a wrong passphrase, not that of a wrong value."""

    exit_code: ClassVar[int] = 3


@cache
def roles() -> tuple[str, ...]:
    """Every role there is, in the order in which lists show them."""
    return tuple(table("rules/rights")["role"])


def roles_of(right: str) -> tuple[str, ...]:
    """The roles that have a right. Raises ``KeyError`` for one that is not in ``rules/rights``."""
    return tuple(table("rules/rights")["right"][right]["roles"])


@cache
def rights_of(role: str) -> frozenset[str]:
    """Every right of a role; none of one that nobody knows."""
    return frozenset(right for right, of in table("rules/rights")["right"].items() if role in of["roles"])


def rights_of_fields(table_name: str, fields: Iterable[str]) -> frozenset[str]:
    """What it takes to write these fields of a table beyond the right to write in it at all; mostly nothing."""
    beyond: dict[str, str] = table("rules/rights")["field"]
    return frozenset(beyond[name] for field in fields if (name := f"{table_name}.{field}") in beyond)


def rights_to_settle(table_name: str, fields: Iterable[str]) -> frozenset[str]:
    """What it takes to settle, or to put back, what two laptops wrote apart into these fields of a table."""
    rules = table("rules/rights")
    row: str = rules["row"].get(table_name, rules["row_else"])
    beyond: dict[str, str] = rules["field"]
    return frozenset(beyond.get(f"{table_name}.{field}", row) for field in fields)


def may(conn: Connection, by: UUID | None, right: str) -> bool:
    """Whether somebody who works here has a right now. Raises as ``require``, but for ``NoRight``."""
    of = roles_of(right)
    return _is_ours(by, right) or working(conn, by).role in of


def require(conn: Connection, by: UUID | None, right: str) -> None:
    """Raise ``NoRight``: no_right (right, role) unless somebody has it; ``Refused``: staff_unknown, staff_closed.

    ``None`` is the program: it has what its hourly and daily chores take (``itself`` in the list), and nothing else,
    so that nobody gets past a right by saying nothing.
    """
    of = roles_of(right)
    if not _is_ours(by, right) and (role := working(conn, by).role) not in of:
        raise NoRight("no_right", right=right, role=role)


def _is_ours(by: UUID | None, right: str) -> bool:
    return by is None and bool(table("rules/rights")["right"][right].get("itself"))


def require_all(conn: Connection, by: UUID, rights: Iterable[str]) -> None:
    """Several at once. Raises as ``require``."""
    for right in sorted(rights):
        require(conn, by, right)


@contextmanager
def doing(store: Store, by: UUID | None, right: str) -> Iterator[Act]:
    """One act of somebody who has the right to it: looked up inside the act, so that nobody acts on a lost one.

    Raises as ``require``.
    """
    with store.act(by) as act:
        require(act.conn, by, right)
        yield act


@contextmanager
def by_itself(store: Store) -> Iterator[Act]:
    """One act of nobody: what happens before there is anybody, or of itself. Never what somebody asked for."""
    with store.act(None) as act:
        yield act


@dataclass(frozen=True, slots=True)
class Working:
    """Somebody who works here now."""

    id: UUID
    number: str
    role: str


def working(conn: Connection, staff_id: UUID | None) -> Working:
    """Who that is, of those who work here. Raises ``Refused``: staff_unknown, staff_closed."""
    asked = select(col(Staff.id), col(Staff.number), col(Staff.role), col(Staff.closed))
    one = conn.execute(asked.where(col(Staff.id) == staff_id)).first()
    if one is None:
        raise Refused("staff_unknown")
    if one.closed:
        raise Refused("staff_closed")
    return Working(one.id, one.number, one.role)
