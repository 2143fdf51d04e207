"""What there is of somebody's medicine, or of the house's: read, received, given back, destroyed, opened, counted.

Every change is a line of the ledger with who wrote it; of a controlled drug with a second person.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from care.age import house_day, is_day
from care.data import table
from care.groups import groups
from care.medicines.catalogue import formulary, resembling
from care.medicines.causes import cause_of
from care.medicines.daily_use import daily_use
from care.medicines.ledger import Item, Lot, LotKey, all_lots, lots_of
from care.rights import Second, doing, doing_together
from care.standing import undo_record, void_record
from db.errors import Refused
from db.store import Act, Store
from db.tables import StockMove

RIGHT: Final = "stock.change"


@dataclass(frozen=True, slots=True)
class StockLine:
    """One lot. ``days_left`` is that of the whole item, ``None`` where no order says how much is used.

    ``state``: expired, soon (expires within the warning), low, short (nothing left, and an order needs it) or ok.
    ``use_by``: the last day it may be used, earlier than ``expires`` for what was opened.
    """

    person_id: UUID | None
    drug: str
    name: str
    spec: str
    lot: str
    expires: str | None
    use_by: str | None
    opened_at: int | None
    quantity100: int
    unit: str
    days_left: int | None
    state: str

    @property
    def key(self) -> LotKey:
        """Which lot of its item it is."""
        return LotKey(self.spec, self.unit, self.lot, self.expires)


@dataclass(frozen=True, slots=True)
class Received:
    """What came in. ``drug``: a code of the catalogue, or empty with a ``name``. ``source`` is kept as the note."""

    drug: str
    quantity100: int
    unit: str
    name: str = ""
    spec: str = ""
    lot: str = ""
    expires: str | None = None
    source: str = ""


def stock(store: Store, person_id: UUID | None) -> list[StockLine]:
    """What there is, by name, what expires first first; lots that are used up are left out."""
    now = store.now()
    with store.reading() as conn:
        shown = None if person_id is None else groups(conn).of(person_id)
        return lines(all_lots(conn, shown, now), daily_use(conn, now), house_day(now), shown)


def lines(lots: list[Lot], daily: Mapping[Item, float], today: date, person_id: UUID | None) -> list[StockLine]:
    """Lots as they are shown, and a line for what an order needs and is not there though it was entered once."""
    day = today.isoformat()
    usable: dict[Item, int] = {}
    for lot in lots:
        usable[lot.item] = usable.get(lot.item, 0) + (0 if lot.expired(day) else lot.left100)
    found = []
    for lot in lots:
        left = _days(usable[lot.item], daily.get(lot.item))
        if lot.left100:
            found.append(_line(lot, left, state_of(lot, left, today)))
    shown = {(one.person_id, one.drug, one.name, one.spec, one.unit) for one in found}
    for item in dict.fromkeys(lot.item for lot in lots):
        if item not in shown and daily.get(item) and item.person_id == person_id:
            empty = Lot(item, LotKey(item.spec, item.unit, "", None), 0)
            found.append(_line(empty, 0, "short"))
    return sorted(found, key=lambda one: (one.name, one.spec, one.use_by or "9", one.lot))


def state_of(lot: Lot, days_left: int | None, today: date) -> str:
    """expired, soon, short, low or ok."""
    rules = table("rules/stock")
    if lot.expired(today.isoformat()):
        return "expired"
    if days_left is not None and days_left <= 0:
        return "short"
    if days_left is not None and days_left <= rules["low_days"]:
        return "low"
    ends = (today + timedelta(days=rules["warn_days"])).isoformat()
    return "soon" if lot.use_by is not None and lot.use_by <= ends else "ok"


def receive(store: Store, by: UUID, person_id: UUID | None, came: Received, *, second: Second | None = None) -> UUID:
    """Medicine came in: of a person, or of the house. Gives the id of the line.

    Raises ``Refused``: drug_unknown, order_name_missing, order_unit_missing, stock_quantity (most), text_too_long
    (most), date_shape (field), stock_expired, stock_second_needed (a controlled drug), and as ``care.rights.require``.
    """
    rules = table("rules/stock")
    texts = {name: str(getattr(came, name)).strip() for name in ("name", "spec", "lot", "unit", "source")}
    if any(len(text) > rules["longest_text"] for text in texts.values()):
        raise Refused("text_too_long", most=rules["longest_text"])
    _check_quantity(came.quantity100)
    if not texts["unit"]:
        raise Refused("order_unit_missing")
    if came.expires is not None and not is_day(came.expires):
        raise Refused("date_shape", field="expires")
    if came.expires is not None and came.expires < house_day(store.now()).isoformat():
        raise Refused("stock_expired")
    with store.reading() as conn:
        known = formulary(conn).get(came.drug)
        person_id = None if person_id is None else groups(conn).of(person_id)
    if came.drug and known is None:
        raise Refused("drug_unknown")
    name = texts["name"] if known is None else known.zh
    if not name:
        raise Refused("order_name_missing")
    item = Item(person_id, came.drug, name, texts["spec"], texts["unit"])
    key = LotKey(texts["spec"], texts["unit"], texts["lot"], came.expires)
    with _changing(store, by, item, second) as act:
        return _insert(act, by, item, key, "received", came.quantity100, second, note=texts["source"])


def give_back(
    store: Store, by: UUID, line: StockLine, quantity100: int, to: str, *, second: Second | None = None
) -> UUID:
    """Some of a lot went back, to the family or to where it came from. Raises as ``destroy``."""
    return _out(store, by, line, "returned", quantity100, to, second)


def destroy(
    store: Store, by: UUID, line: StockLine, quantity100: int, reason: str, *, second: Second | None = None
) -> UUID:
    """Some of a lot was destroyed. Gives the id of the line.

    Raises ``Refused``: cause_missing, text_too_long (most), stock_quantity (most), stock_not_there (left: whole
    units), stock_second_needed (a controlled drug), and as ``care.rights.doing_together``.
    """
    return _out(store, by, line, "destroyed", quantity100, reason, second)


def open_lot(store: Store, by: UUID, line: StockLine) -> UUID:
    """A lot was opened: what must be used up within some days of it is not given after them."""
    item = _item(line)
    with doing(store, by, "dose.give") as act:
        return _insert(act, by, item, line.key, "opened", 0, None)


def count(
    store: Store,
    by: UUID,
    person_id: UUID | None,
    drug: str,
    name: str,
    found: Mapping[LotKey, int],
    *,
    second: Second | None = None,
) -> dict[LotKey, int]:
    """Write down what was found of one medicine, all its lots; a lot that is not named was not there.

    Gives the difference of each lot that was not as it should be, hundredths of its unit. Raises ``Refused``:
    stock_quantity (most), stock_second_needed, and as ``care.rights.doing_together``.
    """
    rules = table("rules/stock")
    if len(found) > rules["most_lots"] or any(not 0 <= left <= rules["most_quantity100"] for left in found.values()):
        raise Refused("stock_quantity", most=rules["most_quantity100"] // 100)
    with store.reading() as conn:
        person_id = None if person_id is None else groups(conn).of(person_id)
    with _changing(store, by, Item(person_id, drug, name, "", ""), second) as act:
        should = {lot.key: lot.left100 for lot in lots_of(act.conn, person_id, drug, name, act.now)}
        differs = {}
        for key in dict.fromkeys([*should, *found]):
            left, difference = found.get(key, 0), found.get(key, 0) - should.get(key, 0)
            item = Item(person_id, drug, name, key.spec, key.unit)
            _insert(act, by, item, key, "counted", difference, second, left100=left)
            if difference:
                differs[key] = difference
        return differs


def undo(store: Store, by: UUID, move_id: UUID) -> None:
    """Take back a line just written. Raises as ``care.standing.undo_record``."""
    undo_record(store, by, StockMove, move_id)


def void(store: Store, by: UUID, move_id: UUID, reason: str, *, second: Second | None = None) -> UUID:
    """Say that a line counts no more. Raises as ``care.standing.void_record``."""
    return void_record(store, by, StockMove, move_id, reason, second=second)


def _out(
    store: Store, by: UUID, line: StockLine, kind: str, quantity100: int, reason: str, second: Second | None
) -> UUID:
    reason = cause_of(reason)
    _check_quantity(quantity100)
    item = _item(line)
    with _changing(store, by, item, second) as act:
        lots = lots_of(act.conn, item.person_id, item.drug, item.name, act.now)
        left100 = next((lot.left100 for lot in lots if lot.key == line.key), 0)
        if quantity100 > left100:
            raise Refused("stock_not_there", left=max(left100, 0) // 100)
        return _insert(act, by, item, line.key, kind, -quantity100, second, note=reason)


@contextmanager
def _changing(store: Store, by: UUID, item: Item, second: Second | None) -> Iterator[Act]:
    """One act on the ledger; of a controlled drug of two people."""
    with store.reading() as conn:
        known = formulary(conn)
        drug = known.get(item.drug) or resembling(known, item.name)
    if drug is None or not drug.controlled:
        with doing(store, by, RIGHT) as act:
            yield act
        return
    if second is None:
        raise Refused("stock_second_needed")
    with doing_together(store, by, second, RIGHT, "stock_together") as act:
        yield act


def _insert(
    act: Act,
    by: UUID,
    item: Item,
    key: LotKey,
    kind: str,
    quantity100: int,
    second: Second | None,
    *,
    left100: int | None = None,
    note: str = "",
) -> UUID:
    return act.insert(
        StockMove,
        person_id=item.person_id,
        drug=item.drug,
        name=item.name,
        spec=key.spec,
        unit=key.unit,
        lot=key.lot,
        expires=key.expires,
        quantity100=quantity100,
        left100=left100,
        kind=kind,
        at=act.now,
        staff_id=by,
        second_id=None if second is None else second.staff_id,
        note=note,
    )


def _check_quantity(quantity100: int) -> None:
    most: int = table("rules/stock")["most_quantity100"]
    if not 0 < quantity100 <= most:
        raise Refused("stock_quantity", most=most // 100)


def _item(line: StockLine) -> Item:
    return Item(line.person_id, line.drug, line.name, line.spec, line.unit)


def _days(usable100: int, daily100: float | None) -> int | None:
    return None if not daily100 else max(0, int(usable100 // daily100))


def _line(lot: Lot, days_left: int | None, state: str) -> StockLine:
    return StockLine(
        person_id=lot.item.person_id,
        drug=lot.item.drug,
        name=lot.item.name,
        spec=lot.item.spec,
        lot=lot.key.lot,
        expires=lot.key.expires,
        use_by=lot.use_by,
        opened_at=lot.opened_at,
        quantity100=lot.left100,
        unit=lot.item.unit,
        days_left=days_left,
        state=state,
    )
