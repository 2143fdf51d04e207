"""What speaks against an order: an allergy, another medicine, age, the same twice. Hints to a doctor, never orders.

Each warning is words and where it came from; whoever writes the order reads it and says why it stands all the same.
An allergy to the same group and a contraindicated interaction block: a doctor alone may go past that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Connection

from care.groups import groups
from care.medicines.orders import NewOrder
from care.words import Words
from db.store import Store

Kind = Literal["allergy", "interaction", "elderly", "duplicate", "high_alert", "unchecked"]
Severity = Literal["contraindicated", "major", "moderate", "info"]

_NOTHING: Final = Words("", "")
SEVERITIES: Final[tuple[Severity, ...]] = ("contraindicated", "major", "moderate", "info")


@dataclass(frozen=True, slots=True)
class Warning:
    """One thing that speaks against an order. ``code`` is the same each time it is found.

    ``advice``: what is usually done. ``blocks``: a doctor alone may write the order, with a reason.
    """

    code: str
    kind: Kind
    words: Words
    severity: Severity
    blocks: bool = False
    advice: Words = _NOTHING

    @property
    def needs_reason(self) -> bool:
        """Whether the order takes a reason to be written all the same; what only informs does not."""
        return self.severity != "info"


def check(store: Store, person_id: UUID, new: NewOrder) -> tuple[Warning, ...]:
    """Everything that speaks against an order for somebody, what is worst first.

    Raises ``Refused``: person_unknown.
    """
    with store.reading() as conn:
        return warnings_of(conn, groups(conn).all(person_id), new, store.now())


def warnings_of(conn: Connection, ids: Sequence[UUID], new: NewOrder, now: int) -> tuple[Warning, ...]:
    """The same in the reader's snapshot, for all registrations of the person."""
    # Each of these needs the shape of a warning.
    from care.medicines.against import against

    found = against(conn, ids, new, now)
    once: dict[str, Warning] = {}
    for one in sorted(found, key=lambda one: (not one.blocks, SEVERITIES.index(one.severity), one.code)):
        once.setdefault(one.code, one)
    return tuple(once.values())
