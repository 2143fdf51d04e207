"""Giving a dose, or saying why it was not given: checked once more in the transaction that writes it.

What was true when the round was drawn may have changed: the order was stopped, somebody else has given the dose, the
person has left. A dose takes what it uses out of the ledger in the same act.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from care.age import house_day
from care.data import table
from care.groups import groups
from care.kept_json import object_of
from care.medicines.causes import cause_of, maybe_cause
from care.medicines.due import TAKEN, dues, rule
from care.medicines.ledger import put_back, take
from care.medicines.orders import as_needed, row, state
from care.medicines.schedule import clock
from care.medicines.unanswered import against_allergies
from care.one_look import reason_of
from care.places import place_of
from care.rights import Second, doing, doing_together
from care.standing import correct_record, effective, row_of, undo_record, void_record
from db.errors import Refused
from db.store import Act, Store
from db.tables import Dose, Event

RIGHT: Final = "dose.give"
PREPARED: Final = "medicines_prepared"
NOT_GIVEN: Final = ("refused", "held", "away", "missed")


def give(
    store: Store, by: UUID, order_id: UUID, due_at: int, *, second: Second | None = None, late_cause: str = ""
) -> UUID:
    """Give the dose of an order that is due at ``due_at`` (seconds UTC). Returns the id of the dose.

    ``second``: who checks it as well; a high-alert drug takes them, and so does what the giver laid out themselves.
    Raises ``Refused``: order_unknown, order_stopped, order_held, dose_not_due, dose_already (at), dose_too_early
    (hour), dose_past (hour), dose_away, dose_allergy, dose_late_cause (late_min), dose_second_needed, dose_preparer,
    dose_expired (on), and as ``care.rights.doing_together``.
    """
    late_cause = maybe_cause(late_cause)
    with _giving(store, by, order_id, second, due_at) as (act, checker):
        order = _order(act.conn, order_id, act.now)
        _refuse_unfit_hour(act, order, due_at)
        late = (act.now - due_at) // 60
        if late > rule("late_min") and not late_cause:
            raise Refused("dose_late_cause", late_min=late)
        result = "late" if late > rule("late_min") else "given"
        return _write(act, by, order, due_at, result, late_cause, checker)


def give_as_needed(store: Store, by: UUID, order_id: UUID, cause: str, *, second: Second | None = None) -> UUID:
    """Give an as-needed medicine and say what for.

    Raises as ``give``, ``Refused``: cause_missing, dose_is_regular, dose_not_now (over, or begins later), dose_too_soon
    (hour: from when it may be).
    """
    cause = cause_of(cause)
    with _giving(store, by, order_id, second, None) as (act, checker):
        order = _order(act.conn, order_id, act.now)
        if not as_needed(order):
            raise Refused("dose_is_regular")
        if state(order, house_day(act.now).isoformat()) != "open":
            raise Refused("dose_not_now")
        _refuse_unfit(act.conn, order)
        last = _last_taken(act.conn, order_id)
        if last is not None and act.now < (free := last + int(order["gap_min"]) * 60):
            raise Refused("dose_too_soon", hour=clock(free))
        return _write(act, by, order, None, "given", cause, checker)


def not_given(store: Store, by: UUID, order_id: UUID, due_at: int, result: str, cause: str = "") -> UUID:
    """Say why a due dose was not given: refused, held, away or missed; or that it came up again: vomited.

    Raises ``Refused``: dose_result, cause_missing (all but away), order_unknown, order_stopped, dose_not_due,
    dose_too_early (hour), dose_already (at).
    """
    if result not in (*NOT_GIVEN, "vomited"):
        raise Refused("dose_result")
    cause = maybe_cause(cause) if result == "away" else cause_of(cause)
    with doing(store, by, RIGHT) as act:
        order = _order(act.conn, order_id, act.now, held_too=True)
        _refuse_unfit_hour(act, order, due_at, giving=False)
        return _write(act, by, order, due_at, result, cause, None)


def vomited(store: Store, by: UUID, dose_id: UUID, cause: str, *, second: Second | None = None) -> UUID:
    """A dose that was given came up again: a correction of it. Raises as ``care.standing.correct_record``."""
    cause = cause_of(cause)
    return correct_record(store, by, Dose, dose_id, {"result": "vomited", "cause": cause}, cause, second=second)


def undo(store: Store, by: UUID, dose_id: UUID) -> None:
    """Take back a dose just recorded; what it had taken is back in the ledger. Raises as ``undo_record``."""

    def back(act: Act, new_id: UUID) -> None:
        # Of a correction that is taken back the dose stands as it was given.
        if row_of(act.conn, Dose, new_id)["void"]:
            put_back(act, by, dose_id, "")

    undo_record(store, by, Dose, dose_id, back)


def void(store: Store, by: UUID, dose_id: UUID, reason: str, *, second: Second | None = None) -> UUID:
    """Say that a dose was recorded wrongly; what it had taken is back in the ledger. Raises as ``void_record``."""
    reason = reason_of(reason)
    return void_record(
        store, by, Dose, dose_id, reason, second=second, beside=lambda act, _: put_back(act, by, dose_id, reason)
    )


def prepare(store: Store, by: UUID, due: Sequence[int]) -> UUID:
    """Somebody has laid out the medicines of these hours. Raises ``Refused``: dose_not_due."""
    hours = sorted(set(due))
    if not hours or len(hours) > rule("most_times") * 2:
        raise Refused("dose_not_due")
    with doing(store, by, RIGHT) as act:
        facts = json.dumps({"due": hours})
        return act.insert(Event, person_id=None, staff_id=by, at=act.now, kind=PREPARED, facts=facts)


def prepared_by(conn: Connection, due_at: int) -> UUID | None:
    """Who laid out the medicines of an hour last, ``None`` where nobody said so."""
    since = due_at - rule("look_back_min") * 60
    for staff_id, facts in conn.execute(_PREPARED, {"kind": PREPARED, "since": since, "until": due_at + 86400}):
        hours = object_of(facts).get("due")
        if isinstance(hours, list) and due_at in hours:
            return UUID(bytes=staff_id)
    return None


_PREPARED = text(
    f"SELECT e.staff_id, e.facts FROM event AS e WHERE e.kind = :kind AND e.at BETWEEN :since AND :until"
    f" AND {effective(Event, 'e')} ORDER BY e.at DESC, e.id DESC"
)
_SAME_HOUR = text(
    f"SELECT d.at FROM dose AS d WHERE d.due_at = :due AND d.order_id = :order AND {effective(Dose, 'd')} LIMIT 1"
)
_LAST = text(
    f"SELECT max(d.at) FROM dose AS d WHERE d.due_at IS NULL AND d.order_id = :order AND d.result IN {TAKEN}"
    f" AND {effective(Dose, 'd')}"
)


@contextmanager
def _giving(
    store: Store, by: UUID, order_id: UUID, second: Second | None, due_at: int | None
) -> Iterator[tuple[Act, UUID | None]]:
    """One act of one person, or of two (the second's id) where the drug or who laid it out asks for it."""
    with store.reading() as conn:
        two = _needs_two(conn, by, order_id, due_at)
    if two and second is None:
        raise Refused(two)
    if second is None or not two:
        with doing(store, by, RIGHT) as act:
            # Between the look and the act somebody may have laid it out, or written another order.
            if again := _needs_two(act.conn, by, order_id, due_at):
                raise Refused(again)
            yield act, None
        return
    with doing_together(store, by, second, RIGHT, "dose_together", order_id) as act:
        yield act, second.staff_id


def _needs_two(conn: Connection, by: UUID, order_id: UUID, due_at: int | None) -> str:
    """The rule that asks for a second person, or nothing."""
    if row(conn, order_id)["high_alert"]:
        return "dose_second_needed"
    alone = table("rules/dose")["preparer_gives_alone"]
    if not alone and due_at is not None and prepared_by(conn, due_at) == by:
        return "dose_preparer"
    return ""


def _order(conn: Connection, order_id: UUID, now: int, *, held_too: bool = False) -> Mapping[Any, Any]:
    order = row(conn, order_id)
    found = state(order, house_day(now).isoformat())
    if found == "stopped" or (found == "held" and not held_too):
        raise Refused(f"order_{found}")
    return order


def _refuse_unfit_hour(act: Act, order: Mapping[Any, Any], due_at: int, *, giving: bool = True) -> None:
    """Whether that hour is one of the order's, is now, and nobody has recorded it."""
    known = act.conn.execute(_SAME_HOUR, {"due": due_at, "order": order["id"].bytes}).scalar()
    if known is not None:
        raise Refused("dose_already", at=clock(known))
    if due_at not in dues(order, due_at, due_at):
        raise Refused("dose_not_due")
    earliest = due_at - rule("before_min") * 60
    if act.now < earliest:
        raise Refused("dose_too_early", hour=clock(earliest))
    if not giving:
        return
    latest = due_at + rule("give_until_min") * 60
    if act.now > latest:
        raise Refused("dose_past", hour=clock(latest))
    _refuse_unfit(act.conn, order)


def _refuse_unfit(conn: Connection, order: Mapping[Any, Any]) -> None:
    place = place_of(conn, groups(conn).of(order["person_id"]))
    if place is not None and place.on_leave:
        raise Refused("dose_away")
    # A doctor goes past it by writing the order anew, with a reason.
    if against_allergies(conn, order):
        raise Refused("dose_allergy")


def _last_taken(conn: Connection, order_id: UUID) -> int | None:
    found: int | None = conn.execute(_LAST, {"order": order_id.bytes}).scalar()
    return found


def _write(
    act: Act,
    by: UUID,
    order: Mapping[Any, Any],
    due_at: int | None,
    result: str,
    cause: str,
    second_id: UUID | None,
) -> UUID:
    dose_id = act.insert(
        Dose,
        person_id=order["person_id"],
        order_id=order["id"],
        staff_id=by,
        second_id=second_id,
        due_at=due_at,
        at=act.now,
        result=result,
        cause=cause,
    )
    if result in TAKEN:
        take(act, by, order, dose_id)
    return dose_id
