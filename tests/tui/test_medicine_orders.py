"""Orders on a chart: written with every warning answered, held, gone on with, stopped; and the sheet of doses."""

import pytest
from textual.pilot import Pilot

from care.medicines.orders import OrderView, orders
from tests.care.household import Household
from tests.tui.charted import press, who
from tests.tui.conftest import screen_text, settle, unbroken
from tests.tui.dosed import DOCTOR, NURSE, PIN, Dosed, said
from tests.tui.picture import same_as_picture
from yiyang_tui.app import YiyangApp
from yiyang_tui.screens.chart import Chart
from yiyang_tui.screens.order_form import OrderForm
from yiyang_tui.screens.order_warnings import Overrides
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.themes import ambiguous_glyphs
from yiyang_tui.widgets.entry import Entry


async def open_at(app: YiyangApp, pilot: Pilot[None], house: Household, place: str, query: str) -> None:
    """A place laid over the present one, about somebody."""
    await app.open(place, person_id=who(house, query), page="medicine")
    await settle(app, pilot)


def theirs(house: Household, query: str) -> dict[str, OrderView]:
    """All orders of somebody by the name of the drug."""
    return {one.name: one for one in orders(house.store, who(house, query), all=True)}


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_page_and_form_look_as_they_were_drawn(dosed: Dosed, dosing: Household, size: tuple[int, int]) -> None:
    async with dosed("people", size=size, number=DOCTOR) as (app, pilot):
        await open_at(app, pilot, dosing, "chart", "lxy")
        same_as_picture(app, "chart-medicine")
        assert ambiguous_glyphs(app) == set()
        await press(app, pilot, "ctrl+n")
        # The list as it begins has strengths in micrograms, whose letter consoles draw wide or not.
        assert ambiguous_glyphs(app) == set()
        await press(app, pilot, *"amxl", "enter", "2", "enter", "enter", "enter", "3", "enter")
        same_as_picture(app, "order")
        assert ambiguous_glyphs(app) == set()
        await press(app, pilot, "ctrl+s")
        same_as_picture(app, "order-warnings")


async def test_a_drug_by_its_initials_its_hours_and_a_reason_for_what_speaks_against_it(
    dosed: Dosed, dosing: Household
) -> None:
    async with dosed("people", number=DOCTOR) as (app, pilot):
        await open_at(app, pilot, dosing, "chart", "lxy")
        await press(app, pilot, "ctrl+n", *"amxl", "enter")
        assert app.screen.query_one("#spec", Entry).value == "0.25g"
        await press(app, pilot, "2", "enter", "enter", "enter", "3", "enter")
        assert app.screen.query_one("#times", Entry).value == "08:00 12:00 18:00"
        assert "! 过敏  禁忌" in screen_text(app)
        await press(app, pilot, "enter", "enter", "enter", "enter", "enter")
        assert isinstance(app.screen, Overrides)
        # Without a reason nothing goes on.
        await press(app, pilot, "enter")
        assert isinstance(app.screen, Overrides)
        await press(app, pilot, "=皮试阴性", "enter")
        assert isinstance(app.screen, Chart)
        assert "已保存 李秀英 的医嘱 阿莫西林" in said(app)
        written = theirs(dosing, "lxy")["阿莫西林"]
        assert (written.dose100, written.unit, written.times) == (200, "粒", "08:00 12:00 18:00")
        assert (written.prescriber, [one.reason for one in written.overrides]) == ("孙医生", ["皮试阴性"])
        await press(app, pilot, "ctrl+z")
        assert theirs(dosing, "lxy")["阿莫西林"].state == "stopped"


async def test_a_nurse_is_told_before_she_types_a_reason_that_only_a_doctor_may_order_it(
    dosed: Dosed, dosing: Household
) -> None:
    async with dosed("people", number=NURSE) as (app, pilot):
        await open_at(app, pilot, dosing, "order", "lxy")
        await press(app, pilot, *"amxl", "enter", "2", "ctrl+s")
        assert not isinstance(app.screen, Overrides)
        assert "只有医生本人" in unbroken(app)
        assert "阿莫西林" not in theirs(dosing, "lxy")


async def test_a_half_typed_order_comes_back(dosed: Dosed, dosing: Household) -> None:
    async with dosed("people", number=DOCTOR) as (app, pilot):
        await open_at(app, pilot, dosing, "order", "wcs")
        await press(app, pilot, "=自家药膏", "enter")
        app.screen.query_one("#unit", Entry).value = "支"
        await press(app, pilot, "5", "enter", "escape", "enter")
        assert not isinstance(app.screen, OrderForm)
        await open_at(app, pilot, dosing, "order", "wcs")
        assert app.screen.query_one("#dose", Entry).value == "5"
        assert "自家药膏" in screen_text(app)
        assert "没查" in screen_text(app)
        await press(app, pilot, "ctrl+l")
        assert app.screen.query_one("#dose", Entry).value == "5"
        assert "Not checked  to know" in screen_text(app)
        assert "Weekdays" not in screen_text(app)


async def test_an_order_is_held_gone_on_with_and_stopped_with_a_reason(dosed: Dosed, dosing: Household) -> None:
    async with dosed("people", number=DOCTOR) as (app, pilot):
        await open_at(app, pilot, dosing, "chart", "lxy")
        await press(app, pilot, "enter", "enter", "=血糖低", "enter")
        assert theirs(dosing, "lxy")["二甲双胍"].held_reason == "血糖低"
        await press(app, pilot, "ctrl+z")
        assert not theirs(dosing, "lxy")["二甲双胍"].held
        await press(app, pilot, "home", "enter", "down", "enter", "=换药", "enter")
        assert theirs(dosing, "lxy")["二甲双胍"].stop_reason == "换药"
        assert "已停止" in said(app)


async def test_a_dose_recorded_twice_is_settled_by_voiding_the_wrong_one_with_a_second_person(
    dosed: Dosed, dosing: Household
) -> None:
    from care.findings import DoseTwice
    from care.invariants import findings
    from db.tables import Dose

    row = theirs(dosing, "wcs")["氨氯地平"]
    due = dosing.store.now() - 20 * 60
    for staff_id, ago in ((dosing.carer, 600), (dosing.director, 300)):
        with dosing.store.act(staff_id) as act:
            act.insert(
                Dose,
                person_id=row.person_id,
                order_id=row.id,
                staff_id=staff_id,
                due_at=due,
                at=act.now - ago,
                result="given",
            )
    async with dosed("unsettled", number=DOCTOR) as (app, pilot):
        assert "! 药记了两次" in screen_text(app)
        await press(app, pilot, "enter")
        same_as_picture(app, "settle-dose")
        # The carer's own record is wrong; a doctor voids it together with a nurse.
        await press(app, pilot, "down", "enter", "1")
        assert isinstance(app.screen, SecondPerson)
        await press(app, pilot, *PIN, "enter")
        assert [one for one in findings(dosing.store) if isinstance(one, DoseTwice)] == []
