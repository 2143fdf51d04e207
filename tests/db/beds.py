"""Beds as what came before a copy was made, and what came after."""

from sqlalchemy import select
from sqlmodel import col

from db.store import Store
from db.tables import Bed


def add(store: Store, label: str) -> None:
    """One more entry: what a copy of the record holds, or does not."""
    with store.act(None) as act:
        act.insert(Bed, kind="home", label=label)


def beds(store: Store) -> list[str]:
    """What the record holds, by label."""
    with store.reading() as conn:
        return list(conn.execute(select(col(Bed.label)).order_by(col(Bed.label))).scalars())
