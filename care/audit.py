"""What leaves no row of its own is written down as an event: who, when, what, about which row.

Everything else that is done is an entry of the journal already. Both travel in the same signed batches: the batches
are the audit trail, and there is no second one.
"""

import json
from uuid import UUID

from care.data import table
from db.act import Act
from db.errors import YiyangError
from db.store import Store
from db.tables import AuditEvent

_LONGEST_FACTS = 2000


def note(act: Act, what: str, about: UUID | None = None, second: UUID | None = None, **facts: str | int) -> UUID:
    """Write an event into an act: a kind of ``rules/audit``, the row it was done to, who confirmed it.

    ``facts`` hold neither a name nor a secret. Returns the id of the event. Raises ``KeyError`` for a kind that is
    not in the list, ``ValueError`` for facts of more than 2,000 characters.
    """
    table("rules/audit")["kind"][what]
    said = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    if len(said) > _LONGEST_FACTS:
        raise ValueError("facts too long")
    return act.insert(
        AuditEvent, staff_id=act.staff_id, second_id=second, at=act.now, what=what, about=about, facts=said
    )


def note_down(store: Store, by: UUID | None, what: str, about: UUID | None = None, **facts: str | int) -> bool:
    """Write an event as an act of its own; whether it could be written.

    A disk that is full must not keep people out of the record or the screen unlocked: then nobody is told but the
    caller, and nothing is written into a record that is only read.
    """
    if store.read_only:
        return False
    try:
        with store.act(by) as act:
            note(act, what, about, None, **facts)
    except YiyangError:
        return False
    return True


def set_clock(store: Store, by: UUID | None, told_at: int) -> None:
    """Somebody said what time it is (seconds UTC): the record goes by it from now on, and by how far is an event."""
    moved = told_at - store.now()
    store.answer_clock(told_at)
    note_down(store, by, "clock_set", moved_s=moved)
