"""What is there of a medicine, lot by lot, derived from the lines of the ledger; and what a dose takes out of it.

What is there of a lot is what was counted last and the sum of the lines since. Lines of a count stand for the whole
item, all its lots: a lot that nobody found was counted as none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from care.age import house_day
from care.data import table
from care.groups import groups
from care.looks import ahead
from care.medicines.catalogue import Formulary, formulary
from care.standing import effective, void_row
from db.errors import Refused
from db.rows import shape_of
from db.store import Act
from db.tables import StockMove


class Item(NamedTuple):
    """One medicine of one person, or of the house (``person_id`` None), in one strength and unit."""

    person_id: UUID | None
    drug: str
    name: str
    spec: str
    unit: str


class LotKey(NamedTuple):
    """One lot of an item. ``expires``: ISO text, or ``None`` where nobody wrote it down."""

    spec: str
    unit: str
    lot: str
    expires: str | None


@dataclass(frozen=True, slots=True)
class Lot:
    """What is there of one lot. ``left100`` in hundredths of the unit, below 0 where more was taken than came in.

    ``opened_at``: when it was opened, for what must then be used up; ``use_by``: the last day it may be used.
    """

    item: Item
    key: LotKey
    left100: int
    opened_at: int | None = None
    use_by: str | None = None

    def expired(self, today: str) -> bool:
        """Whether it may not be used any more on that day."""
        return self.use_by is not None and self.use_by < today


_COUNTED = text(
    f"""
SELECT c.at FROM stock_move AS c WHERE c.person_id IS :person AND c.drug = :drug AND c.name = :name
AND c.kind = 'counted' AND c.at <= :until AND {effective(StockMove, "c")} ORDER BY c.at DESC LIMIT 1
"""
)
_LINES = text(
    f"""
SELECT m.person_id, m.drug, m.name, m.spec, m.unit, m.lot, m.expires, m.quantity100, m.left100, m.kind, m.at, m.id
FROM stock_move AS m WHERE m.person_id IS :person AND m.drug = :drug AND m.name = :name AND m.at >= :since
AND (m.kind <> 'counted' OR m.at <= :until) AND {effective(StockMove, "m")} ORDER BY m.at, m.id
"""
)
_ITEMS = text("SELECT DISTINCT m.drug, m.name FROM stock_move AS m WHERE m.person_id IS :person")
# Opened long before the last count, a lot is open still.
_OPENED = text(
    f"SELECT m.spec, m.unit, m.lot, m.expires, max(m.at) FROM stock_move AS m WHERE m.person_id IS :person"
    f" AND m.drug = :drug AND m.name = :name AND m.kind = 'opened' AND {effective(StockMove, 'm')} GROUP BY 1, 2, 3, 4"
)


def lots_of(conn: Connection, person_id: UUID | None, drug: str, name: str, now: int) -> list[Lot]:
    """Every lot of one medicine of a person, or of the house, whatever its strength; empty ones too.

    Of somebody registered twice all of it is theirs, under the id that they are shown under.
    """
    # A count of a clock that ran years ahead must not stand for ever before every count that is made after it.
    asked = [{"person": one, "drug": drug, "name": name, "until": ahead(now)} for one in _ids(conn, person_id)]
    since = max((conn.execute(_COUNTED, one).scalar() or 0 for one in asked), default=0)
    lines = [line for one in asked for line in conn.execute(_LINES, {**one, "since": since})]
    lines.sort(key=lambda line: (line.at, line.id))
    lots = add_up((asked[0]["person"], *line[1:]) for line in lines)
    known = formulary(conn)
    # Few medicines must be used up once they were opened: of the others nobody asks when.
    must = any(open_days(known, lot.item) for lot in lots)
    opened = {key: at for one in asked for key, at in _opened(conn, one).items()} if must else {}
    return with_use_by(known, lots, opened)


def all_lots(conn: Connection, person_id: UUID | None, now: int) -> list[Lot]:
    """Every lot of everything that a person, or the house, has or had."""
    ids = _ids(conn, person_id)
    items = {(drug, name) for one in ids for drug, name in conn.execute(_ITEMS, {"person": one})}
    return [lot for drug, name in sorted(items) for lot in lots_of(conn, person_id, drug, name, now)]


def _ids(conn: Connection, person_id: UUID | None) -> list[bytes | None]:
    return [None] if person_id is None else [one.bytes for one in groups(conn).all(person_id)]


def add_up(lines: Iterable[Sequence[Any]]) -> list[Lot]:
    """What lines in order of time come to, lot by lot: a count says what is there, every other line adds to it."""
    found: dict[tuple[Item, LotKey], int] = {}
    for person, drug, name, spec, unit, lot, expires, quantity100, left100, kind, *_ in lines:
        item = Item(None if person is None else UUID(bytes=person), drug, name, spec, unit)
        key = item, LotKey(spec, unit, lot, expires)
        if kind == "counted":
            found[key] = int(left100 or 0)
        else:
            found[key] = found.get(key, 0) + quantity100
    return [Lot(item, key, left, use_by=key.expires or None) for (item, key), left in found.items()]


def with_use_by(known: Formulary, lots: Iterable[Lot], opened: Mapping[LotKey, int]) -> list[Lot]:
    """The same lots, of what was opened with the last day on which it may be used."""
    return [_opened_lot(known, lot, opened[lot.key]) if lot.key in opened else lot for lot in lots]


def _opened_lot(known: Formulary, lot: Lot, at: int) -> Lot:
    days = open_days(known, lot.item)
    ends = [lot.key.expires] if lot.key.expires else []
    if days:
        ends.append((house_day(at) + timedelta(days=days)).isoformat())
    return replace(lot, opened_at=at, use_by=min(ends, default=None))


def open_days(known: Formulary, item: Item) -> int:
    """How many days a lot of an item may be used once it was opened; 0 for what may be used until it expires."""
    rules, of = table("rules/stock")["opened_days"], known.get(item.drug)
    return int(rules["group"].get("" if of is None else of.group) or rules["unit"].get(item.unit) or 0)


def lot_key(line: Any) -> LotKey:
    """Which lot a line of the ledger is of."""
    return LotKey(line.spec, line.unit, line.lot, line.expires)


def first_to_expire(lots: Iterable[Lot], today: str) -> list[Lot]:
    """The lots that may be used and hold something, what expires first first; what is open before what is not."""
    fit = [lot for lot in lots if lot.left100 > 0 and not lot.expired(today)]
    return sorted(fit, key=lambda lot: (lot.use_by or _NEVER, lot.opened_at is None, lot.key.lot))


_NEVER: Final = date.max.isoformat()


def shared_out(lots: Iterable[Lot], wanted100: int, today: str) -> list[tuple[LotKey, int]]:
    """How much of which lot makes up the amount, what expires first first; less where there is not enough."""
    found = []
    for lot in first_to_expire(lots, today):
        if wanted100 <= 0:
            break
        taken = min(lot.left100, wanted100)
        found.append((lot.key, taken))
        wanted100 -= taken
    return found


def take(act: Act, by: UUID, order: Mapping[Any, Any], dose_id: UUID) -> None:
    """Take a dose out of the ledger: from the person's own medicine, else from the house's.

    Nothing is taken where no medicine of that name, strength and unit was ever entered: not every house keeps the
    ledger. What is missing in it is taken all the same and makes it negative, as the person has swallowed it: the
    next count says why. Raises ``Refused``: dose_expired (on) where all that is left has expired.
    """
    today = house_day(act.now).isoformat()
    wanted100: int = order["dose100"]
    for owner in (groups(act.conn).of(order["person_id"]), None):
        lots = [
            lot
            for lot in lots_of(act.conn, owner, order["drug"], order["name"], act.now)
            if (lot.item.spec, lot.item.unit) == (order["spec"], order["unit"])
        ]
        if not lots:
            continue
        parts = shared_out(lots, wanted100, today)
        short100 = wanted100 - sum(part for _, part in parts)
        if short100 and owner is not None and not parts and _house_has(act, order, today):
            continue
        stale = [lot.use_by for lot in lots if lot.left100 > 0 and lot.expired(today) and lot.use_by is not None]
        if short100 and stale:
            raise Refused("dose_expired", on=max(stale))
        if short100:
            # Out of the lot that was used last: it is the one that was counted wrongly.
            last = parts[-1][0] if parts else max(lots, key=lambda lot: (lot.use_by or "", lot.key.lot)).key
            parts = [*parts[:-1], (last, short100 + (parts[-1][1] if parts else 0))]
        for key, part in parts:
            _insert(act, by, order, owner, key, -part, dose_id)
        return


# What a dose took is kept with the row that was written first: corrections of it took nothing more.
_OF_DOSE = text(
    f"""
WITH RECURSIVE versions (id) AS (
    SELECT :dose UNION SELECT d.supersedes FROM dose AS d JOIN versions AS v ON d.id = v.id
    WHERE d.supersedes IS NOT NULL)
SELECT m.id FROM stock_move AS m WHERE m.dose_id IN (SELECT id FROM versions)
AND {effective(StockMove, "m")}
"""
)


def put_back(act: Act, by: UUID, dose_id: UUID, reason: str) -> None:
    """What a dose had taken was not taken: its lines count no more."""
    core = shape_of(StockMove).table
    for (move_id,) in act.conn.execute(_OF_DOSE, {"dose": dose_id.bytes}).all():
        line = act.conn.execute(core.select().where(core.c.id == UUID(bytes=move_id))).mappings().one()
        void_row(act, StockMove, line, staff_id=by, reason=reason)


def _house_has(act: Act, order: Mapping[Any, Any], today: str) -> bool:
    lots = lots_of(act.conn, None, order["drug"], order["name"], act.now)
    fit = [lot for lot in lots if (lot.item.spec, lot.item.unit) == (order["spec"], order["unit"])]
    wanted100: int = order["dose100"]
    return sum(part for _, part in shared_out(fit, wanted100, today)) >= wanted100


def _insert(
    act: Act,
    by: UUID,
    order: Mapping[Any, Any],
    owner: UUID | None,
    key: LotKey,
    quantity100: int,
    dose_id: UUID,
) -> None:
    act.insert(
        StockMove,
        person_id=owner,
        drug=order["drug"],
        name=order["name"],
        spec=key.spec,
        unit=key.unit,
        lot=key.lot,
        expires=key.expires,
        quantity100=quantity100,
        kind="given",
        at=act.now,
        staff_id=by,
        dose_id=dose_id,
    )


def _opened(conn: Connection, asked: Mapping[str, Any]) -> dict[LotKey, int]:
    return {LotKey(*row[:4]): row[4] for row in conn.execute(_OPENED, asked)}
