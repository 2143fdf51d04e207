"""Whether everything that speaks against an order was read and answered before it is written."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from care.medicines.causes import cause_of
from care.medicines.checks import warnings_of
from care.medicines.orders import NewOrder
from care.rights import may
from db.errors import Refused


def overridden(
    conn: Connection, by: UUID, ids: Sequence[UUID], new: NewOrder, overrides: Mapping[str, str], now: int
) -> list[dict[str, str]]:
    """What an order keeps of the warnings: the code of each and why it stands all the same.

    What only informs is kept without a reason. Raises ``Refused``: warning_unanswered (n) while some have no reason,
    order_blocked for what takes a doctor, text_too_long (most).
    """
    found = warnings_of(conn, ids, new, now)
    missing = [one for one in found if one.needs_reason and not overrides.get(one.code, "").strip()]
    if any(one.blocks for one in found) and not may(conn, by, "order.override"):
        raise Refused("order_blocked")
    if missing:
        raise Refused("warning_unanswered", n=len(missing))
    return [{"code": one.code, "reason": cause_of(overrides[one.code]) if one.needs_reason else ""} for one in found]
