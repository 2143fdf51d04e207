"""How much of each medicine the open orders use up a day."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from care.age import house_day
from care.groups import Groups, groups
from care.medicines.due import open_orders
from care.medicines.ledger import Item

_AHEAD_S: Final = 60 * 86400
"""Medicine is brought before an order begins."""


def daily_use(conn: Connection, now: int) -> dict[Item, float]:
    """How much of each item that is ordered is used up a day, hundredths of the unit.

    As needed, held, and what begins later use 0. Whose it is goes by the id that they are shown under.
    """
    found: dict[Item, float] = {}
    merged, today = groups(conn), house_day(now).isoformat()
    for order in open_orders(conn, now, now + _AHEAD_S):
        item = item_of(order, merged)
        used = 0.0
        if order["times"] and not order["held"] and order["from_on"] <= today:
            used = order["dose100"] * len(order["times"].split()) * _share(order)
        found[item] = found.get(item, 0.0) + used
    return found


def item_of(order: Mapping[Any, Any], merged: Groups) -> Item:
    """What an order of ``due.open_orders`` uses up."""
    return Item(merged.of(UUID(bytes=order["person_id"])), order["drug"], order["name"], order["spec"], order["unit"])


def _share(order: Mapping[Any, Any]) -> float:
    """On which part of all days an order is for."""
    return len(order["weekdays"]) / 7 if order["weekdays"] else 1 / max(1, order["days"])
