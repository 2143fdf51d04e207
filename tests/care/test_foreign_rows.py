"""Rows that another laptop wrote as nonsense: no screen, sheet or list of the whole house goes dark for one of them."""

import json
from uuid import UUID

import pytest

from care import (
    alerts,
    answers,
    assess_due,
    assessments,
    bedside,
    certificates,
    duties_done,
    equipment,
    handover,
    house_checks,
    invariants,
    lifecycle,
    plan,
    proposals,
    risks,
    timeline,
)
from care.events import read, threads
from care.events.kinds import kinds
from care.kept_json import object_of
from care.looks import in_house
from care.medicines import checks, doses, orders, stock, stock_everywhere
from care.medicines.custody import custody
from care.pack.facts import pack_facts
from care.scales import scales
from care.today import today
from care.work import work_of
from db.journal import Value
from db.tables import Assessment, CatalogueItem, Dose, Event, StockMove
from tests.care.household import Household
from tests.care.pharmacy import Pharmacy, hour, pharmacy

NAMES = (
    "due", "until_on", "doses", "done", "left", "kind", "value", "draft", "items", "from_on", "what", "back_at",
    "staff", "topic", "passed", "signed_by", "result", "at",
)  # fmt: skip


def every_field(value: object) -> str:
    """An object whose fields all hold the same nonsense."""
    fields = {field.id for kind in kinds() for field in kind.fields}
    return json.dumps(dict.fromkeys([*NAMES, *sorted(fields)], value))


@pytest.mark.parametrize(
    "facts",
    ["{", "[]", "[" * 30_000, *map(every_field, (5, [{}], "\\ud800", 10**30))],
    ids=["cut", "list", "deep", "numbers", "objects", "half", "wide"],
)
def test_json_that_says_nothing_darkens_no_list(house: Household, facts: str) -> None:
    p = pharmacy(house)
    one, two = p.order("氨氯地平"), p.order("华法林")
    now = p.house.it_is("2026-11-22 08:05")
    _write_everywhere(p, one, facts, now)
    store, person = p.store, p.person
    with store.reading() as conn:
        people = in_house(conn, now)
        assert list(work_of(conn, people, now))
        risks.risks(conn, people, now)
        list(threads.open_events(conn))
    today(store, now)
    assert doses.dose_round(store, now).total == 2
    assert len(orders.orders(store, person)) == 2
    assert len(invariants.findings(store)) == 1
    for ask in (proposals.proposals, assessments.history, assess_due.due_of, plan.plan, custody, stock.stock):
        ask(store, person)
    for whole in (handover.draft, handover.waiting, handover.past, alerts.open_alerts, certificates.papers, pack_facts):
        whole(store, now)
    equipment.equipment(store, now)
    house_checks.checks(store, now)
    bedside.bedside(store, person, now)
    answers.answers(store, person, now - 1000, now)
    duties_done.said_at(store, person, now - 1000, now)
    lifecycle.lifecycle(store, person)
    read.of_person(store, person, limit=500)
    read.of_house(store, 0, now)
    timeline.timeline(store, person)
    stock_everywhere.everything(store)
    checks.check(store, person, p.new("布洛芬"))
    doses.give(store, house.carer, two, hour("08:00"), second=house.second())


def _write_everywhere(p: Pharmacy, order: UUID, facts: str, now: int) -> None:
    with p.store.act(None) as act:
        for kind in kinds():
            said: dict[str, Value] = {"staff_id": p.nurse, "at": now - 100, "kind": kind.id, "facts": facts}
            one = act.insert(Event, person_id=p.person, about=order, **said)
            act.insert(Event, person_id=None, about=one, **said)
        for scale in scales():
            kept: dict[str, Value] = {
                "scale": scale.id,
                "version": "99",
                "answers": facts,
                "facts": facts,
                "total": 3,
                "grade": "zz",
            }
            act.insert(Assessment, person_id=p.person, staff_id=p.nurse, at=now - 100, **kept)
        for _ in range(2):
            given: dict[str, Value] = {"due_at": hour("08:00"), "at": now, "result": "given"}
            act.insert(Dose, person_id=p.person, order_id=order, staff_id=p.nurse, **given)
        act.insert(CatalogueItem, catalogue="drugs", code="D043", name="氨氯地平", facts=facts)
        item: dict[str, Value] = {
            "drug": "D043",
            "name": "氨氯地平",
            "unit": "片",
            "kind": "received",
            "quantity100": 1000,
        }
        act.insert(StockMove, person_id=p.person, at=now, staff_id=p.nurse, expires="zz", **item)


def test_half_a_character_is_written_as_one_that_can_be_shown() -> None:
    assert object_of('{"a": "\\ud800x", "b": "\\u4e2d"}') == {"a": "?x", "b": "中"}
