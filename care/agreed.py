"""What the pair has agreed on, the same on all its laptops: a value by its name.

A value is set by a further row with the next turn, never by an edit: two laptops that were apart then disagree on
nothing that a list of conflicts would have to show, and a wrong clock cannot make a value stand for ever.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlmodel import col

from db.act import Act
from db.tables import Setting


@dataclass(frozen=True, slots=True)
class Agreed:
    """A value, and when it was set (seconds UTC)."""

    value: str
    at: int


def agreed(conn: Connection, name: str) -> Agreed | None:
    """The value that counts now on every laptop that holds the same rows; ``None`` where nobody has set one."""
    asked = (
        select(col(Setting.value), col(Setting.at))
        .where(col(Setting.name) == name)
        .order_by(col(Setting.turn).desc(), col(Setting.id).desc())
    )
    found = conn.execute(asked.limit(1)).first()
    return None if found is None else Agreed(found.value, found.at)


def agree(act: Act, name: str, value: str) -> None:
    """Set a value inside an act."""
    asked = select(col(Setting.turn)).where(col(Setting.name) == name).order_by(col(Setting.turn).desc())
    turn = act.conn.execute(asked.limit(1)).scalar() or 0
    act.insert(Setting, name=name, value=value, turn=turn + 1, at=act.now)
