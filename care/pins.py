"""The PIN by which people take turns inside the open record: no protection on the disk, and it does not travel."""

import hmac
import os
import re
import unicodedata
from itertools import pairwise
from typing import ClassVar
from uuid import UUID

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from care.audit import note
from care.data import table
from care.roles import by_itself, doing, working
from db.errors import Refused, YiyangError
from db.local import PIN
from db.store import Store


class WrongPin(YiyangError):
    """The PIN is not theirs. Facts: wait_s, the seconds until the next try counts, 0 when it may be made at once."""

    code: ClassVar[str] = "wrong_pin"
    exit_code: ClassVar[int] = 3

    def __init__(self, wait_s: int) -> None:
        super().__init__(wait_s=wait_s)
        self.wait_s = wait_s


def check_new_pin(pin: str, number: str) -> str:
    """A PIN as it is kept, of whoever has that number. Raises ``Refused``: pin_shape (least, most), pin_too_simple."""
    pin = _digits(pin)
    rule = table("rules/pin")
    if not re.fullmatch(f"[0-9]{{{rule['least_digits']},{rule['most_digits']}}}", pin):
        raise Refused("pin_shape", least=rule["least_digits"], most=rule["most_digits"])
    if too_simple(pin) or pin == number:
        raise Refused("pin_too_simple")
    return pin


def set_pin(store: Store, staff_id: UUID, pin: str) -> None:
    """Somebody sets their own PIN on this laptop, in place of any other.

    Only for whoever has typed their passphrase just now; with the old PIN it is ``change_pin``, for somebody else
    ``give_pin``. Raises ``Refused``: pin_shape (least, most), pin_too_simple, staff_unknown, staff_closed.
    """
    _keep(store, staff_id, staff_id, pin, "self.pin", None)


def change_pin(store: Store, staff_id: UUID, old: str, new: str) -> None:
    """Somebody sets their own PIN and proves by the old one who they are. Raises as ``check_pin`` and ``set_pin``.

    Whoever gave them the old one knows it, and may be the one who types it: the new one is no better proof.
    """
    with store.reading() as conn:
        check_new_pin(new, working(conn, staff_id).number)
        giver = giver_of(conn, staff_id)
    check_pin(store, staff_id, old)
    _keep(store, staff_id, staff_id, new, "self.pin", giver)


def give_pin(store: Store, by: UUID, staff_id: UUID, pin: str) -> None:
    """Give somebody else a PIN on this laptop: they have forgotten theirs, or have none.

    Raises ``NoRight``, ``Refused``: pin_is_own (for oneself it takes the old one), and what ``set_pin`` raises.
    """
    if by == staff_id:
        raise Refused("pin_is_own")
    _keep(store, by, staff_id, pin, "staff.change", by)


def giver_of(conn: Connection, staff_id: UUID) -> UUID | None:
    """Who chose somebody's PIN for them, as long as they have not set one after their passphrase."""
    found: UUID | None = conn.execute(select(PIN.c.given_by).where(PIN.c.staff_id == staff_id)).scalar()
    return found


def _keep(store: Store, by: UUID, staff_id: UUID, pin: str, right: str, giver: UUID | None) -> None:
    with store.reading() as conn:
        number = working(conn, staff_id).number
    pin = check_new_pin(pin, number)
    salt = os.urandom(16)
    kept = {"salt": salt, "hash": _hash(pin, salt), "tries": 0, "last_try_at": store.now(), "given_by": giver}
    values = {"staff_id": staff_id, **kept}
    with doing(store, by, right) as act:
        act.conn.execute(upsert(PIN).values(values).on_conflict_do_update(index_elements=["staff_id"], set_=values))
        note(act, "pin_set", staff_id)


def check_pin(store: Store, staff_id: UUID, pin: str) -> None:
    """Return if the PIN is theirs.

    Raises ``WrongPin``, after too many wrong tries even for the right one until the pause is over; ``Refused``:
    pin_not_set, staff_unknown, staff_closed. The try is counted, durably, before it is looked at: pulling
    the plug does not give one more. A wrong one is an event of the journal.
    """
    salt, known = _count_try(store, staff_id)
    if not hmac.compare_digest(known, _hash(_digits(pin), salt)):
        with by_itself(store) as act:
            tries = act.conn.execute(select(PIN.c.tries).where(PIN.c.staff_id == staff_id)).scalar_one()
            note(act, "wrong_pin", staff_id, tries=tries)
        raise WrongPin(_pause(tries))
    with store.writing() as conn:
        conn.execute(update(PIN).where(PIN.c.staff_id == staff_id).values(tries=0))


def drop_pin(store: Store, staff_id: UUID) -> None:
    """Forget somebody's PIN on this laptop; nothing happens if there is none."""
    with store.writing() as conn:
        forget_pin(conn, staff_id)


def forget_pin(conn: Connection, staff_id: UUID) -> None:
    """The same inside an act."""
    conn.execute(delete(PIN).where(PIN.c.staff_id == staff_id))


def too_simple(pin: str) -> bool:
    """0000, 1234, 9876: every digit is as far from the next, by none or by one."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9}


def _count_try(store: Store, staff_id: UUID) -> tuple[bytes, bytes]:
    """Count one more try and return salt and hash. Raises ``WrongPin`` without counting while the pause lasts."""
    now = store.now()
    with store.writing() as conn:
        working(conn, staff_id)
        kept = conn.execute(select(PIN).where(PIN.c.staff_id == staff_id)).first()
        if kept is None:
            raise Refused("pin_not_set")
        pause = _pause(kept.tries)
        # A clock that was set back starts the pause anew: it neither ends it nor makes it last until an old date.
        begun = min(kept.last_try_at, now)
        left = begun + pause - now
        waits = left > 0
        if not waits:
            conn.execute(update(PIN).where(PIN.c.staff_id == staff_id).values(tries=kept.tries + 1, last_try_at=now))
        elif begun != kept.last_try_at:
            conn.execute(update(PIN).where(PIN.c.staff_id == staff_id).values(last_try_at=begun))
    if waits:
        raise WrongPin(left)
    return bytes(kept.salt), bytes(kept.hash)


def _pause(tries: int) -> int:
    rule = table("rules/pin")
    beyond = tries - int(rule["free_tries"])
    if beyond < 0:
        return 0
    # Bounded before it is raised to a power: nobody computes 2 to the millionth.
    return min(int(rule["first_pause_s"]) << min(beyond, 16), int(rule["longest_pause_s"]))


def _digits(pin: str) -> str:
    # An input method types full-width digits.
    return unicodedata.normalize("NFKC", pin[:32]).strip()


def _hash(pin: str, salt: bytes) -> bytes:
    # A PIN has a million values at most: this slows a guess down, what protects the record is the passphrase.
    kdf = Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=16 * 1024)
    derived: bytes = kdf.derive(pin.encode("utf-8"))
    return derived
