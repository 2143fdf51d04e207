"""The events of the house as one list: what is in force with what is due of it, then what happened, newest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlmodel import col

from care.events.kinds import kinds
from care.events.read import MOST, EventView, of_house, views
from care.events.threads import Due, dues, open_events
from care.groups import groups
from care.places import places
from db.store import Store
from db.tables import Event


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An event in force, and what has to follow it next."""

    event: EventView
    due: Due | None


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened; ``events`` are several where the same was recorded of several people at once."""

    events: tuple[EventView, ...]

    @property
    def first(self) -> EventView:
        """What they share is said by the first."""
        return self.events[0]


@dataclass(frozen=True, slots=True)
class HouseEvents:
    """``opened``: urgent ones first, then incidents, then what falls due first. ``whole``: nothing was left out."""

    opened: tuple[OpenRow, ...]
    happened: tuple[Happened, ...]
    whole: bool


def house_events(store: Store, since: int, group: str = "") -> HouseEvents:
    """What is in force, however long, and what happened since then; of one group of kinds or of all."""
    wanted = {one.id for one in kinds(group or None)}
    rows = of_house(store, since, kinds=[one.id for one in kinds(group)] if group else (), limit=MOST)
    return HouseEvents(_opened(store, wanted if group else None), _together(rows), len(rows) < MOST)


def _opened(store: Store, wanted: Collection[str] | None) -> tuple[OpenRow, ...]:
    with store.reading() as conn:
        found = [one for one in open_events(conn, now=store.now()) if wanted is None or one.kind.id in wanted]
        merged, here = groups(conn), places(conn)
        # What is only agreed, and waits for nothing, is no work of today. Whoever has left the house or died has
        # nothing due any more; the incident itself is still to be closed.
        found = [
            one
            for one in found
            if one.kind.case
            or ((one.kind.then or one.urgent) and (one.person_id is None or merged.of(one.person_id) in here))
        ]
        next_due: dict[object, Due] = {}
        for due in dues(conn, found):
            next_due.setdefault(due.opened.id, due)
        table = Event.__table__  # type: ignore[attr-defined]
        asked = select(table).where(col(Event.id).in_([one.id for one in found]))
        shown = views(conn, conn.execute(asked).mappings().all(), merged)
    opened = [OpenRow(view, next_due.get(view.id)) for view in shown]
    return tuple(sorted(opened, key=_first))


def _first(row: OpenRow) -> tuple[bool, bool, int, int]:
    return not row.event.urgent, not row.event.case, row.due.due_at if row.due else 1 << 60, -row.event.at


def _together(rows: Sequence[EventView]) -> tuple[Happened, ...]:
    def same(one: EventView) -> tuple[object, ...]:
        alone = one.id if one.about or one.person_id is None else None
        return one.at, one.kind, one.staff_id, sorted(one.facts.items(), key=str), alone

    return tuple(Happened(tuple(each)) for _, each in groupby(rows, same))
