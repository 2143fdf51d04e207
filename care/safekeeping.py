"""Backups as acts of people: who may make one and put one back, and that it was done is written down."""

from uuid import UUID

from care.audit import note
from care.rights import doing, require
from db import backups
from db.backup import GoOn, always
from db.backups import Backup
from db.store import Store


def back_up(store: Store, by: UUID | None, go_on: GoOn = always) -> Backup:
    """A verified backup beside the record; ``by`` is ``None`` for the daily one of the program.

    Raises as ``rights.require`` and ``db.backups.make``.
    """
    with store.reading() as conn:
        require(conn, by, "backup.make")
    made = backups.make(store, go_on)
    with doing(store, by, "backup.make") as act:
        note(act, "backed_up", number=made.number, bytes=made.size)
    return made


def check_may_restore(store: Store, by: UUID) -> None:
    """Raise as ``rights.require`` unless they may put a backup back, by the rights that this record knows."""
    with store.reading() as conn:
        require(conn, by, "backup.restore")


def note_restored(store: Store, by: UUID, *, went_to: int, entries: int, later: int) -> None:
    """The restored record is open: what it went back to is written down in it. Raises as ``rights.require``.

    ``went_to``: the newest time in it, seconds UTC; ``later``: entries of the record before that are not in it, -1
    where nobody could tell.
    """
    with doing(store, by, "backup.restore") as act:
        note(act, "restored", went_to=went_to, entries=entries, later=later)
