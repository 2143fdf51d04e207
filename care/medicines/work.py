"""What doses ask of people on Today: hours that are open, doses given twice, medicine that is kept unagreed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from care.age import house_day
from care.groups import groups
from care.looks import InHouse
from care.medicines.custody import agreed_people
from care.medicines.due import open_orders, rule, span, unrecorded
from care.medicines.schedule import clock
from care.medicines.twice import doses_twice
from care.medicines.unanswered import unanswered_work
from care.words import Words
from care.work import Work

_ROUND, _SETTLE = "medicines", "unsettled"


def doses_work(conn: Connection, people: list[InHouse], now: int) -> Iterable[Work]:
    """One line for each hour that is open, what is wrong with doses, and who has no agreement that we keep them."""
    merged = groups(conn)
    here = {one.person_id: one for one in people}
    hours: dict[int, _Hour] = {}
    orders = open_orders(conn, *span(now))
    # One order a person or forty: each is looked up once.
    whose = {one: here.get(merged.of(UUID(bytes=one))) for one in {order["person_id"] for order in orders}}
    for order, due_at in unrecorded(conn, orders, now):
        one = whose[order["person_id"]]
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
    yield from unanswered_work(conn, orders, whose, house_day(now).isoformat())
    taking = {one.person_id for one in whose.values() if one is not None and one.bed_kind == "welfare"}
    yield from _without_agreement(conn, taking, now)


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


def _without_agreement(conn: Connection, taking: set[UUID], now: int) -> Iterator[Work]:
    merged = groups(conn)
    without = taking - {merged.of(one) for one in agreed_people(conn, house_day(now).isoformat())}
    if without:
        n = len(without)
        what = Words(f"没有签服药管理协议：{n} 人", f"No agreement that medicines are kept: {n} people")
        yield Work("doses", "doses/custody", what, _ROUND, waits_for="nurse")
