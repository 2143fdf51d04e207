"""Orders and doses as a broken or newer laptop may leave them, on the screens that show medicines."""

from dataclasses import replace
from typing import Any

import pytest

from care import people
from care.person_facts import Allergy
from db.journal import Value
from db.tables import Dose, Order, Person, StockMove
from tests.care.household import Household, at
from tests.tui.charted import press
from tests.tui.conftest import screen_text, settle
from tests.tui.dosed import DOCTOR, Dosed, said
from tests.tui.test_medicine_orders import open_at
from yiyang_tui.screens.medicines import Medicines

FAR = 2**62
ORDERS: tuple[dict[str, Any], ...] = (
    {"times": "25:99"}, {"times": "08:00 " * 400}, {"dose100": -100}, {"name": "长" * 10_000},
    {"name": "\x1b[31m氨\u202e氯[/b]"}, {"name": ""}, {"days": 0}, {"weekdays": "89x"}, {"from_on": "zz"},
    {"until_on": "9999-99-99"}, {"frequency": "??"}, {"route": "??"}, {"unit": ""}, {"entered_at": FAR},
    {"overrides": "["}, {"stopped": True, "stopped_at": -FAR}, {"prescriber": "[red]x[/nope]", "note": "[/"},
    {"held": True, "held_reason": "\x07" * 500}, {"gap_min": -1, "as_needed": "疼", "times": ""},
)  # fmt: skip


@pytest.fixture
def foreign(dosing: Household) -> Household:
    """王长生 with one order of each kind of nonsense, each with a dose that says something unknown."""
    store, now = dosing.store, at("2026-11-22 07:00")
    wang = people.page(store, "王长生", 0, 1)[0].id
    whole = {
        "person_id": wang, "drug": "", "name": "奇怪的药", "dose100": 100, "unit": "片", "route": "1",
        "frequency": "BID", "times": "08:00 18:00", "from_on": "2026-11-20", "entered_by": dosing.director,
        "entered_at": now - 86400,
    }  # fmt: skip
    with store.act(None) as act:
        for nth, more in enumerate(ORDERS):
            one = act.insert(Order, **{**whole, **more})
            dose: dict[str, Value] = {
                "order_id": one,
                "person_id": wang,
                "staff_id": dosing.carer,
                "due_at": at("2026-11-22 08:00"),
            }
            if nth % 2:
                act.insert(Dose, **dose, at=FAR, result="exploded", cause="\u202e" * 50)
            item = {"drug": "", "name": more.get("name", "x"), "unit": more.get("unit", "片")}
            act.insert(StockMove, person_id=wang, **item, kind="??", quantity100=-5, at=now, staff_id=dosing.carer)
        act.edit(Person, wang, name="王\x1b]0;x\x07\u202e长生")
    return dosing


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize("place", ["medicines", "stock"])
async def test_nonsense_takes_no_screen_down(dosed: Dosed, place: str) -> None:
    async with dosed(place) as (app, pilot):
        await press(app, pilot, *["down"] * 12, "enter", "escape")
        drawn = screen_text(app)
        assert not {one for one in drawn if ord(one) < 32 and one != "\n"}
        assert "\u202e" not in drawn


async def test_nor_the_chart(dosed: Dosed, foreign: Household) -> None:
    async with dosed("people", number=DOCTOR, size=(120, 36)) as (app, pilot):
        await open_at(app, pilot, foreign, "chart", "王")
        await press(app, pilot, *["down"] * len(ORDERS), *["up", "enter", "escape"] * 3)
        assert "\x1b" not in screen_text(app)


async def test_an_allergy_told_meanwhile_is_said_where_the_dose_is(dosed: Dosed, dosing: Household) -> None:
    wang = people.page(dosing.store, "王长生", 0, 1)[0].id
    facts = people.facts(dosing.store, wang)
    people.change(dosing.store, dosing.director, wang, replace(facts, allergies=(Allergy("阿司匹林", "哮喘"),)))
    async with dosed() as (app, pilot):
        screen = app.screen
        assert isinstance(screen, Medicines)
        assert screen.round is not None
        nth = next(n for n, row in enumerate(screen.round.rows) if row.blocked == "allergy")
        screen.doses.goto(nth)
        await settle(app, pilot)
        assert "这种药过敏" in screen_text(app)
        await press(app, pilot, "space")
        assert "先别给" in said(app)
