"""How much of each medicine the open orders use up a day."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from care.groups import Groups, groups
from care.medicines.due import open_orders
from care.medicines.ledger import Item


def daily_use(conn: Connection, now: int) -> dict[Item, float]:
    """How much of each item open orders use up a day, hundredths of the unit; as needed and held ones use none.

    Whose it is goes by the id that they are shown under.
    """
    found: dict[Item, float] = {}
    merged = groups(conn)
    for order in open_orders(conn, now, now):
        if order["times"] and not order["held"]:
            item = item_of(order, merged)
            found[item] = found.get(item, 0) + order["dose100"] * len(order["times"].split()) * _share(order)
    return found


def item_of(order: Mapping[Any, Any], merged: Groups) -> Item:
    """What an order of ``due.open_orders`` uses up."""
    return Item(merged.of(UUID(bytes=order["person_id"])), order["drug"], order["name"], order["spec"], order["unit"])


def _share(order: Mapping[Any, Any]) -> float:
    """On which part of all days an order is for."""
    return len(order["weekdays"]) / 7 if order["weekdays"] else 1 / max(1, order["days"])
