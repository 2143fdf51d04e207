"""The ledger of medicines: what came in, what was counted, what two persons destroy; what asks for somebody first."""

import pytest

from care.medicines.catalogue import drugs
from care.medicines.stock import Received, receive, stock
from tests.care.household import Household
from tests.tui.charted import press, who
from tests.tui.conftest import screen_text
from tests.tui.dosed import NURSE, PIN, Dosed, said
from tests.tui.picture import same_as_picture
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.themes import ambiguous_glyphs


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_what_asks_for_somebody_stands_first(dosed: Dosed, size: tuple[int, int]) -> None:
    async with dosed("stock", size=size, number=NURSE) as (app, _):
        same_as_picture(app, "stock")
        assert ambiguous_glyphs(app) == set()
        assert screen_text(app).index("B7") < screen_text(app).index("A1")


async def test_medicine_comes_in_is_counted_and_given_back(dosed: Dosed, dosing: Household) -> None:
    async with dosed(number=NURSE) as (app, pilot):
        wang = who(dosing, "wcs")
        # The dose under the cursor is theirs, and so is what is shown.
        await press(app, pilot, "ctrl+k", "ctrl+n", "enter", "3", "0", "enter", "enter", "=C9", "enter")
        await press(app, pilot, "=2028-01-31", "enter", "=家属", "enter")
        assert "已收" in said(app)
        lots = {one.lot: one.quantity100 for one in stock(dosing.store, wang)}
        assert lots["C9"] == 3000
        await press(app, pilot, "ctrl+z")
        assert "C9" not in {one.lot for one in stock(dosing.store, wang)}
        await press(app, pilot, "home", "enter", "enter", "1", "9", "enter")
        assert "差 A1 -2 片" in said(app)
        assert {one.lot: one.quantity100 for one in stock(dosing.store, wang)} == {"A1": 1900}
        await press(app, pilot, "enter", "down", "enter", "enter", "=家属", "enter")
        assert "已退 氨氯地平 19 片" in said(app)


async def test_a_controlled_drug_is_destroyed_by_two_persons(dosed: Dosed, dosing: Household) -> None:
    drug = next(one for one in drugs(dosing.store, "", 500) if one.controlled)
    came = Received(drug.code, 1000, drug.unit or "片", lot="K1", expires="2027-01-31")
    receive(dosing.store, dosing.director, None, came, second=dosing.second())
    async with dosed("stock", number=NURSE) as (app, pilot):
        await press(app, pilot, "down", "enter", "down", "down", "enter", "4", "enter", "=破损", "enter")
        assert isinstance(app.screen, SecondPerson)
        await press(app, pilot, *PIN, "enter")
        assert "已销毁" in said(app)
        assert {one.lot: one.quantity100 for one in stock(dosing.store, None)} == {"K1": 600}
