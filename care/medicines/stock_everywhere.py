"""Everything that is kept in the house, of everybody and of the house itself: what asks for somebody first."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlmodel import col

from care.age import house_day
from care.groups import groups
from care.medicines.daily_use import daily_use
from care.medicines.ledger import all_lots
from care.medicines.stock import StockLine, lines
from care.places import places
from db.store import Store
from db.tables import Person

ORDER: Final = ("expired", "short", "low", "soon", "ok")
"""What asks for somebody, most of all first."""

_OWNERS = text("SELECT DISTINCT person_id FROM stock_move")


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One lot and whose it is; ``name`` and ``bed_label`` are empty for the house's own."""

    line: StockLine
    name: str
    bed_label: str


def everything(store: Store) -> list[KeptLine]:
    """Every lot that holds something, and what an order needs and is not there."""
    now = store.now()
    with store.reading() as conn:
        merged = groups(conn)
        where = {one: place.label for one, place in places(conn).items()}
        owners = {None if one is None else merged.of(UUID(bytes=one)) for (one,) in conn.execute(_OWNERS)}
        names = _names(conn, {one for one in owners if one is not None})
        daily, today = daily_use(conn, now), house_day(now)
        found = []
        for owner in owners:
            lots = all_lots(conn, owner, now)
            name, bed = ("", "") if owner is None else (names.get(owner, ""), where.get(owner, ""))
            found += [KeptLine(line, name, bed) for line in lines(lots, daily, today, owner)]
    return sorted(found, key=_urgency)


def _names(conn: Connection, people: set[UUID]) -> dict[UUID, str]:
    asked = select(col(Person.id), col(Person.name)).where(col(Person.id).in_(people))
    return {one.id: one.name for one in conn.execute(asked)}


def _urgency(kept: KeptLine) -> tuple[int, str, str, str]:
    one = kept.line
    return ORDER.index(one.state), one.use_by or "9", kept.bed_label, one.name
