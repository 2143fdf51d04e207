"""What somebody is prescribed: written, held, gone on with, stopped. The text of an order is never edited.

Whoever enters an order reads what speaks against it (``care.medicines.checks``) and says of each why it stands all the
same; what is blocked takes a doctor. What a doctor said on the telephone is entered by a nurse who names the doctor.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.age import house_day
from care.codes import label
from care.groups import groups
from care.medicines.causes import cause_of, maybe_cause
from care.medicines.hours import AS_NEEDED
from care.rights import doing
from care.words import Words
from db.errors import Refused
from db.rows import shape_of
from db.store import Act, Store
from db.tables import Order, Person, Staff

RIGHT: Final = "order.write"


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as it is entered. ``drug``: a code of the catalogue, or empty and a ``name`` of one's own.

    ``dose100``: hundredths of ``unit`` at one time. ``times``: hours, ``"08:00 18:00"``, empty for as needed (then
    ``as_needed`` says what for, ``gap_min`` how many minutes apart at least). ``until_on``: the last day, ISO text.
    ``prescriber_id``: the doctor of the staff; ``prescriber``: the name of one from elsewhere.
    """

    drug: str
    dose100: int
    unit: str
    frequency: str
    from_on: str
    name: str = ""
    spec: str = ""
    route: str = "1"
    times: str = ""
    days: int = 1
    weekdays: str = ""
    as_needed: str = ""
    gap_min: int = 0
    high_alert: bool = False
    until_on: str | None = None
    prescriber_id: UUID | None = None
    prescriber: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Overridden:
    """A warning that somebody read and overrode, with their reason."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order. ``state``: open, held, stopped, over (past its last day) or ahead (begins later).

    ``prescriber`` and ``entered_by`` are names. ``dose`` and ``when`` are words: ``5 mg``, ``每日两次 08:00 18:00``.
    """

    id: UUID
    person_id: UUID
    drug: str
    name: str
    spec: str
    dose100: int
    unit: str
    dose: Words
    route: str
    frequency: str
    times: str
    days: int
    weekdays: str
    when: Words
    as_needed: str
    gap_min: int
    high_alert: bool
    from_on: str
    until_on: str | None
    prescriber: str
    prescriber_id: UUID | None
    entered_by: str
    entered_at: int
    note: str
    overrides: tuple[Overridden, ...]
    held: bool
    held_reason: str
    stopped: bool
    stopped_at: int | None
    stop_reason: str
    state: str = field(default="open")


def prescribe(
    store: Store, by: UUID, person_id: UUID, new: NewOrder, overrides: Mapping[str, str] | None = None
) -> UUID:
    """Write an order. ``overrides``: the reason for each warning of ``checks.check`` that needs one, by its code.

    Raises ``Refused``: person_unknown, the rules of ``order_shape.checked``, prescriber_missing,
    prescriber_not_doctor, warning_unanswered (n), order_blocked; and as ``care.rights.require``.
    """
    with doing(store, by, RIGHT) as act:
        return put(act, by, person_id, new, overrides or {}, act.now)


def put(act: Act, by: UUID, person_id: UUID, new: NewOrder, overrides: Mapping[str, str], at: int) -> UUID:
    """The same inside an act of somebody who may, written at ``at`` (seconds UTC). Raises as ``prescribe``."""
    # What checks an order reads orders: loaded when one is written.
    from care.medicines.order_shape import checked
    from care.medicines.overriding import overridden

    ids = groups(act.conn).all(person_id)
    if act.conn.execute(select(col(Person.id)).where(col(Person.id) == ids[0])).first() is None:
        raise Refused("person_unknown")
    values = checked(act.conn, by, new, at)
    said = json.dumps(overridden(act.conn, by, ids, new, overrides, at), ensure_ascii=False)
    return act.insert(Order, person_id=ids[0], entered_by=by, entered_at=at, overrides=said, **values)


def hold(store: Store, by: UUID, order_id: UUID, reason: str) -> None:
    """Hold an order for now: it falls due, and cannot be given. Raises as ``stop``, ``Refused``: order_held."""
    reason = cause_of(reason)
    with doing(store, by, RIGHT) as act:
        if _open(act, order_id)["held"]:
            raise Refused("order_held")
        act.edit(Order, order_id, held=True, held_reason=reason)


def resume(store: Store, by: UUID, order_id: UUID, reason: str = "") -> None:
    """Go on with an order that is held. Raises as ``stop``, ``Refused``: order_not_held."""
    with doing(store, by, RIGHT) as act:
        if not _open(act, order_id)["held"]:
            raise Refused("order_not_held")
        act.edit(Order, order_id, held=False, held_reason=maybe_cause(reason))


def stop(store: Store, by: UUID, order_id: UUID, reason: str) -> None:
    """Stop an order for good. Raises ``Refused``: cause_missing, text_too_long, order_unknown, order_stopped."""
    reason = cause_of(reason)
    with doing(store, by, RIGHT) as act:
        _open(act, order_id)
        act.edit(Order, order_id, stopped=True, stopped_at=act.now, stop_reason=reason)


def orders(store: Store, person_id: UUID, all: bool = False) -> list[OrderView]:
    """Somebody's orders that are open, held or begin later; with ``all`` also what is stopped or over, newest first."""
    today = house_day(store.now()).isoformat()
    with store.reading() as conn:
        found = views(conn, rows_of(conn, groups(conn).all(person_id)), today)
    wanted = [one for one in found if all or one.state in CURRENT]
    return sorted(wanted, key=lambda one: (CURRENT.index(one.state) if one.state in CURRENT else 9, -one.entered_at))


CURRENT: Final = ("open", "held", "ahead")


def rows_of(conn: Connection, ids: Iterable[UUID]) -> list[Mapping[Any, Any]]:
    """All orders of these registrations."""
    core = shape_of(Order).table
    asked = select(core).where(core.c.person_id.in_(list(ids))).order_by(core.c.entered_at, core.c.id)
    return list(conn.execute(asked).mappings())


def row(conn: Connection, order_id: UUID) -> Mapping[Any, Any]:
    """One order. Raises ``Refused``: order_unknown."""
    core = shape_of(Order).table
    found = conn.execute(select(core).where(core.c.id == order_id)).mappings().first()
    if found is None:
        raise Refused("order_unknown")
    return found


def state(of: Mapping[Any, Any], today: str) -> str:
    """open, held, stopped, over or ahead on that day."""
    if of["stopped"]:
        return "stopped"
    if of["until_on"] is not None and of["until_on"] < today:
        return "over"
    if of["held"]:
        return "held"
    return "ahead" if of["from_on"] > today else "open"


def views(conn: Connection, found: list[Mapping[Any, Any]], today: str) -> list[OrderView]:
    """Orders as they are shown."""
    wanted = {one[name] for one in found for name in ("prescriber_id", "entered_by") if one[name] is not None}
    asked = select(col(Staff.id), col(Staff.name)).where(col(Staff.id).in_(wanted))
    names = {one.id: one.name for one in conn.execute(asked)}
    return [_view(one, names, today) for one in found]


@lru_cache(maxsize=1024)
def dose_words(dose100: int, unit: str) -> Words:
    """``0.5 片`` of hundredths."""
    amount = f"{dose100 / 100:g}" if dose100 % 100 else str(dose100 // 100)
    return Words(f"{amount} {unit}", f"{amount} {unit}")


def when_words(frequency: str, times: str, days: int, weekdays: str) -> Words:
    """``每日两次 08:00 18:00``, ``隔日一次 08:00``, ``每周一、四 08:00``."""
    zh, en = label("frequency", frequency, "zh"), label("frequency", frequency, "en")
    if weekdays:
        zh += " 周" + "、".join("一二三四五六日"[int(day) - 1] for day in weekdays if day in "1234567")
        en += " " + " ".join(_WEEKDAYS[int(day) - 1] for day in weekdays if day in "1234567")
    elif days > 1 and frequency not in ("QOD", "QW"):
        zh, en = f"{zh} 每{days}天", f"{en} every {days} days"
    return Words(f"{zh} {times}".strip(), f"{en} {times}".strip())


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _view(of: Mapping[Any, Any], names: Mapping[UUID, str], today: str) -> OrderView:
    plain = {name: of[name] for name in _PLAIN}
    return OrderView(
        **plain,
        dose=dose_words(of["dose100"], of["unit"]),
        when=when_words(of["frequency"], of["times"], of["days"], of["weekdays"]),
        prescriber=of["prescriber"] or names.get(of["prescriber_id"], ""),
        entered_by=names.get(of["entered_by"], ""),
        overrides=_overrides(of["overrides"]),
        state=state(of, today),
    )


_PLAIN: Final = (
    "id", "person_id", "drug", "name", "spec", "dose100", "unit", "route", "frequency", "times", "days", "weekdays",
    "as_needed", "gap_min", "high_alert", "from_on", "until_on", "prescriber_id", "entered_at", "note", "held",
    "held_reason", "stopped", "stopped_at", "stop_reason",
)  # fmt: skip


def _overrides(text: str) -> tuple[Overridden, ...]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    listed = said if isinstance(said, list) else []
    return tuple(
        Overridden(str(one.get("code", "")), str(one.get("reason", ""))) for one in listed if isinstance(one, dict)
    )


def _open(act: Act, order_id: UUID) -> Mapping[Any, Any]:
    found = row(act.conn, order_id)
    if found["stopped"]:
        raise Refused("order_stopped")
    return found


def as_needed(of: Mapping[Any, Any]) -> bool:
    """Whether an order is given only when it is needed."""
    return bool(of["as_needed"]) or of["frequency"] == AS_NEEDED
