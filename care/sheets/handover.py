"""A handover on paper (交接班): as it was signed, or the draft of the shift that is on."""

from dataclasses import dataclass
from uuid import UUID

from care.handover import Draft, Handover, draft, past
from care.sheets.head import SheetHead, head_of
from db.errors import Refused
from db.store import Store

_MOST = 400


@dataclass(frozen=True, slots=True)
class HandoverSheet:
    """``signed`` is ``None`` for a draft, whose lines are for signing by hand."""

    head: SheetHead
    draft: Draft
    signed: Handover | None


def handover_draft(store: Store, by: UUID) -> HandoverSheet:
    """What the program drafts for the shift that is on. Raises ``NoRight``."""
    with store.reading() as conn:
        head = head_of(store, conn, by, None)
    return HandoverSheet(head, draft(store, head.made_at), None)


def handover_sheet(store: Store, by: UUID, handover_id: UUID | None = None) -> HandoverSheet:
    """One that was given, the newest where none is named. Raises ``NoRight``, ``Refused``: nothing_to_print."""
    with store.reading() as conn:
        head = head_of(store, conn, by, None)
    for one in past(store, head.made_at, limit=1 if handover_id is None else _MOST):
        if handover_id in (None, one.id):
            return HandoverSheet(head, one.draft, one)
    raise Refused("nothing_to_print")
