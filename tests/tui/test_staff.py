"""Who works here, on a screen: for those who manage the staff, and for nobody else."""

import pytest

from care import staff
from tests.care.household import Household
from tests.tui.charted import CARER, DIRECTOR, Charted, press
from tests.tui.conftest import screen_text
from tests.tui.picture import same_as_picture
from yiyang_tui.screens.staff import StaffPlace
from yiyang_tui.screens.staff_form import StaffForm
from yiyang_tui.themes import ambiguous_glyphs

NEW = (
    "ctrl+n",
    "=75",
    "enter",
    "=李娟",
    "enter",
    "right",
    "right",
    "enter",
    "enter",
    "=110422000001234",
    "enter",
    "=2027-06-30",
)


async def test_a_carer_is_told_who_manages_the_staff(charted: Charted) -> None:
    async with charted(number=CARER) as (app, pilot):
        await press(app, pilot, "ctrl+w")
        assert not isinstance(app.screen, StaffPlace)
        assert "请院长或管理员来办" in screen_text(app).replace(" ", "").replace("|", "").replace("\n", "")


async def test_somebody_is_taken_on_and_gets_another_role_a_pin_and_leaves(charted: Charted, lived: Household) -> None:
    async with charted(number=DIRECTOR) as (app, pilot):
        await press(app, pilot, "ctrl+w", *NEW, "enter")
        assert "已登记李娟" in screen_text(app)
        (nurse,) = [one for one in staff.everyone(lived.store) if one.number == "75"]
        assert (nurse.name, nurse.role, nurse.licence_until) == ("李娟", "nurse", "2027-06-30")
        # The list is in the order of numbers: she stands first.
        await press(app, pilot, "home", "enter", "enter", "down", "right", "ctrl+s")
        assert "已改李娟的登记" in screen_text(app)
        await press(app, pilot, "enter", "down", "enter", "=2580", "enter", "=2581", "enter")
        assert "两次" in screen_text(app)
        await press(app, pilot, "=2580", "enter", "=2580", "enter")
        assert "已给李娟设 PIN" in screen_text(app)
        staff.check_pin(lived.store, nurse.id, "2580")
        await press(app, pilot, "enter", "end", "enter", "enter")
        assert "李娟已停用" in screen_text(app)
        after = staff.by_number(lived.store, "75")
        assert after is not None
        assert (after.role, after.closed, after.has_pin) == ("doctor", True, False)
        await press(app, pilot, "ctrl+z")
        again = staff.by_number(lived.store, "75")
        assert again is not None
        assert not again.closed


async def test_esc_leads_back_to_where_it_was_opened_from(charted: Charted) -> None:
    async with charted(number=DIRECTOR) as (app, pilot):
        before = app.screen
        await press(app, pilot, "ctrl+w", "escape")
        assert app.screen is before


async def test_what_will_not_do_is_said_at_the_field_and_nothing_typed_is_lost(charted: Charted) -> None:
    async with charted(number=DIRECTOR) as (app, pilot):
        await press(app, pilot, "ctrl+w", "ctrl+n", "=1002", "enter", "=李娟", "enter", "right", "ctrl+s")
        assert isinstance(app.screen, StaffForm)
        assert "工号 1002 已有人用" in screen_text(app)
        assert app.focused is not None
        assert app.focused.id == "number"
        assert "李娟" in screen_text(app)


async def test_nobody_changes_their_own_role_here(charted: Charted) -> None:
    async with charted(number=DIRECTOR) as (app, pilot):
        await press(app, pilot, "ctrl+w", "home", "enter", "enter")
        assert isinstance(app.screen, StaffForm)
        assert app.screen.query_one("#role").disabled


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_it_looks_as_it_was_drawn(charted: Charted, lived: Household, size: tuple[int, int], lang: str) -> None:
    staff.add(
        lived.store,
        lived.director,
        number="75",
        name="李娟",
        role="nurse",
        licence_no="110422000001234",
        licence_until="2026-06-30",
    )
    staff.set_pin(lived.store, lived.director, "2580")
    async with charted(number=DIRECTOR, size=size, lang=lang) as (app, pilot):
        await press(app, pilot, "ctrl+w")
        same_as_picture(app, f"staff-{lang}")
        await press(app, pilot, "ctrl+n")
        same_as_picture(app, f"staff-form-{lang}")
        assert ambiguous_glyphs(app) == set()
