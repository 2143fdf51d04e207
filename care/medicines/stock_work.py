"""What the ledger of medicines asks of people on Today: what runs out, what expires, what is to be counted."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text

from care.age import house_day
from care.data import table
from care.groups import Groups, groups
from care.looks import InHouse, ahead
from care.medicines.catalogue import formulary
from care.medicines.daily_use import daily_use
from care.medicines.ledger import Item, Lot, add_up, lot_key, shared_out, with_use_by
from care.standing import effective
from care.words import Words
from care.work import Work
from db.tables import StockMove

_DAY_S: Final = 86400
_HOUR_S: Final = 3600
_PLACE: Final = "stock"


_SAID: Final = {
    "expired": ("已过期，要下架", "expired, to be taken away"),
    "low": ("快用完", "running out"),
    "soon": ("90 天内过期", "expire within 90 days"),
    "unordered": ("没有医嘱，要退回或封存", "not ordered any more, to be given back"),
    "count": ("该盘点", "to be counted"),
}


class Shelf(NamedTuple):
    """The lots of one medicine of somebody as they were last counted, or came. ``since``: when that was."""

    lots: list[Lot]
    since: int
    counted: bool


def stock_work(conn: Connection, people: list[InHouse], now: int) -> Iterable[Work]:
    """What runs out, what expires, what has expired, and what has not been counted: one line each.

    Today reckons from the last count and from what orders use a day, and reads no dose: the screen of stock is exact.
    """
    merged, here = groups(conn), {one.person_id for one in people}
    rules, today = table("rules/stock"), house_day(now)
    day, soon = today.isoformat(), (today + timedelta(days=rules["warn_days"])).isoformat()
    daily = daily_use(conn, now)
    # Whatever the strength: one that was written otherwise is no medicine that nobody takes.
    ordered = {item[:3] for item in daily}
    found: dict[str, set[Item]] = {code: set() for code in _SAID}
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
            if (use := daily.get(item)) and usable100 <= use * rules["low_days"]:
                found["low"].add(item)
            if usable100 > 0 and owner is not None and item[:3] not in ordered:
                found["unordered"].add(item)
    lines = [_of_stock(code, items) for code, items in found.items() if items]
    if not any(found.values()) and (days := _forgotten_days(conn, now)):
        what = Words(f"药品账 {days} 天没有盘点", f"The ledger of medicines was not counted for {days} days")
        lines.append(Work("stock", "stock/count", what, _PLACE, waits_for="nurse"))
    return lines


def _forgotten_days(conn: Connection, now: int) -> int:
    """For how many days nobody has touched a ledger that was kept this year; 0 for one that is kept, or never was."""
    newest: int | None = conn.execute(_NEWEST).scalar()
    days = 0 if newest is None else (now - newest) // _DAY_S
    return days if table("rules/stock")["trust_days"] <= days <= table("rules/stock")["forget_days"] else 0


def _by_item(lots: list[Lot]) -> Iterable[tuple[Item, list[Lot]]]:
    """Lots of one medicine, each strength by itself; mostly there is one."""
    if len(lots) == 1:
        return [(lots[0].item, lots)]
    found: dict[Item, list[Lot]] = {}
    for lot in lots:
        found.setdefault(lot.item, []).append(lot)
    return found.items()


def _of_stock(code: str, items: set[Item]) -> Work:
    zh, en = _SAID[code]
    names = sorted({item.name for item in items})
    few = "、".join(names[:3]) + ("等" if len(names) > 3 else "")
    what = Words(f"{zh}：{len(items)} 份药（{few}）", f"{en}: {len(items)} ({', '.join(names[:3])})")
    return Work("stock", f"stock/{code}", what, _PLACE, waits_for="nurse", late_min=1 if code == "expired" else 0)


_NEWEST = text("SELECT max(m.at) FROM stock_move AS m WHERE m.kind <> 'given'")
# What was counted longer ago than some days is not believed: it asks for a count instead.
_KEPT = text(
    f"""
SELECT m.person_id, m.drug, m.name, m.spec, m.unit, m.lot, m.expires, m.quantity100, m.left100, m.kind, m.at, m.id
FROM stock_move AS m WHERE m.kind <> 'given' AND m.at >= :since AND (m.kind <> 'counted' OR m.at <= :until)
AND {effective(StockMove, "m")} ORDER BY m.at, m.id
"""
)


_KEPT_STATE = text("SELECT count(*), max(m.at) FROM stock_move AS m WHERE m.kind <> 'given' AND m.at >= :since")

# Of each record that is open what its shelves were when they were last read: between two counts nothing changes them.
_READ: WeakKeyDictionary[Engine, tuple[object, list[Shelf]]] = WeakKeyDictionary()


def _shelves(conn: Connection, merged: Groups, now: int) -> list[Shelf]:
    """The shelves with a line in the last days; read again once there is another line, or another hour."""
    since = now // _HOUR_S * _HOUR_S - table("rules/stock")["trust_days"] * _DAY_S
    state = (since, *conn.execute(_KEPT_STATE, {"since": since}).one(), *merged.hidden.items())
    known = _READ.get(conn.engine)
    if known is None or known[0] != state:
        known = _READ[conn.engine] = (state, _read(conn, merged, since, ahead(now)))
    return known[1]


def _read(conn: Connection, merged: Groups, since: int, until: int) -> list[Shelf]:
    known = formulary(conn)
    lines: dict[tuple[Any, ...], list[Any]] = {}
    for line in conn.execute(_KEPT, {"since": since, "until": until}):
        owner = line.person_id
        if owner is not None and merged.hidden:
            owner = merged.of(UUID(bytes=owner)).bytes
        lines.setdefault((owner, line.drug, line.name), []).append(line)
    found = []
    for (owner, *_), some in lines.items():
        last = max((line.at for line in some if line.kind == "counted"), default=None)
        begin = min(line.at for line in some) if last is None else last
        lots = add_up((owner, *line[1:]) for line in some if line.at >= begin)
        opened = {lot_key(line): line.at for line in some if line.kind == "opened"}
        found.append(Shelf(with_use_by(known, lots, opened), begin, last is not None))
    return found
