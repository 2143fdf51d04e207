"""Events as screens list them: of a person, of the house, and what follows one. Newest first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlalchemy.engine import RowMapping
from sqlmodel import col

from care.events.chain import closed, newest_of, versions
from care.events.kinds import closers, known
from care.events.said import all_told, brief, names_of, read_facts
from care.events.shape import Kind
from care.groups import Groups, groups
from care.places import place_of, places
from care.standing import row_of
from care.words import Words
from db.errors import Refused
from db.store import Store
from db.tables import Event, Person, Staff

Stands = Literal["yes", "corrected", "void"]

MOST: Final = 1000
"""So many rows at once; a list asks for less."""

# Each kind is one walk along its index, however many years it has; which kinds there are costs one seek a kind.
_KINDS = """
WITH RECURSIVE there(kind) AS (
    SELECT min(kind) FROM event WHERE {whose}
    UNION ALL SELECT (SELECT min(kind) FROM event WHERE {whose} AND kind > there.kind) FROM there
    WHERE there.kind IS NOT NULL)
SELECT kind FROM there WHERE kind IS NOT NULL
"""
_WALK = """
SELECT * FROM (
    SELECT id, person_id, staff_id, second_id, at, kind, about, facts, void, reason, supersedes FROM event AS e
    WHERE {whose} AND kind = :k{n} AND at BETWEEN :since AND :until
        AND NOT EXISTS (SELECT 1 FROM event AS newer WHERE newer.supersedes = e.id){but}
    ORDER BY at DESC, id DESC LIMIT :most)
"""
_FAR: Final = 1 << 60


@dataclass(frozen=True, slots=True)
class EventView:
    """One event. ``kind`` is its code, ``title`` and ``brief`` are words of it, ``words`` each fact with its name.

    ``stands``: yes, corrected (by a later version) or void; ``reason`` why. ``open``: in force until it is closed.
    ``person_id`` is whom it is shown as, ``None`` for the house.
    """

    id: UUID
    at: int
    kind: str
    title: Words
    group: str
    brief: Words
    words: tuple[tuple[Words, Words], ...]
    facts: Mapping[str, Any]
    who: str
    staff_id: UUID
    second: str
    about: UUID | None
    stands: Stands
    reason: str
    corrects: bool
    open: bool
    case: bool
    urgent: bool
    person_id: UUID | None
    name: str
    bed_label: str


def of_person(
    store: Store,
    person_id: UUID,
    kinds: Collection[str] = (),
    offset: int = 0,
    limit: int = 50,
    *,
    since: int = 0,
    gone: bool = True,
) -> list[EventView]:
    """Events of one person under all registrations, of all listed kinds where none are named.

    ``gone``: void ones too.
    """
    with store.reading() as conn:
        merged = groups(conn)
        rows: list[RowMapping] = []
        for one in merged.all(person_id):
            rows += _walked(conn, "person_id = :person", {"person": one.bytes}, kinds, since, offset + limit, gone)
        return views(conn, _newest(rows)[offset : offset + limit], merged)


def open_of(store: Store, person_id: UUID) -> list[EventView]:
    """Events of one person that are in force, however long, the newest first."""
    with store.reading() as conn:
        merged = groups(conn)
        opens = [of.id for (one,) in conn.execute(text(_KINDS.format(whose="TRUE"))) if (of := known(one)) and of.opens]
        rows: list[RowMapping] = []
        for one in merged.all(person_id) if opens else ():
            rows += _walked(conn, "person_id = :person", {"person": one.bytes}, opens, 0, MOST, False)
        return [view for view in views(conn, _newest(rows), merged) if view.open]


def of_house(
    store: Store,
    since: int,
    until: int = _FAR,
    kinds: Collection[str] = (),
    offset: int = 0,
    limit: int = 200,
) -> list[EventView]:
    """Events of everybody and of the house that stand, of all listed kinds where none are named."""
    with store.reading() as conn:
        rows = _walked(conn, "TRUE", {"until": until}, kinds, since, offset + limit, False)
        return views(conn, _newest(rows)[offset : offset + limit], groups(conn))


def event(store: Store, event_id: UUID) -> EventView:
    """One event as it stands now, whichever version of it is named. Raises ``Refused``: record_unknown."""
    with store.reading() as conn:
        row = newest_of(conn, event_id)
        if row is None:
            raise Refused("record_unknown")
        return views(conn, [row], groups(conn))[0]


def history(store: Store, event_id: UUID) -> list[EventView]:
    """All versions of an event, the newest first."""
    with store.reading() as conn:
        rows = [row_of(conn, Event, one) for one in versions(conn, event_id)]
        rows.sort(key=lambda row: row["id"].bytes, reverse=True)
        before = {row["supersedes"] for row in rows}
        return [_corrected(view) if view.id in before else view for view in views(conn, rows, groups(conn))]


def thread(store: Store, event_id: UUID) -> list[EventView]:
    """What followed an event, in its order; whichever version of it was meant."""
    with store.reading() as conn:
        about = versions(conn, event_id)
        asked = select(Event.__table__).where(  # type: ignore[attr-defined]
            col(Event.about).in_(about), ~col(Event.void)
        )
        rows = [
            row
            for row in conn.execute(asked.order_by(col(Event.at), col(Event.id)).limit(MOST)).mappings()
            if (newest := newest_of(conn, row["id"])) is not None and newest["id"] == row["id"]
        ]
        return views(conn, rows, groups(conn))


def views(conn: Connection, rows: Sequence[Mapping[Any, Any]], merged: Groups) -> list[EventView]:
    """Rows of the table in words."""
    read = [(known(row["kind"]), read_facts(row["facts"])) for row in rows]
    lookup = _Lookup(conn, rows, read, merged)
    return [_view(conn, row, of, facts, lookup, merged) for row, (of, facts) in zip(rows, read, strict=True)]


class _Lookup:
    """Names and beds of all rows of a page, each asked for once."""

    def __init__(
        self,
        conn: Connection,
        rows: Sequence[Mapping[Any, Any]],
        read: Sequence[tuple[Kind | None, Mapping[str, Any]]],
        merged: Groups,
    ) -> None:
        self.conn = conn
        self.named = names_of(conn, read)
        staff = {_id(row[name]) for row in rows for name in ("staff_id", "second_id")} - {None}
        people = {merged.of(one) for row in rows if (one := _id(row["person_id"])) is not None}
        self.staff = _names(conn, Staff, staff)
        self.people = _names(conn, Person, people)

    @cached_property
    def beds(self) -> dict[UUID, str]:
        """Bed labels by person."""
        return {id: place.label for id, place in places(self.conn).items()}


def _view(
    conn: Connection,
    row: Mapping[Any, Any],
    of: Kind | None,
    facts: Mapping[str, Any],
    lookup: _Lookup,
    merged: Groups,
) -> EventView:
    person = _id(row["person_id"])
    shown = None if person is None else merged.of(person)
    id, staff, second = _id(row["id"]), _id(row["staff_id"]), _id(row["second_id"])
    assert id is not None
    assert staff is not None
    gone = bool(row["void"])
    # What a newer program recorded is shown by its code: it is not hidden.
    title = of.words if of else Words(row["kind"], row["kind"])
    return EventView(
        id=id,
        at=row["at"],
        kind=row["kind"],
        title=title,
        group=of.group if of else "note",
        brief=brief(of, facts, lookup.named) if of else Words("", ""),
        words=all_told(of, facts, lookup.named) if of else (),
        facts=facts,
        who=lookup.staff.get(staff, ""),
        staff_id=staff,
        second="" if second is None else lookup.staff.get(second, ""),
        about=_id(row["about"]),
        stands="void" if gone else "yes",
        reason=row["reason"],
        corrects=row["supersedes"] is not None,
        open=bool(of and of.opens and not gone and not closed(conn, id, closers(of))),
        case=bool(of and of.case),
        urgent=bool(of and of.is_urgent(facts)),
        person_id=shown,
        name="" if shown is None else lookup.people.get(shown, ""),
        bed_label="" if shown is None else lookup.beds.get(shown, ""),
    )


def _walked(
    conn: Connection,
    whose: str,
    asked: Mapping[str, Any],
    wanted: Collection[str],
    since: int,
    most: int,
    gone: bool,
) -> Sequence[RowMapping]:
    there = [one for (one,) in conn.execute(text(_KINDS.format(whose=whose)), asked)]
    shown = [one for one in there if (one in wanted if wanted else _listed(one))]
    if not shown:
        return []
    but = "" if gone else " AND NOT void"
    walks = [_WALK.format(whose=whose, n=n, but=but) for n in range(len(shown))]
    values = {"until": _FAR, **asked, "since": since, "most": min(most, MOST)}
    values |= {f"k{n}": one for n, one in enumerate(shown)}
    sql = f"{' UNION ALL '.join(walks)} ORDER BY at DESC, id DESC LIMIT :most"
    return conn.execute(text(sql), values).mappings().all()


def _names(conn: Connection, of: type[Staff] | type[Person], ids: Iterable[Any]) -> dict[UUID, str]:
    asked = select(col(of.id), col(of.name)).where(col(of.id).in_(ids))
    return dict(conn.execute(asked).all())


def _listed(kind_id: str) -> bool:
    of = known(kind_id)
    return of is None or of.listed


def _newest(rows: Iterable[RowMapping]) -> list[RowMapping]:
    return sorted(rows, key=lambda row: (row["at"], bytes(row["id"])), reverse=True)


def _corrected(view: EventView) -> EventView:
    return replace(view, stands="corrected", open=False)


def _id(value: Any) -> UUID | None:
    """An id as a statement of ours or of the library gives it."""
    return value if value is None or isinstance(value, UUID) else UUID(bytes=value)


def whose(store: Store, person_id: UUID) -> tuple[str, str]:
    """Name and bed label of somebody; empty where there is none. Raises ``Refused``: person_unknown."""
    with store.reading() as conn:
        shown = groups(conn).of(person_id)
        name = conn.execute(select(col(Person.name)).where(col(Person.id) == shown)).scalar()
        if name is None:
            raise Refused("person_unknown")
        place = place_of(conn, shown)
        return name, "" if place is None else place.label
