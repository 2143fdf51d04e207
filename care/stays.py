"""Coming in, changing beds, going out for a while, leaving: each one act, and one record whichever kind the bed is.

Three beds in one (三床合一): ``switch`` ends a stay on a bed of one kind and opens the next on another kind at the
same moment, so that nobody is between two beds and nothing of the record is left behind.
"""

from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.age import house_day
from care.beds import new_home_bed
from care.codes import codes
from care.ended import Ended, end_care
from care.events.record import put
from care.fact_check import check
from care.groups import groups
from care.person_facts import PersonFacts
from care.places import Place, place_of, places
from care.registered import facts_of
from care.roles import doing
from db.errors import Refused
from db.store import Act, Store
from db.tables import Bed, Leave, Stay

LeaveKind = Literal["family", "hospital", "other"]
LEAVE_KINDS: tuple[LeaveKind, ...] = ("family", "hospital", "other")
_LONGEST_TEXT = 200
# The clocks of a pair's laptops differ by minutes: a time a little ahead is no mistake.
_AHEAD_S = 600


class _Bed(NamedTuple):
    id: UUID
    kind: str
    label: str


def admit(store: Store, by: UUID, person_id: UUID, bed_id: UUID, at: int | None = None) -> UUID:
    """Somebody comes in (入住/入院/建床), now or at an earlier time. Returns the stay's id.

    Raises ``Refused``: person_unknown, already_in (bed), bed_unknown, bed_closed (bed), bed_taken (bed),
    category_missing, level_missing, the codes of a wrong or missing ID number without a reason (see
    ``person_facts.check``), time_ahead, bed_taken_then (bed), was_in_then.
    """
    with doing(store, by, "stay.change") as act:
        person = facts_of(act.conn, person_id)
        now = place_of(act.conn, person_id)
        if now is not None:
            raise Refused("already_in", bed=now.label)
        bed = _free_bed(act.conn, bed_id)
        _refuse_unready(person, act.now)
        since = act.now if at is None else at
        if at is not None:
            _refuse_overlap(act, person_id, bed, at)
        shown = groups(act.conn).of(person_id)
        return act.insert(Stay, person_id=shown, bed_id=bed_id, from_at=since, begun_by="admission")


def move(store: Store, by: UUID, person_id: UUID, bed_id: UUID) -> UUID:
    """To another bed of the same kind; a leave goes along. Returns the new stay's id.

    Whoever was put on two beds by two laptops may be moved to the bed they have: their other stays end.

    Raises ``Refused``: person_unknown, not_in, same_bed (bed), bed_unknown, bed_closed (bed), bed_taken (bed),
    wrong_kind_for_move (bed).
    """
    with doing(store, by, "stay.change") as act:
        here = _here(act.conn, person_id)
        leaves = _open_leaves(act.conn, person_id)
        others = [stay for stay in _current(act.conn, person_id) if stay != here.stay_id]
        if here.bed_id == bed_id and others:
            stay = here.stay_id
            _end(act, here, others, "move")
        else:
            bed = _other_bed(act.conn, here, bed_id)
            if bed.kind != here.kind:
                raise Refused("wrong_kind_for_move", bed=bed.label)
            stay = _change_beds(act, here, bed.id, "move")
        for each in leaves:
            act.edit(Leave, each, stay_id=stay)
        return stay


def switch(store: Store, by: UUID, person_id: UUID, bed_id: UUID) -> UUID:
    """To a bed of another kind, in one step; whoever was out is back. Returns the new stay's id.

    Raises ``Refused``: person_unknown, not_in, same_bed (bed), bed_unknown, bed_closed (bed), bed_taken (bed),
    same_kind_for_switch (bed).
    """
    with doing(store, by, "stay.change") as act:
        here = _here(act.conn, person_id)
        bed = _other_bed(act.conn, here, bed_id)
        if bed.kind == here.kind:
            raise Refused("same_kind_for_switch", bed=bed.label)
        _come_back(act, person_id)
        return _change_beds(act, here, bed.id, "switch")


def switch_home(store: Store, by: UUID, person_id: UUID, village: str, address: str) -> UUID:
    """To a bed at home that is opened for them in the same step (建家庭病床). Returns the new bed's id.

    Raises ``Refused``: person_unknown, not_in, same_kind_for_switch (bed), and what ``beds.add_home_bed`` raises.
    """
    with doing(store, by, "stay.change") as act:
        here = _here(act.conn, person_id)
        if here.kind == "home":
            raise Refused("same_kind_for_switch", bed=here.label)
        bed = new_home_bed(act, village, address)
        _come_back(act, person_id)
        _change_beds(act, here, bed, "switch")
        return bed


def leave(
    store: Store,
    by: UUID,
    person_id: UUID,
    kind: str,
    expected_at: int | None,
    companion: str,
    note: str = "",
) -> UUID:
    """Out of the house while the bed is kept (外出). Returns the leave's id.

    Raises ``Refused``: person_unknown, not_in, already_on_leave (bed), leave_kind_unknown, expected_before_left,
    text_too_long (most).
    """
    with doing(store, by, "leave.change") as act:
        leave_id = go_out(act, person_id, kind, expected_at, companion, note)
        facts: dict[str, Any] = {"companion": companion, "expected_at": expected_at, "note": note}
        if kind != "hospital":
            facts["kind"] = kind
        put(act, by, slip_of(kind), facts, person_id=groups(act.conn).of(person_id), about=leave_id)
        return leave_id


def go_out(act: Act, person_id: UUID, kind: str, expected_at: int | None, companion: str, note: str) -> UUID:
    """The leave alone, inside an act that also writes its event. Raises as ``leave``."""
    here = _here(act.conn, person_id)
    if here.on_leave:
        raise Refused("already_on_leave", bed=here.label)
    if kind not in LEAVE_KINDS:
        raise Refused("leave_kind_unknown")
    if expected_at is not None and expected_at < act.now:
        raise Refused("expected_before_left")
    companion, note = companion.strip(), note.strip()
    if max(len(companion), len(note)) > _LONGEST_TEXT:
        raise Refused("text_too_long", most=_LONGEST_TEXT)
    return act.insert(
        Leave,
        person_id=here.person_id,
        stay_id=here.stay_id,
        kind=kind,
        left_at=act.now,
        expected_at=expected_at,
        companion=companion,
        note=note,
    )


def slip_of(kind: str) -> str:
    """The kind of event that tells a leave of this kind."""
    return "hospital_out" if kind == "hospital" else "leave_slip"


def back(store: Store, by: UUID, person_id: UUID) -> None:
    """Back from a leave; how they came back says the event ``return_check``, which brings them back as well.

    Raises ``Refused``: person_unknown, not_in, not_on_leave (bed).
    """
    with doing(store, by, "leave.change") as act:
        come_back(act, person_id)


def come_back(act: Act, person_id: UUID) -> UUID:
    """The same inside an act. Gives the leave that has ended."""
    here = _here(act.conn, person_id)
    if here.leave_id is None:
        raise Refused("not_on_leave", bed=here.label)
    _come_back(act, person_id)
    return here.leave_id


def discharge(store: Store, by: UUID, person_id: UUID, reason: str) -> Ended:
    """Leaving for good (离院); the bed is free. ``reason``: codes/discharge_reason. Says what ended with the stay.

    A leave stays open in the record: who died in hospital never came back. Raises ``Refused``: person_unknown,
    not_in, reason_unknown.
    """
    with doing(store, by, "stay.change") as act:
        stay_id, ended = leave_for_good(act, by, person_id, reason)
        put(act, by, "discharge", {"reason": reason}, person_id=groups(act.conn).of(person_id), about=stay_id)
        return ended


def leave_for_good(act: Act, staff_id: UUID, person_id: UUID, reason: str, at: int | None = None) -> tuple[UUID, Ended]:
    """The stay, all orders and the plan end, inside an act that also writes the event. Gives the stay.

    Raises as ``discharge``.
    """
    if codes("discharge_reason").get(reason) is None:
        raise Refused("reason_unknown")
    here = _here(act.conn, person_id)
    _end(act, here, _current(act.conn, person_id), reason, at)
    return here.stay_id, end_care(act, staff_id, here.person_id, reason)


def _other_bed(conn: Connection, here: Place, bed_id: UUID) -> _Bed:
    if here.bed_id == bed_id:
        raise Refused("same_bed", bed=here.label)
    return _free_bed(conn, bed_id)


def _here(conn: Connection, person_id: UUID) -> Place:
    facts_of(conn, person_id)
    here = place_of(conn, person_id)
    if here is None:
        raise Refused("not_in")
    return here


def _free_bed(conn: Connection, bed_id: UUID) -> _Bed:
    found = conn.execute(select(col(Bed.kind), col(Bed.label), col(Bed.closed)).where(col(Bed.id) == bed_id)).first()
    if found is None:
        raise Refused("bed_unknown")
    if found.closed:
        raise Refused("bed_closed", bed=found.label)
    if any(place.bed_id == bed_id for place in places(conn).values()):
        raise Refused("bed_taken", bed=found.label)
    return _Bed(bed_id, found.kind, found.label)


def _refuse_unready(person: PersonFacts, now: int) -> None:
    """Whoever comes in has a category, a care level, and an ID number or the reason why there is none."""
    for problem in check(person, house_day(now)):
        if problem.code == "category_missing" or (
            problem.severity == "error" and problem.field in ("id_number", "care_level", "category", "sex", "birth")
        ):
            raise Refused(problem.code, field=problem.field)


def _refuse_overlap(act: Act, person_id: UUID, bed: _Bed, at: int) -> None:
    if at > act.now + _AHEAD_S:
        raise Refused("time_ahead")
    later = select(col(Stay.person_id)).where(col(Stay.until_at) > at)
    if act.conn.execute(later.where(col(Stay.person_id).in_(groups(act.conn).all(person_id)))).first():
        raise Refused("was_in_then")
    if act.conn.execute(later.where(col(Stay.bed_id) == bed.id)).first():
        raise Refused("bed_taken_then", bed=bed.label)


def _change_beds(act: Act, here: Place, bed_id: UUID, why: Literal["move", "switch"]) -> UUID:
    moment = _end(act, here, _current(act.conn, here.person_id), why)
    return act.insert(Stay, person_id=here.person_id, bed_id=bed_id, from_at=moment, begun_by=why)


def _current(conn: Connection, person_id: UUID) -> list[UUID]:
    """All stays that have not ended: more than one when two laptops that were apart made them."""
    ids = groups(conn).all(person_id)
    asked = select(col(Stay.id)).where(col(Stay.person_id).in_(ids), col(Stay.until_at).is_(None))
    return list(conn.execute(asked).scalars())


def _end(act: Act, here: Place, stays: list[UUID], reason: str, at: int | None = None) -> int:
    """End stays and return the moment. None ends before the newest began, whatever the clock says now."""
    moment = max(act.now if at is None else at, here.from_at)
    for stay in stays:
        act.edit(Stay, stay, until_at=moment, end_reason=reason)
    return moment


def _open_leaves(conn: Connection, person_id: UUID) -> list[UUID]:
    """Leaves not ended of the current stays."""
    asked = (
        select(col(Leave.id))
        .join_from(Leave, Stay, col(Leave.stay_id) == col(Stay.id))
        .where(col(Leave.person_id).in_(groups(conn).all(person_id)), col(Leave.back_at).is_(None))
    )
    return list(conn.execute(asked.where(col(Stay.until_at).is_(None))).scalars())


def _come_back(act: Act, person_id: UUID) -> None:
    for each in _open_leaves(act.conn, person_id):
        act.edit(Leave, each, back_at=act.now)
