"""What of the audit trail was asked for, and how its ids are said: staff by number, people by pseudonym."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from care.staff import StaffView
    from care.trail import Asked, Line
    from db.store import Store

_LEAST: Final = 6
"""Letters of a pseudonym that are taken for one."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What is asked for, and how ids are said: staff and laptops by their names, people by their pseudonyms."""

    store: "Store"
    asked: "Asked"
    staff: dict[UUID, str]
    laptops: dict[UUID, str]
    pseudonym: Callable[[UUID | None], str]

    def lines(self) -> "Iterator[Line]":
        """The acts, one in memory at a time."""
        from care.groups import groups
        from care.trail import lines
        from sync.proof.trail import trail

        with self.store.reading() as conn:
            yield from lines(conn, groups(conn), trail(self.store, self.asked.tables()), self.asked)

    def who(self, staff_id: UUID | None) -> str:
        """Number and name; nobody is the program itself."""
        from yiyang_tui.words import t

        return t("cli.audit.program") if staff_id is None else self.staff.get(staff_id, staff_id.hex[-8:])

    def laptop(self, device: UUID) -> str:
        """As the county calls it; this one as this one."""
        from yiyang_tui.words import t

        known = self.laptops.get(device, device.hex[:8])
        return t("cli.audit.here") if device == self.store.device_id and device not in self.laptops else known


def asked_for(
    store: "Store",
    who: str | None,
    person: str | None,
    since: str | None,
    until: str | None,
    what: str | None,
    table: str | None,
) -> "Asked":
    """Which acts are wanted. Raises ``Refused``: staff_unknown, audit_what, date_shape, person_not_one."""
    from care.staff import by_number
    from care.trail import Asked, kinds
    from db.errors import Refused
    from db.tables import BY_NAME

    found = by_number(store, who) if who else None
    if who and found is None:
        raise Refused("staff_unknown")
    if (what and what not in kinds()) or (table and table not in BY_NAME):
        raise Refused("audit_what")
    return Asked(
        who=found.id if found else None,
        people=frozenset({_person(store, person)}) if person else frozenset(),
        since=_begin(since, "since"),
        until=_begin(until, "until", 1),
        what=what or "",
        table=table or "",
    )


def _person(store: "Store", said: str) -> UUID:
    """Whoever has this pseudonym, or its beginning; else the only one that a search finds."""
    from yiyang_tui.cli.whom import person_of

    typed = said.strip().upper()
    if len(typed) >= _LEAST and typed.isalnum() and typed.isascii():
        pseudonym, everybody = _pseudonyms(store)
        meant = {one for one in everybody if pseudonym(one).startswith(typed)}
        if len(meant) == 1:
            return meant.pop()
    return person_of(store, said)


def _begin(typed: str | None, field: str, days: int = 0) -> int | None:
    """The first second of a day in the house, some days on."""
    from care.age import is_day
    from db.errors import Refused
    from yiyang_tui.words.times import HOUSE

    if typed is None:
        return None
    if not is_day(typed):
        raise Refused("date_shape", field=field)
    try:
        day = date.fromisoformat(typed) + timedelta(days=days)
    except OverflowError:
        raise Refused("date_shape", field=field) from None
    return int(datetime(day.year, day.month, day.day, tzinfo=HOUSE).timestamp())


def _pseudonyms(store: "Store") -> tuple[Callable[[UUID | None], str], set[UUID]]:
    """How people are called here, and everybody as they are shown."""
    from sqlmodel import col, select

    from care.exports.pseudonyms import keyed, pseudonym
    from care.groups import groups
    from db.tables import Person

    with store.reading() as conn:
        key, known = keyed(store, conn).key, groups(conn)
        everybody = {known.of(one) for one in conn.execute(select(col(Person.id))).scalars()}
    said: dict[UUID | None, str] = {None: ""}

    def of(one: UUID | None) -> str:
        if one is not None and one not in said:
            said[one] = pseudonym(key, known.all(one))
        return said[one]

    return of, everybody


def reader_for(store: "Store", by: "StaffView", asked: "Asked") -> Reader:
    """The reader, for somebody who may read the trail. Raises ``NoRight``."""
    from care.rights import require
    from care.staff import everyone
    from sync.link import Folder
    from sync.proof import fellows

    with store.reading() as conn:
        require(conn, by.id, "audit.read")
    staff = {one.id: f"{one.number} {one.name}" for one in everyone(store)}
    return Reader(store, asked, staff, fellows.names(Folder(store.path)), _pseudonyms(store)[0])
