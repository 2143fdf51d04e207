"""What medicines ask of people on Today: doses that nobody has recorded, doses given twice, stock that runs out."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from care.age import house_day
from care.data import table
from care.groups import Groups, groups
from care.looks import InHouse
from care.medicines.catalogue import formulary
from care.medicines.custody import agreed_people
from care.medicines.due import open_orders, rule, span, unrecorded
from care.medicines.ledger import Item, add_up, lot_key, shared_out, with_use_by
from care.medicines.ledger import Lot as StockLot
from care.medicines.schedule import clock
from care.medicines.stock import daily_use
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
    orders = open_orders(conn, *span(now))
    for order, due_at in unrecorded(conn, orders, now):
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
    yield from _without_agreement(conn, orders, here, now)


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


def _without_agreement(
    conn: Connection, orders: Iterable[Mapping[Any, Any]], here: Mapping[UUID, InHouse], now: int
) -> Iterator[Work]:
    merged = groups(conn)
    agreed = {merged.of(one) for one in agreed_people(conn, house_day(now).isoformat())}
    taking = {merged.of(UUID(bytes=order["person_id"])) for order in orders}
    without = [one for one in (taking & here.keys()) - agreed if here[one].bed_kind == "welfare"]
    if without:
        n = len(without)
        what = Words(f"没有签服药管理协议：{n} 人", f"No agreement that medicines are kept: {n} people")
        yield Work("doses", "doses/custody", what, _ROUND, waits_for="nurse")


def stock_work(conn: Connection, people: list[InHouse], now: int) -> Iterable[Work]:
    """What runs out, what expires, what has expired, and what has not been counted: one line each.

    Today reckons from the last count and from what orders use a day, and reads no dose: the screen of stock is exact.
    """
    merged, here = groups(conn), {one.person_id for one in people}
    rules, today = table("rules/stock"), house_day(now)
    day, soon = today.isoformat(), (today + timedelta(days=rules["warn_days"])).isoformat()
    daily = daily_use(conn, now)
    found: dict[str, set[Item]] = {"expired": set(), "low": set(), "soon": set(), "count": set()}
    for shelf, since, counted in _shelves(conn, merged, now):
        owner = shelf[0].item.person_id
        if owner is not None and owner not in here:
            continue
        if not counted or since < now - rules["count_days"] * _DAY_S:
            found["count"].add(shelf[0].item)
        for item, lots in _by_item(shelf):
            used100 = int(daily.get(item, 0) * (now - since) / _DAY_S)
            gone = dict(shared_out(lots, used100, day)) if used100 else {}
            usable100 = 0
            for lot in lots:
                left100 = lot.left100 - gone.get(lot.key, 0)
                expired = lot.expired(day)
                usable100 += 0 if expired else left100
                if left100 > 0 and lot.use_by is not None and lot.use_by <= soon:
                    found["expired" if expired else "soon"].add(item)
            if item in daily and usable100 <= daily[item] * rules["low_days"]:
                found["low"].add(item)
    lines = [_of_stock(code, items) for code, items in found.items() if items]
    if not any(found.values()) and (days := _forgotten_days(conn, now)):
        what = Words(f"药品账 {days} 天没有盘点", f"The ledger of medicines was not counted for {days} days")
        lines.append(Work("stock", "stock/count", what, _STOCK, waits_for="nurse"))
    return lines


def _forgotten_days(conn: Connection, now: int) -> int:
    """For how many days nobody has touched a ledger that was kept this year; 0 for one that is kept, or never was."""
    newest: int | None = conn.execute(_NEWEST).scalar()
    days = 0 if newest is None else (now - newest) // _DAY_S
    return days if table("rules/stock")["trust_days"] <= days <= table("rules/stock")["forget_days"] else 0


def _by_item(lots: list[StockLot]) -> Iterable[tuple[Item, list[StockLot]]]:
    """Lots of one medicine, each strength by itself; mostly there is one."""
    if len(lots) == 1:
        return [(lots[0].item, lots)]
    found: dict[Item, list[StockLot]] = {}
    for lot in lots:
        found.setdefault(lot.item, []).append(lot)
    return found.items()


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


_NEWEST = text("SELECT max(m.at) FROM stock_move AS m WHERE m.kind <> 'given'")
# What was counted longer ago than some days is not believed: it asks for a count instead.
_KEPT = text(
    f"""
SELECT m.person_id, m.drug, m.name, m.spec, m.unit, m.lot, m.expires, m.quantity100, m.left100, m.kind, m.at, m.id
FROM stock_move AS m WHERE m.kind <> 'given' AND m.at >= :since AND {effective(StockMove, "m")} ORDER BY m.at, m.id
"""
)


def _shelves(conn: Connection, merged: Groups, now: int) -> Iterator[tuple[list[StockLot], int, bool]]:
    """The lots of each medicine of somebody as they were last counted or came, since when, and if it was a count."""
    known = formulary(conn)
    lines: dict[tuple[Any, ...], list[Any]] = {}
    for line in conn.execute(_KEPT, {"since": now - table("rules/stock")["trust_days"] * _DAY_S}):
        owner = line.person_id
        if owner is not None and merged.hidden:
            owner = merged.of(UUID(bytes=owner)).bytes
        lines.setdefault((owner, line.drug, line.name), []).append(line)
    for (owner, *_), some in lines.items():
        last = max((line.at for line in some if line.kind == "counted"), default=None)
        since = min(line.at for line in some) if last is None else last
        lots = add_up((owner, *line[1:]) for line in some if line.at >= since)
        opened = {lot_key(line): line.at for line in some if line.kind == "opened"}
        yield with_use_by(known, lots, opened), since, last is not None
