"""The card with the passphrase: kept in the record, so that packs can be made without asking anybody for it.

The director prints it and puts it where the house keeps its emergency papers. What stands on a card that was replaced
goes on opening the packs that were made with it.
"""

import json
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.agreed import agree, agreed
from care.audit import note
from care.looks import ahead
from care.pack.passphrase import DIGITS, Card, new_digits, new_number
from care.rights import doing, require
from db.act import Act
from db.store import Store
from db.tables import AuditEvent

_NAME = "pack_passphrase"
_DAY_S = 86400


def card(conn: Connection) -> Card | None:
    """The card that packs are made with now; ``None`` before the first pack. For the program, never to be shown."""
    found = agreed(conn, _NAME)
    if found is None:
        return None
    try:
        said = json.loads(found.value)
        number, digits = str(said["number"]), str(said["digits"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    # Whatever another program wrote there: a pack is never locked with something short.
    return Card(number, digits, found.at) if len(digits) == DIGITS and digits.isdecimal() else None


def card_to_pack_with(store: Store, by: UUID | None) -> Card:
    """The same for whoever makes a pack (``None``: the program, each hour); the first one makes the card.

    Raises ``Refused`` as ``rights.require``.
    """
    with store.reading() as conn:
        require(conn, by, "pack.make")
        known = card(conn)
    if known is not None:
        return known
    with doing(store, by, "pack.make") as act:
        return card(act.conn) or _made(act)


def note_packed(store: Store, by: UUID | None, used: Card, people: int, places: int) -> None:
    """Write down that a pack of so many people was put in so many places: of the program's own one in a day is enough.

    Raises as above.
    """
    if by is None and _noted(store):
        return
    with doing(store, by, "pack.make") as act:
        note(act, "packed", card=used.number, people=people, places=places)


def card_to_print(store: Store, by: UUID, *, anew: bool = False) -> Card:
    """The card for whoever may see it, made if there is none, or ``anew``; that they saw it is an event.

    Raises as above.
    """
    with doing(store, by, "pack.passphrase") as act:
        known = None if anew else card(act.conn)
        found = known or _made(act)
        note(act, "pack_passphrase", card=found.number, done="shown" if known else "made")
        return found


def _noted(store: Store) -> bool:
    asked = select(col(AuditEvent.id)).where(
        # A pack that a wrong clock dated ahead does not silence the log.
        col(AuditEvent.at).between(store.now() - _DAY_S, ahead(store.now())),
        col(AuditEvent.what) == "packed",
        col(AuditEvent.staff_id).is_(None),
    )
    with store.reading() as conn:
        return conn.execute(asked.limit(1)).first() is not None


def _made(act: Act) -> Card:
    fresh = Card(new_number(), new_digits(), act.now)
    agree(act, _NAME, json.dumps({"number": fresh.number, "digits": fresh.digits}, sort_keys=True))
    return fresh
