"""Care plans: which duties somebody has, how often, because of what; what is due of them and what was done.

What a risk or a grade asks for is proposed (``care.proposals``) and accepted by a person; here is what they accepted,
what they added by hand, changed and ended. An ended duty stays readable, with its reason.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping
from sqlmodel import col

from care.data import table
from care.duties import Asked, Duty, causes, check_hours, duties, for_ability, for_risk, said_hours, say_hours, words_of
from care.duties_done import Done, DutiesSaid, done, said_at, undo_done
from care.duties_due import DutyDue, duties_due, duties_planned
from care.groups import groups
from care.looks import in_house
from care.rights import doing
from care.words import Words
from db.errors import Refused
from db.rows import shape_of
from db.store import Act, Store
from db.tables import Person, PlanItem

__all__ = [
    "Asked",
    "Done",
    "DutiesSaid",
    "Duty",
    "DutyDue",
    "Plan",
    "PlanRow",
    "add",
    "causes",
    "change",
    "done",
    "duties",
    "duties_due",
    "end",
    "for_ability",
    "for_risk",
    "plan",
    "resume",
    "said_at",
    "say_hours",
    "undo_done",
    "write_item",
]

RIGHT = "plan.change"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One duty of a plan. ``due`` is ``None`` for one that is ended, and of somebody who is not in the house.

    ``cause``: the risk or grade that asks for it, empty for one added by hand. ``as_listed``: its hours are those of
    the list, whose ``certainty`` a screen shows.
    """

    id: UUID
    duty: str
    words: Words
    every_min: int | None
    times: str
    cause: str
    note: str
    from_at: int
    until_at: int | None
    end_reason: str
    due: DutyDue | None
    as_listed: bool
    certainty: str

    @property
    def last_at(self) -> int | None:
        """When it was last done."""
        return None if self.due is None else self.due.last_at

    @property
    def due_at(self) -> int | None:
        """When it is to be done."""
        return None if self.due is None else self.due.due_at

    @property
    def late_min(self) -> int:
        """For how long it is late."""
        return 0 if self.due is None else self.due.late_min


@dataclass(frozen=True, slots=True)
class Plan:
    """A care plan: what is in force, and what was ended, newest first."""

    items: tuple[PlanRow, ...]
    ended: tuple[PlanRow, ...]


def plan(store: Store, person_id: UUID) -> Plan:
    """Somebody's plan, now."""
    now = store.now()
    with store.reading() as conn:
        merged = groups(conn)
        here = [one for one in in_house(conn, now) if one.person_id == merged.of(person_id)]
        due = {one.item_id: one for found in duties_planned(conn, here, now).values() for one in found}
        core = shape_of(PlanItem).table
        asked = select(core).where(core.c.person_id.in_(merged.all(person_id))).order_by(core.c.from_at, core.c.id)
        rows = [_row(item, due) for item in conn.execute(asked).mappings()]
    over = [row for row in rows if row.until_at is not None and row.until_at <= now]
    over.sort(key=lambda row: row.until_at or 0, reverse=True)
    return Plan(tuple(row for row in rows if row.until_at is None or row.until_at > now), tuple(over))


def add(
    store: Store,
    by: UUID,
    person_id: UUID,
    duty: str,
    *,
    every_min: int | None = None,
    times: str = "",
    cause: str = "",
    note: str = "",
) -> UUID:
    """Put a duty into a plan; with no hours those of the list apply.

    Raises ``Refused``: duty_unknown, duty_planned (it is in force already), person_unknown, text_too_long (most), and
    as ``check_hours`` and ``require``.
    """
    with doing(store, by, RIGHT) as act:
        return write_item(act, person_id, duty, every_min=every_min, times=times, cause=cause, note=note)


def write_item(
    act: Act,
    person_id: UUID,
    duty: str,
    *,
    every_min: int | None = None,
    times: str = "",
    cause: str = "",
    note: str = "",
    at: int | None = None,
) -> UUID:
    """The same inside an act of somebody who may, as one that accepts a proposal. ``at``: from when on, if not now."""
    known = duties().get(duty)
    if known is None:
        raise Refused("duty_unknown")
    if every_min is None and not times.strip():
        every_min, times = known.every_min, said_hours(known.times)
    every_min, times = check_hours(every_min, times)
    _check_text(note)
    _check_text(cause)
    merged = groups(act.conn)
    if act.conn.execute(select(col(Person.id)).where(col(Person.id) == merged.of(person_id))).first() is None:
        raise Refused("person_unknown")
    if duty in _in_force(act.conn, merged.all(person_id), act.now):
        raise Refused("duty_planned")
    return act.insert(
        PlanItem,
        person_id=merged.of(person_id),
        duty=duty,
        every_min=every_min,
        times=times,
        cause=cause,
        note=note.strip(),
        from_at=act.now if at is None else at,
    )


def change(store: Store, by: UUID, item_id: UUID, *, every_min: int | None = None, times: str = "", note: str) -> bool:
    """Other hours, or another note; whether anything changed. Raises as ``add``, and ``Refused``: duty_ended."""
    every_min, times = check_hours(every_min, times)
    _check_text(note)
    with doing(store, by, RIGHT) as act:
        _open_item(act, item_id)
        return act.edit(PlanItem, item_id, every_min=every_min, times=times, note=note.strip())


def end(store: Store, by: UUID, item_id: UUID, reason: str) -> None:
    """The duty is asked for no more. Raises ``Refused``: reason_missing, text_too_long (most), duty_ended."""
    _check_text(reason)
    if not reason.strip():
        raise Refused("reason_missing")
    with doing(store, by, RIGHT) as act:
        _open_item(act, item_id)
        act.edit(PlanItem, item_id, until_at=act.now, end_reason=reason.strip())


def resume(store: Store, by: UUID, item_id: UUID) -> None:
    """It is asked for again: it was ended by mistake. Its hours and its history go on. Raises as ``require``."""
    with doing(store, by, RIGHT) as act:
        act.edit(PlanItem, item_id, until_at=None, end_reason="")


def _open_item(act: Act, item_id: UUID) -> None:
    found = act.conn.execute(select(col(PlanItem.until_at)).where(col(PlanItem.id) == item_id)).first()
    if found is None:
        raise Refused("record_unknown")
    if found.until_at is not None and found.until_at <= act.now:
        raise Refused("duty_ended")


def _in_force(conn: Connection, ids: tuple[UUID, ...], now: int) -> set[str]:
    asked = select(col(PlanItem.duty)).where(
        col(PlanItem.person_id).in_(ids), col(PlanItem.until_at).is_(None) | (col(PlanItem.until_at) > now)
    )
    return set(conn.execute(asked).scalars())


def _row(item: RowMapping, due: dict[UUID, DutyDue]) -> PlanRow:
    known = duties().get(item["duty"])
    return PlanRow(
        id=item["id"],
        duty=item["duty"],
        words=words_of(item["duty"]),
        every_min=item["every_min"],
        times=item["times"],
        cause=item["cause"],
        note=item["note"],
        from_at=item["from_at"],
        until_at=item["until_at"],
        end_reason=item["end_reason"],
        due=due.get(item["id"]),
        as_listed=known is not None
        and (item["every_min"], item["times"]) == (known.every_min, said_hours(known.times)),
        certainty="" if known is None else known.certainty,
    )


def _check_text(typed: str) -> None:
    most = int(table("rules/duties")["most_text"])
    if len(typed) > most:
        raise Refused("text_too_long", most=most)
