"""A house in which medicines are due: early, late, high-alert, held, away, too late; with a ledger, at twenty past."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from textual.pilot import Pilot

from care import rounds, staff, stays
from care.medicines.catalogue import drugs
from care.medicines.checks import check
from care.medicines.doses import dose_round, give, not_given
from care.medicines.orders import NewOrder, hold, orders, prescribe
from care.medicines.stock import Received, receive
from care.person_facts import Allergy, Condition
from care.rights import Second
from tests.care.household import Household, at, copy_of, founded
from yiyang_tui.app import YiyangApp, make_app
from yiyang_tui.session import Session
from yiyang_tui.widgets.lines import SaidLine

NOW = "2026-11-22 08:20"
PAIR = "青山镇两院"
DOCTOR, NURSE, CARER, DIRECTOR = "1004", "1003", "1002", "1001"
PIN = "4711"
PLACES = {
    "today": "tests.tui.small_places:Today",
    "people": "tests.tui.small_places:People",
    "rounds": "tests.tui.evening:Turned",
    "beds": "tests.tui.small_places:Today",
    "sync": "tests.tui.small_places:Today",
    "medicines": "yiyang_tui.screens.medicines:Medicines",
    "stock": "yiyang_tui.screens.stock:Stock",
    "order": "yiyang_tui.screens.order_form:OrderForm",
    "chart": "yiyang_tui.screens.chart:Chart",
    "event": "tests.tui.evening:Turned",
    "unsettled": "yiyang_tui.screens.settle:Settle",
}

Dosed = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


def order(house: Household, person: UUID, query: str, spec: str, frequency: str, **more: Any) -> UUID:
    """Somebody is prescribed the first drug of that name."""
    drug = drugs(house.store, query, 1)[0]
    given: dict[str, Any] = {"dose100": 100, "unit": "片", "from_on": "2026-11-01", "prescriber": "刘建国", **more}
    new = NewOrder(drug=drug.code, name=drug.zh, spec=spec, frequency=frequency, **given)
    said = {one.code: "医生知道" for one in check(house.store, person, new)}
    return prescribe(house.store, house.colleague("doctor", DOCTOR), person, new, said)


def build(path: Path) -> Household:
    """A new record."""
    house = founded(path)
    house.it_is("2026-11-01 08:00")
    for number, name, role in ((NURSE, "赵敏", "nurse"), (DOCTOR, "孙医生", "doctor")):
        who = staff.add(house.store, house.director, number=number, name=name, role=role)
        staff.set_pin(house.store, who, PIN)
    house.it_is("2026-11-18 09:00")
    wang = house.person("王长生", "101-1", allergies_known=True)
    chen = house.person("陈德福", "101-2", conditions=(Condition("2型糖尿病", "E11.9"),), allergies_known=True)
    li = house.person(
        "李秀英", "102-1", care_level="full", allergies_known=True,
        allergies=(Allergy("青霉素", "皮疹", "2019"), Allergy("磺胺")),
        conditions=(Condition("高血压3级", "I10"), Condition("2型糖尿病", "E11.9")),
    )  # fmt: skip
    zhou, zhang = house.person("周福", "102-2"), house.person("张玉珍", "103-1", care_level="full")
    wu = house.person("吴国华", "201-1")
    order(house, wang, "氨氯地平", "5mg", "QD", times="08:00")
    order(house, wang, "阿司匹林", "100mg", "QD", times="08:00")
    order(house, chen, "胰岛素", "300单位", "BID", times="07:00 17:00", dose100=1200, unit="单位", route="401")
    order(house, li, "二甲双胍", "0.5g", "BID", times="08:00 18:00")
    order(house, li, "氨氯地平", "5mg", "QD", times="08:00")
    order(house, li, "对乙酰氨基酚", "0.5g", "PRN", as_needed="头疼", gap_min=360)
    order(house, zhou, "阿托伐他汀", "20mg", "QD", times="09:00")
    hold(house.store, house.director, order(house, zhang, "地高辛", "0.25mg", "QD", times="08:00"), "脉搏 48")
    order(house, wu, "阿司匹林", "100mg", "QD", times="03:00")
    for person, lot, expires, quantity in ((wang, "A1", "2027-03-01", 2400), (li, "B7", "2026-12-10", 500)):
        of = next(one for one in orders(house.store, person) if one.name == "氨氯地平")
        came = Received(of.drug, quantity, of.unit, of.name, of.spec, lot, expires, "家属")
        receive(house.store, house.director, person, came)
    for day, hour in ((day, hour) for day in (19, 20, 21) for hour in ("03:05", "07:05", "08:05", "17:05", "18:05")):
        whole_round(house, f"2026-11-{day} {hour}")
    looked = rounds.Observation(vitals={"pulse": 78, "sbp": 156, "dbp": 92, "glucose_mmol10": 81})
    house.it_is("2026-11-21 18:10")
    rounds.record(house.store, house.carer, li, looked)
    now = house.it_is("2026-11-22 07:30")
    stays.leave(house.store, house.carer, zhou, "family", now + 30 * 3600, "儿子")
    return house


def whole_round(house: Household, when: str) -> None:
    """Everything that is due is given, but one that is refused; two persons at what takes two."""
    now = house.it_is(when)
    for row in dose_round(house.store, now).rows:
        if row.result is not None or row.blocked is not None:
            continue
        if row.name == "李秀英" and when.startswith("2026-11-20 17"):
            not_given(house.store, house.carer, row.order_id, row.due_at, "refused", "说不想吃")
        else:
            second = Second(house.colleague("nurse", NURSE), PIN) if row.high_alert else None
            why = "人不在房间" if row.late_min else ""
            give(house.store, house.carer, row.order_id, row.due_at, second=second, late_cause=why)


@pytest.fixture(scope="session")
def dosed_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Household]:
    """That record, closed; copied for each test."""
    made = build(tmp_path_factory.mktemp("dosed") / "record.db")
    made.store.close()
    return made.store.path, made


@pytest.fixture
def dosing(dosed_once: tuple[Path, Household], tmp_path: Path) -> Iterator[Household]:
    """A copy of it, open, its clock standing at 08:20."""
    path, made = dosed_once
    store = copy_of(path, tmp_path / "house")
    store.answer_clock(at(NOW))
    yield Household(store, made.director, made.carer, made._numbers)
    store.close()


@pytest.fixture
def dosed(dosing: Household) -> Dosed:
    """The application on the dose round, the carer at the keyboard."""

    @asynccontextmanager
    async def run(
        start: str = "medicines",
        lang: str = "zh",
        theme: str = "yiyang-plain",
        size: tuple[int, int] = (80, 24),
        number: str = CARER,
    ) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        from tests.tui.conftest import settle

        who = staff.by_number(dosing.store, number)
        assert who is not None
        app = make_app(dosing.store.path, lang, theme, start=start, places=PLACES)
        session = Session(dosing.store, who, PAIR, dosing.store.now)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            app.call_later(app.enter, session)
            while app.carrying.standing is None and app.carrying.trouble is None:
                await settle(app, pilot)
            await settle(app, pilot)
            yield app, pilot

    return run


def said(app: YiyangApp) -> str:
    """What the message line says."""
    return app.screen.query_one(SaidLine).text
