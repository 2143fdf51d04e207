"""The steps of a stay: the cursor stands on the next one, Enter does it; nothing of a stay is written twice."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID

import pytest
from textual.pilot import Pilot

from care import staff, stays
from care.events import record
from care.lifecycle import lifecycle
from tests.care.household import Household, at
from tests.tui.conftest import screen_text, settle
from tests.tui.picture import same_as_picture
from tests.tui.walk import id_of, said
from yiyang_tui.app import YiyangApp, make_app
from yiyang_tui.screens.event_form import EventForm
from yiyang_tui.screens.lifecycle import Lifecycle
from yiyang_tui.session import Session
from yiyang_tui.themes import ambiguous_glyphs
from yiyang_tui.widgets.virtual_list import VirtualList

PLACES = {
    "today": "yiyang_tui.screens.today:Today",
    "people": "yiyang_tui.screens.people:People",
    "rounds": "tests.tui.small_places:Rounds",
    "beds": "yiyang_tui.screens.beds:Beds",
    "medicines": "tests.tui.small_places:Today",
    "sync": "tests.tui.small_places:Today",
    "chart": "tests.tui.small_places:Chart",
    "lifecycle": "yiyang_tui.screens.lifecycle:Lifecycle",
    "event": "yiyang_tui.screens.event_form:EventForm",
}

Stepped = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


@pytest.fixture
def stepped(house: Household) -> Stepped:
    """The application at the steps of somebody."""

    @asynccontextmanager
    async def run(
        person: UUID | None,
        lang: str = "zh",
        size: tuple[int, int] = (80, 24),
        start: str = "today",
        theme: str = "yiyang-plain",
    ) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        by = staff.by_number(house.store, "1001")
        assert by is not None
        app = make_app(house.store.path, lang, theme, start=start, places=PLACES)
        session = Session(house.store, by, "青山镇两院", house.store.now)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            app.call_later(app.enter, session)
            await settle(app, pilot)
            if person is not None:
                app.call_later(lambda: app.open("lifecycle", person_id=person))
                await settle(app, pilot)
            yield app, pilot

    return run


async def press(app: YiyangApp, pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settle(app, pilot)


def here(app: YiyangApp) -> str:
    line = app.screen.query_one(VirtualList).current
    return "" if line is None else line.step.code


def newcomer(house: Household) -> UUID:
    """宋志云 is registered and has no bed; an application is there."""
    person = house.person("宋志云")
    record.record(house.store, house.director, "application", {"by": "child"}, person_id=person)
    record.record(house.store, house.director, "papers", {"received": ["exam", "status"]}, person_id=person)
    return person


async def test_enter_does_the_next_step_and_the_cursor_goes_on(stepped: Stepped, house: Household) -> None:
    person = house.person("宋志云")
    async with stepped(person) as (app, pilot):
        assert isinstance(app.screen, Lifecycle)
        assert here(app) == "application"
        await press(app, pilot, "enter")
        assert isinstance(app.screen, EventForm)
        await press(app, pilot, "ctrl+s")
        assert isinstance(app.screen, Lifecycle)
        assert here(app) == "pre_entry"
        await press(app, pilot, "ctrl+z")
        assert lifecycle(house.store, person).state == "registered"


async def test_what_was_done_is_shown_by_enter_and_done_once_more_by_ctrl_n(stepped: Stepped, house: Household) -> None:
    person = newcomer(house)
    async with stepped(person) as (app, pilot):
        await press(app, pilot, "up")
        assert here(app) == "application"
        await press(app, pilot, "enter")
        assert "子女" in screen_text(app)
        assert not isinstance(app.screen, EventForm)
        await press(app, pilot, "escape", "down", "down", "ctrl+n")
        assert isinstance(app.screen, EventForm)
        assert app.screen.kind.id == "papers"


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_steps_of_a_resident(stepped: Stepped, house: Household, size: tuple[int, int]) -> None:
    person = id_of(house, "李秀英")
    record.record(house.store, house.director, "application", {"by": "child"}, person_id=person)
    facts = {
        "signed_by": "李国强",
        "relation": "child",
        "from_on": "2026-11-19",
        "until_on": "2026-12-01",
        "level": "full",
    }
    record.record(house.store, house.director, "contract", facts, person_id=person)
    async with stepped(person, size=size) as (app, pilot):
        same_as_picture(app, "lifecycle")
        assert ambiguous_glyphs(app) == set()
        await press(app, pilot, "f12")
        assert isinstance(app.screen, Lifecycle)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_in_english(stepped: Stepped, house: Household, size: tuple[int, int]) -> None:
    person = newcomer(house)
    async with stepped(person, lang="en", size=size) as (app, _pilot):
        same_as_picture(app, "lifecycle-en")
        assert ambiguous_glyphs(app) == set()


async def test_a_death_on_the_map_has_its_form_and_a_discharge_says_what_is_open(
    stepped: Stepped, house: Household
) -> None:
    person = id_of(house, "王长生")
    fall = {"severity": "III", "place": "room", "injury": ["none"], "first_aid": "扶起", "found_at": house.store.now()}
    record.record(house.store, house.director, "fall", fall, person_id=person)
    async with stepped(None, start="beds") as (app, pilot):
        await press(app, pilot, "ctrl+d", "enter")
        assert "! 意外结案: 跌倒" in screen_text(app)
        await press(app, pilot, "escape", "ctrl+d", "down", "down", "down", "enter")
        assert isinstance(app.screen, EventForm)
        assert app.screen.kind.id == "death"
        await press(app, pilot, "ctrl+s")
        assert lifecycle(house.store, person).state == "died"
        await press(app, pilot, "ctrl+z")
        assert lifecycle(house.store, person).state == "died"


async def test_today_leads_to_the_steps(stepped: Stepped, house: Household) -> None:
    person = id_of(house, "李秀英")
    record.record(
        house.store, house.director, "death", {"died_at": house.store.now(), "place": "bed"}, person_id=person
    )
    async with stepped(None) as (app, pilot):
        todo = app.screen.query_one(VirtualList)
        rows = [todo.row_at(n) for n in range(todo.total)]
        todo.goto(next(n for n, row in enumerate(rows) if row is not None and row.leads == "lifecycle"))
        await press(app, pilot, "enter")
        assert isinstance(app.screen, Lifecycle)
        assert here(app) == "told"


async def test_beds_bring_back_by_the_check_and_say_what_ended(stepped: Stepped, house: Household) -> None:
    person = id_of(house, "李秀英")
    stays.leave(house.store, house.carer, person, "hospital", at("2026-11-25 10:00"), "儿子")
    async with stepped(person) as (app, pilot):
        assert here(app) == "return_check"
        assert "住院中" in screen_text(app)
        await press(app, pilot, "enter")
        assert "医院" in screen_text(app)
        await press(app, pilot, "ctrl+s")
        assert "已保存" in said(app)
        assert lifecycle(house.store, person).state == "resident"
        await press(app, pilot, "ctrl+z")
        assert said(app) == "没有可以撤销的事。"
