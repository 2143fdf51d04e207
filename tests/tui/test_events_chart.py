"""Chart page 5, care: the plan, what is in force, the events, the weight; and an event begun from Today's line."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from textual.pilot import Pilot

from care import plan, staff
from care.events import read, record
from tests.care.household import Household, at
from tests.tui.conftest import screen_text, settle, type_text
from tests.tui.picture import same_as_picture
from tests.tui.test_events import press
from tests.tui.walk import id_of, said
from yiyang_tui.app import YiyangApp, make_app
from yiyang_tui.places import PLACES
from yiyang_tui.screens.chart_care_rows import losing
from yiyang_tui.screens.event_form import EventForm
from yiyang_tui.session import Session
from yiyang_tui.themes import ambiguous_glyphs

Cared = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


@pytest.fixture
def li(house: Household) -> UUID:
    """Somebody with a plan, a wound that is checked, weights and a meal."""
    person = id_of(house, "李秀英")
    nurse = house.colleague("nurse", "1003")

    def happened(when: str, kind: str, facts: dict[str, Any], **more: Any) -> UUID:
        more = more or {"person_id": person}
        return record.record(house.store, nurse, kind, facts, at=at(when), **more)

    happened("2026-10-24 09:00", "weight", {"weight_kg10": 512})
    happened("2026-11-20 09:00", "weight", {"weight_kg10": 480})
    size = {"length_mm": 20, "width_mm": 15}
    wound = {"kind": "pressure", "stage": "2", "body": ["sacrum"], "origin": "hospital", **size}
    first = happened("2026-11-12 09:00", "wound", wound)
    happened("2026-11-12 09:30", "told_doctor", {"doctor": nurse.hex, "told_at": at("2026-11-12 09:30")}, about=first)
    happened("2026-11-19 09:00", "wound_check", {"course": "better", "stage": "2", **size}, about=first)
    happened("2026-11-22 07:30", "meal", {"meal": "breakfast", "eaten": "half", "why": "appetite"})
    plan.add(house.store, nurse, person, "turning", cause="压疮：Braden 13 分")
    return person


@pytest.fixture
def cared(house: Household, li: UUID) -> Cared:
    """The application on that page."""

    @asynccontextmanager
    async def run(
        lang: str = "zh", size: tuple[int, int] = (80, 24), number: str = "1003"
    ) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        by = staff.by_number(house.store, number)
        assert by is not None
        app = make_app(house.store.path, lang, "yiyang-plain", start="events", places=PLACES)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            app.call_later(app.enter, Session(house.store, by, "青山镇两院", house.store.now))
            await settle(app, pilot)
            app.call_later(lambda: app.open("chart", person_id=li))
            await settle(app, pilot)
            await press(app, pilot, "5")
            yield app, pilot

    return run


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_page_is_drawn_as_in_its_picture(cared: Cared, size: tuple[int, int]) -> None:
    async with cared(size=size) as (app, _):
        same_as_picture(app, "chart-care")
        assert ambiguous_glyphs(app) == set()


async def test_space_says_that_a_duty_was_done_and_ctrl_z_takes_it_back(cared: Cared) -> None:
    async with cared() as (app, pilot):
        await press(app, pilot, "space")
        assert "上次 11:04" in screen_text(app)
        assert said(app) == "已记 翻身 做了"
        await press(app, pilot, "ctrl+z")
        assert "上次" not in screen_text(app)


async def test_the_plan_is_changed_ended_and_added_to(cared: Cared, house: Household, li: UUID) -> None:
    async with cared() as (app, pilot):
        await press(app, pilot, "enter", *["backspace"] * 3)
        await type_text(pilot, "180")
        await press(app, pilot, "enter")
        assert [one.every_min for one in plan.plan(house.store, li).items] == [180]
        await press(app, pilot, "ctrl+d")
        await type_text(pilot, "nengzou")
        await press(app, pilot, "enter")
        assert plan.plan(house.store, li).items == ()
        await press(app, pilot, "ctrl+z")
        assert [one.duty for one in plan.plan(house.store, li).items] == ["turning"]
        await press(app, pilot, "home", "down", "enter", "enter")
        assert len(plan.plan(house.store, li).items) == 2


async def test_an_event_of_this_person_takes_three_keys_from_here(cared: Cared, house: Household, li: UUID) -> None:
    async with cared() as (app, pilot):
        before = len(read.of_person(house.store, li))
        await press(app, pilot, "ctrl+n", "4", "ctrl+s")
        newest = read.of_person(house.store, li)[0]
        assert (newest.kind, newest.facts["skin"], newest.at) == ("turning", "whole", house.store.now())
        assert len(read.of_person(house.store, li)) == before + 1


async def test_the_wound_shows_its_course_and_is_measured_again_from_it(cared: Cared) -> None:
    async with cared() as (app, pilot):
        await press(app, pilot, "down", "down", "enter")
        shown = screen_text(app)
        assert "记 伤口复查" in shown
        await press(app, pilot, "enter")
        assert isinstance(app.screen, EventForm)
        assert app.screen.kind.id == "wound_check"
        assert "接 伤口压疮" in screen_text(app)


async def test_a_carer_does_not_change_the_plan(cared: Cared, house: Household, li: UUID) -> None:
    async with cared(number="1002") as (app, pilot):
        await press(app, pilot, "ctrl+d")
        assert "护士" in screen_text(app)
        assert len(plan.plan(house.store, li).items) == 1


def test_a_twentieth_of_the_weight_in_a_month_is_a_warning() -> None:
    from care.events.weights import Weighed

    day = 86400
    assert losing([Weighed(0, 500), Weighed(30 * day, 475)])
    assert not losing([Weighed(0, 500), Weighed(30 * day, 476)])
    assert not losing([Weighed(0, 500), Weighed(90 * day, 450)])
    assert not losing([])
