"""Acts that settle what two laptops did apart, each an edit that can be taken back (``taken_back.take_back``).

Of two people in one bed one moves as anybody does: ``stays.move``, ``stays.switch``, ``stays.discharge``.
"""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from care.groups import groups
from care.places import place_of
from care.roles import doing
from care.staff import check_new
from care.taken_back import Settled, edit, settled
from db.errors import Refused
from db.store import Store
from db.tables import Bed, Leave, Staff, Stay

_LONGEST_LABEL = 20


def keep_stay(store: Store, by: UUID, stay_id: UUID) -> Settled:
    """Of somebody on two beds: this stay is right, the others end. A leave goes along.

    Raises ``Refused``: stay_over (it has ended meanwhile).
    """
    with doing(store, by, "dispute.settle") as act:
        kept = act.conn.execute(select(col(Stay.person_id), col(Stay.until_at)).where(col(Stay.id) == stay_id)).first()
        if kept is None or kept.until_at is not None:
            raise Refused("stay_over")
        ids = groups(act.conn).all(kept.person_id)
        asked = select(col(Stay.id), col(Stay.from_at)).where(
            col(Stay.person_id).in_(ids), col(Stay.until_at).is_(None)
        )
        others = [one for one in act.conn.execute(asked) if one.id != stay_id]
        out = select(col(Leave.id)).where(
            col(Leave.stay_id).in_([one.id for one in others]), col(Leave.back_at).is_(None)
        )
        leaves = list(act.conn.execute(out).scalars())
        edits = [edit(act, Stay, one.id, until_at=max(act.now, one.from_at), end_reason="move") for one in others]
        return settled(act, by, [*edits, *(edit(act, Leave, one, stay_id=stay_id) for one in leaves)])


def still_out(store: Store, by: UUID, leave_id: UUID) -> Settled:
    """A leave that lost its stay: they are still out, of the bed that they have now.

    Raises ``Refused``: leave_over, not_in.
    """
    with doing(store, by, "dispute.settle") as act:
        one = act.conn.execute(
            select(col(Leave.person_id), col(Leave.back_at)).where(col(Leave.id) == leave_id)
        ).first()
        if one is None or one.back_at is not None:
            raise Refused("leave_over")
        place = place_of(act.conn, one.person_id)
        if place is None:
            raise Refused("not_in")
        return settled(act, by, [edit(act, Leave, leave_id, stay_id=place.stay_id)])


def came_back(store: Store, by: UUID, leave_id: UUID) -> Settled:
    """A leave that lost its stay: they are back. Raises ``Refused``: leave_over."""
    with doing(store, by, "dispute.settle") as act:
        one = act.conn.execute(select(col(Leave.left_at), col(Leave.back_at)).where(col(Leave.id) == leave_id)).first()
        if one is None or one.back_at is not None:
            raise Refused("leave_over")
        return settled(act, by, [edit(act, Leave, leave_id, back_at=max(act.now, one.left_at))])


def relabel(store: Store, by: UUID, bed_id: UUID, label: str) -> Settled:
    """Another label for one of two beds with one. Raises ``Refused``: bed_unknown, label_missing, text_too_long (most),
    label_taken (bed).
    """
    label = "".join(label.split())
    if not label:
        raise Refused("label_missing")
    if len(label) > _LONGEST_LABEL:
        raise Refused("text_too_long", most=_LONGEST_LABEL)
    with doing(store, by, "house.change") as act:
        kind = act.conn.execute(select(col(Bed.kind)).where(col(Bed.id) == bed_id)).scalar()
        if kind is None:
            raise Refused("bed_unknown")
        taken = select(col(Bed.id)).where(col(Bed.kind) == kind, col(Bed.label) == label, col(Bed.id) != bed_id)
        if act.conn.execute(taken.limit(1)).first() is not None:
            raise Refused("label_taken", bed=label)
        return settled(act, by, [edit(act, Bed, bed_id, label=label)])


def renumber(store: Store, by: UUID, staff_id: UUID, number: str) -> Settled:
    """Another number for one of two of the staff with one.

    Raises ``Refused``: staff_unknown, staff_number_shape, staff_number_taken (number), renumber_yourself: the
    passphrase of whoever opened the record goes by their number.
    """
    if staff_id == by:
        raise Refused("renumber_yourself")
    with doing(store, by, "staff.change") as act:
        asked = select(col(Staff.name), col(Staff.role)).where(col(Staff.id) == staff_id)
        one = act.conn.execute(asked).first()
        if one is None:
            raise Refused("staff_unknown")
        number, _, _ = check_new(number, one.name, one.role)
        if act.conn.execute(select(col(Staff.id)).where(col(Staff.number) == number).limit(1)).first() is not None:
            raise Refused("staff_number_taken", number=number)
        return settled(act, by, [edit(act, Staff, staff_id, number=number)])
