"""Who may open the record: the slots of its envelope, and the list of them that the record keeps itself.

The public keys stand in the envelope and in the encrypted file. A slot that somebody smuggled into the envelope is
not in the list, so that a change of the key does not wrap the new one for them. The list is written first and tidied
last: a power cut leaves an envelope as it was before or as it is after, and never one with a slot that is not listed.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Connection, delete, select, tuple_
from sqlalchemy.dialects.sqlite import insert as upsert

from db import keys, rekey, slots
from db.disk import disk_errors, remove
from db.errors import Refused, YiyangError
from db.keys import Envelope, Slot
from db.local import KEY_SLOT

if TYPE_CHECKING:
    from db.store import Store


@dataclass(frozen=True, slots=True)
class Opener:
    """Somebody who may open the record; ``number`` is empty for the county. ``by``: who let them, ``None`` the program.

    ``listed``: the record itself knows the slot; one that it does not know came with another copy of the envelope.
    """

    number: str
    added_at: int | None
    by: UUID | None
    listed: bool


def enter(conn: Connection, slot: Slot, at: int, by: UUID | None) -> None:
    """Put a slot on the list, beside the person's present one, in the transaction of the act that gives it."""
    row = {"number": _number(slot), "public": _public(slot), "added_at": at, "by": by}
    conn.execute(upsert(KEY_SLOT).values(row).on_conflict_do_nothing())


def strike(conn: Connection, number: str) -> None:
    """Take somebody off the list."""
    conn.execute(delete(KEY_SLOT).where(KEY_SLOT.c.number == number))


def put(store: "Store", slot: Slot, by: UUID | None = None) -> None:
    """Seal the database key to a slot that was entered, in place of the person's others. Durable when it returns.

    Raises ``Refused``: slots_too_many.
    """
    path = keys.envelope_path(store.path)
    # Inside a transaction, so that no other process changes the envelope at the same time.
    with store.writing() as conn, disk_errors(path):
        envelope = slots.with_slot(keys.read_envelope(path), store.wrap(slot))
        enter(conn, slot, store.now(), by)
        keys.write_envelope(path, envelope)
        same = (KEY_SLOT.c.number == _number(slot)) & (KEY_SLOT.c.public == _public(slot))
        conn.execute(delete(KEY_SLOT).where(KEY_SLOT.c.number == _number(slot), ~same))


def drop(store: "Store", number: str) -> None:
    """Take the slots of a staff number out of the envelope; nothing happens if there are none."""
    path = keys.envelope_path(store.path)
    with store.writing() as conn, disk_errors(path):
        envelope = keys.read_envelope(path)
        fewer = slots.without(envelope, number)
        if fewer != envelope:
            keys.write_envelope(path, fewer)
        strike(conn, number)


def openers(store: "Store") -> list[Opener]:
    """Everybody who may open the record, in the order of the envelope. Raises ``VaultDamaged``."""
    return _openers(store, keys.read_envelope(keys.envelope_path(store.path)))


def _openers(store: "Store", envelope: Envelope) -> list[Opener]:
    with store.reading() as conn:
        known = {(row.number, bytes(row.public)): row for row in conn.execute(select(KEY_SLOT))}
    found: dict[str, Opener] = {}
    for slot in envelope["slots"]:
        row = known.get((_number(slot), _public(slot)))
        listed = row is not None and (found.get(_number(slot)) is None or found[_number(slot)].listed)
        found[_number(slot)] = Opener(_number(slot), row.added_at if row else None, row.by if row else None, listed)
    return list(found.values())


def strangers(store: "Store") -> list[str]:
    """Staff numbers whose slots the record does not know; an empty one for a foreign county's."""
    return [one.number for one in openers(store) if not one.listed]


def checked(store: "Store") -> Envelope:
    """The envelope, whose slots the record knows, all of them.

    Raises ``Refused``: slots_differ (numbers) if somebody may open the record whom it does not know.
    """
    envelope = keys.read_envelope(keys.envelope_path(store.path))
    unknown = [one.number or "-" for one in _openers(store, envelope) if not one.listed]
    if unknown:
        raise Refused("slots_differ", numbers=" ".join(unknown))
    return envelope


def tidy(store: "Store") -> None:
    """Finish what a power cut left half done: at every opening, and never a reason not to open."""
    path, left_over = keys.envelope_path(store.path), rekey.copy_path(store.path)
    with suppress(YiyangError):
        with store.reading() as conn:
            listed = [(row.number, bytes(row.public)) for row in conn.execute(select(KEY_SLOT))]
        envelope = keys.read_envelope(path)
        if _tidied(store, envelope) is None and not _stale(envelope, listed) and not left_over.exists():
            return
        # In a transaction there is nobody who writes the record anew just now.
        with store.writing() as conn, disk_errors(path):
            remove(left_over)
            envelope = keys.read_envelope(path)
            better = _tidied(store, envelope)
            if better is not None:
                keys.write_envelope(path, better)
            gone = _stale(better or envelope, listed)
            if gone:
                conn.execute(delete(KEY_SLOT).where(tuple_(KEY_SLOT.c.number, KEY_SLOT.c.public).in_(gone)))


def _tidied(store: "Store", envelope: Envelope) -> Envelope | None:
    """The envelope with slots of the file's own key alone, and the laptop's row; ``None`` if it is so already."""
    own = [slot for slot in envelope["slots"] if slot.get("key") == store.key_id]
    sealed = store.sealed_device(envelope)
    if (len(own) in (0, len(envelope["slots"]))) and sealed == envelope["device"]:
        return None
    return {**envelope, "slots": own or envelope["slots"], "device": sealed}


def _stale(envelope: Envelope, listed: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    present = {(_number(slot), _public(slot)) for slot in envelope["slots"]}
    return [row for row in listed if row not in present]


def _number(slot: Slot) -> str:
    return str(slot.get("number", slots.COUNTY))


def _public(slot: Slot) -> bytes:
    try:
        return bytes.fromhex(slot["public"])
    except (KeyError, TypeError, ValueError):
        return b""
