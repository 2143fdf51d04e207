"""What is in force, and what has to follow it: incidents until closed, wounds, catheters, restraint, isolation.

Derived, nothing stored. An event that opens something is open until one that closes it follows; what must come after
it (``Follow``) is work to do until it is there. All questions walk indexes: kind by kind, no further back than an event
of that kind is believed to be open on Today; the list of open events (``open_events``) knows no such limit.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, text

from care.events.chain import closed, versions
from care.events.kinds import closers, kind, known
from care.events.said import brief, names_of, read_facts
from care.events.shape import Follow, Kind, applies
from care.events.weights import weighing_due
from care.groups import groups
from care.levels import overdue_minutes
from care.looks import InHouse
from care.standing import effective
from care.words import Words
from care.work import Work
from db.tables import Event

TODAY_DAYS: Final = 400
"""Today lists nothing that was opened longer ago: by then it stands in the list of open events alone."""

SOON_S: Final = 7200
"""What falls due within two hours is listed beside what is late."""

_PLACE: Final = "events"

_THERE = text(
    """
WITH RECURSIVE there(kind) AS (
    SELECT min(kind) FROM event
    UNION ALL SELECT (SELECT min(kind) FROM event WHERE kind > there.kind) FROM there WHERE there.kind IS NOT NULL)
SELECT kind FROM there WHERE kind IS NOT NULL
"""
)
_OPEN = f"""
SELECT e.id, e.person_id, e.at, e.kind, e.facts, e.supersedes FROM event AS e
WHERE e.kind = :k{{n}} AND e.at >= :s{{n}} AND {effective(Event, "e")} AND NOT EXISTS (
    SELECT 1 FROM event AS c WHERE c.about = e.id AND +c.kind IN ({{closers}}) AND {effective(Event, "c")})
"""
_AFTER = text(
    f"SELECT c.about, c.kind, max(c.at) FROM event AS c WHERE c.about IN :about AND {effective(Event, 'c')}"
    " GROUP BY c.about, c.kind"
).bindparams(bindparam("about", expanding=True))


@dataclass(frozen=True, slots=True)
class Opened:
    """An event that is in force. ``ids``: all versions of it, that which stands first."""

    id: UUID
    ids: tuple[UUID, ...]
    person_id: UUID | None
    at: int
    kind: Kind
    facts: Mapping[str, Any]

    @property
    def urgent(self) -> bool:
        """Whether the doctor and the county must know of it at once."""
        return self.kind.is_urgent(self.facts)


@dataclass(frozen=True, slots=True)
class Due:
    """Something that has to follow an event, and when. ``by`` is the kind of event that does it."""

    opened: Opened
    by: str
    words: Words
    due_at: int
    waits_for: str


def open_events(conn: Connection, since: int = 0, *, now: int | None = None) -> list[Opened]:
    """Everything in force that began since then; ``now``: without what its kind believes to be over by then."""
    # A kind of which there is no event closes nothing: the files of the others are not read.
    there = [of for (one,) in conn.execute(_THERE) if (of := known(one)) is not None]
    ends = {of.id: closers(of, there) for of in there if of.opens}
    if not ends:
        return []
    asked: dict[str, Any] = {}
    walks = []
    for n, (opens, closing) in enumerate(ends.items()):
        days = kind(opens).open_days
        over = now - days * 86400 if days and now is not None else 0
        asked |= {f"k{n}": opens, f"s{n}": max(since, over)}
        asked |= {f"c{n}_{m}": one for m, one in enumerate(closing)}
        walks.append(_OPEN.format(n=n, closers=", ".join(f":c{n}_{m}" for m in range(len(closing)))))
    rows = conn.execute(text(" UNION ALL ".join(walks)), asked).mappings().all()
    found = []
    for row in rows:
        id, of = UUID(bytes=row["id"]), kind(row["kind"])
        ids: tuple[UUID, ...] = (id,)
        if row["supersedes"] is not None:
            # Whoever closed it may have seen an earlier version.
            ids = (id, *(one for one in versions(conn, id) if one != id))
            if closed(conn, id, ends[of.id]):
                continue
        person = None if row["person_id"] is None else UUID(bytes=row["person_id"])
        found.append(Opened(id, ids, person, row["at"], of, read_facts(row["facts"])))
    return found


def dues(conn: Connection, opened: Iterable[Opened]) -> list[Due]:
    """What has to follow these, the earliest first."""
    each = list(opened)
    about = {one: event for event in each if event.kind.then for one in event.ids}
    last: dict[tuple[UUID, str], int] = {}
    for row_id, by, at in conn.execute(_AFTER, {"about": [one.bytes for one in about]}) if about else ():
        place = (about[UUID(bytes=row_id)].id, by)
        last[place] = max(at, last.get(place, 0))
    found = [due for event in each for then in event.kind.then for due in _due(event, then, last)]
    return sorted(found, key=lambda due: due.due_at)


def open_cases(conn: Connection, people: list[InHouse], now: int) -> Iterator[Work]:
    """Work: incidents that nobody has closed, and whatever else is urgent while it is in force."""
    shown = _Shown(conn, people)
    for event in open_events(conn, now - TODAY_DAYS * 86400, now=now):
        if (event.kind.case or event.urgent) and (work := shown.work(event, "events")) is not None:
            yield work


def follow_ups(conn: Connection, people: list[InHouse], now: int) -> Iterator[Work]:
    """Work: who is still to be told, what is to be looked at again, who is to be weighed."""
    yield from weighing_due(conn, people, now)
    shown = _Shown(conn, people)
    for due in dues(conn, open_events(conn, now - TODAY_DAYS * 86400, now=now)):
        if due.due_at <= now + SOON_S and (work := shown.due(due, now)) is not None:
            yield work


def _due(event: Opened, then: Follow, last: Mapping[tuple[UUID, str], int]) -> Iterator[Due]:
    if not applies(then.when, event.facts):
        return
    done = last.get((event.id, then.by))
    if then.every_min:
        yield Due(event, then.by, then.words, (done or event.at) + then.every_min * 60, then.waits_for)
    elif done is None and not (then.field and event.facts.get(then.field)):
        at = event.facts.get(then.at_field) if then.at_field else event.at + then.within_min * 60
        if isinstance(at, int):
            yield Due(event, then.by, then.words, at, then.waits_for)


class _Shown:
    """Events as lines of work, for the people of the house and the house itself."""

    def __init__(self, conn: Connection, people: list[InHouse]) -> None:
        self.conn, self.merged = conn, groups(conn)
        self.people = {one.person_id: one for one in people}

    def _of(self, event: Opened) -> tuple[bool, UUID | None, str, str]:
        """Whether it is of the house or of somebody in it, and of whom."""
        if event.person_id is None:
            return True, None, "", ""
        one = self.people.get(self.merged.of(event.person_id))
        return (one is not None, *((one.person_id, one.bed_label, one.name) if one else (None, "", "")))

    def work(self, event: Opened, section: str) -> Work | None:
        """An open event; ``None`` of somebody who has left the house."""
        here, person, bed, name = self._of(event)
        if not here:
            return None
        said = brief(event.kind, event.facts, names_of(self.conn, [(event.kind, event.facts)]))
        what = Words(*(f"{a}  {b}".rstrip() for a, b in zip(event.kind.words, said, strict=True)))
        waits = "doctor" if event.urgent else "nurse"
        return Work(
            section,
            event.id.hex,
            what,
            _PLACE,
            person_id=person,
            bed_label=bed,
            name=name,
            waits_for=waits,
            urgent=event.urgent,
            about=event.id,
        )

    def due(self, due: Due, now: int) -> Work | None:
        """Something to do about an open event."""
        here, person, bed, name = self._of(due.opened)
        if not here:
            return None
        what = Words(*(f"{a}  {b}" for a, b in zip(due.words, due.opened.kind.words, strict=True)))
        return Work(
            "follow_up",
            f"{due.opened.id.hex}{due.by}",
            what,
            _PLACE,
            due.due_at,
            max(overdue_minutes(due.due_at, now), 0),
            person,
            bed,
            name,
            due.waits_for,
            about=due.opened.id,
        )
