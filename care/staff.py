"""Who works for the pair, and the PIN by which people take turns inside the open record."""

import hmac
import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, ClassVar, Literal
from uuid import UUID

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy import Connection, Select, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import col

from care.age import is_day
from care.data import table
from care.places import natural
from db.errors import Refused, YiyangError
from db.keys import STAFF_NUMBER
from db.local import PIN
from db.store import Store
from db.tables import Staff

Role = Literal["carer", "nurse", "doctor", "director", "admin"]
ROLES: tuple[Role, ...] = ("carer", "nurse", "doctor", "director", "admin")
_LONGEST_NAME = 40
_LONGEST_PHONE = 20
# Whom the law lets work with a licence only: 医师执业证, 护士执业证.
_LICENSED = ("doctor", "nurse")


class WrongPin(YiyangError):
    """The PIN is not theirs. Facts: wait_s, the seconds until the next try counts, 0 when it may be made at once."""

    code: ClassVar[str] = "wrong_pin"
    exit_code: ClassVar[int] = 3

    def __init__(self, wait_s: int) -> None:
        super().__init__(wait_s=wait_s)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class StaffView:
    """One of the staff. ``has_pin``: on this laptop; PINs do not travel. ``licence_until``: its last day, ISO text."""

    id: UUID
    number: str
    name: str
    role: str
    closed: bool
    has_pin: bool
    licence_no: str = ""
    licence_until: str | None = None

    def licence_gap(self, on: date) -> Literal["", "missing", "expired"]:
        """What their licence lacks on a day: it holds to its last day, and only nurses and doctors need one."""
        if not self.licence_no:
            return "missing" if self.role in _LICENSED else ""
        return "expired" if self.licence_until is not None and self.licence_until < on.isoformat() else ""


def everyone(store: Store) -> list[StaffView]:
    """All staff, those who work here first, by number."""
    with store.reading() as conn:
        return sorted(_views(conn), key=lambda one: (one.closed, natural(one.number), one.id))


def by_number(store: Store, number: str) -> StaffView | None:
    """Whose number it is. Of two with one number, who are made by two laptops apart, the one who works here."""
    with store.reading() as conn:
        found = _views(conn, number.strip())
    return min(found, key=lambda one: (one.closed, one.id), default=None)


def add(
    store: Store,
    by: UUID | None,
    *,
    number: str,
    name: str,
    role: str,
    institution_id: UUID | None = None,
    phone: str = "",
    licence_no: str = "",
    licence_until: str | None = None,
) -> UUID:
    """Take somebody on. Returns the staff id.

    Raises ``Refused``: staff_number_shape, staff_number_taken, name_missing, text_too_long, role_unknown, date_shape.
    """
    number, name, phone = check_new(number, name, role, phone)
    licence = {"licence_no": licence_no.strip(), "licence_until": licence_until}
    _check_licence(**licence)
    with store.act(by) as act:
        if act.conn.execute(select(col(Staff.id)).where(col(Staff.number) == number)).first():
            raise Refused("staff_number_taken", number=number)
        return act.insert(
            Staff, number=number, name=name, role=role, institution_id=institution_id, phone=phone, **licence
        )


def check_new(number: str, name: str, role: str, phone: str = "") -> tuple[str, str, str]:
    """Number, name and phone as they are kept. Raises ``Refused`` as ``add`` does, but for a number that is taken."""
    number = unicodedata.normalize("NFKC", number).strip()
    name = " ".join(name.split())
    phone = phone.strip()
    if not STAFF_NUMBER.fullmatch(number):
        raise Refused("staff_number_shape")
    if not name:
        raise Refused("name_missing")
    if len(name) > _LONGEST_NAME or len(phone) > _LONGEST_PHONE:
        raise Refused("text_too_long", most=_LONGEST_NAME)
    if role not in ROLES:
        raise Refused("role_unknown")
    return number, name, phone


def change(store: Store, by: UUID, staff_id: UUID, **changes: str | None) -> bool:
    """Change name, role, phone, licence_no or licence_until of somebody. False if nothing changed.

    Raises ``Refused``: staff_unknown, name_missing, text_too_long (most), role_unknown, date_shape (field).
    """
    with store.act(by) as act:
        asked = select(col(Staff.number), col(Staff.name), col(Staff.role), col(Staff.phone))
        one = act.conn.execute(asked.where(col(Staff.id) == staff_id)).first()
        if one is None:
            raise Refused("staff_unknown")
        tidy = {field: value if field == "licence_until" else (value or "").strip() for field, value in changes.items()}
        whole = {**one._mapping, **tidy}
        _, name, phone = check_new(whole["number"], whole["name"], whole["role"], whole["phone"])
        _check_licence(tidy.get("licence_no"), tidy.get("licence_until"))
        return act.edit(Staff, staff_id, **{**tidy, "name": name, "phone": phone})


def _check_licence(licence_no: str | None, licence_until: str | None) -> None:
    if len(licence_no or "") > _LONGEST_NAME:
        raise Refused("text_too_long", most=_LONGEST_NAME)
    if licence_until is not None and not is_day(licence_until):
        raise Refused("date_shape", field="licence_until")


def close(store: Store, by: UUID, staff_id: UUID) -> bool:
    """Somebody no longer works here; what they wrote stays theirs. False if they had gone already.

    Raises ``Refused``: staff_unknown, close_yourself.
    """
    if staff_id == by:
        raise Refused("close_yourself")
    return _set_closed(store, by, staff_id, closed=True)


def reopen(store: Store, by: UUID, staff_id: UUID) -> bool:
    """Somebody works here again. False if they did. Raises ``Refused``: staff_unknown."""
    return _set_closed(store, by, staff_id, closed=False)


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
    """Give somebody a PIN on this laptop in place of any other.

    Raises ``Refused``: pin_shape (facts least, most), pin_too_simple, staff_unknown, staff_closed.
    """
    with store.reading() as conn:
        number = _number_of(conn, staff_id)
    pin = check_new_pin(pin, number)
    salt = os.urandom(16)
    values = {"staff_id": staff_id, "salt": salt, "hash": _hash(pin, salt), "tries": 0, "last_try_at": store.now()}
    with store.writing() as conn:
        conn.execute(upsert(PIN).values(values).on_conflict_do_update(index_elements=["staff_id"], set_=values))


def check_pin(store: Store, staff_id: UUID, pin: str) -> None:
    """Return if the PIN is theirs.

    Raises ``WrongPin``, after too many wrong tries even for the right one until the pause is over; ``Refused``:
    pin_not_set, staff_unknown, staff_closed. The try is counted, durably, before it is looked at: pulling
    the plug does not give one more.
    """
    salt, known = _count_try(store, staff_id)
    if not hmac.compare_digest(known, _hash(_digits(pin), salt)):
        with store.reading() as conn:
            tries = conn.execute(select(PIN.c.tries).where(PIN.c.staff_id == staff_id)).scalar_one()
        raise WrongPin(_pause(tries))
    with store.writing() as conn:
        conn.execute(update(PIN).where(PIN.c.staff_id == staff_id).values(tries=0))


def drop_pin(store: Store, staff_id: UUID) -> None:
    """Forget somebody's PIN on this laptop; nothing happens if there is none."""
    with store.writing() as conn:
        conn.execute(delete(PIN).where(PIN.c.staff_id == staff_id))


def _count_try(store: Store, staff_id: UUID) -> tuple[bytes, bytes]:
    """Count one more try and return salt and hash. Raises ``WrongPin`` without counting while the pause lasts."""
    now = store.now()
    with store.writing() as conn:
        _number_of(conn, staff_id)
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


def too_simple(pin: str) -> bool:
    """0000, 1234, 9876: every digit is as far from the next, by none or by one."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9}


def _hash(pin: str, salt: bytes) -> bytes:
    # A PIN has a million values at most: this slows a guess down, what protects the record is the passphrase.
    kdf = Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=16 * 1024)
    derived: bytes = kdf.derive(pin.encode("utf-8"))
    return derived


def _views(conn: Connection, number: str | None = None) -> list[StaffView]:
    asked: Select[Any] = (
        select(
            col(Staff.id),
            col(Staff.number),
            col(Staff.name),
            col(Staff.role),
            col(Staff.closed),
            PIN.c.staff_id,
            col(Staff.licence_no),
            col(Staff.licence_until),
        )
        .select_from(Staff)
        .outerjoin(PIN, PIN.c.staff_id == col(Staff.id))
    )
    if number is not None:
        asked = asked.where(col(Staff.number) == number)
    return [
        StaffView(staff, staff_number, name, role, closed, pin is not None, licence_no, licence_until)
        for staff, staff_number, name, role, closed, pin, licence_no, licence_until in conn.execute(asked)
    ]


def _number_of(conn: Connection, staff_id: UUID) -> str:
    one = conn.execute(select(col(Staff.number), col(Staff.closed)).where(col(Staff.id) == staff_id)).first()
    if one is None:
        raise Refused("staff_unknown")
    if one.closed:
        raise Refused("staff_closed")
    return str(one.number)


def _set_closed(store: Store, by: UUID, staff_id: UUID, *, closed: bool) -> bool:
    with store.act(by) as act:
        try:
            return act.edit(Staff, staff_id, closed=closed)
        except LookupError:
            raise Refused("staff_unknown") from None
