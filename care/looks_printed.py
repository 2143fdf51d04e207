"""Everything about who looked at a person's record and what of it left, to be printed for that person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlmodel import col

from care.audit import note
from care.chart import header
from care.data import table
from care.groups import groups
from care.kept_json import object_of
from care.rights import doing, require
from care.setup import house_name
from db.store import Store
from db.tables import Access, AuditEvent, Round, Staff, Stay

RIGHT = "access.print"
# Of whom all were in it: what may have held this person, too.
_OF_ALL = ("exported", "exported_named")
# A sheet of the house has everybody on it; an empty form nobody.
_PRINTED = "printed"
# Of one look at a person, which the event names.
_OF_LOOKS = ("voided", "corrected")
_MOST = 20_000
_TOGETHER = 500
_NOBODY = ("", "")


@dataclass(frozen=True, slots=True)
class Seen:
    """One look, or one event. ``what``: ``chart``, or a kind of ``rules/audit``; ``role``, ``second`` may be empty.

    ``table`` and ``purpose``: of an export; of what was printed ``table`` is the sheet.
    """

    at: int
    who: str
    role: str
    what: str
    second: str = ""
    table: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class LooksSheet:
    """What is printed. ``more``: older rows that did not fit."""

    house: str
    name: str
    sex: str
    birth: str
    bed_label: str
    made_at: int
    made_by: str
    rows: tuple[Seen, ...]
    more: int = 0


def looks_sheet(store: Store, by: UUID, person_id: UUID, file: str = "") -> LooksSheet:
    """Who looked at a person's record and what of it left, newest first; that it was printed is an event itself.

    ``file``: the name of the file, not where it lies. Raises ``Refused``: person_unknown, and as
    ``care.rights.require``.
    """
    house = house_name(store)
    with store.reading() as conn:
        require(conn, by, RIGHT)
        now = store.now()
        head = header(conn, person_id, now)
        ids = groups(conn).all(person_id)
        people = conn.execute(select(col(Staff.id), col(Staff.name), col(Staff.role)))
        staff = {one: (name, role) for one, name, role in people}
        rows = sorted([*_looks(conn, ids, staff), *_events(conn, ids, staff)], key=lambda one: one.at, reverse=True)
    with doing(store, by, RIGHT) as act:
        note(act, "looks_printed", head.id, rows=min(len(rows), _MOST), file=file[-80:])
    shown = tuple(rows[:_MOST])
    sheet = (head.name, head.sex, head.birth or "", head.bed_label)
    return LooksSheet(house, *sheet, now, staff[by][0], shown, len(rows) - len(shown))


def _looks(conn: Connection, ids: tuple[UUID, ...], staff: Mapping[UUID, tuple[str, str]]) -> list[Seen]:
    asked = select(col(Access.at), col(Access.staff_id), col(Access.what)).where(col(Access.person_id).in_(ids))
    return [Seen(at, *staff.get(who, _NOBODY), what) for at, who, what in conn.execute(asked)]


def _events(conn: Connection, ids: tuple[UUID, ...], staff: Mapping[UUID, tuple[str, str]]) -> list[Seen]:
    asked = select(
        col(AuditEvent.at),
        col(AuditEvent.staff_id),
        col(AuditEvent.second_id),
        col(AuditEvent.what),
        col(AuditEvent.about),
        col(AuditEvent.facts),
    ).where(col(AuditEvent.what).in_((*_OF_ALL, *_OF_LOOKS, _PRINTED)) | col(AuditEvent.about).in_(ids))
    events = conn.execute(asked).all()
    mine = {*ids, *_looks_among(conn, ids, [one.about for one in events if one.what in _OF_LOOKS])}
    since, counts = _known_since(conn, ids), table("rules/exports")["count"]
    found = []
    for one in events:
        facts = _facts(one.facts)
        whole = one.what in _OF_ALL or (one.what == _PRINTED and one.about is None and not facts.get("empty"))
        of_all = whole and one.at >= since and facts.get("table") not in counts
        if of_all or one.about in mine:
            second = staff.get(one.second_id, _NOBODY)[0]
            why = {name: str(facts[name]) for name in ("table", "purpose") if name in facts}
            why |= {"table": str(facts["sheet"])} if one.what == _PRINTED and "sheet" in facts else {}
            found.append(Seen(one.at, *staff.get(one.staff_id, _NOBODY), one.what, second, **why))
    return found


def _looks_among(conn: Connection, ids: tuple[UUID, ...], rounds: Sequence[UUID | None]) -> set[UUID]:
    """Which of these are rounds of the person."""
    found: set[UUID] = set()
    for start in range(0, len(rounds), _TOGETHER):
        some = [one for one in rounds[start : start + _TOGETHER] if one is not None]
        asked = select(col(Round.id)).where(col(Round.id).in_(some), col(Round.person_id).in_(ids))
        found.update(conn.execute(asked).scalars())
    return found


def _known_since(conn: Connection, ids: tuple[UUID, ...]) -> int:
    """When the record first says anything of the person: what left before that held nothing of them."""
    firsts = [
        conn.execute(select(func.min(at)).where(person.in_(ids))).scalar()
        for at, person in (
            (col(Stay.from_at), col(Stay.person_id)),
            (col(Round.at), col(Round.person_id)),
            (col(Access.at), col(Access.person_id)),
        )
    ]
    return min((one for one in firsts if one is not None), default=0)


def _facts(said: str) -> Mapping[str, Any]:
    return object_of(said)
