"""The medicines of the demo: orders that go with illnesses, three weeks of doses, what is left (``demo_medicines``)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from random import Random
from typing import Any, Final, cast
from uuid import UUID

from care.age import house_day
from care.data import table
from care.demo.house import Crew
from care.demo.residents import Resident
from care.events.record import put as put_event
from care.medicines.catalogue import packaged
from care.medicines.checks import warnings_of
from care.medicines.custody import KIND as CUSTODY
from care.medicines.doses import causes
from care.medicines.due import TAKEN, rule
from care.medicines.hours import AS_NEEDED, usual_days
from care.medicines.orders import NewOrder
from care.medicines.orders import put as put_order
from care.medicines.schedule import due_between
from care.rights import doing
from db.store import Act, Store
from db.tables import Dose, Order, StockMove

_DAY_S: Final = 86400
_AT_ONCE_S: Final = 7 * _DAY_S


@dataclass(frozen=True, slots=True)
class _Written:
    """An order of the demo, and whose."""

    id: UUID
    of: Resident
    new: NewOrder
    times: str
    high_alert: bool
    doctor: UUID


@dataclass(frozen=True, slots=True)
class _Given:
    """One dose to be written. ``due_at`` is ``None`` for one given as needed."""

    order: _Written
    by: UUID
    second: UUID | None
    due_at: int | None
    at: int
    result: str
    cause: str


def furnish_medicines(store: Store, people: list[Resident], crew: Crew, random: Random, since: int, now: int) -> int:
    """Write agreements, orders, doses and stock, few acts for each who acted. Returns how many doses."""
    file = table("demo_medicines")
    nurses, doctors = crew.nurses or crew.everyone, crew.doctors or crew.everyone
    _agreements(store, people, nurses[0], random, since)
    written = _orders(store, people, doctors[0], random, since)
    begin = max(since, now - file["dose_days"] * _DAY_S)
    doses = [one for order in written for one in _doses(order, crew, random, begin, now)]
    doses.sort(key=lambda one: (one.at // _AT_ONCE_S, one.by.int, one.at, one.order.id.int))
    # What was given before the last count is in what was counted.
    counted = now - 3 * _DAY_S
    _stock(store, written, nurses[0], random, begin, counted)
    for (_, by), group in groupby(doses, key=lambda one: (one.at // _AT_ONCE_S, one.by)):
        with doing(store, by, "dose.give") as act:
            for one in group:
                _write(act, one, counted)
    _change(store, written, doctors[0], now)
    return len(doses)


def _agreements(store: Store, people: list[Resident], nurse: UUID, random: Random, since: int) -> None:
    with doing(store, nurse, "stock.change") as act:
        for one in people:
            if random.randrange(100) < table("demo_medicines")["without_agreement"]:
                continue
            at = max(since, one.spots[0][0]) + 3600
            facts = {"signed_by": one.name, "relation": "self", "from_on": house_day(at).isoformat(), "scope": "all"}
            put_event(act, nurse, CUSTODY, facts, person_id=one.person_id, at=min(at, act.now))


def _orders(store: Store, people: list[Resident], doctor: UUID, random: Random, since: int) -> list[_Written]:
    """What a doctor would have written: no drug to which somebody is allergic, every warning with a reason."""
    codes = {one.zh: one for one in packaged().values()}
    reason: str = table("demo_medicines")["reason"]
    found = []
    with doing(store, doctor, "order.write") as act:
        for one in people:
            at = max(since, one.spots[0][0]) + 7200
            for row in _rows(one, random):
                drug = codes[row["drug"]]
                days, weekdays = usual_days(row.get("frequency", AS_NEEDED))
                new = NewOrder(
                    drug=drug.code,
                    name=drug.zh,
                    spec=row["spec"],
                    dose100=row["dose100"],
                    unit=row["unit"],
                    route=row.get("route", "1"),
                    frequency=row.get("frequency", AS_NEEDED),
                    days=days,
                    weekdays=weekdays,
                    as_needed=row.get("as_needed", ""),
                    gap_min=row.get("gap_min", 0),
                    from_on=house_day(at).isoformat(),
                )
                warned = warnings_of(act.conn, [one.person_id], new, at)
                if any(warning.blocks for warning in warned):
                    continue
                answers = {warning.code: reason for warning in warned if warning.needs_reason}
                id = put_order(act, doctor, one.person_id, new, answers, at)
                times = _times_of(act, id)
                found.append(_Written(id, one, new, times, drug.high_alert, doctor))
    return found


def _rows(one: Resident, random: Random) -> Iterator[Mapping[str, Any]]:
    for group in table("demo_medicines")["for"]:
        if any(group["condition"] in name for name in one.conditions or ("",)):
            for row in group["orders"]:
                if random.randrange(100) < row.get("share", 100):
                    yield row


def _times_of(act: Act, order_id: UUID) -> str:
    core = Order.__table__  # type: ignore[attr-defined]
    return cast(str, act.conn.execute(core.select().where(core.c.id == order_id)).mappings().one()["times"])


def _doses(order: _Written, crew: Crew, random: Random, since: int, now: int) -> Iterator[_Given]:
    """Every dose of the last weeks but those of just now, which are still to be given."""
    of, new = order.of, order.new
    if of.spots[-1][1].kind == "home":
        return
    since = max(since, of.spots[0][0] + 3 * 3600)
    until = now - table("demo_medicines")["open_min"] * 60
    carers, nurses = crew.carers or crew.everyone, crew.nurses or crew.everyone
    if new.as_needed:
        for _ in range(random.randrange(3)):
            at = random.randrange(since, max(since + 1, until))
            cause = random.choice(causes("as_needed")).zh
            yield _Given(order, random.choice(nurses), None, None, at, "given", cause)
        return
    for due_at in due_between(new.from_on, None, order.times, new.days, new.weekdays, since, until):
        if due_at > now - rule("give_until_min") * 60 and of.index % 29 == 3:
            continue  # late: somebody has to look after it
        away = any(left <= due_at < back for left, back in of.away)
        result = "away" if away else _result(random)
        # Those of the floor keep their people, as in rounds.
        floor, shift = of.spots[-1][1].floor, (due_at + 8 * 3600) // (12 * 3600)
        by = nurses[shift % len(nurses)] if order.high_alert else carers[(floor + shift * 2) % len(carers)]
        second = carers[(floor + shift) % len(carers)] if order.high_alert and result in TAKEN else None
        minutes = random.randrange(62, 110) if result == "late" else random.randrange(-15, 45)
        cause = "" if result == "given" else random.choice(causes(result)).zh
        yield _Given(order, by, second if second != by else None, due_at, due_at + minutes * 60, result, cause)


def _result(random: Random) -> str:
    file, drawn = table("demo_medicines"), random.randrange(1000)
    for result in ("late", "refused", "held", "missed", "vomited"):
        drawn -= file[result]
        if drawn < 0:
            return result
    return "given"


def _write(act: Act, one: _Given, counted: int) -> None:
    order, new = one.order, one.order.new
    dose_id = act.insert(
        Dose,
        person_id=order.of.person_id,
        order_id=order.id,
        staff_id=one.by,
        second_id=one.second,
        due_at=one.due_at,
        at=one.at,
        result=one.result,
        cause=one.cause,
    )
    if one.result in TAKEN and one.at > counted:
        _move(act, order, one.by, "given", -new.dose100, one.at, _lot(order), dose_id=dose_id)


def _stock(store: Store, written: list[_Written], nurse: UUID, random: Random, since: int, counted: int) -> None:
    """What the family or the pharmacy brought, and the count of this week: some of it runs out, some of it expires."""
    with doing(store, nurse, "stock.change") as act:
        for order in written:
            packs = random.choice([1, 2, 2, 3])
            per_day = max(1, len(order.times.split()))
            came100 = order.new.dose100 * per_day * 28 * packs
            source = random.choice(table("demo_medicines")["sources"])
            lot = _lot(order)
            _move(act, order, nurse, "received", came100, since, lot, note=source)
            left100 = order.new.dose100 * per_day * random.choice([8, 12, 20, 27, 27, 40])
            _move(act, order, nurse, "counted", left100 - came100, counted, lot, left100=left100)


def _lot(order: _Written) -> tuple[str, str]:
    """The lot of an order, and when it expires: of a few within the warning."""
    lots = table("demo_medicines")["lots"]
    n = order.of.index * 7 + len(order.new.name)
    begin = date.fromisoformat(order.new.from_on)
    days = 100 if n % 23 == 0 else 240 + n % 9 * 60
    return str(lots[n % len(lots)]), (begin + timedelta(days=days)).isoformat()


def _move(
    act: Act,
    order: _Written,
    by: UUID,
    kind: str,
    quantity100: int,
    at: int,
    lot: tuple[str, str],
    *,
    left100: int | None = None,
    dose_id: UUID | None = None,
    note: str = "",
) -> None:
    new = order.new
    act.insert(
        StockMove,
        person_id=order.of.person_id,
        drug=new.drug,
        name=new.name,
        spec=new.spec,
        unit=new.unit,
        lot=lot[0],
        expires=lot[1],
        quantity100=quantity100,
        left100=left100,
        kind=kind,
        at=at,
        staff_id=by,
        dose_id=dose_id,
        note=note,
    )


def _change(store: Store, written: list[_Written], doctor: UUID, now: int) -> None:
    """One order is held since this morning, another was stopped last week."""
    if len(written) < 2:
        return
    with doing(store, doctor, "order.write") as act:
        act.edit(Order, written[0].id, held=True, held_reason=causes("held")[1].zh)
        gone = now - 6 * _DAY_S
        act.edit(Order, written[-1].id, stopped=True, stopped_at=gone, stop_reason=table("demo_medicines")["reason"])
