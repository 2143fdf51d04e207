"""Things of the house that are checked by a date: extinguishers, alarms, lifts (``data/rules/equipment.toml``).

A check is an event about the thing; when the next is due is derived. The thing's own date (refilled, inspected by the
authority) is typed with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from care.age import house_day, is_day
from care.data import table
from care.events.record import put
from care.events.said import read_facts
from care.looks import InHouse, ahead
from care.places import natural
from care.rights import doing
from care.standing import effective
from care.words import Words
from care.work import Work
from db.errors import Refused
from db.store import Store
from db.tables import Equipment, Event

RIGHT = "certificate.change"
_LONGEST = 60
_WRONG = {"broken": ("损坏待修", "broken"), "gone": ("缺失", "missing")}

# The plus keeps to the index of what an event is about: by its kind all of five years would be looked through.
_ALL = text(
    f"""
SELECT q.id, q.kind, q.label, q.place, q.until_on, q.closed,
       e.facts, e.at, s.name AS who
FROM equipment AS q
LEFT JOIN event AS e ON e.id = (
    SELECT c.id FROM event AS c WHERE c.about = q.id AND +c.kind = 'equipment_check' AND c.at <= :until
    AND {effective(Event, "c")} ORDER BY c.at DESC, c.id DESC LIMIT 1)
LEFT JOIN staff AS s ON s.id = e.staff_id
"""
)


@dataclass(frozen=True, slots=True)
class Thing:
    """One piece of equipment. ``result`` of the last check; ``check_on`` the day of the next; ``until_on`` its own.

    ``late_days`` is 0 for one whose check is not late.
    """

    id: UUID
    kind: str
    words: Words
    label: str
    place: str
    until_on: date | None
    closed: bool
    checked_at: int | None
    who: str
    result: str
    check_on: date
    late_days: int
    expired: bool
    expires_soon: bool


def kinds() -> dict[str, Words]:
    """What kinds of equipment there are, by code, in the order of the list."""
    return {code: Words(row["zh"], row["en"]) for code, row in table("rules/equipment")["kind"].items()}


def equipment(store: Store, now: int, *, closed: bool = False) -> list[Thing]:
    """Everything by kind and label; ``closed``: also what is no longer in use."""
    with store.reading() as conn:
        return [one for one in _things(conn, now) if closed or not one.closed]


def add(store: Store, by: UUID, *, kind: str, label: str, place: str = "", until_on: str | None = None) -> UUID:
    """Enter a thing. Raises ``Refused``: equipment_kind_unknown, equipment_label_missing, text_too_long (most),
    date_impossible, equipment_twice; and as ``care.rights.require``.
    """
    label, place = label.strip(), place.strip()
    _check(kind, label, place, until_on)
    with doing(store, by, RIGHT) as act:
        if any(one.kind == kind and one.label == label and not one.closed for one in _things(act.conn, act.now)):
            raise Refused("equipment_twice")
        return act.insert(Equipment, kind=kind, label=label, place=place, until_on=until_on)


def change(store: Store, by: UUID, thing_id: UUID, *, place: str, until_on: str | None) -> None:
    """It hangs elsewhere, or was refilled. Raises as ``add``, and ``Refused``: record_unknown."""
    place = place.strip()
    with doing(store, by, RIGHT) as act:
        thing = _known(act.conn, act.now, thing_id)
        _check(thing.kind, thing.label, place, until_on)
        act.edit(Equipment, thing_id, place=place, until_on=until_on)


def close(store: Store, by: UUID, thing_id: UUID) -> None:
    """It is no longer in use. Raises ``Refused``: record_unknown."""
    with doing(store, by, RIGHT) as act:
        _known(act.conn, act.now, thing_id)
        act.edit(Equipment, thing_id, closed=True)


def reopen(store: Store, by: UUID, thing_id: UUID) -> None:
    """It is in use after all. Raises ``Refused``: record_unknown."""
    with doing(store, by, RIGHT) as act:
        _known(act.conn, act.now, thing_id)
        act.edit(Equipment, thing_id, closed=False)


def check(store: Store, by: UUID, thing_id: UUID, result: str, note: str = "") -> UUID:
    """Somebody looked at it. Raises ``Refused``: record_unknown, and what ``care.events.record.put`` raises."""
    with doing(store, by, "event.house") as act:
        thing = _known(act.conn, act.now, thing_id)
        said = {"result": result, "label": f"{thing.words.zh} {thing.label}".strip()}
        return put(act, by, "equipment_check", {**said, "note": note} if note else said, about=thing_id)


def due(conn: Connection, _people: list[InHouse], now: int) -> Iterator[Work]:
    """Work: each thing that is broken, missing or past its own date; in one line how many are to be checked."""
    today = house_day(now)
    things = [one for one in _things(conn, now) if not one.closed]
    for one in things:
        name = Words(*(f"{words} {one.label}".strip() for words in one.words))
        if one.result in _WRONG:
            yield _work(one, name, _WRONG[one.result])
        elif one.expired or one.expires_soon:
            yield _work(one, name, ("过期", "past its date") if one.expired else ("快到期", "date comes up"))
    waiting = [one for one in things if one.check_on <= today and one.result not in _WRONG]
    if waiting:
        said = Words(f"设备检查 {len(waiting)} 件", f"Equipment to check: {len(waiting)}")
        yield Work("house", "equipment", said, "house", late_min=max(one.late_days for one in waiting) * 1440)


def _work(one: Thing, name: Words, what: tuple[str, str]) -> Work:
    said = Words(f"{name.zh} {what[0]}", f"{name.en}: {what[1]}")
    return Work("house", one.id.hex, said, "house", about=one.id)


def _things(conn: Connection, now: int) -> list[Thing]:
    rules, today = table("rules/equipment")["kind"], house_day(now)
    order = list(rules)
    found = []
    for row in conn.execute(_ALL, {"until": ahead(now)}).mappings():
        # What a newer program entered is shown as another thing.
        code = row["kind"] if row["kind"] in rules else "other"
        rule = rules[code]
        until = date.fromisoformat(row["until_on"]) if is_day(row["until_on"]) else None
        on = today if row["at"] is None else house_day(row["at"]) + timedelta(days=rule["check_days"])
        left = None if until is None else (until - today).days
        found.append(
            Thing(
                id=UUID(bytes=row["id"]),
                kind=code,
                words=Words(rule["zh"], rule["en"]),
                label=row["label"],
                place=row["place"],
                until_on=until,
                closed=bool(row["closed"]),
                checked_at=row["at"],
                who=row["who"] or "",
                result=str(read_facts(row["facts"] or "{}").get("result") or ""),
                check_on=on,
                late_days=max((today - on).days, 0),
                expired=left is not None and left < 0,
                expires_soon=left is not None and 0 <= left <= rule["warn_days"],
            )
        )
    return sorted(found, key=lambda one: (order.index(one.kind), natural(one.label), one.id.bytes))


def _known(conn: Connection, now: int, thing_id: UUID) -> Thing:
    for one in _things(conn, now):
        if one.id == thing_id:
            return one
    raise Refused("record_unknown")


def _check(kind: str, label: str, place: str, until_on: str | None) -> None:
    if kind not in table("rules/equipment")["kind"]:
        raise Refused("equipment_kind_unknown")
    if not label:
        raise Refused("equipment_label_missing")
    if max(len(label), len(place)) > _LONGEST:
        raise Refused("text_too_long", most=_LONGEST)
    if until_on is not None and not is_day(until_on):
        raise Refused("date_impossible")
