"""What medicines ask of people on Today: doses that nobody has recorded, doses given twice, stock that runs out."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from care.age import house_day
from care.data import table
from care.groups import groups
from care.looks import InHouse
from care.medicines.custody import agreed_people
from care.medicines.due import open_orders, rule, unrecorded
from care.medicines.ledger import Item, LotKey, with_use_by
from care.medicines.ledger import Lot as StockLot
from care.medicines.schedule import clock
from care.medicines.stock import daily_use, state_of
from care.medicines.twice import doses_twice
from care.standing import effective
from care.words import Words
from care.work import Work
from db.tables import StockMove

_DAY_S: Final = 86400
_ROUND, _SETTLE, _STOCK = "medicines", "unsettled", "stock"


def doses_work(conn: Connection, people: list[InHouse], now: int) -> Iterable[Work]:
    """One line for each hour that is open, what is wrong with doses, and who has no agreement that we keep them."""
    merged = groups(conn)
    here = {one.person_id: one for one in people}
    hours: dict[int, _Hour] = {}
    for order, due_at in unrecorded(conn, now):
        one = here.get(merged.of(UUID(bytes=order["person_id"])))
        if one is not None and not one.on_leave and one.bed_kind != "home":
            hour = hours.setdefault(due_at, _Hour(set(), []))
            hour.people.add(one.person_id)
            hour.orders.append(order)
    for due_at, hour in hours.items():
        yield _of_hour(due_at, hour, now)
    for twice in doses_twice(conn, merged, now, rule("twice_today_days")):
        at = clock(twice.due_at)
        yield Work(
            section="doses",
            key=f"doses/twice/{twice.order_id.hex}/{twice.due_at}",
            what=Words(f"{twice.drug} {at} 这次记了两回", f"{twice.drug} {at}: recorded twice"),
            place=_SETTLE,
            person_id=twice.person_id,
            bed_label=twice.bed_label,
            name=twice.name,
            waits_for="nurse",
            urgent=True,
            about=twice.order_id,
        )
    yield from _without_agreement(conn, here, now)


class _Hour(NamedTuple):
    people: set[UUID]
    orders: list[Mapping[Any, Any]]


def _of_hour(due_at: int, hour: _Hour, now: int) -> Work:
    late = (now - due_at) // 60
    alert = sum(bool(order["high_alert"]) for order in hour.orders)
    at = clock(due_at)
    if house_day(due_at) < house_day(now):
        zh, en = f"昨天 {at}", f"yesterday {at}"
    else:
        zh, en = at, at
    persons, doses = len(hour.people), len(hour.orders)
    past = late > rule("give_until_min")
    zh = f"{zh} 的药还没记：{persons} 人 {doses} 份" if past else f"{zh} 给药：{persons} 人 {doses} 份"
    en = f"Medicines of {en}{' not recorded' if past else ''}: {persons} people, {doses} doses"
    if alert:
        zh, en = f"{zh}，高警示 {alert}", f"{en}, {alert} high-alert"
    return Work(
        section="doses",
        key=f"doses/{due_at}",
        what=Words(zh, en),
        place=_ROUND,
        due_at=due_at,
        late_min=late if late > rule("late_min") else 0,
    )


def _without_agreement(conn: Connection, here: Mapping[UUID, InHouse], now: int) -> Iterator[Work]:
    merged = groups(conn)
    agreed = {merged.of(one) for one in agreed_people(conn, house_day(now).isoformat())}
    taking = {merged.of(UUID(bytes=order["person_id"])) for order in open_orders(conn, now, now)}
    without = [one for one in (taking & here.keys()) - agreed if here[one].bed_kind == "welfare"]
    if without:
        n = len(without)
        what = Words(f"没有签服药管理协议：{n} 人", f"No agreement that medicines are kept: {n} people")
        yield Work("doses", "doses/custody", what, _ROUND, waits_for="nurse")


def stock_work(conn: Connection, people: list[InHouse], now: int) -> Iterable[Work]:
    """What runs out, what expires, what has expired, and what has not been counted: one line each."""
    merged, here = groups(conn), {one.person_id for one in people}
    rules, today = table("rules/stock"), house_day(now)
    daily = daily_use(conn, now)
    lots, counted = _recent(conn, now)
    usable: dict[Item, int] = {}
    found: dict[str, set[Item]] = {}
    for lot in lots:
        if lot.item.person_id is not None and merged.of(lot.item.person_id) not in here:
            continue
        at = counted.get(lot.item)
        if at is None or at < now - rules["count_days"] * _DAY_S:
            found.setdefault("count", set()).add(lot.item)
        if at is None:
            continue
        usable[lot.item] = usable.get(lot.item, 0) + (0 if lot.expired(today.isoformat()) else lot.left100)
        if lot.left100 > 0 and (state := state_of(lot, None, today)) in ("expired", "soon"):
            found.setdefault(state, set()).add(lot.item)
    for item, left100 in usable.items():
        if item in daily and left100 <= daily[item] * rules["low_days"]:
            found.setdefault("low", set()).add(item)
    for code, items in found.items():
        yield _of_stock(code, items)


_SAID: Final = {
    "expired": ("已过期，要下架", "expired, to be taken away"),
    "low": ("快用完", "running out"),
    "soon": ("90 天内过期", "expire within 90 days"),
    "count": ("该盘点", "to be counted"),
}


def _of_stock(code: str, items: set[Item]) -> Work:
    zh, en = _SAID[code]
    names = sorted({item.name for item in items})
    few = "、".join(names[:3]) + ("等" if len(names) > 3 else "")
    what = Words(f"{zh}：{len(items)} 份药（{few}）", f"{en}: {len(items)} ({', '.join(names[:3])})")
    return Work("stock", f"stock/{code}", what, _STOCK, waits_for="nurse", late_min=1 if code == "expired" else 0)


# Lines of the last days only: what was counted longer ago is not believed, and asks for a count instead.
_RECENT = text(
    f"""
WITH counted AS (
    SELECT c.person_id, c.drug, c.name, max(c.at) AS at, c.id FROM stock_move AS c
    WHERE c.at >= :since AND c.kind = 'counted' AND {effective(StockMove, "c")} GROUP BY c.person_id, c.drug, c.name)
SELECT m.person_id, m.drug, m.name, m.spec, m.unit, m.lot, m.expires,
       sum(CASE WHEN m.kind = 'counted' THEN m.left100 ELSE m.quantity100 END), max(n.at),
       max(CASE WHEN m.kind = 'opened' THEN m.at END)
FROM stock_move AS m LEFT JOIN counted AS n ON n.person_id IS m.person_id AND n.drug = m.drug AND n.name = m.name
WHERE m.at >= :since AND {effective(StockMove, "m")}
AND (n.at IS NULL OR m.at > n.at OR (m.at = n.at AND (m.kind = 'counted' OR m.id > n.id)))
GROUP BY m.person_id, m.drug, m.name, m.spec, m.unit, m.lot, m.expires
"""
)


def _recent(conn: Connection, now: int) -> tuple[list[StockLot], dict[Item, int]]:
    """Lots with a line in the last days, and when each item was counted within them."""
    since = now - timedelta(days=table("rules/stock")["trust_days"]).total_seconds()
    lots, counted, opened = [], {}, {}
    for person, drug, name, spec, unit, lot, expires, left100, at, opened_at in conn.execute(_RECENT, {"since": since}):
        item = Item(None if person is None else UUID(bytes=person), drug, name, spec, unit)
        key = LotKey(spec, unit, lot, expires)
        lots.append(StockLot(item, key, left100))
        if at is not None:
            counted[item] = at
        if opened_at is not None:
            opened[key] = opened_at
    return with_use_by(conn, lots, opened), counted
