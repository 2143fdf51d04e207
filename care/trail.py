"""Who opened or changed what: entries of the journal as acts, each with its person, without a name or a value."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.data import table
from care.groups import Groups
from care.kept_json import object_of
from db.journal import Entry
from db.tables import BY_NAME, Access, Leave, Person, Round, Stay, Synced, Vitals

_OF_SOMEBODY: Final[tuple[type[Synced], ...]] = (Round, Vitals, Stay, Leave, Access)
"""Tables whose rows name a person: an event is about a row of one of these, or about a person."""

OPENED: Final = "chart_opened"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which acts are wanted; ``None`` or empty: all. Times are seconds UTC, ``until`` not included."""

    who: UUID | None = None
    people: frozenset[UUID] = frozenset()
    since: int | None = None
    until: int | None = None
    what: str = ""
    table: str = ""

    def tables(self) -> frozenset[str]:
        """The tables in which such acts are written; empty: any."""
        if self.table:
            return frozenset({self.table})
        if self.what in table("rules/audit")["kind"]:
            return frozenset({"audit_event"})
        if self.what == OPENED:
            return frozenset({"access"})
        return frozenset({self.what.partition(".")[0]} if self.what else ())


@dataclass(frozen=True, slots=True)
class Line:
    """One act. ``staff_id`` is ``None`` for the program; ``about`` the person it concerns, as they are shown now.

    ``fields`` are names of columns that were changed, never what stands in them; ``facts`` those of an event.
    """

    at: int
    lamport: int
    suspect: bool
    staff_id: UUID | None
    second_id: UUID | None
    device: UUID
    what: str
    table: str
    row: UUID
    about: UUID | None
    fields: tuple[str, ...] = ()
    facts: dict[str, str | int] = field(default_factory=dict)


@cache
def kinds() -> dict[str, dict[str, str]]:
    """Every kind of act and its words, ``zh`` and ``en``."""
    rules = table("rules/audit")
    return {**rules["entry"], **rules["kind"]}


def words_of(what: str, lang: str) -> str:
    """An act in words; one that only a newer program knows as its code."""
    return str(kinds()[what][lang]) if what in kinds() else what


def lines(conn: Connection, groups: Groups, entries: Iterable[tuple[UUID, Entry]], asked: Asked) -> Iterator[Line]:
    """The acts that were asked for, in the order of the entries; one is in memory at a time."""
    for device, entry in entries:
        if asked.since is not None and entry.wall < asked.since:
            continue
        if asked.until is not None and entry.wall >= asked.until:
            continue
        staff = entry.staff
        if asked.who is not None and asked.who not in (staff, entry.values.get("second_id")):
            continue
        what = _what(entry)
        if (asked.what and what != asked.what) or (asked.table and entry.table != asked.table):
            continue
        about = _about(conn, groups, entry)
        if asked.people and about not in asked.people:
            continue
        yield Line(
            at=entry.wall,
            lamport=entry.lamport,
            suspect=entry.suspect,
            staff_id=staff,
            second_id=_uuid(entry.values.get("second_id")),
            device=device,
            what=what,
            table=entry.table,
            row=entry.row,
            about=about,
            fields=tuple(sorted(entry.values)) if entry.op == "edit" else (),
            facts=_facts(entry),
        )


def _what(entry: Entry) -> str:
    if entry.table == "audit_event":
        return str(entry.values.get("what", ""))[:64]
    if entry.table == "access":
        return OPENED
    if entry.op == "insert" and entry.values.get("supersedes") is not None:
        return f"{entry.table}.{'void' if entry.values.get('void') else 'correct'}"
    return f"{entry.table}.{entry.op}"


def _about(conn: Connection, groups: Groups, entry: Entry) -> UUID | None:
    found = entry.row if entry.table == "person" else _uuid(entry.values.get("person_id"))
    if found is None and entry.table in ("stay", "leave"):
        found = _person_of(conn, BY_NAME[entry.table], entry.row)
    if found is None and entry.table == "audit_event" and (row := _uuid(entry.values.get("about"))) is not None:
        found = _of_row(conn, row)
    return None if found is None else groups.of(found)


def _of_row(conn: Connection, row: UUID) -> UUID | None:
    if conn.execute(select(col(Person.id)).where(col(Person.id) == row)).first():
        return row
    return next((person for model in _OF_SOMEBODY if (person := _person_of(conn, model, row))), None)


def _person_of(conn: Connection, model: type[Synced], row: UUID) -> UUID | None:
    columns = model.__table__.c  # type: ignore[attr-defined]
    return _uuid(conn.execute(select(columns.person_id).where(columns.id == row)).scalar())


def _uuid(value: object) -> UUID | None:
    return value if isinstance(value, UUID) else None


def _facts(entry: Entry) -> dict[str, str | int]:
    if entry.table != "audit_event":
        return {}
    said = object_of(str(entry.values.get("facts", "{}")))
    return {name: value for name, value in said.items() if isinstance(value, str | int)}
