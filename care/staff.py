"""Who works for the pair: taking on, changing, closing. PINs are ``care.pins``, what a role may do ``care.roles``."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Select, select
from sqlmodel import col

from care.age import is_day
from care.audit import note
from care.data import table
from care.pins import (
    WrongPin,
    change_pin,
    check_new_pin,
    check_pin,
    drop_pin,
    forget_pin,
    give_pin,
    set_pin,
    too_simple,
)
from care.places import natural
from care.roles import doing, roles, roles_of
from db.errors import Refused
from db.keys import STAFF_NUMBER
from db.local import PIN
from db.store import Act, Store
from db.tables import Staff

__all__ = [
    "StaffView",
    "WrongPin",
    "add",
    "by_number",
    "change",
    "change_pin",
    "check_new",
    "check_new_pin",
    "check_pin",
    "close",
    "drop_pin",
    "everyone",
    "give_pin",
    "guard_edit",
    "reopen",
    "set_pin",
    "too_simple",
]

_LONGEST_NAME = 40
_LONGEST_PHONE = 20
_MANAGES = "staff.change"
_CHANGED = {"name", "role", "phone", "licence_no", "licence_until"}


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
            return "missing" if self.role in table("rules/rights")["licensed"] else ""
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
    by: UUID,
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

    Raises ``NoRight``, and ``Refused``: staff_number_shape, staff_number_taken, name_missing, text_too_long,
    role_unknown, date_shape.
    """
    number, name, phone = check_new(number, name, role, phone)
    licence = {"licence_no": licence_no.strip(), "licence_until": licence_until}
    _check_licence(**licence)
    with doing(store, by, _MANAGES) as act:
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
    if role not in roles():
        raise Refused("role_unknown", roles=" ".join(roles()))
    return number, name, phone


def change(store: Store, by: UUID, staff_id: UUID, **changes: str | None) -> bool:
    """Change name, role, phone, licence_no or licence_until of somebody. False if nothing changed.

    Nobody changes their own role, and somebody who manages the staff stays. Raises ``NoRight``, and ``Refused``:
    staff_unknown, name_missing, text_too_long (most), role_unknown, date_shape (field), own_role, last_administrator.
    """
    if changes.keys() - _CHANGED:
        raise TypeError("a member of staff keeps this")
    with doing(store, by, _MANAGES) as act:
        asked = select(col(Staff.number), col(Staff.name), col(Staff.role), col(Staff.phone))
        one = act.conn.execute(asked.where(col(Staff.id) == staff_id)).first()
        if one is None:
            raise Refused("staff_unknown")
        tidy = {field: value if field == "licence_until" else (value or "").strip() for field, value in changes.items()}
        whole = {**one._mapping, **tidy}
        _, name, phone = check_new(whole["number"], whole["name"], whole["role"], whole["phone"])
        _check_licence(tidy.get("licence_no"), tidy.get("licence_until"))
        guard_edit(act, by, staff_id, tidy)
        return act.edit(Staff, staff_id, **{**tidy, "name": name, "phone": phone})


def _check_licence(licence_no: str | None, licence_until: str | None) -> None:
    if len(licence_no or "") > _LONGEST_NAME:
        raise Refused("text_too_long", most=_LONGEST_NAME)
    if licence_until is not None and not is_day(licence_until):
        raise Refused("date_shape", field="licence_until")


def close(store: Store, by: UUID, staff_id: UUID) -> bool:
    """Somebody no longer works here; what they wrote stays theirs, their PIN here is forgotten. False if they had gone.

    Raises ``NoRight``, and ``Refused``: staff_unknown, close_yourself, last_administrator.
    """
    if staff_id == by:
        raise Refused("close_yourself")
    return _set_closed(store, by, staff_id, closed=True)


def reopen(store: Store, by: UUID, staff_id: UUID) -> bool:
    """Somebody works here again. False if they did. Raises ``NoRight``, and ``Refused``: staff_unknown."""
    return _set_closed(store, by, staff_id, closed=False)


def guard_edit(act: Act, by: UUID, staff_id: UUID, new: Mapping[str, Any]) -> None:
    """Refuse what nobody may make of a member of staff, by whatever act it comes; another role is an event.

    Whose record nobody but a senior may void goes by the role at the time of writing, and by the event that is known.

    Raises ``Refused``: own_role (nobody raises themselves), last_administrator (somebody must manage the staff).
    """
    asked = select(col(Staff.role), col(Staff.closed)).where(col(Staff.id) == staff_id)
    one = act.conn.execute(asked).first()
    if one is None:
        return
    role, closed = new.get("role", one.role), new.get("closed", one.closed)
    if staff_id == by and role != one.role:
        raise Refused("own_role")
    manages = roles_of(_MANAGES)
    if one.role in manages and not one.closed and (closed or role not in manages):
        others = select(col(Staff.id)).where(
            col(Staff.role).in_(manages), ~col(Staff.closed), col(Staff.id) != staff_id
        )
        if act.conn.execute(others.limit(1)).first() is None:
            raise Refused("last_administrator")
    if role != one.role:
        note(act, "role_changed", staff_id, before=one.role, after=str(role))


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


def _set_closed(store: Store, by: UUID, staff_id: UUID, *, closed: bool) -> bool:
    with doing(store, by, _MANAGES) as act:
        guard_edit(act, by, staff_id, {"closed": closed})
        try:
            changed = act.edit(Staff, staff_id, closed=closed)
        except LookupError:
            raise Refused("staff_unknown") from None
        if closed:
            forget_pin(act.conn, staff_id)
        return changed
